import assert from "node:assert/strict";
import { test } from "node:test";
import { sameOptions } from "../../js/options.js";
import { resolving } from "./resolving.js";

test("resolved options are frozen throughout", () => {
  const { options } = resolving({ headers: { a: "b" }, resourceAttributes: { list: ["a"] } });
  for (const part of [
    options,
    options.headers,
    options.headers[0],
    options.resource,
    options.resource["list"],
    options.proxy,
    options.sampler,
    options.modules,
  ]) {
    assert.ok(Object.isFrozen(part));
  }
});

test("options that say the same are the same, in whatever order and from whatever source", () => {
  const one = resolving({ serviceName: "app", resourceAttributes: { a: 1, b: ["x"] } });
  const two = resolving(
    { resourceAttributes: { b: ["x"], a: 1 } },
    { CATALYST_SERVICE_NAME: "app" },
  );
  assert.ok(sameOptions(one.options, two.options));
});

test("options that differ in one value are not the same", () => {
  const base = resolving().options;
  for (const other of [
    { timeoutMs: 1 },
    { resourceAttributes: { a: 1 } },
    { headers: { a: "b" } },
    { token: "t" },
  ]) {
    assert.ok(!sameOptions(base, resolving(other).options), JSON.stringify(other));
  }
});

test("modules do not make options differ", () => {
  const openai = class OpenAI {};
  const { options } = resolving({ modules: { openai } });
  assert.equal(options.modules.openai, openai);
  assert.ok(sameOptions(options, resolving().options));
});
