// What the viewer takes, and what it says to what it does not take.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { deflateSync, gzipSync } from "node:zlib";

import { setup } from "catalyst-tracing";

import { recordRichTrace } from "../delivery/rich-trace.js";
import { encodeJson, encodeProtobuf } from "../support/otlp-encode.js";
import {
  ExportTraceServiceRequest,
  ExportTraceServiceResponse,
  type RawMessage,
} from "../support/otlp-schema.js";
import { assertHas } from "../support/partial.js";
import { requestOf, richSpan, TRACE_ID } from "../support/sample-request.js";
import { startViewer, type JsonObject, type Viewer } from "../support/viewer.js";

const PROTOBUF = "application/x-protobuf";
const JSON_TYPE = "application/json";

let viewer: Viewer;

before(async () => {
  viewer = await startViewer();
});

after(async () => {
  await viewer[Symbol.asyncDispose]();
});

function span(fields: RawMessage = {}): RawMessage {
  const start = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    name: "a span",
    startTimeUnixNano: start,
    endTimeUnixNano: start + 1_000_000n,
    ...fields,
  };
}

function inProtobuf(...spans: RawMessage[]): Buffer {
  return encodeProtobuf(ExportTraceServiceRequest, requestOf(spans));
}

async function post(
  body: Uint8Array | string,
  headers: Record<string, string> = {},
): Promise<{ status: number; type: string | undefined; text: string; body: Buffer }> {
  const all = { "content-type": PROTOBUF, ...headers };
  const reply = await viewer.request("/v1/traces", { method: "POST", headers: all, body });
  const type = reply.headers["content-type"];
  return { status: reply.status, type, text: reply.body.toString(), body: reply.body };
}

async function traceOf({ traceId }: RawMessage): Promise<JsonObject> {
  return await viewer.get(`/api/traces/${String(traceId)}`);
}

for (const protocol of ["http/protobuf", "http/json"] as const) {
  for (const compression of ["gzip", "none"] as const) {
    test(`spans of this package arrive as ${protocol}, compression ${compression}`, async () => {
      // One of the spans says that it began in 2023, and what is too old may go at any moment.
      await using own = await startViewer(["--memory", "--keep", "36500d"]);
      const options = { autoInstrument: false, serviceName: "sdk", protocol, compression };
      const tracing = await setup({ endpoint: own.url, ...options });
      recordRichTrace(tracing);
      const { delivered, lost } = await tracing.flush();
      await tracing.shutdown();
      assert.deepEqual({ delivered, lost }, { delivered: 6, lost: 0 });
      assertHas(await own.get("/api/stats?service=sdk"), { totals: { spans: 6 } });
    });
  }
}

const bodies: [what: string, headers: Record<string, string>, body: (bytes: Buffer) => Buffer][] = [
  ["no compression", {}, (bytes) => bytes],
  ["gzip", { "content-encoding": "gzip" }, gzipSync],
  ["deflate", { "content-encoding": "deflate" }, (bytes) => deflateSync(bytes)],
  ["parameters of the type", { "content-type": `${PROTOBUF}; charset=utf-8` }, (bytes) => bytes],
];
for (const [what, headers, wrap] of bodies) {
  test(`a request with ${what} is stored when it is answered`, async () => {
    const sent = span();
    const { status, type, body } = await post(wrap(inProtobuf(sent)), headers);
    assert.deepEqual({ status, type, body }, { status: 200, type: PROTOBUF, body: Buffer.of() });
    await traceOf(sent);
  });
}

for (const path of ["/otel/v1/traces", "/v1/otel/v1/traces"]) {
  test(`${path} is another way in`, async () => {
    const sent = span();
    const headers = { "content-type": PROTOBUF };
    const { status } = await viewer.request(path, {
      method: "POST",
      headers,
      body: inProtobuf(sent),
    });
    assert.equal(status, 200);
    await traceOf(sent);
  });
}

test("everything that a span has comes back, from either encoding", async () => {
  const attributes = richSpan["attributes"] as RawMessage[];
  // JavaScript's JSON has no negative zero.
  const sent = {
    ...richSpan,
    attributes: attributes.filter(({ key }) => key !== "minus-zero"),
  };
  const details = [];
  for (const type of [PROTOBUF, JSON_TYPE]) {
    const traceId = randomBytes(16).toString("hex");
    const request = requestOf([{ ...sent, traceId }]);
    const body =
      type === PROTOBUF
        ? encodeProtobuf(ExportTraceServiceRequest, request)
        : encodeJson(ExportTraceServiceRequest, request);
    assert.equal((await post(body, { "content-type": type })).status, 200);
    const detail = await viewer.get(`/api/traces/${traceId}/spans/${String(richSpan["spanId"])}`);
    details.push({ ...detail, traceId: TRACE_ID });
  }
  const [first, second] = details;
  assert.deepEqual(first, second);
  assertHas(first, {
    name: "chat gpt-4o ✓",
    kind: "LLM",
    otelKind: "CLIENT",
    startNs: "1700000000123456789",
    attributes: {
      text: "\ufeffzażółć 👩‍🚀\u0000",
      yes: true,
      tokens: 42,
      huge: "9223372036854775807",
      ratio: 0.1,
      "not-a-number": "NaN",
      endless: "-Infinity",
      list: ["a", 1, null],
      bytes: "AP8Q",
      nothing: null,
    },
    scope: { name: "sample-scope", version: "1.2.3" },
    resource: { attributes: { "service.name": "sample" } },
  });
});

test("JSON as other SDKs write it is read: numbers for text, names for numbers, nulls", async () => {
  const traceId = "ABCDEF0123456789abcdef0123456789";
  const spans = [
    {
      traceId,
      spanId: "00000000000000AA",
      parentSpanId: null,
      name: "lenient",
      kind: "SPAN_KIND_SERVER",
      startTimeUnixNano: 1_700_000_000_000_000_000,
      endTimeUnixNano: "1700000001000000000",
      attributes: [
        { key: "int", value: { intValue: 7 } },
        { key: "text", value: { intValue: "8" } },
        { key: "none", value: null },
      ],
      events: null,
      status: { code: "STATUS_CODE_ERROR" },
      unheardOf: { a: [1] },
    },
  ];
  const body = JSON.stringify({ resourceSpans: [{ resource: null, scopeSpans: [{ spans }] }] });
  const answer = await post(body, { "content-type": JSON_TYPE });
  assert.deepEqual([answer.status, answer.text], [200, "{}"]);
  const detail = await viewer.get(`/api/traces/${traceId.toLowerCase()}/spans/aa`).catch(String);
  assert.match(String(detail), /404/, "a beginning, not an end");
  assertHas(await viewer.get(`/api/traces/abcdef01/spans/00000000000000aa`), {
    name: "lenient",
    otelKind: "SERVER",
    durationMs: 1000,
    status: "error",
    attributes: { int: 7, text: 8, none: null },
  });
});

test("bad spans are counted, and those beside them are stored", async () => {
  const good = span();
  const bad = [
    span({ traceId: "00".repeat(16) }),
    span({ spanId: "00".repeat(8) }),
    span({ spanId: "" }),
    span({ parentSpanId: "abcd" }),
  ];
  const json = encodeJson(ExportTraceServiceRequest, requestOf([...bad, good]));
  const answer = await post(json, { "content-type": JSON_TYPE });
  assert.equal(answer.status, 200);
  assertHas(JSON.parse(answer.text), {
    partialSuccess: { rejectedSpans: "4" },
  });
  await traceOf(good);

  const answered = await post(inProtobuf(...bad));
  const expected = encodeProtobuf(ExportTraceServiceResponse, {
    partialSuccess: {
      rejectedSpans: 4n,
      errorMessage: "a trace id must be 16 bytes that are not all zero",
    },
  });
  assert.deepEqual(answered.body, expected);
});

test("a request that is sent again changes nothing", async () => {
  const sent = span();
  for (let round = 0; round < 3; round++) assert.equal((await post(inProtobuf(sent))).status, 200);
  assertHas(await traceOf(sent), { trace: { spanCount: 1 } });
});

const refused: [what: string, status: number, body: Uint8Array, headers: Record<string, string>][] =
  [
    ["no content type", 415, inProtobuf(span()), { "content-type": "" }],
    ["a type that is not OTLP's", 415, inProtobuf(span()), { "content-type": "text/plain" }],
    ["a compression that is not known", 415, inProtobuf(span()), { "content-encoding": "br" }],
    ["broken gzip", 400, Buffer.from("not gzip"), { "content-encoding": "gzip" }],
    ["broken protobuf", 400, Buffer.from("not protobuf"), {}],
    ["broken JSON", 400, Buffer.from('{"resourceSpans":['), { "content-type": JSON_TYPE }],
    ["JSON that is no request", 400, Buffer.from("[]"), { "content-type": JSON_TYPE }],
    [
      "JSON that is nested beyond reason",
      400,
      Buffer.from("[".repeat(100_000)),
      { "content-type": JSON_TYPE },
    ],
    ["a bomb of 65 MiB", 413, gzipSync(Buffer.alloc(65 << 20)), { "content-encoding": "gzip" }],
    ["65 MiB", 413, Buffer.alloc(65 << 20), {}],
    ["another page's origin", 403, inProtobuf(span()), { origin: "https://evil.example" }],
    ["another page's name for this machine", 421, inProtobuf(span()), { host: "evil.example" }],
  ];
for (const [what, status, body, headers] of refused) {
  test(`${what}: ${status}, and the next request is taken`, async () => {
    const answer = await post(body, headers).catch((error: unknown) => {
      // The answer to a body that is too large can come while it is being sent.
      assert.equal(status, 413, String(error));
      return { status: 413, text: "" };
    });
    assert.equal(answer.status, status, answer.text);
    const sent = span();
    assert.equal((await post(inProtobuf(sent))).status, 200);
    await traceOf(sent);
  });
}

test("other methods are refused by name", async () => {
  for (const [path, method, allowed] of [
    ["/v1/traces", "GET", "POST"],
    ["/v1/traces", "OPTIONS", "POST"],
    ["/api/traces", "POST", "GET, HEAD"],
    ["/", "DELETE", "GET, HEAD"],
  ] as const) {
    const { status, headers } = await viewer.request(path, { method });
    assert.deepEqual([status, headers.allow], [405, allowed], `${method} ${path}`);
  }
});

test("noise does no harm, with whatever type it comes", async () => {
  for (let round = 0; round < 60; round++) {
    const type = round % 2 === 0 ? PROTOBUF : JSON_TYPE;
    const whole = inProtobuf(span(), span());
    const noise = round % 3 === 0 ? randomBytes(round * 17) : Buffer.from(whole);
    if (round % 3 !== 0) noise[(round * 7919) % noise.length] = round;
    const { status } = await post(noise, { "content-type": type });
    assert.ok(status === 200 || status === 400, String(status));
  }
  const { port } = new URL(viewer.url);
  for (const bytes of [
    "\u0000\u0001\u0002",
    "GET / HTTP/9.9\r\n\r\n",
    "POST /v1/traces HTTP/1.1\r\n",
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), "127.0.0.1", () => socket.end(bytes));
      socket.on("close", () => resolve());
      socket.on("error", () => resolve());
      socket.resume();
    });
  }
  const sent = span();
  assert.equal((await post(inProtobuf(sent))).status, 200);
});

test("with a token, spans are taken from those who have it", async () => {
  await using guarded = await startViewer(["--memory", "--token", "secret"]);
  const headers = { "content-type": PROTOBUF };
  const statuses = [];
  for (const authorization of ["", "Bearer wrong", "Bearer secret"]) {
    const { status } = await guarded.request("/v1/traces", {
      method: "POST",
      headers: { ...headers, ...(authorization !== "" && { authorization }) },
      body: inProtobuf(span()),
    });
    statuses.push(status);
  }
  assert.deepEqual(statuses, [401, 401, 200]);
});
