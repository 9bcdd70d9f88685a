import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, refusal, resolving } from "./resolving.js";

for (const options of [null, "x", 1, [], () => ({})]) {
  test(`options that are ${JSON.stringify(options) ?? "a function"} are refused`, () => {
    assertRefused(options, "ERR_INVALID_OPTION", /^setup\(\): got .*; it takes an object/);
  });
}

test("no options at all are as good as empty ones", () => {
  assert.deepEqual(resolving(undefined).options, resolving({}).options);
});

const misspelt: [string, string][] = [
  ["endpont", "endpoint"],
  ["servicename", "serviceName"],
  ["timeout", "timeoutMs"],
  ["header", "headers"],
];
for (const [wrong, right] of misspelt) {
  test(`the unknown option ${wrong} is answered with ${right}`, () => {
    assertRefused(
      { [wrong]: "x" },
      "ERR_UNKNOWN_OPTION",
      `setup(): there is no option "${wrong}". Did you mean "${right}"?`,
    );
  });
}

test("an unknown option that resembles none is answered with all the names", () => {
  assertRefused({ zzzzzzzzzz: 1 }, "ERR_UNKNOWN_OPTION", /It takes endpoint, token, .*spool\.$/);
});

test("an unknown option with a name of a megabyte is refused at once and shown shortened", () => {
  assert.ok(refusal({ ["x".repeat(1_000_000)]: 1 }).message.length < 500);
});

test("the value of an unknown option is not shown, because it may be a misspelt token", () => {
  assert.doesNotMatch(refusal({ tokn: "hunter2" }).message, /hunter2/);
});

for (const name of [
  "spool",
  "hide",
  "redact",
  "limits",
  "sample",
  "cost",
  "destinations",
  "sink",
]) {
  test(`the option ${name} may be passed as undefined`, () => {
    assert.doesNotThrow(() => resolving({ [name]: undefined }));
  });
}

test("a getter that throws becomes an error that names the option and keeps the cause", () => {
  const cause = new Error("from user code");
  const error = refusal({
    get endpoint() {
      throw cause;
    },
  });
  assert.match(error.message, /^setup\(\): option "endpoint" cannot be read/);
  assert.equal(error.cause, cause);
});

test("a proxy that throws, and a revoked one, become errors", () => {
  const hostile = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error("no keys");
      },
    },
  );
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const value of [hostile, proxy]) {
    assert.equal(refusal(value).code, "ERR_INVALID_OPTION");
    assert.equal(refusal({ headers: value }).code, "ERR_INVALID_OPTION");
    assert.equal(refusal({ resourceAttributes: value }).code, "ERR_INVALID_OPTION");
    assert.equal(refusal({ modules: value }).code, "ERR_INVALID_OPTION");
    assert.equal(refusal({ resourceAttributes: { a: value } }).code, "ERR_INVALID_OPTION");
  }
});

test("a getter is called once", () => {
  let calls = 0;
  resolving({
    get serviceName() {
      calls += 1;
      return "app";
    },
  });
  assert.equal(calls, 1);
});

test("options that a class inherits are seen", () => {
  class Settings {
    get serviceName() {
      return "inherited";
    }
  }
  assert.equal(resolving(new Settings()).options.serviceName, "inherited");
});

test("an environment that may not be read is an empty one", () => {
  const env = new Proxy(
    {},
    {
      get() {
        throw new Error("not allowed");
      },
      ownKeys() {
        throw new Error("not allowed");
      },
    },
  );
  assert.deepEqual(resolving({}, env).options, resolving({}).options);
});
