/** `npm run build`: the native addon, the viewer and `dist/`, on a fresh clone too. */
import { buildPackage, ensureModules, ensureNative, ensureViewer } from "./support/prepare.mjs";
import { runMain } from "./support/project.mjs";

await runMain(async () => {
  await ensureModules();
  if (!process.argv.includes("--js")) {
    await ensureNative();
    await ensureViewer();
  }
  await buildPackage();
});
