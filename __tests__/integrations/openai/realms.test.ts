// The SDK loaded in a realm of its own, as test frameworks and sandboxes do: none of its promises,
// objects and arrays has a prototype that this package knows.

import assert from "node:assert/strict";
import { File } from "node:buffer";
import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { createContext, runInContext, type Context } from "node:vm";

import { OPENAI_SDKS, sdk } from "../../support/sdks.js";
import { question } from "./behaviours.js";
import { describeSdk } from "./clients.js";
import { tracedCalls } from "./round.js";

/** A realm that has what Node adds to JavaScript's own globals. */
function makeRealm(): Context {
  const realm = createContext({});
  const own = new Set(runInContext("Object.getOwnPropertyNames(globalThis)", realm) as string[]);
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
    if (!own.has(name)) Object.defineProperty(realm, name, property);
  }
  return realm;
}

type Run = (exports: unknown, require: (wanted: string) => unknown, module: Module) => void;

interface Module {
  exports: unknown;
}

/** What `require()` in the file gives, with modules of the realm. */
function requireIn(realm: Context, file: string, specifier: string): unknown {
  const loaded = new Map<string, Module>();
  const load = (from: string, wanted: string): unknown => {
    const require = createRequire(from);
    if (isBuiltin(wanted)) return require(wanted);
    const path = require.resolve(wanted);
    const known = loaded.get(path);
    if (known !== undefined) return known.exports;
    const source = readFileSync(path, "utf8");
    const isData = path.endsWith(".json");
    const module: Module = { exports: isData ? JSON.parse(source) : {} };
    loaded.set(path, module);
    if (isData) return module.exports;
    const code = `(function (exports, require, module) {${source}\n})`;
    const run = runInContext(code, realm, { filename: path }) as Run;
    run(module.exports, (inner) => load(path, inner), module);
    return module.exports;
  };
  return load(file, specifier);
}

for (const name of OPENAI_SDKS) {
  test(`calls in a realm of their own are recorded (${name})`, async () => {
    const realm = makeRealm();
    const own = requireIn(realm, join(sdk(name).folder, "app.js"), "openai");
    await tracedCalls(describeSdk(name, own), async ({ client, delivered }) => {
      realm["question"] = JSON.stringify(question);
      const body: unknown = runInContext("JSON.parse(question)", realm);
      await client.chat.completions.create(body);
      for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
      const image = new File(["pixels"], "cat.png", { type: "image/png" });
      await client.images.edit(Object.assign(runInContext("({})", realm), { image, prompt: "a" }));
      await assert.rejects(client.responses.retrieve("resp_none"));
      const spans = (await delivered()).map(({ attributes }) => attributes);
      const [whole, streamed, edited, failed] = spans;
      for (const span of [whole, streamed]) {
        assert.equal(span?.["llm.input_messages.0.message.content"], question.messages[0]?.content);
        assert.equal(typeof span?.["llm.output_messages.0.message.content"], "string");
        assert.equal(span?.["http.response.status_code"], 200);
      }
      assert.match(String(edited?.["input.value"]), /"image":\{"name":"cat.png"/);
      assert.equal(failed?.["http.response.status_code"], 404);
      assert.equal(spans.length, 4);
    });
  });
}
