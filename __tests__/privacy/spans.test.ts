// The same for spans that an app makes itself, by whatever API, and for those of another provider.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { SpanStatusCode, trace, type Tracer } from "@opentelemetry/api";
import { agentSpan, manualSpan, observe, type SetupOptions } from "catalyst-tracing";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { type Round, traced } from "../capture/traced.js";
import { clearApi, registered, SDKS } from "../coexistence/providers.js";
import { assertArrived, assertHidden, FLAGS, type Planted, secret, VECTOR } from "./flags.js";

afterEach(clearApi);

const PLANTED: readonly Planted[] = [
  { role: "question", place: "agent" },
  { role: "answer", place: "agent" },
  { role: "input", place: "tool" },
  { role: "output", place: "tool" },
  { role: "input", place: "observed" },
  { role: "output", place: "observed" },
  { role: "output", place: "item" },
  { role: "tool", place: "parameters" },
  { role: "tool", place: "description" },
  { role: "error", place: "thrown" },
  { role: "error", place: "status" },
  { role: "output", place: "document" },
  { role: "output", place: "documentmetadata" },
  { role: "input", place: "query" },
  { role: "input", place: "reranked" },
  { role: "output", place: "reranking" },
];

async function makeSpans(): Promise<void> {
  const about = { agentId: "a-1", input: secret("question", "agent") };
  await agentSpan(about, async (agent) => {
    agent.setOutput({ said: secret("answer", "agent") });
    const input = { text: secret("input", "tool") };
    await manualSpan({ spanName: "tool", spanKind: "TOOL", input }, async (span) => {
      span.setTool({
        name: "look_up",
        description: secret("tool", "description"),
        parameters: { type: "object", description: secret("tool", "parameters") },
      });
      span.setOutput([secret("output", "tool")]);
      await Promise.resolve();
    });
    const step = observe({ captureInput: true, captureOutput: true }, (said: string) =>
      said.replace(secret("input", "observed"), secret("output", "observed")),
    );
    step(secret("input", "observed"));
    const items = observe(async function* items() {
      yield await Promise.resolve(secret("output", "item"));
    });
    for await (const _ of items());
    await manualSpan({ spanName: "broken" }, async () => {
      await Promise.resolve();
      throw new Error(secret("error", "thrown"), { cause: new Error("deeper") });
    }).catch(() => undefined);
    await manualSpan({ spanName: "failed" }, (span) => {
      span.setStatus({ code: SpanStatusCode.ERROR, message: secret("error", "status") });
    });
    await manualSpan({ spanName: "retriever", spanKind: "RETRIEVER" }, (span) => {
      span.setAttributes({
        "retrieval.documents.0.document.id": "d-1",
        "retrieval.documents.0.document.content": secret("output", "document"),
        "retrieval.documents.0.document.metadata": { from: secret("output", "documentmetadata") },
      });
    });
    await manualSpan({ spanName: "reranker", spanKind: "RERANKER" }, (span) => {
      span.setAttributes({
        "reranker.query": secret("input", "query"),
        "reranker.input_documents.0.document.content": secret("input", "reranked"),
        "reranker.output_documents.0.document.content": secret("output", "reranking"),
      });
    });
  });
}

/** What other libraries say of calls of models, in OpenTelemetry's conventions old and new. */
const FOREIGN: readonly [key: string, planted: Planted][] = [
  ["gen_ai.input.messages", { role: "question", place: "genaiinput" }],
  ["gen_ai.system_instructions", { role: "question", place: "genaisystem" }],
  ["gen_ai.prompt.0.content", { role: "question", place: "genaiprompt" }],
  ["ai.prompt.messages", { role: "question", place: "aiprompt" }],
  ["gen_ai.output.messages", { role: "answer", place: "genaioutput" }],
  ["gen_ai.completion.0.content", { role: "answer", place: "genaicompletion" }],
  ["ai.response.text", { role: "answer", place: "airesponse" }],
  ["gen_ai.tool.definitions", { role: "tool", place: "genaitools" }],
  ["gen_ai.tool.call.arguments", { role: "input", place: "genaiarguments" }],
  ["gen_ai.tool.call.result", { role: "output", place: "genairesult" }],
  ["traceloop.entity.input", { role: "question", place: "traceloop" }],
  ["traceloop.entity.output", { role: "answer", place: "traceloop" }],
];

const FOREIGN_EVENTS: readonly [name: string, key: string, planted: Planted][] = [
  ["gen_ai.content.prompt", "gen_ai.prompt", { role: "question", place: "eventprompt" }],
  ["gen_ai.user.message", "content", { role: "question", place: "eventuser" }],
  ["gen_ai.choice", "message", { role: "answer", place: "eventchoice" }],
  ["exception", "exception.stacktrace", { role: "error", place: "eventstack" }],
];

const FOREIGN_PLANTED: readonly Planted[] = [
  ...FOREIGN.map(([, planted]) => planted),
  ...FOREIGN_EVENTS.map(([, , planted]) => planted),
  { role: "error", place: "foreignstatus" },
  { role: "vector" },
];

function makeForeignSpan(tracer: Tracer): void {
  const span = tracer.startSpan("chat", { attributes: { "gen_ai.operation.name": "chat" } });
  for (const [key, { role, place }] of FOREIGN) span.setAttribute(key, secret(role, place));
  for (const [name, key, { role, place }] of FOREIGN_EVENTS) {
    span.addEvent(name, { role: "user", [key]: secret(role, place) });
  }
  span.setAttribute("embedding.embeddings.0.embedding.vector", VECTOR);
  span.setStatus({ code: SpanStatusCode.ERROR, message: secret("error", "foreignstatus") });
  span.end();
}

async function withSpans(options: SetupOptions, check: (round: Round) => void): Promise<void> {
  await traced(async (round) => {
    await makeSpans();
    makeForeignSpan(round.tracer);
    await round.delivered();
    check(round);
  }, options);
}

const ALL = [...PLANTED, ...FOREIGN_PLANTED];

test("without flags every secret of a span arrives", async () => {
  await withSpans({}, ({ collector }) => assertArrived(collector, ALL));
});

for (const flag of FLAGS) {
  test(`hide.${flag} leaves nothing of what it hides in spans of the app's`, async () => {
    await withSpans({ hide: { [flag]: true } }, ({ collector }) => {
      assertHidden(collector, [flag], ALL);
    });
  });
}

test("with everything hidden a trace is still one: names, kinds, ids, times, types", async () => {
  await withSpans({ hide: true }, ({ collector }) => {
    assertHidden(collector, FLAGS, ALL);
    const broken = collector.spans.find(({ name }) => name === "broken");
    assert.equal(broken?.attributes["openinference.span.kind"], "CHAIN");
    assert.equal(broken?.attributes["agent.id"], "a-1");
    assert.equal(broken?.status.code, SpanStatusCode.ERROR);
    assert.equal(broken?.events[0]?.attributes["exception.type"], "Error");
    const tool = collector.spans.find(({ name }) => name === "tool");
    assert.equal(tool?.attributes["tool.name"], "look_up");
    assert.equal(tool?.attributes["input.value"], "__REDACTED__");
    assert.equal(tool?.attributes["input.mime_type"], "text/plain");
  });
});

for (const [sdk, provider] of Object.entries(SDKS)) {
  test(`${sdk}: spans of another provider are hidden on their way here`, async () => {
    const processors = [new CatalystSpanProcessor()];
    await registered(provider({ processors }), () =>
      traced(
        async (round) => {
          makeForeignSpan(trace.getTracer("theirs"));
          await round.delivered();
          assert.equal(round.collector.spans.length, 1);
          assertHidden(round.collector, FLAGS, FOREIGN_PLANTED);
        },
        { hide: true },
      ),
    );
  });
}
