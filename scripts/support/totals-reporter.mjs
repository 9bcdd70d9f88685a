/** A reporter for `node --test` that only passes on the counts with which the runner closes. */

/** @param {AsyncIterable<{ type: string, data: { nesting: number, message: string } }>} source */
export default async function* totals(source) {
  /** @type {Record<string, number>} */
  const counts = {};
  for await (const { type, data } of source) {
    if (type !== "test:diagnostic" || data.nesting !== 0) continue;
    const [, name, count] = /^(pass|fail|cancelled|skipped|todo) (\d+)$/.exec(data.message) ?? [];
    if (name !== undefined) counts[name] = Number(count);
  }
  yield JSON.stringify(counts);
}
