// What of `destinations`, `sink`, `endpoint` and the environment decides where spans go.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sameOptions } from "../../js/options.js";
import { shownSettings } from "../../js/options/shown.js";
import { assertRefused, refusal, resolving } from "./resolving.js";

const HERE = "http://localhost:8799";
const ONE = "http://one.example";
const TWO = "https://two.example/otlp";

/** `name endpoint` of each place. */
function places(options: unknown, env: NodeJS.ProcessEnv = {}): string[] {
  const { destinations } = resolving(options, env).options;
  return destinations.map(({ name, endpoint }) => `${name} ${endpoint}`);
}

function only(options: unknown, env: NodeJS.ProcessEnv = {}) {
  const [destination, ...others] = resolving({ destinations: [options] }, env).options.destinations;
  assert.ok(destination !== undefined && others.length === 0);
  return destination;
}

const rows: [what: string, options: unknown, env: NodeJS.ProcessEnv, expected: string[]][] = [
  ["nothing", {}, {}, [`otlp ${HERE}`]],
  ["an endpoint in code", { endpoint: ONE }, {}, [`otlp ${ONE}`]],
  ["a sink", { sink: "console" }, {}, ["console console:"]],
  ["a variable for a sink", {}, { CATALYST_SINK: "console" }, ["console console:"]],
  ["a file", { sink: { file: "a.jsonl" } }, {}, ["file file:/app/a.jsonl"]],
  ["a file elsewhere", {}, { CATALYST_SINK: "file:/x/a:b.jsonl" }, ["file file:/x/a:b.jsonl"]],
  [
    "a sink and an endpoint in code",
    { sink: "console", endpoint: ONE },
    {},
    [`otlp ${ONE}`, "console console:"],
  ],
  [
    "a sink and an endpoint of the environment",
    { sink: "console" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: ONE },
    [`otlp ${ONE}`, "console console:"],
  ],
  [
    "sinks with otlp among them",
    {},
    { CATALYST_SINK: "Console, otlp ,file:a,file:b,console" },
    [`otlp ${HERE}`, "console console:", "file file:/app/a", "file 2 file:/app/b"],
  ],
  ["code before the environment", { sink: "otlp" }, { CATALYST_SINK: "console" }, [`otlp ${HERE}`]],
  [
    "destinations",
    { destinations: [{ endpoint: ONE }, { endpoint: TWO, name: "vendor" }] },
    { OTEL_EXPORTER_OTLP_ENDPOINT: HERE },
    [`one.example ${ONE}`, `vendor ${TWO}`],
  ],
  [
    "destinations and an endpoint in code",
    { endpoint: HERE, destinations: [{ endpoint: ONE }] },
    {},
    [`otlp ${HERE}`, `one.example ${ONE}`],
  ],
  [
    "destinations and a sink",
    { sink: "console", destinations: [{ endpoint: ONE }, { sink: { file: "a" } }] },
    {},
    ["console console:", `one.example ${ONE}`, "file file:/app/a"],
  ],
  [
    "one destination twice, and names that others have given",
    { sink: "console", destinations: [{ endpoint: ONE }, { endpoint: ONE, name: "console" }] },
    {},
    ["console 2 console:", `one.example ${ONE}`, `console ${ONE}`],
  ],
];
for (const [what, options, env, expected] of rows) {
  test(`where spans go by ${what}`, () => {
    assert.deepEqual(places(options, env), expected);
  });
}

test("a destination gets no secret that was meant for another", () => {
  const { options } = resolving(
    {
      token: "above",
      headers: { "x-key": "above" },
      endpoint: HERE,
      destinations: [{ endpoint: ONE }, { endpoint: TWO, token: "own", headers: { a: "b" } }],
    },
    {
      INFERENCE_API_KEY: "environment",
      OTEL_EXPORTER_OTLP_HEADERS: "x-env=1",
    },
  );
  const headers = options.destinations.map(({ otlp }) => Object.fromEntries(otlp?.headers ?? []));
  assert.deepEqual(headers, [
    { "x-env": "1", Authorization: "Bearer above", "x-key": "above" },
    {},
    { Authorization: "Bearer own", a: "b" },
  ]);
});

test("a destination takes encoding, compression and timeout from above unless it has its own", () => {
  const above = { protocol: "http/json", compression: "none" } as const;
  const env = { OTEL_EXPORTER_OTLP_TIMEOUT: "5000" };
  const destinations = [{ endpoint: ONE }, { endpoint: TWO, compression: "gzip", timeoutMs: 7 }];
  const { options } = resolving({ ...above, destinations }, env);
  const shown = options.destinations.map(({ otlp }) => [
    otlp?.protocol,
    otlp?.compression,
    otlp?.gzipLevel,
    otlp?.timeoutMs,
  ]);
  assert.deepEqual(shown, [
    ["http/json", "none", 1, 5000],
    ["http/json", "gzip", 1, 7],
  ]);
});

test("whether compression is worth its CPU time is decided for each destination", () => {
  assert.equal(only({ endpoint: "http://127.0.0.1:4318" }).otlp?.gzipLevel, 0);
  assert.equal(only({ endpoint: ONE }).otlp?.gzipLevel, 1);
});

test("what a destination is shown as holds no password", () => {
  const { name, endpoint } = only({ endpoint: "https://me:hunter2@one.example:1/?key=hunter3" });
  assert.doesNotMatch(name + endpoint, /hunter/);
  const resolution = resolving({ destinations: [{ endpoint: ONE, token: "hunter2" }] });
  const shown = shownSettings(resolution);
  assert.doesNotMatch(JSON.stringify(shown), /hunter/);
  assert.deepEqual(
    shown.find((setting) => setting.name === "destinations"),
    { name: "destinations", value: `one.example (${ONE})`, source: "option" },
  );
});

test("destinations that differ make the options differ", () => {
  const of = (destination: object) => resolving({ destinations: [destination] }).options;
  const base = of({ endpoint: ONE });
  assert.ok(sameOptions(base, of({ endpoint: ONE })));
  for (const other of [
    { endpoint: TWO },
    { endpoint: ONE, token: "t" },
    { endpoint: ONE, filter: { kinds: ["LLM"] } },
    { sink: "console" },
  ]) {
    assert.ok(!sameOptions(base, of(other)), JSON.stringify(other));
  }
  assert.ok(Object.isFrozen(base.destinations[0]?.otlp?.headers));
});

test("a filter is taken as it is meant", () => {
  const filter = {
    kinds: ["llm"],
    names: "chat*",
    attributes: { "user.id": "u1", tries: [1, 2] },
    minDurationMs: 0.5,
    except: { errorsOnly: true },
  };
  assert.deepEqual(only({ endpoint: ONE, filter }).filter, {
    only: {
      kinds: ["LLM"],
      names: ["chat*"],
      attributes: { "user.id": ["u1"], tries: [1, 2] },
      minDurationMs: 0.5,
    },
    except: { errorsOnly: true },
  });
  assert.equal(only({ endpoint: ONE }).filter, null);
});

const refused: [options: unknown, code: "INVALID" | "UNKNOWN", message: RegExp][] = [
  [{ destinations: [] }, "INVALID", /"destinations" is .*it takes a list such as/],
  [{ destinations: { endpoint: ONE } }, "INVALID", /"destinations" is /],
  [{ destinations: ["x"] }, "INVALID", /"destinations\[0\]" is "x".*an object such as/],
  [{ destinations: [{}] }, "INVALID", /"destinations\[0\]\.endpoint" is undefined/],
  [
    { destinations: [{ endpoint: ONE }, { endpoint: "x" }] },
    "INVALID",
    /"destinations\[1\]\.endpoint" is "x"/,
  ],
  [
    { destinations: [{ endpont: ONE }] },
    "UNKNOWN",
    /"destinations\[0\]" has no "endpont"\. Did you mean "endpoint"/,
  ],
  [
    { destinations: [{ endpoint: ONE, timeoutMs: 0 }] },
    "INVALID",
    /"destinations\[0\]\.timeoutMs"/,
  ],
  [
    { destinations: [{ endpoint: ONE, headers: { "a b": "c" } }] },
    "INVALID",
    /"destinations\[0\]\.headers\.a b"/,
  ],
  [
    { destinations: [{ endpoint: ONE, certificate: "/nowhere.pem" }] },
    "INVALID",
    /"destinations\[0\]\.certificate" is "\/nowhere\.pem", a file that cannot be read/,
  ],
  [
    { destinations: [{ endpoint: ONE, clientKey: "-----BEGIN PRIVATE KEY-----" }] },
    "INVALID",
    /"destinations\[0\]\.clientKey" is set but "clientCertificate" is not/,
  ],
  [
    {
      destinations: [
        { endpoint: ONE, name: "a" },
        { endpoint: TWO, name: "a" },
      ],
    },
    "INVALID",
    /"destinations\[1\]\.name" is "a".*a name that no other has/,
  ],
  [{ destinations: [{ endpoint: ONE, name: "" }] }, "INVALID", /"destinations\[0\]\.name"/],
  [{ destinations: [{ sink: "otlp" }] }, "INVALID", /"destinations\[0\]\.sink" is "otlp"/],
  [
    { destinations: [{ sink: "console", token: "t" }] },
    "INVALID",
    /"destinations\[0\]" has both "sink" and "token"/,
  ],
  [
    { destinations: [{ endpoint: ONE, filter: { kind: "LLM" } }] },
    "UNKNOWN",
    /"destinations\[0\]\.filter" has no "kind"\. Did you mean "kinds"/,
  ],
  [
    { destinations: [{ endpoint: ONE, filter: { kinds: ["LLMS"] } }] },
    "INVALID",
    /"destinations\[0\]\.filter\.kinds" is .*a list of CHAIN|LLM/,
  ],
  [{ destinations: [{ endpoint: ONE, filter: { names: [] } }] }, "INVALID", /filter\.names" is/],
  [
    { destinations: [{ endpoint: ONE, filter: { attributes: { a: null } } }] },
    "INVALID",
    /filter\.attributes\.a" is null/,
  ],
  [
    { destinations: [{ endpoint: ONE, filter: { except: {} } }] },
    "INVALID",
    /filter\.except" is .*an object such as/,
  ],
  [
    { destinations: [{ endpoint: ONE, filter: { except: { except: {} } } }] },
    "UNKNOWN",
    /filter\.except" has no "except"/,
  ],
  [{ sink: "consol" }, "INVALID", /"sink" is "consol".*it takes "otlp", "console"/],
  [{ sink: [] }, "INVALID", /"sink" is/],
  [{ sink: null }, "INVALID", /"sink" is null/],
  [{ sink: ["otlp", { file: "" }] }, "INVALID", /"sink\[1\]\.file" is ""/],
  [{ sink: { file: "a", maxbytes: 1 } }, "UNKNOWN", /"sink" has no "maxbytes".*"maxBytes"/],
  [{ sink: { file: "a", maxFiles: 0 } }, "INVALID", /"sink\.maxFiles" is 0/],
];
for (const [options, code, message] of refused) {
  test(`refused: ${JSON.stringify(options)}`, () => {
    assertRefused(options, `ERR_${code}_OPTION`, message);
  });
}

test("no token is in the message about a destination", () => {
  const options = { destinations: [{ endpoint: ONE, token: "hunter 2" }] };
  assert.doesNotMatch(refusal(options).message, /hunter/);
});

for (const text of ["screen", "console:x", "file", "file:", "otlp,,console", "console;otlp"]) {
  test(`CATALYST_SINK=${text} warns, and spans go where they would without it`, () => {
    const { options, warnings } = resolving({}, { CATALYST_SINK: text });
    assert.match(warnings.join(), /^CATALYST_SINK is .*; it takes otlp, console, file:PATH/);
    assert.deepEqual(
      options.destinations.map(({ name }) => name),
      ["otlp"],
    );
  });
}

test("a getter in a destination that throws becomes an error that names it", () => {
  const destination = {
    get endpoint(): string {
      throw new Error("from user code");
    },
  };
  const error = refusal({ destinations: [destination] });
  assert.match(error.message, /option "destinations\[0\]\.endpoint" cannot be read/);
});
