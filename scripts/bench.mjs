/**
 * `npm run bench -- [benchmark] [options]`: makes what is missing, then runs one of the programs in
 * `benches/`: `handoff`, unless another one is named.
 */
import { ensureAll, runProgram } from "./support/prepare.mjs";
import { runMain } from "./support/project.mjs";
import { ensureSdks } from "./support/sdks.mjs";

/** With the SDKs that each needs. */
const BENCHES = new Map([
  ["handoff", []],
  ["openai", ["openai-6"]],
  ["agents", ["agents-0.8"]],
  ["redact", []],
  ["load", []],
  ["leaks", ["openai-6"]],
  ["viewer", []],
]);

await runMain(async () => {
  const [first = "", ...rest] = process.argv.slice(2);
  const named = BENCHES.has(first);
  const bench = named ? first : "handoff";
  await ensureAll();
  await ensureSdks(BENCHES.get(bench));
  await runProgram(`.build/benches/${bench}/main.js`, named ? rest : undefined);
});
