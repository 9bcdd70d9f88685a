// The documents' ways to call `setup()`, what its handle has, and what the package exports.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import type { App } from "../support/app.js";
import { spanTree } from "../../js/testing/tree.js";
import { compileApp, documentedApp, runDocumented } from "./documented-app.js";

const IMPORTS = `
  import { setup } from "@inference/tracing";

  class Anthropic {
    readonly messages = {};
  }
`;

/** The three patterns, from the least to the most explicit. */
const SETUPS = {
  "auto-detect": "const tracing = await setup();",
  "modules-and-more": "const tracing = await setup({ modules: { openai: OpenAI } });",
  "modules-only": `
    const tracing = await setup({
      modules: { anthropic: Anthropic },
      autoInstrument: false,
    });
  `,
};

const AFTERWARDS = `
  tracing.tracer.startActiveSpan("step", (span) => span.end());
  console.log(typeof OpenAI + typeof Anthropic);
  await tracing.shutdown();
`;

/** What the handle's table has, as it is used in a service. */
const HANDLE = `
  import { agentSpan, manualSpan, setup, SpanKindValues, type CatalystTracing } from "@inference/tracing";

  let started: Promise<CatalystTracing> | undefined;
  function tracing(): Promise<CatalystTracing> {
    return (started ??= setup());
  }

  const ended: string[] = [];
  const { provider, tracer } = await tracing();
  provider.addSpanProcessor({
    onStart: () => {},
    onEnd: (span: { name: string }) => void ended.push(span.name),
    forceFlush: async () => {},
    shutdown: async () => {},
  });

  await agentSpan(tracer, { agentId: "a", agentName: "A", sessionId: "s" }, async () => {
    tracer.startActiveSpan("of the tracer", (span) => {
      provider.getTracer("of the app").startSpan("of the provider").end();
      span.end();
    });
    await manualSpan(tracer, { spanName: "a tool", spanKind: SpanKindValues.TOOL }, () => {});
  });

  if ((await tracing()) !== (await setup())) throw new Error("another handle");
  await (await tracing()).shutdown();
  console.log(ended.join(", "));
`;

let app: App;

before(async () => {
  app = await documentedApp("agents-0.20");
  for (const [name, call] of Object.entries(SETUPS)) {
    const openai = 'import OpenAI from "openai";';
    await app.write(`${name}.ts`, openai + IMPORTS + call + AFTERWARDS);
  }
  await app.write("handle.ts", HANDLE);
  await compileApp(app);
});

after(async () => {
  await app[Symbol.asyncDispose]();
});

for (const name of ["auto-detect", "modules-and-more"]) {
  test(`the pattern ${name} sets up in silence`, async () => {
    const { spans, stdout, stderr } = await runDocumented(app, `${name}.js`);
    assert.equal(spanTree(spans), "step [internal]\n");
    assert.deepEqual({ stdout, stderr }, { stdout: "functionfunction\n", stderr: "" });
  });
}

test("an SDK that this version does not trace is one warning, and tracing works", async () => {
  const { spans, stderr } = await runDocumented(app, "modules-only.js");
  assert.equal(spanTree(spans), "step [internal]\n");
  assert.match(stderr, /^\[catalyst-tracing\] modules\.anthropic: [^\n]+\n$/);
});

test("the handle gives a tracer, a provider that takes processors, and one setup for all", async () => {
  const { spans, stdout, stderr } = await runDocumented(app, "handle.js");
  assert.equal(
    spanTree(spans),
    [
      "A.run [AGENT]",
      "├─ of the tracer [internal]",
      "│  └─ of the provider [internal]",
      "└─ a tool [TOOL]",
      "",
    ].join("\n"),
  );
  assert.equal(stdout, "of the provider, of the tracer, a tool, A.run\n");
  assert.equal(stderr, "");
  for (const { attributes } of spans) assert.equal(attributes["session.id"], "s");
});

/** The documents' tables, but for what belongs to SDKs that are not traced yet. */
const EXPORTS = {
  "": [
    "Attr",
    "CatalystInstrumentationError",
    "CatalystTracingError",
    "CatalystTracingErrorCodes",
    "InvalidSdkInputError",
    "InvalidTracerInputError",
    "SpanKindValues",
    "agentSpan",
    "manualSpan",
    "setup",
  ],
  "/openai": ["installOpenAIInstrumentation", "instrumentOpenAI"],
  "/semconv": ["Attr", "MessageRole", "OpenInferenceAttribute", "SpanKindValues"],
};

for (const [subpath, names] of Object.entries(EXPORTS)) {
  test(`@inference/tracing${subpath} exports what the documents import from it`, async () => {
    const entry = `export * from "@inference/tracing${subpath}";`;
    const file = await app.write(`entry${subpath.replace("/", "-")}.mjs`, entry);
    const exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    assert.deepEqual(
      names.filter((name) => exported[name] === undefined),
      [],
    );
  });
}

interface Errors {
  CatalystTracingError: new (...args: never[]) => Error & { code: string };
  setup(options: unknown): Promise<unknown>;
}

test("a failure of setup can be caught by its class and told by its code", async () => {
  const url = pathToFileURL(join(app.installed, "dist", "index.js")).href;
  const { CatalystTracingError, setup } = (await import(url)) as Errors;
  const failures: [options: unknown, code: string, message: RegExp][] = [
    [{ endpiont: "http://localhost" }, "ERR_UNKNOWN_OPTION", /"endpiont".*"endpoint"/],
    [{ endpoint: "localhost:8799" }, "ERR_INVALID_OPTION", /"endpoint"/],
    [{ modules: { openai: 1 } }, "ERR_INVALID_OPTION", /"modules\.openai"/],
    [{ modules: { openAi: {} } }, "ERR_UNKNOWN_OPTION", /"openai"/],
    ["http://localhost", "ERR_INVALID_OPTION", /setup\(\)/],
  ];
  for (const [options, code, message] of failures) {
    await assert.rejects(setup(options), (error: unknown) => {
      assert.ok(error instanceof CatalystTracingError);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  }
});
