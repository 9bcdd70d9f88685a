/** `npm run build`: the native addon and `dist/`, on a fresh clone too. */
import { buildPackage, ensureModules, ensureNative } from "./support/prepare.mjs";
import { runMain } from "./support/project.mjs";

await runMain(async () => {
  await ensureModules();
  if (!process.argv.includes("--js")) await ensureNative();
  await buildPackage();
});
