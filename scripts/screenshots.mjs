/** `node scripts/screenshots.mjs`: draws the pictures in `docs/screenshots/` anew. Wants a Chromium. */
import { ensureAll, runProgram } from "./support/prepare.mjs";
import { runMain } from "./support/project.mjs";

await runMain(async () => {
  await ensureAll();
  await runProgram(".build/__tests__/viewer/page/screenshots.js");
});
