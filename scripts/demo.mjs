/** `npm run demo [-- --once]`: makes what is missing, then runs `examples/demo.ts`. */
import { ensureAll, runProgram } from "./support/prepare.mjs";
import { runMain } from "./support/project.mjs";
import { ensureSdks } from "./support/sdks.mjs";

await runMain(async () => {
  await ensureAll();
  await ensureSdks(["agents-0.20"]);
  await runProgram(".build/examples/demo.js", process.argv.slice(2), { stdin: "inherit" });
});
