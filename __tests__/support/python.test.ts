// Our reading of the wire against Python's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { decodeTraces } from "./otlp.js";
import { compareWithPython } from "./python-compare.js";
import { decodeWithPython } from "./python.js";
import { jsonBody, manySpans, protobufBody, sampleRequest } from "./sample-request.js";

const ours = decodeTraces(protobufBody(sampleRequest), "application/x-protobuf").spans;

test("Python reads protobuf, gzip and JSON bodies as we do", async (context) => {
  const bodies = [
    protobufBody,
    jsonBody,
    (request: typeof sampleRequest) => gzipSync(protobufBody(request)),
  ];
  for (const encode of bodies) {
    const python = await decodeWithPython([encode(sampleRequest)]);
    if ("skipped" in python) {
      context.skip(python.skipped);
      return;
    }
    assert.deepEqual(compareWithPython(ours, python.spans), []);
  }
});

test("every difference from Python's reading is told", async (context) => {
  const python = await decodeWithPython([protobufBody(sampleRequest)]);
  if ("skipped" in python) {
    context.skip(python.skipped);
    return;
  }
  const [root, child] = ours;
  assert.ok(root !== undefined && child !== undefined);
  const { tokens: _dropped, ...attributes } = child.attributes;
  const changed = { ...child, name: "other", attributes: { ...attributes, huge: 1, extra: true } };
  assert.deepEqual(
    compareWithPython([changed, { ...root, spanId: "f".repeat(16) }], python.spans),
    [
      `span "other" (${child.spanId}) name: ours "other", Python's "chat gpt-4o ✓"`,
      `span "other" (${child.spanId}) attributes: only Python has "tokens"`,
      `span "other" (${child.spanId}) attributes "huge": ours 1, Python's ["int","9223372036854775807"]`,
      `span "other" (${child.spanId}) attributes: Python has no "extra"`,
      `span "agent.run" (${"f".repeat(16)}): Python has no such span`,
      `span "agent.run" (${root.spanId}): only Python has it`,
    ],
  );
});

test("many requests go to Python in one call", async (context) => {
  const body = protobufBody(manySpans(100));
  const python = await decodeWithPython([body, body]);
  if ("skipped" in python) context.skip(python.skipped);
  else assert.equal(python.spans.length, 200);
});

test("bytes that Python refuses are an error with its words", async (context) => {
  const python = await decodeWithPython([]);
  if ("skipped" in python) {
    context.skip(python.skipped);
    return;
  }
  await assert.rejects(decodeWithPython([Buffer.from("0aff", "hex")]), /DecodeError/);
});
