// Loading the SDKs: what a test gets must be what an application in that folder would get.

import assert from "node:assert/strict";
import { test } from "node:test";

import { AGENTS_SDKS, OPENAI_SDKS, sdk } from "./sdks.js";

interface OpenAiModule {
  OpenAI: { Chat: { Completions: { prototype: { create: unknown } } } };
}

for (const name of OPENAI_SDKS) {
  test(`${name} is that major version, and its ES and CommonJS modules are two`, async () => {
    const { version, importEsm, requireCjs } = sdk(name);
    assert.equal(version.split(".")[0], name.split("-")[1]);
    const esm = (await importEsm()) as OpenAiModule;
    const cjs = requireCjs() as OpenAiModule;
    assert.equal(typeof esm.OpenAI.Chat.Completions.prototype.create, "function");
    assert.equal(typeof cjs.OpenAI.Chat.Completions.prototype.create, "function");
    assert.notEqual(esm.OpenAI, cjs.OpenAI);
  });
}

test("agents come in the versions that their folders are named after", () => {
  const lines = AGENTS_SDKS.map((name) => `agents-${sdk(name).version.replace(/\.\d+$/, "")}`);
  assert.deepEqual(lines, [...AGENTS_SDKS]);
});

test("what a program imports by URL is what a test imports by name", async () => {
  const { esmUrl, importEsm } = sdk("openai-7");
  const url = await esmUrl("openai/helpers/zod");
  assert.match(url, /\/\.sdks\/openai-7\/node_modules\/openai\//);
  const named = (await importEsm("openai/helpers/zod")) as { zodTextFormat: unknown };
  const addressed = (await import(url)) as { zodTextFormat: unknown };
  assert.equal(typeof named.zodTextFormat, "function");
  assert.equal(named.zodTextFormat, addressed.zodTextFormat);
});
