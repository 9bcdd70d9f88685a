/**
 * `npm run runtimes`: installs the JavaScript runtimes that tests run programs on, once, into
 * `.runtimes/`, a gigabyte on disk. They are no dependencies of the project, because npm would put
 * one of these Nodes before the one that everything here is meant to run on.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { Failure, inProject, run, runMain, say } from "./support/project.mjs";

const FOLDER = inProject(".runtimes");

/** Each fetches its platform's executable in a script, which npm has to be told to allow. */
const MANIFEST = `${JSON.stringify(
  {
    private: true,
    dependencies: {
      node20: "npm:node@20.19.0",
      node22: "npm:node@22",
      node24: "npm:node@24",
      node26: "npm:node@26",
      bun: "1",
      deno: "2",
    },
    allowScripts: { node: true, bun: true, deno: true },
  },
  null,
  2,
)}\n`;

const INSTALL = [
  "install",
  "--ignore-scripts=false",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
];
/** A slow line gets them in this time; a dead one must not hold up the tests. */
const INSTALL_TIMEOUT_MS = 300_000;

function areInstalled() {
  const record = inProject(".runtimes", "node_modules", ".package-lock.json");
  const manifest = inProject(".runtimes", "package.json");
  return existsSync(record) && readFileSync(manifest, "utf8") === MANIFEST;
}

await runMain(async () => {
  if (areInstalled()) return;
  say("installing Node 20, 22, 24, 26, Bun and Deno for the tests");
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(inProject(".runtimes", "package.json"), MANIFEST);
  const { code } = await run("npm", INSTALL, { cwd: FOLDER, timeoutMs: INSTALL_TIMEOUT_MS });
  if (code !== 0)
    throw new Failure("the runtimes cannot be installed; their tests will be skipped");
});
