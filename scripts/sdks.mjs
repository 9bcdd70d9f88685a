/**
 * `npm run sdks`: installs the SDKs that tests, benches and the demo trace, once, into `.sdks/`.
 * `npm run sdks -- openai-6` installs only those named.
 */
import { runMain } from "./support/project.mjs";
import { ensureSdks, sdkNames } from "./support/sdks.mjs";

await runMain(async () => {
  const wanted = process.argv.slice(2);
  await ensureSdks(wanted.length === 0 ? sdkNames() : wanted);
});
