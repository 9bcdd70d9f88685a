// Beside a provider of OpenTelemetry's SDK that the app has registered: one chain of spans in one
// trace, whoever makes them, and each side with its own decisions.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { agentSpan, manualSpan } from "catalyst-tracing";

import { isChildOf, traced } from "../capture/traced.js";
import type { DecodedSpan } from "../support/otlp.js";
import { spanTree } from "../../js/testing/tree.js";
import { clearApi, registered, SDKS } from "./providers.js";

afterEach(clearApi);

/** agentSpan → their span → manualSpan → a span of our tracer; returns theirs. */
async function chain(): Promise<Span> {
  return await agentSpan({ agentId: "support", sessionId: "s-1" }, async () =>
    trace.getTracer("theirs").startActiveSpan("theirs", async (theirs) => {
      await manualSpan({ spanName: "step" }, async () => {});
      theirs.end();
      return theirs;
    }),
  );
}

function find(spans: readonly DecodedSpan[], name: string): DecodedSpan {
  const span = spans.find((candidate) => candidate.name === name);
  assert.ok(span, `no ${name}`);
  return span;
}

for (const [sdk, provider] of Object.entries(SDKS)) {
  test(`${sdk}: the app's provider stays, and its active span is the parent of ours`, () =>
    registered(provider(), () =>
      traced(async ({ delivered }) => {
        let request: Span | undefined;
        const inner = await trace.getTracer("theirs").startActiveSpan("request", async (span) => {
          request = span;
          const theirs = await chain();
          span.end();
          return theirs;
        });
        const spans = await delivered();
        assert.equal(spans.length, 2, "theirs go where they send them");
        const run = find(spans, "support.run");
        assert.equal(run.traceId, request?.spanContext().traceId);
        assert.equal(run.parentSpanId, request?.spanContext().spanId);
        assert.equal(inner.spanContext().traceId, run.traceId);
        const step = find(spans, "step");
        assert.equal(step.parentSpanId, inner.spanContext().spanId);
        assert.equal(
          step.attributes["session.id"],
          "s-1",
          "what is inherited passes through theirs",
        );
      }),
    ));

  test(`${sdk}: spans that its sampler drops take none of ours with them, and leave no orphan`, () =>
    registered(provider({ sampled: false }), () =>
      traced(async ({ delivered, tracer }) => {
        let request: Span | undefined;
        await trace.getTracer("theirs").startActiveSpan("request", async (span) => {
          request = span;
          await chain();
          await tracer.startActiveSpan("ours", async (ours) => {
            await trace.getTracer("theirs").startActiveSpan("theirs", async (theirs) => {
              assert.equal(theirs.isRecording(), false, "their decision stands for their spans");
              tracer.startSpan("inner").end();
            });
            ours.end();
          });
        });
        const spans = await delivered();
        assert.equal(
          spanTree(spans),
          "support.run [AGENT]\n└─ step [CHAIN]\nours [internal]\n└─ inner [internal]\n",
        );
        assert.deepEqual(
          [...new Set(spans.map((span) => span.traceId))],
          [request?.spanContext().traceId],
        );
      }),
    ));

  test(`${sdk}: a trace that it samples out goes out as sampled out, also from under our spans`, () =>
    registered(provider({ sampled: false }), () =>
      traced(async ({ delivered }) => {
        const headers: Record<string, string> = {};
        await trace
          .getTracer("theirs")
          .startActiveSpan("request", () =>
            agentSpan({ agentId: "a" }, () =>
              manualSpan({ spanName: "call" }, () => propagation.inject(context.active(), headers)),
            ),
          );
        assert.match(headers["traceparent"] ?? "", /-00$/);
        assert.equal((await delivered()).length, 2);
      }),
    ));

  test(`${sdk}: a decision that came from another process stands`, () =>
    registered(provider(), () =>
      traced(async ({ delivered }) => {
        const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
        const remote = propagation.extract(ROOT_CONTEXT, { traceparent });
        await context.with(remote, () => agentSpan({ agentId: "a" }, () => {}));
        assert.deepEqual(await delivered(), []);
      }),
    ));

  test(`${sdk}: what our own sampler drops stays dropped under spans of theirs`, async () => {
    process.env["OTEL_TRACES_SAMPLER"] = "always_off";
    try {
      await registered(provider({ sampled: false }), () =>
        traced(async ({ delivered }) => {
          await chain();
          assert.deepEqual(await delivered(), []);
        }),
      );
    } finally {
      delete process.env["OTEL_TRACES_SAMPLER"];
    }
  });

  test(`${sdk}: register: true takes its place until the shutdown, and then it is back`, () =>
    registered(provider(), async () => {
      await traced(
        async ({ delivered, tracing }) => {
          await chain();
          const spans = await delivered();
          isChildOf(find(spans, "theirs"), find(spans, "support.run"));
          isChildOf(find(spans, "step"), find(spans, "theirs"));
          assert.equal(tracing.stats().started, 3);
          assert.equal(trace.getTracer("any"), tracing.provider.getTracer("any"));
        },
        { register: true },
      );
      await trace.getTracer("theirs").startActiveSpan("after", async (span) => {
        assert.equal(span.isRecording(), true);
        await Promise.resolve();
        assert.equal(trace.getActiveSpan(), span, "its context manager works again");
        span.end();
      });
    }));

  test(`${sdk}: register: false leaves everything as it is, and shares contexts all the same`, () =>
    registered(provider(), () =>
      traced(
        async ({ delivered }) => {
          const theirs = await chain();
          const spans = await delivered();
          assert.equal(find(spans, "step").parentSpanId, theirs.spanContext().spanId);
          assert.equal(theirs.spanContext().traceId, find(spans, "support.run").traceId);
        },
        { register: false },
      ),
    ));

  test(`${sdk}: one that comes later is refused by the API, and what runs goes on`, async () => {
    await traced(async ({ delivered }) => {
      const late = provider();
      late.register();
      await chain();
      const spans = await delivered();
      isChildOf(find(spans, "theirs"), find(spans, "support.run"));
      isChildOf(find(spans, "step"), find(spans, "theirs"));
      await late.shutdown();
    });
  });

  test(`${sdk}: one that clears the API and comes later stays there after our shutdown`, async () => {
    const late = provider();
    await traced(async ({ delivered, tracer }) => {
      clearApi();
      await tracer.startActiveSpan("outer", async (outer) => {
        await manualSpan({ spanName: "inner" }, () => {});
        outer.end();
      });
      late.register();
      const theirs = await chain();
      const spans = await delivered();
      isChildOf(find(spans, "inner"), find(spans, "outer"));
      assert.equal(find(spans, "step").parentSpanId, theirs.spanContext().spanId);
      assert.equal(theirs.spanContext().traceId, find(spans, "support.run").traceId);
    });
    const span = trace.getTracer("theirs").startSpan("after");
    assert.equal(span.isRecording(), true);
    await late.shutdown();
  });

  test(`${sdk}: one that was there with register: false from later on is noticed`, () =>
    traced(
      async ({ delivered }) => {
        await agentSpan({ agentId: "before" }, () => manualSpan({ spanName: "own" }, () => {}));
        const late = provider({ sampled: false });
        late.register();
        await trace.getTracer("theirs").startActiveSpan("request", chain);
        const spans = await delivered();
        isChildOf(find(spans, "own"), find(spans, "before.run"));
        isChildOf(find(spans, "step"), find(spans, "support.run"));
        await late.shutdown();
      },
      { register: false },
    ));
}

test("a span that somebody made unsampled by hand drops ours where the provider is ours", () =>
  traced(async ({ delivered, tracer }) => {
    const spanContext = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: TraceFlags.NONE,
    };
    tracer.startSpan("under", {}, trace.setSpanContext(ROOT_CONTEXT, spanContext)).end();
    assert.deepEqual(await delivered(), []);
  }));

test("with a context manager of the app's alone, ours are registered beside it", async () => {
  const provider = SDKS["SDK 2.x"]?.() ?? assert.fail();
  provider.register();
  trace.disable();
  propagation.disable();
  await traced(async ({ delivered }) => {
    await chain();
    const spans = await delivered();
    isChildOf(find(spans, "theirs"), find(spans, "support.run"));
    isChildOf(find(spans, "step"), find(spans, "theirs"));
  });
  const mine = ROOT_CONTEXT.setValue(Symbol("mine"), 1);
  context.with(mine, () => assert.equal(context.active(), mine, "theirs is still there"));
});

test("with a propagator of the app's alone, it is the one that writes headers", async () => {
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  await traced(async ({ delivered }) => {
    const headers: Record<string, string> = {};
    await agentSpan({ agentId: "a", sessionId: "s" }, () =>
      propagation.inject(context.active(), headers),
    );
    assert.deepEqual(Object.keys(headers), ["traceparent"]);
    assert.equal((await delivered()).length, 1);
  });
  assert.deepEqual(propagation.fields(), ["traceparent", "tracestate"]);
});

test("an app that has a provider and wants no propagator gets none", async () => {
  const provider = SDKS["SDK 2.x"]?.() ?? assert.fail();
  trace.setGlobalTracerProvider(provider);
  await traced(async ({ delivered }) => {
    const headers: Record<string, string> = {};
    const theirs = await chain();
    trace.getTracer("theirs").startActiveSpan("sends", (span) => {
      propagation.inject(context.active(), headers);
      span.end();
    });
    assert.deepEqual(headers, {});
    const spans = await delivered();
    assert.equal(find(spans, "step").parentSpanId, theirs.spanContext().spanId);
  });
  await provider.shutdown();
});
