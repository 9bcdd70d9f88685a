// What must not leave the process is no more in what a test sees, so that a test can prove it.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";

import { manualSpan, setup } from "catalyst-tracing";
import { createTestTracing, type TestTracingOptions } from "catalyst-tracing/testing";

import { withEnvironment } from "../delivery/tracing.js";

const EMAIL = "ann.lee@example.com";
const TEXT = `write to ${EMAIL} ${"x".repeat(100)}`;

/** The input of a step as `spans()` shows it. */
async function inputUnder(options: TestTracingOptions): Promise<string> {
  const tracing = await createTestTracing(options);
  try {
    await manualSpan({ spanName: "step", input: TEXT }, () => undefined);
    return String(tracing.spans()[0]?.attributes["input.value"]);
  } finally {
    await tracing.shutdown();
  }
}

test("createTestTracing() takes hide, redact and limits, and shows what they leave", async () => {
  assert.equal(await inputUnder({}), TEXT);
  assert.equal(await inputUnder({ hide: { inputs: true } }), "__REDACTED__");
  assert.match(await inputUnder({ redact: ["email"] }), /^write to <email:[0-9a-f]{8}> x+$/);
  assert.match(
    await inputUnder({ limits: { valueLength: 40 } }),
    /^write to .*…\[cut \d+ chars\]$/,
  );
  const all = await inputUnder({ redact: ["email"], limits: { valueLength: 60 } });
  assert.match(all, /^write to <email:[0-9a-f]{8}> x*…\[cut \d+ chars\]$/);
  assert.equal(await inputUnder({ redact: [(text) => text.slice(0, 5)] }), "write");
});

test("a pseudonym is the same in every run where the test gives a secret", async () => {
  const secret = "a secret of sixteen or more";
  const input = await inputUnder({ redact: { detect: ["email"], secret } });
  const tag = createHmac("sha256", secret).update(EMAIL).digest("hex").slice(0, 8);
  assert.ok(input.startsWith(`write to <email:${tag}> `), input);
});

test("variables for privacy change nothing in a test", async () => {
  const variables = { OPENINFERENCE_HIDE_INPUTS: "true", CATALYST_REDACT: "true" };
  assert.equal(await withEnvironment(variables, async () => await inputUnder({})), TEXT);
});

test("the app's own setup() says in a test what is hidden, for all of its destinations alike", async () => {
  const tracing = await createTestTracing();
  try {
    const destinations = [{ endpoint: "http://127.0.0.1:9", hide: false }];
    await setup({ hide: { inputs: true }, destinations, autoInstrument: false });
    await manualSpan({ spanName: "step", input: TEXT }, () => undefined);
    assert.equal(tracing.spans()[0]?.attributes["input.value"], "__REDACTED__");
  } finally {
    await tracing.shutdown();
  }
});
