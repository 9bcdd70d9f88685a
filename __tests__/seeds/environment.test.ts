// The documents' variables: each configures what it says, and options in code come before
// `CATALYST_*`, those before the older names, those before the default.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";

import type { App } from "../support/app.js";
import { startCollector } from "../support/collector.js";
import { runProgram } from "../support/subprocess.js";
import { compileApp, documentedApp } from "./documented-app.js";

/** Sets up with the options in its first argument, and says what the handle says. */
const PROGRAM = `
  import { manualSpan, setup, type SetupOptions } from "@inference/tracing";

  declare const process: { argv: string[] };

  const tracing = await setup(JSON.parse(process.argv[2] ?? "{}") as SetupOptions);
  tracing.provider.addSpanProcessor({
    onStart: () => {
      throw new Error("a fault of the processor's");
    },
    onEnd: () => {},
    forceFlush: async () => {},
    shutdown: async () => {},
  });
  await manualSpan({ spanName: "step" }, () => {});
  const { endpoint, serviceName, environment } = tracing;
  console.log(JSON.stringify({ endpoint, serviceName, environment }));
  await tracing.shutdown(1000);
`;

interface Said {
  endpoint: string;
  serviceName: string;
  environment?: string;
}

interface Setting {
  option: string;
  /** In order of precedence, the documents' own first. */
  variables: readonly string[];
  fallback: unknown;
}

const SETTINGS: Setting[] = [
  {
    option: "token",
    variables: ["CATALYST_OTLP_TOKEN", "OTLP_INGEST_TOKEN", "INFERENCE_API_KEY"],
    fallback: undefined,
  },
  {
    option: "serviceName",
    variables: [
      "CATALYST_SERVICE_NAME",
      "SERVICE_NAME",
      "INFERENCE_SERVICE_NAME",
      "OTEL_SERVICE_NAME",
    ],
    fallback: "shop",
  },
  {
    option: "serviceVersion",
    variables: ["CATALYST_SERVICE_VERSION", "INFERENCE_SERVICE_VERSION"],
    fallback: "1.2.3",
  },
  {
    option: "environment",
    variables: ["CATALYST_ENVIRONMENT", "INFERENCE_ENVIRONMENT", "OTEL_DEPLOYMENT_ENVIRONMENT"],
    fallback: undefined,
  },
];

let app: App;

before(async () => {
  app = await documentedApp();
  await app.write("program.ts", PROGRAM);
  await compileApp(app);
});

after(async () => {
  await app[Symbol.asyncDispose]();
});

/** What arrived, by the names of the options that it shows. */
async function arrivedWith(
  env: Record<string, string>,
  options: Record<string, unknown> = {},
): Promise<Record<string, unknown>> {
  await using collector = await startCollector();
  const result = await runProgram(join(app.folder, "out", "program.js"), {
    cwd: app.folder,
    args: [JSON.stringify(options)],
    env: { CATALYST_OTLP_ENDPOINT: collector.url, ...env },
  });
  assert.equal(result.code, 0, result.stderr);
  const [span] = collector.spans;
  const [request] = collector.requests;
  assert.ok(span !== undefined && request !== undefined, "nothing arrived");
  const { serviceName, environment } = JSON.parse(result.stdout) as Said;
  assert.equal(serviceName, span.resource["service.name"]);
  assert.equal(environment, span.resource["deployment.environment"]);
  return {
    token: request.headers["authorization"]?.replace(/^Bearer /, ""),
    serviceName,
    serviceVersion: span.resource["service.version"],
    environment,
  };
}

for (const { option, variables, fallback } of SETTINGS) {
  test(`without a word about it, ${option} is ${String(fallback)}`, async () => {
    assert.equal((await arrivedWith({}))[option], fallback);
  });

  test(`${option} in code comes before ${variables.join(", ")}`, async () => {
    const env = Object.fromEntries(variables.map((name) => [name, `of-${name}`]));
    assert.equal((await arrivedWith(env, { [option]: "in-code" }))[option], "in-code");
  });

  for (const [index, name] of variables.entries()) {
    const lesser = variables.slice(index + 1);
    const over = lesser.length === 0 ? "by itself" : `before ${lesser.join(", ")}`;
    test(`${name} sets ${option}, ${over}`, async () => {
      const env = Object.fromEntries([name, ...lesser].map((each) => [each, `of-${each}`]));
      assert.equal((await arrivedWith(env))[option], `of-${name}`);
    });
  }
}

/** The endpoint that the handle names, and whether the span arrived there. */
async function endpointWith(
  configure: (url: string) => { env?: Record<string, string>; options?: object },
): Promise<{ named: string; url: string; arrived: number; problems: readonly string[] }> {
  await using collector = await startCollector();
  const { env = {}, options = {} } = configure(collector.url);
  const result = await runProgram(join(app.folder, "out", "program.js"), {
    cwd: app.folder,
    args: [JSON.stringify(options)],
    env,
  });
  assert.equal(result.code, 0, result.stderr);
  const { endpoint } = JSON.parse(result.stdout) as Said;
  const { spans, problems, url } = collector;
  return { named: endpoint, url, arrived: spans.length, problems };
}

/** Nothing listens there. */
const NOBODY = "http://127.0.0.1:9";

const ENDPOINTS = [
  "CATALYST_OTLP_ENDPOINT",
  "OTLP_ENDPOINT",
  "INFERENCE_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
];

for (const [index, name] of ENDPOINTS.entries()) {
  test(`spans go where ${name} says, whatever lesser names say`, async () => {
    const { named, url, arrived, problems } = await endpointWith((there) => {
      const lesser = ENDPOINTS.slice(index + 1).map((each) => [each, NOBODY]);
      return { env: { ...Object.fromEntries(lesser), [name]: there } as Record<string, string> };
    });
    assert.deepEqual({ named, arrived, problems }, { named: url, arrived: 1, problems: [] });
  });
}

test("OpenTelemetry's variable for traces is taken as it is, and before the one for all", async () => {
  const { arrived } = await endpointWith((there) => ({
    env: {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${there}/v1/traces`,
      OTEL_EXPORTER_OTLP_ENDPOINT: NOBODY,
    },
  }));
  assert.equal(arrived, 1);
});

test("an endpoint in code comes before every variable", async () => {
  const { named, url, arrived } = await endpointWith((endpoint) => ({
    env: Object.fromEntries(ENDPOINTS.map((each) => [each, NOBODY])),
    options: { endpoint },
  }));
  assert.deepEqual({ named, arrived }, { named: url, arrived: 1 });
});

test("without a word about it, spans go to this machine", async () => {
  const { named, arrived } = await endpointWith(() => ({}));
  assert.deepEqual({ named, arrived }, { named: "http://localhost:8799", arrived: 0 });
});

test("a variable that cannot be is a warning that names it, and the app runs on", async () => {
  await using collector = await startCollector();
  const { code, stdout, stderr } = await runProgram(join(app.folder, "out", "program.js"), {
    cwd: app.folder,
    env: { CATALYST_OTLP_ENDPOINT: "not a URL", OTLP_ENDPOINT: collector.url },
  });
  assert.equal(code, 0);
  assert.match(stderr, /^\[catalyst-tracing\] .*CATALYST_OTLP_ENDPOINT/m);
  assert.notEqual((JSON.parse(stdout) as Said).endpoint, "not a URL");
});

for (const [name, value] of [
  ["CATALYST_DEBUG", "1"],
  ["CATALYST_DEBUG", "true"],
  ["INFERENCE_DEBUG", "1"],
] as const) {
  test(`${name}=${value} says more`, async () => {
    await using collector = await startCollector();
    const run = async (env: Record<string, string>): Promise<string> => {
      const { stderr } = await runProgram(join(app.folder, "out", "program.js"), {
        cwd: app.folder,
        env: { CATALYST_OTLP_ENDPOINT: collector.url, ...env },
      });
      return stderr;
    };
    assert.match(await run({ [name]: value }), /Error: a fault of the processor's\n +at /);
    assert.doesNotMatch(await run({}), /a fault of the processor's/);
  });
}
