import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResolvedOptions } from "../../js/options.js";
import { assertRefused, resolving } from "./resolving.js";

const MIB = 1024 * 1024;

test("without options and variables every setting has its documented default", () => {
  const { options, warnings } = resolving();
  const { resource, destinations, hide, ...rest } = options;
  assert.deepEqual(rest, {
    disabled: false,
    debug: false,
    register: "auto",
    autoInstrument: true,
    modules: {},
    inMemory: false,
    endpoint: "http://localhost:8799",
    tracesUrl: "http://localhost:8799/v1/traces",
    headers: [],
    protocol: "http/protobuf",
    compression: "gzip",
    gzipLevel: 0,
    timeoutMs: 10_000,
    certificatePem: null,
    clientCertificatePem: null,
    clientKeyPem: null,
    extraCaPem: null,
    proxy: { http: null, https: null, all: null, no: null },
    serviceName: "catalyst-app",
    serviceVersion: null,
    environment: null,
    batching: "batch",
    maxQueueBytes: 64 * MIB,
    maxBatchBytes: 4 * MIB,
    maxBatchSpans: 512,
    scheduleDelayMs: 1000,
    exitFlushMs: 2000,
    spool: null,
    sampler: { kind: "parentbased_always_on", ratio: 1 },
    redact: null,
    cost: null,
    sample: null,
    limits: { valueLength: null, spanBytes: null },
  });
  assert.equal(resource["service.name"], "catalyst-app");
  assert.deepEqual(
    destinations.map(({ name, endpoint }) => [name, endpoint]),
    [["otlp", "http://localhost:8799"]],
  );
  assert.ok(Object.values(hide).every((value) => value === false || value === null));
  assert.deepEqual(warnings, []);
});

interface Row {
  option: keyof ResolvedOptions & string;
  inCode: unknown;
  /** Variables in order of precedence, each with a valid text and the value it means. */
  env: [name: string, text: string, value: unknown][];
}

const rows: Row[] = [
  {
    option: "serviceName",
    inCode: "code",
    env: [
      ["CATALYST_SERVICE_NAME", "a", "a"],
      ["SERVICE_NAME", "b", "b"],
      ["INFERENCE_SERVICE_NAME", "c", "c"],
      ["OTEL_SERVICE_NAME", "d", "d"],
    ],
  },
  {
    option: "serviceVersion",
    inCode: "9",
    env: [
      ["CATALYST_SERVICE_VERSION", "1", "1"],
      ["INFERENCE_SERVICE_VERSION", "2", "2"],
    ],
  },
  {
    option: "environment",
    inCode: "code",
    env: [
      ["CATALYST_ENVIRONMENT", "a", "a"],
      ["INFERENCE_ENVIRONMENT", "b", "b"],
      ["OTEL_DEPLOYMENT_ENVIRONMENT", "c", "c"],
    ],
  },
  {
    option: "debug",
    inCode: true,
    env: [
      ["CATALYST_DEBUG", "on", true],
      ["INFERENCE_DEBUG", "no", false],
    ],
  },
  { option: "autoInstrument", inCode: true, env: [["CATALYST_AUTO_INSTRUMENT", "OFF", false]] },
  {
    option: "disabled",
    inCode: true,
    env: [
      ["OTEL_SDK_DISABLED", "TRUE", true],
      ["CATALYST_DISABLED", "0", false],
    ],
  },
  { option: "register", inCode: false, env: [] },
  { option: "batching", inCode: "simple", env: [] },
  {
    option: "compression",
    inCode: "none",
    env: [
      ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none", "none"],
      ["OTEL_EXPORTER_OTLP_COMPRESSION", "GZIP", "gzip"],
    ],
  },
  {
    option: "protocol",
    inCode: "http/json",
    env: [
      ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json", "http/json"],
      ["OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "http/protobuf"],
    ],
  },
  {
    option: "timeoutMs",
    inCode: 5,
    env: [
      ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "100", 100],
      ["OTEL_EXPORTER_OTLP_TIMEOUT", "200", 200],
    ],
  },
  { option: "maxQueueBytes", inCode: 1024, env: [] },
  { option: "maxBatchBytes", inCode: 1024, env: [] },
  { option: "maxBatchSpans", inCode: 7, env: [["OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "64", 64]] },
  { option: "scheduleDelayMs", inCode: 7, env: [["OTEL_BSP_SCHEDULE_DELAY", "5000", 5000]] },
  { option: "exitFlushMs", inCode: 0, env: [["CATALYST_EXIT_FLUSH_MS", "0", 0]] },
];

for (const { option, inCode, env } of rows) {
  const everything = Object.fromEntries(env.map(([name, text]) => [name, text]));

  test(`${option} in code comes before every variable`, () => {
    const { options, sources } = resolving({ [option]: inCode }, everything);
    assert.equal(options[option], inCode);
    assert.equal(sources[option], "option");
  });

  test(`${option} takes its default where nothing is set`, () => {
    const { sources } = resolving({ [option]: undefined }, {});
    assert.equal(sources[option], "default");
  });

  for (const [index, [name, , value]] of env.entries()) {
    test(`${option} comes from ${name} before the variables after it`, () => {
      const after = Object.fromEntries(env.slice(index).map(([key, text]) => [key, text]));
      const { options, sources, warnings } = resolving({}, after);
      assert.equal(options[option], value);
      assert.equal(sources[option], name);
      assert.deepEqual(warnings, []);
    });

    test(`${name} counts as unset when it is blank`, () => {
      const { sources, warnings } = resolving({}, { [name]: " " });
      assert.equal(sources[option], "default");
      assert.deepEqual(warnings, []);
    });
  }
}

test("a wrong type is answered with the option, the value, its type and what it takes", () => {
  assertRefused(
    { timeoutMs: "fast" },
    "ERR_INVALID_OPTION",
    'setup(): option "timeoutMs" is "fast" (string); ' +
      "it takes a whole number of milliseconds from 1 to 2147483647, such as 10000.",
  );
});

const refused: Record<string, unknown[]> = {
  timeoutMs: [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "10", 10n, null],
  exitFlushMs: [-1, "0"],
  scheduleDelayMs: [-1, 2 ** 31],
  maxQueueBytes: [0, 2 ** 53],
  maxBatchBytes: [0, 64 * MIB + 1],
  maxBatchSpans: [0, 0.5],
  debug: ["true", 1, null],
  autoInstrument: ["no"],
  disabled: [0],
  register: ["yes", 1],
  batching: ["BATCH", true],
  compression: ["deflate", true],
  protocol: ["grpc", "json"],
  serviceName: ["", "  ", 5, null],
  serviceVersion: [1],
  environment: [{}],
};
for (const [option, values] of Object.entries(refused)) {
  for (const value of values) {
    test(`${option} refuses ${typeof value} ${String(value)}`, () => {
      assertRefused(
        { [option]: value },
        "ERR_INVALID_OPTION",
        new RegExp(`option "${option}" is .*; it takes `),
      );
    });
  }
}

const misread: [option: keyof ResolvedOptions & string, variable: string, text: string][] = [
  ["debug", "CATALYST_DEBUG", "maybe"],
  ["timeoutMs", "OTEL_EXPORTER_OTLP_TIMEOUT", "10s"],
  ["timeoutMs", "OTEL_EXPORTER_OTLP_TIMEOUT", "0"],
  ["protocol", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
  ["compression", "OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"],
  ["exitFlushMs", "CATALYST_EXIT_FLUSH_MS", "-1"],
  ["disabled", "OTEL_SDK_DISABLED", "1"],
  ["disabled", "OTEL_SDK_DISABLED", "yes"],
  ["sampler", "OTEL_TRACES_SAMPLER", "jaeger_remote"],
];
for (const [option, variable, text] of misread) {
  test(`${variable}=${text} warns and leaves the default`, () => {
    const { options, warnings } = resolving({}, { [variable]: text });
    assert.deepEqual(options[option], resolving().options[option]);
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      new RegExp(`^${variable} is "${text}" \\(string\\); it takes .* It is ignored\\.$`),
    );
  });
}

test("after a malformed variable the next one in order is asked", () => {
  const env = { OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "soon", OTEL_EXPORTER_OTLP_TIMEOUT: "70" };
  assert.equal(resolving({}, env).options.timeoutMs, 70);
});

test("a malformed variable is not looked at when code has the option", () => {
  const { warnings } = resolving({ timeoutMs: 5 }, { OTEL_EXPORTER_OTLP_TIMEOUT: "soon" });
  assert.deepEqual(warnings, []);
});

test("a malformed variable of a megabyte is shown shortened", () => {
  const { warnings } = resolving({}, { CATALYST_DEBUG: "x".repeat(1_000_000) });
  assert.ok((warnings[0] ?? "").length < 300);
});

test("an empty string in code means none for what can be absent", () => {
  const env = { CATALYST_ENVIRONMENT: "prod", CATALYST_OTLP_TOKEN: "t" };
  const { options } = resolving({ environment: "", token: "" }, env);
  assert.equal(options.environment, null);
  assert.deepEqual(options.headers, []);
});
