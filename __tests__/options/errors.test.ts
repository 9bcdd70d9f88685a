import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  CatalystInstrumentationError,
  CatalystTracingError,
  CatalystTracingErrorCodes,
  describeValue,
  InferenceTracingError,
  InferenceTracingErrorCodes,
  InvalidSdkInputError,
  InvalidTracerInputError,
} from "../../js/errors.js";

test("the other names are the same objects", () => {
  assert.equal(InferenceTracingError, CatalystTracingError);
  assert.equal(InferenceTracingErrorCodes, CatalystTracingErrorCodes);
});

test("the codes cannot be changed", () => {
  assert.ok(Object.isFrozen(CatalystTracingErrorCodes));
});

test("an error has its code, its name and its cause", () => {
  const cause = new Error("below");
  const error = new CatalystTracingError("ERR_INVALID_OPTION", "wrong", { cause });
  assert.equal(error.code, CatalystTracingErrorCodes.INVALID_OPTION);
  assert.equal(error.cause, cause);
  assert.equal(String(error), "CatalystTracingError: wrong");
});

test("an error without a cause has no such property", () => {
  assert.ok(!("cause" in new CatalystTracingError("ERR_INVALID_OPTION", "wrong")));
});

test("a logged error lists its code but not its name among its fields", () => {
  const logged = inspect(new CatalystTracingError("ERR_INVALID_OPTION", "wrong"));
  assert.match(logged, /code: 'ERR_INVALID_OPTION'/);
  assert.doesNotMatch(logged, /name:/);
});

test("both input errors are instrumentation errors and tracing errors", () => {
  const sdk = new InvalidSdkInputError({
    integration: "openai",
    expectation: "the OpenAI class",
    received: null,
    fixHint: 'Pass what import OpenAI from "openai" gives.',
  });
  const tracer = new InvalidTracerInputError({});
  for (const error of [sdk, tracer]) {
    assert.ok(error instanceof CatalystInstrumentationError);
    assert.ok(error instanceof CatalystTracingError);
  }
  assert.equal(sdk.code, "ERR_INVALID_SDK_INPUT");
  assert.equal(sdk.integration, "openai");
  assert.equal(sdk.receivedTypeOf, "object");
  assert.equal(
    sdk.message,
    'openai: got null; it takes the OpenAI class. Pass what import OpenAI from "openai" gives.',
  );
  assert.equal(tracer.code, "ERR_INVALID_TRACER_INPUT");
  assert.equal(tracer.name, "InvalidTracerInputError");
});

const revoked = Proxy.revocable({}, {});
revoked.revoke();

const shown: [unknown, string][] = [
  ["fast", '"fast" (string)'],
  [12.5, "12.5 (number)"],
  [true, "true (boolean)"],
  [5n, "5n (bigint)"],
  [null, "null"],
  [undefined, "undefined"],
  [[1], "an array"],
  [{ a: 1 }, "an object"],
  [() => 1, "a function"],
  [Symbol("s"), "a symbol"],
  [revoked.proxy, "an object"],
];
for (const [value, words] of shown) {
  test(`a value is described as ${words}`, () => assert.equal(describeValue(value), words));
}

test("a long value is cut to 80 characters, and not within a character", () => {
  const described = describeValue("😀".repeat(1000));
  const [text = ""] = described.split(" (string)");
  assert.ok(text.length <= 80, `${text.length} characters`);
  assert.equal(text, Buffer.from(text).toString());
  assert.ok(text.endsWith("…"));
});
