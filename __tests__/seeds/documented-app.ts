// An app as the documents have it: this package under the documents' name for it, SDKs beside it,
// programs in TypeScript that are compiled strictly and run against a model server and a collector.

import assert from "node:assert/strict";
import { join } from "node:path";

import { type App, makeApp } from "../support/app.js";
import { startCollector } from "../support/collector.js";
import { startModelServer } from "../support/model-server/server.js";
import type { DecodedSpan } from "../support/otlp.js";
import type { AgentsSdk } from "../support/sdks.js";
import { sdk } from "../support/sdks.js";
import { type ProgramOptions, runProgram } from "../support/subprocess.js";
import { compile } from "../support/typescript.js";

/** The name that the documents install and import. */
export const DOCUMENTED_NAME = "@inference/tracing";

export interface DocumentedRun {
  spans: readonly DecodedSpan[];
  stdout: string;
  stderr: string;
}

/** Strict in our types; those of the SDKs are their own affair. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    module: "nodenext",
    target: "es2023",
    lib: ["es2023", "esnext.disposable", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
    outDir: "out",
  },
  include: ["*.ts"],
};

/** Takes the reports that `@openai/agents` sends home, and lets nothing else off this machine. */
const NO_NETWORK = `
  const fetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const { hostname, pathname } = new URL(input.url ?? input);
    if (hostname === "127.0.0.1") return await fetch(input, init);
    if (pathname === "/v1/traces/ingest") return new Response(null, { status: 204 });
    throw new TypeError("there is no network: " + hostname);
  };
`;

export async function documentedApp(agents?: AgentsSdk): Promise<App> {
  const modules = agents === undefined ? undefined : join(sdk(agents).folder, "node_modules");
  const names = modules === undefined ? [] : ["@openai/agents", "openai", "zod"];
  const app = await makeApp({
    as: DOCUMENTED_NAME,
    packages: Object.fromEntries(names.map((name) => [name, join(modules ?? "", name)])),
    manifest: { dependencies: Object.fromEntries(names.map((name) => [name, "*"])) },
  });
  await app.write("tsconfig.json", JSON.stringify(TSCONFIG));
  await app.write("no-network.mjs", NO_NETWORK);
  return app;
}

/** Compiles the app's programs; without an error of the compiler they are in `out/`. */
export async function compileApp(app: App): Promise<void> {
  assert.equal(await compile(join(app.folder, "tsconfig.json"), "TypeScript 7"), "");
}

/** Runs a compiled program of the app's, which has to end well and by itself. */
export async function runDocumented(
  app: App,
  program: string,
  options: ProgramOptions = {},
): Promise<DocumentedRun> {
  await using collector = await startCollector();
  await using models = await startModelServer();
  const { code, stdout, stderr } = await runProgram(join(app.folder, "out", program), {
    cwd: app.folder,
    runtimeArgs: ["--import", join(app.folder, "no-network.mjs")],
    ...options,
    env: {
      CATALYST_OTLP_ENDPOINT: collector.url,
      OPENAI_BASE_URL: models.url,
      OPENAI_API_KEY: "none",
      ...options.env,
    },
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(collector.problems, []);
  assert.deepEqual(models.problems, []);
  return { spans: collector.spans, stdout, stderr };
}
