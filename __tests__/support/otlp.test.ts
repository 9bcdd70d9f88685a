// The decoders of both encodings: the same spans from twin bodies, and a problem for each fault.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { countSpans } from "./otlp-count.js";
import type { RawMessage } from "./otlp-schema.js";
import { decodeTraces } from "./otlp.js";
import { WireWriter } from "./protobuf.js";
import {
  CHILD_ID,
  ROOT_ID,
  TRACE_ID,
  jsonBody,
  manySpans,
  pair,
  protobufBody,
  requestOf,
  rootSpan,
  sampleRequest,
} from "./sample-request.js";
import { parseSpans, stringifySpans } from "./span-json.js";

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json; charset=utf-8";

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const decodeProtobuf = (body: Uint8Array) => decodeTraces(body, PROTOBUF);
const decodeJson = (body: string) => decodeTraces(Buffer.from(body), JSON_TYPE);

/** A request around one span given as bytes. */
function aroundSpan(span: Buffer): Buffer {
  const scopeSpans = new WireWriter().bytes(2, span).finish();
  const resourceSpans = new WireWriter().bytes(2, scopeSpans).finish();
  return new WireWriter().bytes(1, resourceSpans).finish();
}

const ids = (): WireWriter => new WireWriter().bytes(1, hex(TRACE_ID)).bytes(2, hex(ROOT_ID));

describe("decoding", () => {
  test("every field of a span comes out of protobuf", () => {
    const { spans, problems } = decodeProtobuf(protobufBody(sampleRequest));
    assert.deepEqual(problems, []);
    assert.equal(spans.length, 2);
    const { attributeTypes, attributes, ...rest } = spans[1] ?? assert.fail();
    assert.deepEqual(rest, {
      traceId: TRACE_ID,
      spanId: CHILD_ID,
      parentSpanId: ROOT_ID,
      traceState: "vendor=1",
      flags: 0x101,
      name: "chat gpt-4o ✓",
      kind: 3,
      startTimeUnixNano: 1_700_000_000_123_456_789n,
      endTimeUnixNano: 1_700_000_001_000_000_001n,
      droppedAttributesCount: 1,
      events: [
        {
          name: "exception",
          timeUnixNano: 1_700_000_000_500_000_000n,
          attributes: { "exception.type": "TypeError" },
        },
      ],
      droppedEventsCount: 3,
      links: [
        {
          traceId: "1".repeat(32),
          spanId: "2".repeat(16),
          traceState: "other=2",
          attributes: { why: "batch" },
        },
      ],
      droppedLinksCount: 4,
      status: { code: 2, message: "it broke" },
      resource: { "service.name": "sample" },
      scope: { name: "sample-scope", version: "1.2.3", attributes: { beta: true } },
    });
    assert.deepEqual(attributes, {
      "openinference.span.kind": "LLM",
      text: "\ufeffzażółć 👩‍🚀\u0000",
      yes: true,
      no: false,
      tokens: 42,
      negative: -7,
      huge: 9_223_372_036_854_775_807n,
      tiny: -9_223_372_036_854_775_808n,
      ratio: 0.1,
      whole: 3,
      "not-a-number": Number.NaN,
      "minus-zero": -0,
      endless: Number.NEGATIVE_INFINITY,
      list: ["a", 1, null],
      map: Object.fromEntries([["__proto__", 1]]),
      bytes: Buffer.from([0, 255, 16]),
      nothing: null,
    });
    assert.deepEqual(Object.values(attributeTypes), [
      "string",
      "string",
      "bool",
      "bool",
      "int",
      "int",
      "int",
      "int",
      "double",
      "double",
      "double",
      "double",
      "double",
      "array",
      "kvlist",
      "bytes",
      "empty",
    ]);
  });

  test("the JSON twin of a protobuf body gives the same spans", () => {
    const fromJson = decodeTraces(jsonBody(sampleRequest), JSON_TYPE);
    assert.deepEqual(fromJson.problems, []);
    assert.deepEqual(fromJson.spans, decodeProtobuf(protobufBody(sampleRequest)).spans);
  });

  test("bytes written out by hand decode, without our own writer", () => {
    const span = `0a10${TRACE_ID}1208${ROOT_ID}2a0161300139010000000000000041ff00000000000000`;
    const scopeSpans = `12${(span.length / 2).toString(16)}${span}`;
    const resourceSpans = `12${(scopeSpans.length / 2).toString(16)}${scopeSpans}`;
    const body = hex(`0a${(resourceSpans.length / 2).toString(16)}${resourceSpans}`);
    const { spans, problems } = decodeProtobuf(body);
    assert.deepEqual(problems, []);
    assert.equal(spans[0]?.name, "a");
    assert.equal(spans[0].startTimeUnixNano, 1n);
    assert.equal(spans[0].endTimeUnixNano, 255n);
  });

  test("spans survive the way through JSON between processes", () => {
    const { spans } = decodeProtobuf(protobufBody(sampleRequest));
    const finite = spans.map((span) => {
      const { "not-a-number": _nan, endless: _inf, "minus-zero": _zero, ...rest } = span.attributes;
      return { ...span, attributes: rest };
    });
    const copy = parseSpans(stringifySpans(finite));
    assert.deepEqual(stringifySpans(copy), stringifySpans(finite));
    assert.equal(copy[1]?.attributes.huge, 9_223_372_036_854_775_807n);
  });

  test("counting finds as many spans as decoding, and their ids", () => {
    const request = manySpans(1000);
    for (const [body, type] of [
      [protobufBody(request), PROTOBUF],
      [jsonBody(request), JSON_TYPE],
    ] as const) {
      const spanIds = new Set<string>();
      assert.equal(
        countSpans(body, type, (id) => spanIds.add(id)),
        1000,
      );
      assert.deepEqual(
        [...spanIds],
        decodeTraces(body, type).spans.map((span) => span.spanId),
      );
    }
  });
});

describe("problems in protobuf", () => {
  const value = (bytes: Buffer): Buffer => new WireWriter().bytes(2, bytes).finish();
  const faults: Record<string, [Buffer, RegExp]> = {
    "a truncated message": [protobufBody(sampleRequest).subarray(0, -3), /truncated/],
    "a string that is not UTF-8": [aroundSpan(ids().bytes(5, hex("c328")).finish()), /UTF-8/],
    "a lone surrogate": [aroundSpan(ids().bytes(5, hex("eda080")).finish()), /UTF-8/],
    "a wrong wire type": [aroundSpan(ids().varint(7, 1n).finish()), /wire type 0, not 1/],
    "an unknown field": [aroundSpan(ids().varint(77, 1n).finish()), /unknown field 77/],
    "a field sent twice": [aroundSpan(ids().string(5, "a").string(5, "b").finish()), /name twice/],
    "a short trace id": [aroundSpan(new WireWriter().bytes(1, hex("0102")).finish()), /2 bytes/],
    "a missing span id": [
      aroundSpan(new WireWriter().bytes(1, hex(TRACE_ID)).finish()),
      /the span id is missing/,
    ],
    "an id of zeros": [
      aroundSpan(new WireWriter().bytes(1, hex(TRACE_ID)).bytes(2, Buffer.alloc(8)).finish()),
      /all zeros/,
    ],
    "an unknown kind": [aroundSpan(ids().varint(6, 9n).finish()), /unknown kind 9/],
    "two values in one": [
      aroundSpan(
        ids()
          .bytes(
            9,
            Buffer.concat([
              new WireWriter().string(1, "k").finish(),
              value(new WireWriter().string(1, "a").varint(3, 1n).finish()),
            ]),
          )
          .finish(),
      ),
      /more than one/,
    ],
    "an endless varint": [Buffer.alloc(11, 0xff), /varint of more than 10 bytes/],
    "a group": [hex("7b"), /unknown field 15|wire type 3/],
  };
  for (const [fault, [body, expected]] of Object.entries(faults)) {
    test(`${fault} is reported`, () => {
      const { problems } = decodeProtobuf(body);
      assert.match(problems.join("\n"), expected);
    });
  }

  test("an attribute key that comes twice is reported with its span", () => {
    const twice = [pair("k", { intValue: 1n }), pair("k", { intValue: 2n })];
    const { problems } = decodeProtobuf(
      protobufBody(requestOf([{ ...rootSpan, attributes: twice }])),
    );
    assert.deepEqual(problems, [`span "agent.run" (${ROOT_ID}) has the attribute "k" twice`]);
  });

  test("nesting that parsers refuse is reported and does not exhaust the stack", () => {
    let nested: RawMessage = { stringValue: "deep" };
    for (let depth = 0; depth < 100; depth += 1) nested = { arrayValue: { values: [nested] } };
    const attributes = [pair("deep", nested)];
    const { problems, readable } = decodeProtobuf(
      protobufBody(requestOf([{ ...rootSpan, attributes }])),
    );
    assert.equal(readable, false);
    assert.match(problems.join(), /nested over 100 deep/);
  });

  test("a content type that is not OTLP's is reported", () => {
    const { problems, readable } = decodeTraces(protobufBody(sampleRequest), "text/plain");
    assert.equal(readable, false);
    assert.match(problems.join(), /"text\/plain" is not OTLP/);
  });
});

describe("problems in JSON", () => {
  const span = { traceId: TRACE_ID, spanId: ROOT_ID };
  const withSpan = (fields: object): string =>
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, ...fields }] }] }] });
  const attribute = (value: object): object => ({ attributes: [{ key: "k", value }] });
  const faults: Record<string, [string, RegExp]> = {
    "a snake_case key": ['{"resource_spans":[]}', /"resource_spans" \(snake_case/],
    "an unknown key": [withSpan({ colour: "red" }), /unknown key "colour"/],
    "an enum by its name": [withSpan({ kind: "SPAN_KIND_CLIENT" }), /not an integer/],
    "a time as a number": [withSpan({ startTimeUnixNano: 17 }), /is 17, not an unsigned decimal/],
    "an integer as a number": [withSpan(attribute({ intValue: 5 })), /is 5, not a signed decimal/],
    "an integer beyond 64 bits": [
      withSpan(attribute({ intValue: "9223372036854775808" })),
      /not a signed decimal/,
    ],
    "an id in base64": [withSpan({ traceId: "CvdlGRbNQ92ESOshHIAxnA==" }), /32 hex digits/],
    "a null": [withSpan({ name: null }), /is null, not a string/],
    "a lone surrogate": [withSpan({ name: "\ud800" }), /lone surrogates/],
    "two values in one": [withSpan(attribute({ intValue: "1", boolValue: true })), /more than one/],
    "a list that is none": ['{"resourceSpans":{}}', /not an array/],
    "something that is not JSON": ["{", /not JSON/],
    "an array as the body": ["[]", /not an object/],
  };
  for (const [fault, [body, expected]] of Object.entries(faults)) {
    test(`${fault} is reported`, () => {
      assert.match(decodeJson(body).problems.join("\n"), expected);
    });
  }

  test("the rest of a request with a fault is still decoded", () => {
    const { spans, problems } = decodeJson(withSpan({ name: "kept", kind: "INTERNAL" }));
    assert.equal(spans[0]?.name, "kept");
    assert.equal(problems.length, 1);
  });
});

test("a span with nothing but ids has defaults in every other field", () => {
  const [span] = decodeProtobuf(aroundSpan(ids().finish())).spans;
  assert.deepEqual(span, {
    traceId: TRACE_ID,
    spanId: ROOT_ID,
    parentSpanId: "",
    traceState: "",
    flags: 0,
    name: "",
    kind: 0,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    attributes: {},
    attributeTypes: {},
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    status: { code: 0, message: "" },
    resource: {},
    scope: { name: "", version: "", attributes: {} },
  });
});
