// Span handles: every method returns the handle, knows OpenInference's names, and throws nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { INVALID_SPAN_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { agentSpan, type AgentSpanHandle, getCurrentSpan, manualSpan } from "catalyst-tracing";

import { NASTY } from "../capture/nasty.js";
import { traced } from "../capture/traced.js";

test("each method sets what its name says, and returns the handle", () =>
  traced(async ({ only }) => {
    await agentSpan({ agentName: "a" }, (span) => {
      const returned = span
        .setInput({ q: 1 })
        .setOutput("text")
        .recordTokens({ prompt: 10, completion: 5, promptCacheRead: 3, completionReasoning: 2 })
        .setModel("gpt-5")
        .setOutcome("resolved")
        .setStopReason("end_turn")
        .setFinalized(true)
        .setTool({ name: "t", callId: "c", description: "d", parameters: { type: "object" } })
        .setAttribute("object", { nested: [1] })
        .setAttributes({ date: new Date(0), list: ["a", "b"], big: 12n, none: undefined })
        .addEvent("event", { n: 1 }, new Date(1))
        .setStatus({ code: 2, message: "bad" })
        .recordException(new TypeError("recorded"));
      assert.equal(returned, span);
    });
    const span = await only();
    assert.deepEqual(span.attributes, {
      "agent.name": "a",
      "openinference.span.kind": "AGENT",
      "input.value": '{"q":1}',
      "input.mime_type": "application/json",
      "output.value": "text",
      "output.mime_type": "text/plain",
      "llm.token_count.prompt": 10,
      "llm.token_count.completion": 5,
      "llm.token_count.total": 15,
      "llm.token_count.prompt_details.cache_read": 3,
      "llm.token_count.completion_details.reasoning": 2,
      "llm.model_name": "gpt-5",
      "agent.outcome": "resolved",
      "agent.stop_reason": "end_turn",
      "agent.finalized": true,
      "tool.name": "t",
      "tool_call.id": "c",
      "tool.description": "d",
      "tool.parameters": '{"type":"object"}',
      object: '{"nested":[1]}',
      date: "1970-01-01T00:00:00.000Z",
      list: ["a", "b"],
      big: 12,
    });
    assert.deepEqual(
      span.events.map((event) => event.name),
      ["event", "exception"],
    );
    assert.deepEqual(span.status, { code: 2, message: "bad" });
  }));

test("setTool takes a name alone", () =>
  traced(async ({ only }) => {
    await manualSpan({}, (span) => span.setTool("search").traceId);
    assert.equal((await only()).attributes["tool.name"], "search");
  }));

test("recordUsage takes what providers report", () =>
  traced(async ({ only }) => {
    await manualSpan({}, (span) => {
      span.recordUsage({ input_tokens: 7, output_tokens: 2, cache_read_input_tokens: 3 });
    });
    const { attributes } = await only();
    assert.equal(attributes["llm.token_count.prompt"], 10);
    assert.equal(attributes["llm.token_count.prompt_details.cache_read"], 3);
    assert.equal(attributes["llm.token_count.total"], 12);
  }));

test("traceId, spanId and traceparent are the span's", () =>
  traced(async ({ only }) => {
    const ids = await manualSpan({}, (span) => [span.traceId, span.spanId, span.traceparent]);
    const { traceId, spanId } = await only();
    assert.deepEqual(ids, [traceId, spanId, `00-${traceId}-${spanId}-01`]);
  }));

test("values are what they were when they were set", () =>
  traced(async ({ only }) => {
    await manualSpan({}, (span) => {
      const messages = [{ role: "user" }];
      const list = ["a"];
      span.setInput(messages).setAttributes({ messages, list });
      messages.push({ role: "assistant" });
      list.push("b");
    });
    const { attributes } = await only();
    assert.equal(attributes["input.value"], '[{"role":"user"}]');
    assert.equal(attributes["messages"], '[{"role":"user"}]');
    assert.deepEqual(attributes["list"], ["a"]);
  }));

const calls: Record<string, (span: AgentSpanHandle, nasty: never) => unknown> = {
  "setInput(nasty)": (span, nasty) => span.setInput(nasty),
  "setOutput(nasty)": (span, nasty) => span.setOutput(nasty),
  "setOutput([nasty])": (span, nasty) => span.setOutput([nasty]),
  "recordTokens(nasty)": (span, nasty) => span.recordTokens(nasty),
  "recordTokens({ prompt: nasty })": (span, nasty) => span.recordTokens({ prompt: nasty }),
  "recordUsage(nasty)": (span, nasty) => span.recordUsage(nasty),
  "recordUsage({ usage: nasty })": (span, nasty) => span.recordUsage({ usage: nasty }),
  "setModel(nasty)": (span, nasty) => span.setModel(nasty),
  "setOutcome(nasty)": (span, nasty) => span.setOutcome(nasty),
  "setStopReason(nasty)": (span, nasty) => span.setStopReason(nasty),
  "setFinalized(nasty)": (span, nasty) => span.setFinalized(nasty),
  "setTool(nasty)": (span, nasty) => span.setTool(nasty),
  "setTool({ name: nasty })": (span, nasty) =>
    span.setTool({ name: nasty, callId: nasty, description: nasty, parameters: nasty }),
  "setAttribute(nasty, nasty)": (span, nasty) => span.setAttribute(nasty, nasty),
  "setAttributes(nasty)": (span, nasty) => span.setAttributes(nasty),
  "setAttributes({ key: nasty })": (span, nasty) => span.setAttributes({ key: nasty }),
  "addEvent(nasty, nasty, nasty)": (span, nasty) => span.addEvent(nasty, nasty, nasty),
  "setStatus(nasty)": (span, nasty) => span.setStatus(nasty),
  "setStatus({ code: nasty })": (span, nasty) => span.setStatus({ code: nasty, message: nasty }),
  "recordException(nasty, nasty)": (span, nasty) => span.recordException(nasty, nasty),
};

for (const [name, call] of Object.entries(calls)) {
  test(`handle.${name} never throws, returns the handle, and costs no span`, () =>
    traced(async ({ delivered }) => {
      for (const [what, nasty] of NASTY) {
        await manualSpan({ spanName: what }, (span) => {
          assert.equal(call(span, nasty as never), span, what);
          span.setAttribute("right", "kept");
        });
      }
      const spans = await delivered();
      assert.equal(spans.length, NASTY.size);
      for (const span of spans) assert.equal(span.attributes["right"], "kept", span.name);
    }));
}

test("a handle on a span that throws whatever is done with it throws nothing", () =>
  traced(async () => {
    const context = { ...INVALID_SPAN_CONTEXT, traceId: "1".repeat(32), spanId: "2".repeat(16) };
    const span = new Proxy({} as Span, {
      get(_, name) {
        if (name === "spanContext") return () => context;
        throw new Error(`hostile ${String(name)}`);
      },
    });
    const tracer = { startSpan: () => span, startActiveSpan: () => assert.fail("not called") };
    const result = await manualSpan(tracer as never, { input: 1, tags: ["t"] }, (handle) => {
      assert.equal(handle.raw, span);
      for (const call of Object.values(calls)) assert.equal(call(handle, "x" as never), handle);
      assert.equal(trace.getActiveSpan(), span);
      assert.equal(getCurrentSpan()?.spanId, context.spanId);
      return "result";
    });
    assert.equal(result, "result");
    const thrown = new Error("theirs");
    await assert.rejects(
      agentSpan(tracer as never, {}, () => Promise.reject(thrown)),
      (error) => error === thrown,
    );
  }));

test("a tracer that cannot start a span does not keep the function from running", () =>
  traced(async () => {
    const tracer = {
      startSpan: () => {
        throw new Error("hostile");
      },
    };
    assert.equal(await agentSpan(tracer as never, { agentName: "a" }, () => "result"), "result");
  }));
