/** What a trace's spans add up to, by agent and by model. */

/** @import { SpanSummary, SpanTokens, Tokens, UsageRow } from "../api-types.js" */

/** @returns {Tokens} */
export function noTokens() {
  return { prompt: 0, completion: 0, total: 0, cacheRead: 0, reasoning: 0 };
}

/**
 * What a span does not say counts as nothing.
 * @param {SpanTokens | null} tokens
 * @returns {Tokens}
 */
export function known(tokens) {
  return {
    prompt: tokens?.prompt ?? 0,
    completion: tokens?.completion ?? 0,
    total: tokens?.total ?? 0,
    cacheRead: tokens?.cacheRead ?? 0,
    reasoning: tokens?.reasoning ?? 0,
  };
}

/**
 * By what `nameOf` says; spans for which it says nothing are left out. Model calls are counted: tokens
 * of spans around them would count twice.
 * @param {readonly SpanSummary[]} spans
 * @param {(span: SpanSummary) => string | null} nameOf
 * @returns {UsageRow[]} the costliest first
 */
export function totalsBy(spans, nameOf) {
  /** @type {Map<string, SpanSummary[]>} */
  const groups = new Map();
  for (const span of spans) {
    const name = nameOf(span);
    if (name === null) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [span]);
    else group.push(span);
  }
  return [...groups]
    .map(([name, group]) => totals(name, group))
    .sort((a, b) => b.tokens.total - a.tokens.total);
}

/**
 * @param {string} name
 * @param {readonly SpanSummary[]} spans
 * @returns {UsageRow}
 */
function totals(name, spans) {
  const tokens = noTokens();
  let costUsd = /** @type {number | null} */ (null);
  for (const span of spans) {
    if (span.costUsd !== null) costUsd = (costUsd ?? 0) + span.costUsd;
    if (span.tokens === null) continue;
    const own = known(span.tokens);
    tokens.prompt += own.prompt;
    tokens.completion += own.completion;
    tokens.total += own.total;
    tokens.cacheRead += own.cacheRead;
    tokens.reasoning += own.reasoning;
  }
  const durations = spans.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  return {
    name,
    count: spans.length,
    errorCount: spans.filter(({ status }) => status === "error").length,
    p50Ms: percentile(durations, 0.5),
    p95Ms: percentile(durations, 0.95),
    tokens,
    costUsd,
  };
}

/**
 * @param {readonly number[]} sorted
 * @param {number} part
 */
function percentile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
