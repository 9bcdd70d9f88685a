// What the viewer's API answers; what the store finds is tested beside the store.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { agentSpan, manualSpan, setup } from "catalyst-tracing";

import { assertHas } from "../support/partial.js";
import { startViewer, type JsonObject, type Viewer } from "../support/viewer.js";

let viewer: Viewer;
let traceId: string;

before(async () => {
  viewer = await startViewer();
  const tracing = await setup({ endpoint: viewer.url, autoInstrument: false, serviceName: "desk" });
  const identity = { agentId: "desk", agentName: "Support Desk", sessionId: "s-1", userId: "ann" };
  traceId = await agentSpan({ ...identity, metadata: { plan: "pro" } }, async (agent) => {
    agent.setInput("Where is my order ABC-123?");
    const usage = { promptTokens: 10, completionTokens: 5, totalTokens: 15 };
    await manualSpan({ spanName: "model", spanKind: "LLM", model: "gpt-5", usage }, async () => {});
    const tool = { spanName: "look up", spanKind: "TOOL", toolName: "lookup" } as const;
    await manualSpan({ ...tool, attributes: { "organization.id": "org_42" } }, async () => {
      throw new Error("there is no such order");
    }).catch(() => {});
    agent.setOutput("<script>alert(1)</script>");
    return agent.traceId;
  });
  assert.equal((await tracing.flush()).delivered, 3);
  await tracing.shutdown();
});

after(async () => {
  await viewer[Symbol.asyncDispose]();
});

async function found(query: string): Promise<number> {
  const { traces } = await viewer.get(`/api/traces?${query}`);
  assert.ok(Array.isArray(traces));
  return traces.length;
}

test("the list has what a line needs", async () => {
  const { traces, cursor } = await viewer.get("/api/traces");
  assert.ok(Array.isArray(traces));
  const [trace] = traces as JsonObject[];
  const { startMs, durationMs, costUsd, ...rest } = trace ?? {};
  assert.ok(Number(startMs) > 1.7e12 && Number(durationMs) > 0 && Number(costUsd) > 0);
  assert.deepEqual(rest, {
    traceId,
    name: "Support Desk.run",
    status: "error",
    service: "desk",
    agents: ["Support Desk"],
    sessionId: "s-1",
    userId: "ann",
    spanCount: 3,
    errorCount: 1,
    llmCalls: 1,
    toolCalls: 1,
    tokens: { prompt: 10, completion: 5, total: 15, cacheRead: 0, reasoning: 0 },
    input: "Where is my order ABC-123?",
    output: "<script>alert(1)</script>",
  });
  assert.equal(cursor, null);
});

for (const [query, expected] of [
  ["range=1h", 1],
  [`to=${Date.now() - 3_600_000}`, 0],
  ["service=desk&agent=Support+Desk&session=s-1&user=ann&kind=tool&status=error", 1],
  ["attr=organization.id=org_42&attr=metadata.plan=pro", 1],
  ["attr=organization.id=org_43", 0],
  ["status=ok", 0],
  ["q=ABC-123", 1],
  ["q=%22no+such+order%22", 1],
  ["q=elsewhere", 0],
] as const) {
  test(`traces?${query.replace(/\d{13}/, "…")} finds ${expected}`, async () => {
    assert.equal(await found(query), expected);
  });
}

test("a trace has its spans without payloads, and a span has everything", async () => {
  const { trace, spans } = await viewer.get(`/api/traces/${traceId.slice(0, 12)}`);
  assertHas(trace, { traceId, spanCount: 3 });
  assert.ok(Array.isArray(spans));
  assert.equal(spans.length, 3);
  assertHas(spans, [
    { name: "Support Desk.run", parentSpanId: null, kind: "AGENT", status: "unset" },
    { name: "model", kind: "LLM", model: "gpt-5", tokens: { prompt: 10, cacheRead: null } },
    { name: "look up", kind: "TOOL", tool: "lookup", status: "error", eventCount: 1 },
  ]);
  const [, , tool] = spans as JsonObject[];
  const span = await viewer.get(`/api/traces/${traceId}/spans/${String(tool?.["spanId"])}`);
  assertHas(span, {
    traceId,
    name: "look up",
    attributes: { "organization.id": "org_42", "session.id": "s-1" },
    events: [{ name: "exception", attributes: { "exception.type": "Error" } }],
    resource: { attributes: { "service.name": "desk" } },
  });
});

test("sessions, facets and totals", async () => {
  assertHas(await viewer.get("/api/sessions?user=ann"), {
    sessions: [{ sessionId: "s-1", traceCount: 1, errorCount: 1, tokens: { total: 15 } }],
    cursor: null,
  });
  assertHas(await viewer.get("/api/sessions/s-1"), {
    session: { sessionId: "s-1" },
    traces: [{ traceId, fullInput: "Where is my order ABC-123?" }],
  });
  assertHas(await viewer.get("/api/facets"), {
    services: ["desk"],
    agents: ["Support Desk"],
    users: ["ann"],
    kinds: ["AGENT", "LLM", "TOOL"],
    models: ["gpt-5"],
  });
  assertHas(await viewer.get("/api/stats?agent=Support+Desk"), {
    totals: { traces: 1, errors: 1, tokens: { total: 15 } },
    agents: [{ name: "Support Desk", count: 1 }],
    models: [{ name: "gpt-5", count: 1 }],
    tools: [{ name: "lookup", errorCount: 1 }],
  });
});

for (const [path, status, said] of [
  ["/api/traces/0000", 404, "no trace"],
  ["/api/traces/zz", 404, "no trace"],
  ["/api/sessions/none", 404, "no session"],
  ["/api/traces?statuz=ok", 400, "statuz"],
  ["/api/traces?limit=9999", 400, "limit"],
  ["/api/export?format=xml", 400, "xml"],
  ["/api/nothing", 404, "/api/nothing"],
  ["/no/such/file.js", 404, "/no/such/file.js"],
  ["/../Cargo.toml", 404, "Cargo.toml"],
] as const) {
  test(`${path} is ${status}, and says why`, async () => {
    const reply = await viewer.request(path);
    const { error } = JSON.parse(reply.body.toString()) as { error: string };
    assert.equal(reply.status, status);
    assert.ok(error.includes(said), error);
  });
}

test("what is exported as OTLP is what another viewer takes in", async () => {
  const { body, headers } = await viewer.request("/api/export?format=otlp-json&q=order");
  assert.match(String(headers["content-disposition"]), /filename="traces\.otlp\.jsonl"/);
  await using other = await startViewer();
  for (const line of body.toString().trimEnd().split("\n")) {
    const { status } = await other.request("/v1/traces", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: line,
    });
    assert.equal(status, 200);
  }
  const path = `/api/traces/${traceId}`;
  assert.deepEqual(await other.get(path), await viewer.get(path));
});

test("a trace is downloaded as lines of JSON and as a table", async () => {
  const lines = await viewer.request(`/api/export?format=jsonl&trace=${traceId}`);
  const spans = lines.body.toString().trimEnd().split("\n");
  assert.deepEqual(
    spans.map((line) => (JSON.parse(line) as JsonObject)["name"]),
    ["Support Desk.run", "model", "look up"],
  );
  const table = await viewer.request(`/api/export?format=csv&trace=${traceId}`);
  assert.equal(table.body.toString().split("\r\n").length, 5);
});

test("what is new is told to those who follow", async () => {
  const abort = new AbortController();
  const live = await fetch(`${viewer.url}/api/live`, { signal: abort.signal });
  assert.equal(live.headers.get("content-type"), "text/event-stream");
  const tracing = await setup({ endpoint: viewer.url, autoInstrument: false });
  tracing.tracer.startSpan("something new").end();
  await tracing.flush();
  await tracing.shutdown();
  let heard = "";
  for await (const chunk of live.body ?? []) {
    heard += Buffer.from(chunk as Uint8Array).toString();
    if (heard.includes("\n\nevent: trace\ndata: ") && heard.endsWith("}\n\n")) break;
  }
  abort.abort();
  const data = /event: trace\ndata: (.*)\n\n/.exec(heard)?.[1] ?? "{}";
  assertHas(JSON.parse(data), { name: "something new", spanCount: 1 });
});

test("every answer keeps other pages out, and the page from running what spans say", async () => {
  for (const path of ["/", "/api/traces", "/api/nothing"]) {
    const { headers } = await viewer.request(path);
    const policy = String(headers["content-security-policy"]);
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|\*/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["access-control-allow-origin"], undefined);
  }
});

test("other pages cannot read, under whatever name they reach this machine", async () => {
  for (const [headers, expected] of [
    [{ host: "evil.example" }, 421],
    [{ host: "evil.example:8799" }, 421],
    [{ origin: "http://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: viewer.url }, 200],
  ] as const) {
    for (const path of ["/", "/api/traces", "/api/live"]) {
      if (expected === 200 && path === "/api/live") continue;
      const { status } = await viewer.request(path, { headers });
      assert.equal(status, expected, `${path} ${JSON.stringify(headers)}`);
    }
  }
});

test("the page is sent again only when it has changed", async () => {
  const first = await viewer.request("/");
  assert.match(String(first.headers["content-type"]), /^text\/html/);
  const etag = String(first.headers.etag);
  const second = await viewer.request("/", { headers: { "if-none-match": etag } });
  assert.deepEqual([second.status, second.body.length], [304, 0]);
});
