// agentSpan, manualSpan, withAttributes and getCurrentSpan: what goes out, what comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { context, ROOT_CONTEXT, SpanKind, trace } from "@opentelemetry/api";
import {
  agentSpan,
  type AgentSpanHandle,
  CatalystTracingError,
  flush,
  getCurrentSpan,
  InvalidTracerInputError,
  manualSpan,
  setup,
  withAttributes,
} from "catalyst-tracing";

import { NASTY } from "../capture/nasty.js";
import { isChildOf, traced } from "../capture/traced.js";

const FUNCTIONS = { agentSpan, manualSpan };

type Run = (options: never, fn: (span: AgentSpanHandle) => unknown) => Promise<unknown>;

interface Outcome {
  readonly says: string;
  readonly run: (span: AgentSpanHandle) => unknown;
  readonly attributes: readonly [outcome: string, stopReason: string, isFinalized: boolean];
  readonly status: number;
}

const OUTCOMES: readonly Outcome[] = [
  {
    says: "that returns is a success",
    run: () => undefined,
    attributes: ["success", "completed", true],
    status: 0,
  },
  {
    says: "that throws is a failure",
    run: () => {
      throw new TypeError("bad");
    },
    attributes: ["failure", "error", false],
    status: 2,
  },
  {
    says: "has the outcome that it gives itself",
    run: (span) => span.setOutcome("partial").setStopReason("limit").setFinalized(false),
    attributes: ["partial", "limit", false],
    status: 0,
  },
  {
    says: "that calls itself a failure is an error",
    run: (span) => span.setAttribute("agent.outcome", "failure"),
    attributes: ["failure", "error", false],
    status: 2,
  },
];

for (const { says, run, attributes: expected, status } of OUTCOMES) {
  test(`a run ${says}`, () =>
    traced(async ({ only }) => {
      await agentSpan({ agentId: "a" }, run).catch(() => undefined);
      const span = await only();
      const { attributes } = span;
      const outcome = ["outcome", "stop_reason", "finalized"].map(
        (name) => attributes[`agent.${name}`],
      );
      assert.deepEqual(outcome, expected);
      assert.equal(span.status.code, status);
    }));
}

test("agentSpan says who the agent is, in what conversation, and what it was given", () =>
  traced(async ({ only }) => {
    const result = await agentSpan(
      {
        agentId: "support-v2",
        agentName: "support",
        role: "triage",
        system: "openai",
        sessionId: "s",
        userId: "u",
        metadata: { tenant: "acme" },
        tags: ["beta"],
        input: { question: "why" },
      },
      (span) => {
        span.setOutput("because");
        return 42;
      },
    );
    assert.equal(result, 42);
    const span = await only();
    assert.equal(span.name, "support.run");
    assert.equal(span.kind, 1);
    assert.deepEqual(span.attributes, {
      "agent.id": "support-v2",
      "agent.name": "support",
      "agent.role": "triage",
      "session.id": "s",
      "user.id": "u",
      "openinference.span.kind": "AGENT",
      "agent.outcome": "success",
      "agent.stop_reason": "completed",
      "agent.finalized": true,
      "gen_ai.system": "openai",
      metadata: '{"tenant":"acme"}',
      "tag.tags": ["beta"],
      tags: ["beta"],
      "input.value": '{"question":"why"}',
      "input.mime_type": "application/json",
      "output.value": "because",
      "output.mime_type": "text/plain",
    });
  }));

for (const [options, name] of [
  [{ spanName: "given", agentName: "n", agentId: "i" }, "given"],
  [{ agentName: "n", agentId: "i" }, "n.run"],
  [{ name: "short", id: "i" }, "short.run"],
  [{ agentId: "i" }, "i.run"],
  [{ id: "short" }, "short.run"],
  [{}, "agent.run"],
] as const) {
  test(`an agentSpan with ${JSON.stringify(options)} is called ${name}`, () =>
    traced(async ({ only }) => {
      await agentSpan(options, () => {});
      assert.equal((await only()).name, name);
    }));
}

test("manualSpan is a CHAIN unless it is said what it is", () =>
  traced(async ({ named }) => {
    await manualSpan({ spanName: "chain" }, () => {});
    await manualSpan(
      {
        spanName: "tool",
        spanKind: "TOOL",
        otelKind: SpanKind.CLIENT,
        toolName: "search",
        toolCallId: "call_1",
        input: "in",
        output: ["out"],
        model: "gpt",
        usage: { input_tokens: 1, output_tokens: 2 },
        agentId: "i",
        agentName: "n",
        agentRole: "r",
        attributes: { own: { nested: true } },
      },
      () => {},
    );
    assert.deepEqual((await named("chain")).attributes, { "openinference.span.kind": "CHAIN" });
    const tool = await named("tool");
    assert.equal(tool.kind, 3);
    assert.deepEqual(tool.attributes, {
      "agent.id": "i",
      "agent.name": "n",
      "agent.role": "r",
      "openinference.span.kind": "TOOL",
      own: '{"nested":true}',
      "input.value": "in",
      "input.mime_type": "text/plain",
      "output.value": '["out"]',
      "output.mime_type": "application/json",
      "llm.model_name": "gpt",
      "llm.token_count.prompt": 1,
      "llm.token_count.completion": 2,
      "llm.token_count.total": 3,
      "tool.name": "search",
      "tool_call.id": "call_1",
    });
  }));

test("every span underneath has the identity, in awaits, timers and callbacks", () =>
  traced(async ({ tracer, delivered }) => {
    await agentSpan({ agentName: "a", sessionId: "s", userId: "u" }, async () => {
      tracer.startSpan("at once").end();
      await delay(1);
      trace.getTracer("another library").startSpan("by another library").end();
      await new Promise<void>((done) => {
        setTimeout(() => {
          tracer.startSpan("in a timer").end();
          done();
        }, 1);
      });
      await manualSpan({ spanName: "step" }, () => tracer.startSpan("in a step").end());
    });
    tracer.startSpan("after").end();
    for (const { name, attributes } of await delivered()) {
      const isInside = name !== "after";
      assert.equal(attributes["agent.name"], isInside ? "a" : undefined, name);
      assert.equal(attributes["session.id"], isInside ? "s" : undefined, name);
      assert.equal(attributes["user.id"], isInside ? "u" : undefined, name);
    }
  }));

test("an inner agentSpan replaces all three of the agent, and keeps session and user", () =>
  traced(async ({ tracer, named }) => {
    const outer = { agentId: "1", agentName: "outer", role: "r", sessionId: "s", userId: "u" };
    await agentSpan(outer, async () => {
      await agentSpan({ agentName: "inner" }, () => tracer.startSpan("leaf").end());
      tracer.startSpan("after the inner").end();
    });
    const leaf = (await named("leaf")).attributes;
    assert.deepEqual(leaf, { "agent.name": "inner", "session.id": "s", "user.id": "u" });
    assert.deepEqual((await named("after the inner")).attributes, {
      "agent.id": "1",
      "agent.name": "outer",
      "agent.role": "r",
      "session.id": "s",
      "user.id": "u",
    });
  }));

test("what a span says itself stands before what it inherits", () =>
  traced(async ({ tracer, named }) => {
    await agentSpan({ agentName: "a", sessionId: "s" }, async () => {
      tracer.startSpan("own", { attributes: { "session.id": "own" } }).end();
      await manualSpan({ spanName: "outer", sessionId: "other" }, () =>
        tracer.startSpan("below").end(),
      );
    });
    assert.equal((await named("own")).attributes["session.id"], "own");
    assert.equal((await named("outer")).attributes["session.id"], "other");
    assert.equal((await named("below")).attributes["session.id"], "other");
    assert.equal((await named("a.run")).attributes["session.id"], "s");
  }));

test("identity crosses to a context that somebody made of a span alone", () =>
  traced(async ({ tracer, named }) => {
    await agentSpan({ agentName: "a", sessionId: "s" }, ({ raw }) => {
      context.with(ROOT_CONTEXT, () => {
        tracer.startSpan("by parent", {}, trace.setSpan(ROOT_CONTEXT, raw)).end();
      });
    });
    assert.equal((await named("by parent")).attributes["session.id"], "s");
    isChildOf(await named("by parent"), await named("a.run"));
  }));

for (const [name, run] of Object.entries(FUNCTIONS) as [string, Run][]) {
  test(`${name} gives back what the function gives, of a sync one through a promise`, () =>
    traced(async () => {
      const value = {};
      for (const fn of [() => value, async () => value, () => delay(1, value)]) {
        const promise = run({} as never, fn);
        assert.ok(promise instanceof Promise);
        assert.equal(await promise, value);
      }
    }));

  test(`${name} runs the function at once, with its span active`, () =>
    traced(async () => {
      let seen: unknown;
      const promise = run({} as never, (span) => {
        seen = span.raw;
        assert.equal(getCurrentSpan()?.spanId, span.spanId);
        assert.equal(trace.getActiveSpan(), span.raw);
      });
      assert.ok(seen !== undefined);
      assert.equal(getCurrentSpan(), undefined);
      await promise;
    }));

  test(`${name} rejects with the very thing that was thrown, and records it`, () =>
    traced(async ({ delivered }) => {
      const all = [new RangeError("theirs"), "text", undefined, null, 0, 1n, Symbol("s"), {}];
      for (const thrown of all) {
        const fail = thrower(thrown);
        for (const fn of [async () => fail(), fail]) {
          await assert.rejects(run({} as never, fn), (error) => Object.is(error, thrown));
        }
      }
      const spans = await delivered();
      assert.equal(spans.length, 2 * all.length);
      for (const span of spans) {
        assert.equal(span.status.code, 2);
        assert.equal(span.events[0]?.name, "exception");
      }
      assert.equal(spans[0]?.status.message, "theirs");
      assert.equal(spans[0].events[0]?.attributes["exception.type"], "RangeError");
      assert.equal(spans[0].events[0].attributes["exception.message"], "theirs");
    }));

  test(`${name} without a function rejects with an error that says how to call it`, async () => {
    for (const [what, nasty] of NASTY) {
      if (typeof nasty === "function") continue;
      await assert.rejects(
        run({} as never, nasty as never),
        (error) =>
          error instanceof CatalystTracingError &&
          error.code === "ERR_INVALID_ARGUMENT" &&
          error.message.includes(`${name}(options, async (span) => { … })`),
        what,
      );
    }
  });

  test(`${name} with what is no tracer rejects with an error that says what to pass`, async () => {
    const withTracer = run as unknown as (...args: unknown[]) => Promise<unknown>;
    for (const wrong of [5, "tracer", {}, [], () => {}]) {
      await assert.rejects(
        withTracer(wrong, {}, () => assert.fail("it ran")),
        (error) =>
          error instanceof InvalidTracerInputError &&
          error.code === "ERR_INVALID_TRACER_INPUT" &&
          error.message.includes("Pass the handle that setup() resolves to"),
      );
    }
  });

  test(`${name} takes a tracer, the handle, a provider, or undefined before its options`, () =>
    traced(async ({ tracing, tracer, delivered }) => {
      const withTracer = run as unknown as (...args: unknown[]) => Promise<unknown>;
      for (const carrier of [tracer, tracing, tracing.provider, undefined, null]) {
        assert.equal(await withTracer(carrier, {}, () => 1), 1);
      }
      assert.equal((await delivered()).length, 5);
    }));

  test(`${name} runs the function whatever the options are`, () =>
    traced(async ({ delivered }) => {
      const names = ["agentId", "agentName", "role", "agentRole", "system", "spanKind", "otelKind"]
        .concat(["spanName", "sessionId", "userId", "metadata", "tags", "input", "output"])
        .concat(["model", "usage", "toolName", "toolCallId", "attributes"]);
      for (const [what, nasty] of NASTY) {
        const all = Object.fromEntries(names.map((option) => [option, nasty]));
        const throwing = Object.defineProperties(
          {},
          Object.fromEntries(names.map((option) => [option, { get: thrower(nasty) }])),
        );
        for (const options of [nasty, all, throwing]) {
          assert.equal(await run(options as never, () => what), what);
        }
      }
      assert.equal((await delivered()).length, 3 * NASTY.size);
    }));

  test(`${name} runs the function before setup(), after shutdown() and when disabled`, async () => {
    const thrown = new Error("theirs");
    const assertRuns = async (): Promise<void> => {
      const value = {};
      const given = await run({ agentName: "a", input: 1n } as never, (span) => {
        span.setInput(1).setOutput(2).recordException(thrown).setAttributes({ a: 1 });
        assert.equal(span.raw.isRecording(), false);
        return value;
      });
      assert.equal(given, value);
      await assert.rejects(run({} as never, thrower(thrown)), (error) => error === thrown);
      assert.equal(getCurrentSpan(), undefined);
      assert.equal(
        withAttributes({ sessionId: "s" }, () => value),
        value,
      );
      assert.deepEqual(await flush(), { ...(await flush()), delivered: 0, lost: 0, pending: 0 });
    };
    await assertRuns();
    await traced(() => {});
    await assertRuns();
    await setup({ disabled: true });
    await assertRuns();
  });
}

function thrower(thrown: unknown): () => never {
  return () => {
    throw thrown as Error;
  };
}

test("withAttributes reaches every span started inside, and none outside", () =>
  traced(async ({ tracer, delivered }) => {
    const given = withAttributes(
      {
        sessionId: "s",
        userId: 7 as never,
        metadata: { m: [1] },
        tags: ["t"],
        tenant: "acme",
        limits: { rate: 5 },
        shares: [1, 2],
        when: new Date(0),
        big: 10n,
        nothing: undefined,
        "": "no name",
      },
      () => {
        tracer.startSpan("inside").end();
        return manualSpan({ spanName: "step" }, async () => {
          await delay(1);
          tracer.startSpan("deep inside").end();
          return 5;
        });
      },
    );
    tracer.startSpan("outside").end();
    assert.equal(await given, 5);
    for (const { name, attributes } of await delivered()) {
      delete attributes["openinference.span.kind"];
      const expected = {
        "session.id": "s",
        "user.id": "7",
        metadata: '{"m":[1]}',
        "tag.tags": ["t"],
        tags: ["t"],
        tenant: "acme",
        limits: '{"rate":5}',
        shares: [1, 2],
        when: "1970-01-01T00:00:00.000Z",
        big: 10,
      };
      assert.deepEqual(attributes, name === "outside" ? {} : expected, name);
    }
  }));

test("an inner withAttributes adds to the outer one, and its values stand", () =>
  traced(async ({ tracer, named }) => {
    withAttributes({ a: "outer", b: "outer" }, () => {
      withAttributes({ b: "inner", c: "inner" }, () => tracer.startSpan("inner").end());
      tracer.startSpan("outer").end();
    });
    assert.deepEqual((await named("inner")).attributes, { a: "outer", b: "inner", c: "inner" });
    assert.deepEqual((await named("outer")).attributes, { a: "outer", b: "outer" });
  }));

test("withAttributes gives back what the function gives, and passes what it throws", () =>
  traced(async () => {
    const promise = Promise.resolve(1);
    assert.equal(
      withAttributes({ a: 1 }, () => promise),
      promise,
    );
    const thrown = new Error("theirs");
    assert.throws(
      () => withAttributes({}, thrower(thrown)),
      (error) => error === thrown,
    );
    await promise;
  }));

test("withAttributes runs the function whatever the attributes are", () =>
  traced(async ({ tracer, delivered }) => {
    for (const [what, nasty] of NASTY) {
      for (const attributes of [
        nasty,
        { sessionId: nasty, metadata: nasty, tags: nasty, own: nasty },
      ]) {
        const given = withAttributes(attributes as never, () => {
          tracer.startSpan(what, { attributes: { right: "kept" } }).end();
          return what;
        });
        assert.equal(given, what);
      }
    }
    const spans = await delivered();
    assert.equal(spans.length, 2 * NASTY.size);
    for (const span of spans) assert.equal(span.attributes["right"], "kept");
  }));

test("withAttributes without a function throws an error that says how to call it", () => {
  for (const wrong of [undefined, null, {}, "fn"]) {
    assert.throws(
      () => withAttributes({}, wrong as never),
      (error) =>
        error instanceof CatalystTracingError &&
        error.code === "ERR_INVALID_ARGUMENT" &&
        error.message.includes("withAttributes({ sessionId }, () => { … })"),
    );
  }
});

test("getCurrentSpan is the active span, whoever started it", () =>
  traced(async ({ tracer, only }) => {
    assert.equal(getCurrentSpan(), undefined);
    tracer.startActiveSpan("theirs", (span) => {
      const current = getCurrentSpan();
      assert.equal(current?.raw, span);
      assert.equal(current.traceId, span.spanContext().traceId);
      assert.equal(current.spanId, span.spanContext().spanId);
      assert.equal(current.traceparent, `00-${current.traceId}-${current.spanId}-01`);
      current.setOutput("set from afar");
      span.end();
    });
    assert.equal((await only()).attributes["output.value"], "set from afar");
  }));

test("flush() delivers what has ended, and says so", () =>
  traced(async ({ collector }) => {
    await manualSpan({ spanName: "one" }, () => {});
    const result = await flush();
    assert.equal(result.delivered, 1);
    assert.equal(result.lost, 0);
    assert.equal(collector.spans.length, 1);
  }));

test("flush() never rejects and keeps its time, whatever the time is", () =>
  traced(async ({ collector }) => {
    let answer: (how: { status: number }) => void = () => {};
    const answered = new Promise<{ status: number }>((resolve) => (answer = resolve));
    collector.respond(() => answered);
    await manualSpan({ spanName: "one" }, () => {});
    assert.equal((await flush(5)).ok, false);
    answer({ status: 200 });
    for (const nasty of [Number.NaN, -1, "5", {}, null]) await flush(nasty as never);
    await collector.waitForSpans(1);
  }));
