import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, refusal, resolving } from "./resolving.js";

function headersOf(options: object, env: NodeJS.ProcessEnv = {}) {
  return Object.fromEntries(resolving(options, env).options.headers);
}

const tokens: [name: string, token: string][] = [
  ["CATALYST_OTLP_TOKEN", "a"],
  ["OTLP_INGEST_TOKEN", "b"],
  ["INFERENCE_API_KEY", "c"],
];
for (const [index, [name, token]] of tokens.entries()) {
  test(`${name} is the bearer token before the variables after it`, () => {
    const env = Object.fromEntries(tokens.slice(index));
    assert.deepEqual(headersOf({}, env), { Authorization: `Bearer ${token}` });
    assert.equal(resolving({}, env).sources["token"], name);
  });
}

test("the token in code comes before the variables", () => {
  assert.deepEqual(headersOf({ token: "code" }, Object.fromEntries(tokens)), {
    Authorization: "Bearer code",
  });
});

test("a token with a line end or the scheme before it is sent without them", () => {
  assert.deepEqual(headersOf({ token: "Bearer abc\n" }), { Authorization: "Bearer abc" });
});

for (const token of ["two words", "a\nb", "ключ", 12345, {}]) {
  test(`the token ${JSON.stringify(token)} is refused and not shown`, () => {
    const { code, message } = refusal({ token });
    assert.equal(code, "ERR_INVALID_OPTION");
    assert.match(message, /option "token" is .*; it takes a token of visible ASCII/);
    assert.doesNotMatch(message, /two|ключ|12345/);
  });
}

test("a malformed token in a variable warns and is not shown", () => {
  const { options, warnings } = resolving({}, { CATALYST_OTLP_TOKEN: "hunter2 hunter3" });
  assert.deepEqual(options.headers, []);
  assert.match(warnings.join(), /^CATALYST_OTLP_TOKEN is malformed \(its value is not shown\)/);
  assert.doesNotMatch(warnings.join(), /hunter/);
});

test("variables hold pairs, percent-encoded, with blanks around them allowed", () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: " x-a = 1%2C2 ,x-b=a=b==,, x-c=%C3%A9" };
  assert.deepEqual(headersOf({}, env), { "x-a": "1,2", "x-b": "a=b==", "x-c": "é" });
});

test("headers merge without regard to case: code, then traces, then all signals", () => {
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: "X-One=all,X-Two=all,X-Three=all",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-two=traces,x-three=traces",
  };
  const { options, sources } = resolving({ headers: { "x-THREE": "code" } }, env);
  assert.deepEqual(options.headers, [
    ["X-One", "all"],
    ["x-two", "traces"],
    ["x-THREE", "code"],
  ]);
  assert.equal(
    sources["headers"],
    "option, OTEL_EXPORTER_OTLP_TRACES_HEADERS, OTEL_EXPORTER_OTLP_HEADERS",
  );
});

test("an Authorization in code comes before the token", () => {
  assert.deepEqual(headersOf({ token: "t", headers: { authorization: "Basic x" } }), {
    authorization: "Basic x",
  });
});

test("a token comes before an Authorization in OpenTelemetry's variables", () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic other", CATALYST_OTLP_TOKEN: "t" };
  assert.deepEqual(headersOf({}, env), { Authorization: "Bearer t" });
});

test("an Authorization in OpenTelemetry's variables is sent where there is no token", () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer%20x" };
  assert.deepEqual(headersOf({}, env), { Authorization: "Bearer x" });
});

const malformed: [text: string, warning: RegExp][] = [
  ["hunter2", /entry 1 is not of the form key=value/],
  ["x-ok=1,=hunter2", /entry 2 is not of the form key=value/],
  ["x-key=hunter2%zz", /entry 1 is not percent-encoded properly/],
  ["x-key=hunter2%0Aevil:1", /the value of "x-key" \(not shown\) has characters/],
  ["x key=hunter2", /a header's name is not valid in HTTP/],
];
for (const [text, warning] of malformed) {
  test(`the entry ${text} is ignored with a warning that shows no value`, () => {
    const { options, warnings } = resolving({}, { OTEL_EXPORTER_OTLP_HEADERS: text });
    assert.ok(options.headers.every(([name]) => name === "x-ok"));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", warning);
    assert.doesNotMatch(warnings[0] ?? "", /hunter2/);
  });
}

const wrong: [headers: unknown, message: RegExp][] = [
  ["x=1", /option "headers" is "x=1" \(string\); it takes an object of strings/],
  [[["x", "1"]], /option "headers" is an array/],
  [{ "x-key": undefined }, /option "headers\.x-key" is undefined; it takes a string/],
  [{ "x-key": 1 }, /option "headers\.x-key" is a number; it takes a string/],
  [
    { "x-key": "hunter2\r\nevil: 1" },
    /option "headers\.x-key" is malformed \(its value is not shown\)/,
  ],
  [{ "x-key": "hunter2 ключ" }, /option "headers\.x-key" is malformed/],
  [{ "x key": "hunter2" }, /option "headers\.x key" is malformed/],
  [{ "": "hunter2" }, /it takes a name of letters, digits and dashes/],
];
for (const [headers, message] of wrong) {
  test(`the headers ${JSON.stringify(headers)} are refused without showing a value`, () => {
    assertRefused({ headers }, "ERR_INVALID_OPTION", message);
    assert.doesNotMatch(refusal({ headers }).message, /hunter2/);
  });
}

test("headers that describe the body are left to the exporter, with a warning", () => {
  const { options, warnings } = resolving({ headers: { "Content-Type": "text/plain" } });
  assert.deepEqual(options.headers, []);
  assert.match(warnings.join(), /the exporter itself sets the header "Content-Type"/);
});
