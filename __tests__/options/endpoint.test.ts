import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, refusal, resolving } from "./resolving.js";

const bases: [given: string, tracesUrl: string][] = [
  ["http://localhost:4318", "http://localhost:4318/v1/traces"],
  ["http://localhost:4318/", "http://localhost:4318/v1/traces"],
  ["https://host/otlp", "https://host/otlp/v1/traces"],
  ["https://host/otlp//", "https://host/otlp/v1/traces"],
  ["https://host/v1/traces", "https://host/v1/traces"],
  ["https://host/v1/traces/", "https://host/v1/traces"],
  ["https://host/a?key=b#c", "https://host/a/v1/traces?key=b"],
  ["https://me:secret@host", "https://me:secret@host/v1/traces"],
  ["http://[::1]:4318", "http://[::1]:4318/v1/traces"],
  ["HTTP://Host", "http://host/v1/traces"],
];
for (const [given, tracesUrl] of bases) {
  test(`the base URL ${given} posts to ${tracesUrl}`, () => {
    const { options } = resolving({ endpoint: given });
    assert.equal(options.endpoint, given);
    assert.equal(options.tracesUrl, tracesUrl);
  });
}

const variables: [name: string, text: string, tracesUrl: string][] = [
  ["CATALYST_OTLP_ENDPOINT", "http://a", "http://a/v1/traces"],
  ["OTLP_ENDPOINT", "http://b", "http://b/v1/traces"],
  ["INFERENCE_OTLP_ENDPOINT", "http://c", "http://c/v1/traces"],
  ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://d/custom", "http://d/custom"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://e/otlp/", "http://e/otlp/v1/traces"],
];
for (const [index, [name, , tracesUrl]] of variables.entries()) {
  test(`${name} comes before the variables after it`, () => {
    const env = Object.fromEntries(variables.slice(index).map(([key, text]) => [key, text]));
    const { options, sources } = resolving({}, env);
    assert.equal(options.tracesUrl, tracesUrl);
    assert.equal(sources["endpoint"], name);
  });
}

test("the full URL for traces without a path posts to the root", () => {
  const { options } = resolving({}, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://d" });
  assert.equal(options.tracesUrl, "http://d/");
});

for (const wrong of [
  "localhost:4318",
  "ftp://host",
  "http:host",
  "http://",
  "",
  "host",
  4318,
  null,
]) {
  test(`the endpoint ${JSON.stringify(wrong)} is refused`, () => {
    assertRefused(
      { endpoint: wrong },
      "ERR_INVALID_OPTION",
      /option "endpoint" is .*; it takes an http:\/\/ or https:\/\/ URL, such as http:\/\/localhost:8799\.$/,
    );
  });
}

test("a malformed variable warns, and the next one counts", () => {
  const env = { CATALYST_OTLP_ENDPOINT: "collector:4318", OTEL_EXPORTER_OTLP_ENDPOINT: "http://e" };
  const { options, warnings } = resolving({}, env);
  assert.equal(options.endpoint, "http://e");
  assert.deepEqual(warnings, [
    'CATALYST_OTLP_ENDPOINT is "collector:4318" (string); ' +
      "it takes an http:// or https:// URL, such as http://localhost:8799. It is ignored.",
  ]);
});

for (const url of [
  "me:hunter2@host:4318",
  "ftp://me:hunter2@host",
  "ftp://me:a/hunter2@host",
  "ftp://me:a?hunter2@host",
  "ftp://host/?key=hunter2",
]) {
  test(`no credential of the malformed URL ${url} is shown`, () => {
    assert.doesNotMatch(refusal({ endpoint: url }).message, /hunter2|me:/);
    const { warnings } = resolving({}, { CATALYST_OTLP_ENDPOINT: url });
    assert.doesNotMatch(warnings.join(), /hunter2|me:/);
  });
}

test("proxies are read in lower and in upper case, lower case first", () => {
  const { options } = resolving(
    {},
    {
      http_proxy: "http://low",
      HTTP_PROXY: "http://up",
      HTTPS_PROXY: "proxy:3128",
      all_proxy: "http://me:pw@all",
      NO_PROXY: "localhost,.internal",
    },
  );
  assert.deepEqual(options.proxy, {
    http: "http://low",
    https: "proxy:3128",
    all: "http://me:pw@all",
    no: "localhost,.internal",
  });
});

test("under CGI a request cannot set the proxy", () => {
  const { options } = resolving({}, { REQUEST_METHOD: "GET", HTTP_PROXY: "http://evil" });
  assert.equal(options.proxy.http, null);
});

test("a malformed proxy warns without its credentials", () => {
  const { options, warnings } = resolving({}, { HTTPS_PROXY: "http://me:hunter2@ho st" });
  assert.equal(options.proxy.https, null);
  assert.match(warnings.join(), /^HTTPS_PROXY is /);
  assert.doesNotMatch(warnings.join(), /hunter2/);
});
