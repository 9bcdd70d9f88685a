/** `npm run bench -- [options]`: makes what is missing, then runs `benches/handoff/main.ts`. */
import { ensureAll, runProgram } from "./support/prepare.mjs";
import { runMain } from "./support/project.mjs";

await runMain(async () => {
  await ensureAll();
  await runProgram(".build/benches/handoff/main.js");
});
