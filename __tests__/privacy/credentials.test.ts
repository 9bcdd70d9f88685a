// Credentials go, unasked, from every place of every span, whoever made it; what only speaks of
// them stays.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import { agentSpan, manualSpan, observe } from "catalyst-tracing";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { type Round, traced } from "../capture/traced.js";
import { clearApi, registered, SDKS } from "../coexistence/providers.js";
import { tracedCalls } from "../integrations/openai/round.js";
import { loadSdk } from "../integrations/openai/clients.js";

afterEach(clearApi);

const SECRET = "zebra0orchid1tulip2";
const URL_WITH_LOGIN = `https://user:${SECRET}@db.example/x?page=2`;

function assertNowhere({ collector }: Round): void {
  assert.ok(collector.spans.length > 0);
  for (const { body } of collector.requests) {
    const at = body.indexOf(SECRET);
    assert.equal(at, -1, body.subarray(Math.max(0, at - 200), at).toString("latin1"));
  }
}

test("a tool's definition, its arguments and what fails hold none", async () => {
  await traced(async (round) => {
    const server = {
      type: "mcp",
      server_label: "shop",
      server_url: `https://mcp.example/sse?id=${SECRET}`,
      authorization: SECRET,
      headers: { "X-Anything": SECRET },
    };
    await agentSpan({ agentId: "a", input: { tools: [server] } }, async (agent) => {
      agent.setOutput({ nested: JSON.stringify({ apiKey: SECRET }) });
      const connect = observe((to: { url: string }) => `connected to ${to.url}`);
      const headers = { Authorization: `Bearer ${SECRET}` };
      assert.equal(
        connect({ url: URL_WITH_LOGIN, ...{ headers } }),
        `connected to ${URL_WITH_LOGIN}`,
      );
      await manualSpan(
        { spanName: "start", input: { command: "npx", env: { ANYTHING: SECRET } } },
        () => {
          throw new Error(`401 for Authorization: Bearer ${SECRET} at ${URL_WITH_LOGIN}`);
        },
      ).catch(() => undefined);
    });
    await round.delivered();
    assertNowhere(round);
    const start = await round.named("start");
    assert.equal(
      start.status.message,
      "401 for Authorization: Bearer __REDACTED__ at https://__REDACTED__@db.example/x?page=2",
    );
    assert.equal(
      start.attributes["input.value"],
      '{"command":"npx","env":{"ANYTHING":"__REDACTED__"}}',
    );
  });
});

test("a request that is written by hand holds none", async () => {
  await tracedCalls(await loadSdk("openai-7", "ESM"), async (round) => {
    await round.client.chat.completions.create({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: `Read ${URL_WITH_LOGIN}` }],
      metadata: { api_key: SECRET },
      extra_headers: { Authorization: `Bearer ${SECRET}`, "X-Team": "blue" },
    });
    await round.delivered();
    assertNowhere(round);
    const { attributes } = await round.only();
    assert.match(String(attributes["llm.invocation_parameters"]), /"X-Team":"blue"/);
    assert.equal(
      attributes["llm.input_messages.0.message.content"],
      "Read https://__REDACTED__@db.example/x?page=2",
    );
  });
});

for (const [sdk, provider] of Object.entries(SDKS)) {
  test(`${sdk}: spans of another provider hold none`, async () => {
    const processors = [new CatalystSpanProcessor()];
    await registered(provider({ processors }), () =>
      traced(async (round) => {
        const tracer = trace.getTracer("http");
        const context = tracer.startSpan("other").spanContext();
        const attributes = { "url.full": URL_WITH_LOGIN };
        const span = tracer.startSpan(
          `GET ${URL_WITH_LOGIN}`,
          {
            attributes: {
              ...attributes,
              "http.request.header.authorization": [`Basic ${SECRET}`],
              "http.request.header.cookie": [SECRET],
              "http.target": `/x?api_key=${SECRET}`,
              "db.connection_string": `postgres://me:${SECRET}@db/x`,
            },
            links: [{ context, attributes }],
          },
          ROOT_CONTEXT,
        );
        span.addEvent("redirected", attributes);
        span.recordException(new Error(`no answer from ${URL_WITH_LOGIN}`));
        span.setStatus({ code: SpanStatusCode.ERROR, message: URL_WITH_LOGIN });
        span.end();
        await round.delivered();
        assertNowhere(round);
      }),
    );
  });
}

test("the resource holds none", async () => {
  const resourceAttributes = { "app.api_key": SECRET, "app.url": URL_WITH_LOGIN };
  await traced(
    async (round) => {
      round.tracer.startSpan("any").end();
      await round.delivered();
      assertNowhere(round);
    },
    { resourceAttributes },
  );
});

test("words about credentials stay", async () => {
  const question =
    "Which header is for the api_key: Authorization or X-Api-Key? Is password: a secret word?";
  await traced(async (round) => {
    await manualSpan({ spanName: "ask", input: { question, max_tokens: 100 } }, () => undefined);
    const { attributes } = await round.only();
    assert.deepEqual(JSON.parse(String(attributes["input.value"])), { question, max_tokens: 100 });
  });
});
