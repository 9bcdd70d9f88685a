// CatalystSpanProcessor beside setup(): spans of the app's own provider, of either SDK, arrive with
// all that they have, in one tree with ours.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import {
  context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  createTraceState,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { agentSpan, manualSpan, withAttributes } from "catalyst-tracing";
import { CatalystSpanProcessor } from "catalyst-tracing/otel";

import { assertSums, traced } from "../capture/traced.js";
import { clearApi, registered, SDKS } from "../coexistence/providers.js";
import type { DecodedSpan } from "../support/otlp.js";
import { spanTree } from "../../js/testing/tree.js";

afterEach(clearApi);

const REMOTE = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  traceFlags: TraceFlags.SAMPLED,
};

const RECORD_ONLY = 1;

/** The name of the run that a span belongs to. */
function run({ attributes }: DecodedSpan): string {
  return `${String(attributes["agent.id"])}.run`;
}

const theirs = () => trace.getTracer("theirs", "1.2.3");

for (const [sdk, provider] of Object.entries(SDKS)) {
  const withProcessor = () => provider({ processors: [new CatalystSpanProcessor()] });

  test(`${sdk}: a span arrives with everything that it has`, () =>
    registered(withProcessor(), () =>
      traced(async ({ only }) => {
        const traceState = createTraceState("vendor=value");
        const parent = trace.setSpanContext(ROOT_CONTEXT, {
          ...REMOTE,
          traceState,
          isRemote: true,
        });
        const attributes = {
          text: "schön 🙂",
          int: 7,
          float: 0.5,
          yes: true,
          texts: ["a", "b"],
          numbers: [1, 2],
          flags: [true, false],
          "llm.model_name": "m",
        };
        const link = {
          context: { ...REMOTE, spanId: "00f067aa0ba902b7" },
          attributes: { why: "l" },
        };
        const span = theirs().startSpan(
          "full",
          { kind: SpanKind.CLIENT, attributes, links: [link], startTime: [1_700_000_000, 5] },
          parent,
        );
        span.addEvent("happened", { n: 1 }, [1_700_000_000, 7]);
        span.recordException(new Error("broken"), [1_700_000_000, 8]);
        span.setStatus({ code: SpanStatusCode.ERROR, message: "not good" });
        span.updateName("complete");
        span.end([1_700_000_001, 9]);
        const arrived = await only();
        assert.equal(arrived.name, "complete");
        assert.equal(arrived.traceId, REMOTE.traceId);
        assert.equal(arrived.spanId, span.spanContext().spanId);
        assert.equal(arrived.parentSpanId, REMOTE.spanId);
        assert.equal(arrived.flags, 0x301, "sampled, and its parent is in another process");
        assert.equal(arrived.traceState, "vendor=value");
        assert.equal(arrived.kind, 3);
        assert.equal(arrived.startTimeUnixNano, 1_700_000_000_000_000_005n);
        assert.equal(arrived.endTimeUnixNano, 1_700_000_001_000_000_009n);
        assert.deepEqual(arrived.attributes, attributes);
        assert.equal(arrived.attributeTypes["int"], "int");
        assert.deepEqual(arrived.status, { code: 2, message: "not good" });
        assert.deepEqual(
          arrived.events.map(({ name, timeUnixNano }) => [name, timeUnixNano]),
          [
            ["happened", 1_700_000_000_000_000_007n],
            ["exception", 1_700_000_000_000_000_008n],
          ],
        );
        assert.equal(arrived.events[1]?.attributes["exception.message"], "broken");
        assert.equal(arrived.links[0]?.spanId, "00f067aa0ba902b7");
        assert.deepEqual(arrived.links[0]?.attributes, { why: "l" });
        assert.deepEqual([arrived.scope.name, arrived.scope.version], ["theirs", "1.2.3"]);
      }),
    ));

  test(`${sdk}: theirs and ours are one tree, and theirs inherit who acts`, () =>
    registered(withProcessor(), () =>
      traced(async ({ delivered, named }) => {
        await theirs().startActiveSpan("request", async (request) => {
          await withAttributes({ tenant: "t-1" }, () =>
            agentSpan({ agentId: "support", sessionId: "s-1" }, () =>
              theirs().startActiveSpan(
                "query",
                { attributes: { tenant: "own" } },
                async (query) => {
                  await manualSpan({ spanName: "step" }, () => {});
                  query.end();
                },
              ),
            ),
          );
          request.end();
        });
        assert.equal(
          spanTree(await delivered()),
          [
            "request [internal]",
            "└─ support.run [AGENT]",
            "   └─ query [internal]",
            "      └─ step [CHAIN]",
            "",
          ].join("\n"),
        );
        assert.deepEqual((await named("query")).attributes, {
          tenant: "own",
          "agent.id": "support",
          "session.id": "s-1",
        });
        assert.equal((await named("step")).attributes["tenant"], "t-1");
        assert.deepEqual((await named("request")).attributes, {});
      }),
    ));

  test(`${sdk}: agentSpan with a tracer of theirs makes one span, which arrives`, () =>
    registered(withProcessor(), () =>
      traced(async ({ only }) => {
        await agentSpan(theirs(), { agentId: "a", input: { question: "why?" } }, () => {});
        const span = await only();
        assert.equal(span.scope.name, "theirs");
        assert.equal(span.attributes["openinference.span.kind"], "AGENT");
        assert.equal(span.attributes["agent.id"], "a");
        assert.equal(span.attributes["input.value"], '{"question":"why?"}');
      }),
    ));

  test(`${sdk}: spans that are sampled out are neither sent nor counted`, () => {
    const processors = [new CatalystSpanProcessor()];
    return registered(provider({ sampled: false, processors }), () =>
      traced(async ({ delivered, tracing }) => {
        theirs().startSpan("dropped").end();
        assert.deepEqual(await delivered(), []);
        assert.equal(tracing.stats().started, 0);
      }),
    );
  });

  test(`${sdk}: spans that are recorded and not sampled are not sent either`, () => {
    const processors = [new CatalystSpanProcessor()];
    const sampler = { shouldSample: () => ({ decision: RECORD_ONLY }), toString: () => "record" };
    return registered(provider({ sampler, processors }), () =>
      traced(async ({ delivered, tracing }) => {
        const span = theirs().startSpan("recorded");
        assert.equal(span.isRecording(), true);
        span.end();
        assert.deepEqual(await delivered(), []);
        assert.equal(tracing.stats().started, 0);
      }),
    );
  });

  test(`${sdk}: 200 concurrent runs in both are 200 trees`, () =>
    registered(withProcessor(), () =>
      traced(async ({ delivered }) => {
        await Promise.all(
          Array.from({ length: 200 }, (_, n) =>
            agentSpan({ agentId: `a${n}`, sessionId: `s${n}` }, async () => {
              await new Promise((resolve) => setImmediate(resolve));
              await theirs().startActiveSpan("query", async (query) => {
                await new Promise((resolve) => setTimeout(resolve, n % 7));
                await manualSpan({ spanName: "step" }, async () => await Promise.resolve());
                query.end();
              });
            }),
          ),
        );
        const spans = await delivered();
        assert.equal(spans.length, 600);
        const byId = new Map(spans.map((span) => [span.spanId, span]));
        for (const span of spans) {
          const parent = byId.get(span.parentSpanId);
          assert.equal(parent?.name, { query: run(span), step: "query" }[span.name]);
          assert.equal(span.attributes["session.id"], (parent ?? span).attributes["session.id"]);
        }
      }),
    ));

  test(`${sdk}: what the SDK's own limits dropped is told`, () => {
    const limits = { attributeCountLimit: 2, eventCountLimit: 1, linkCountLimit: 1 };
    return registered(provider({ processors: [new CatalystSpanProcessor()], limits }), () =>
      traced(async ({ only }) => {
        const span = theirs().startSpan("limited", { attributes: { a: 1, b: 2, c: 3, d: 4 } });
        span.addEvent("first");
        span.addEvent("second");
        span.end();
        const arrived = await only();
        assert.equal(Object.keys(arrived.attributes).length, 2);
        assert.equal(arrived.droppedAttributesCount, 2);
        assert.deepEqual(
          arrived.events.map(({ name }) => name),
          ["second"],
        );
        assert.equal(arrived.droppedEventsCount, 1);
      }),
    );
  });

  test(`${sdk}: open and ended spans are counted like ours`, () =>
    registered(withProcessor(), () =>
      traced(async ({ tracing, delivered }) => {
        const spans = [1, 2, 3].map((n) => theirs().startSpan(`span ${n}`));
        assert.equal(tracing.stats().started, 3);
        assert.equal(tracing.stats().open, 3);
        spans[0]?.end();
        spans[1]?.end();
        assert.equal((await delivered()).length, 2);
        assert.equal(tracing.stats().open, 1);
        assertSums(tracing.stats());
        spans[2]?.end();
      }),
    ));

  test(`${sdk}: two processors at one provider send a span once`, () => {
    const processors = [new CatalystSpanProcessor(), new CatalystSpanProcessor()];
    return registered(provider({ processors }), () =>
      traced(async ({ only }) => {
        theirs().startSpan("once").end();
        assert.equal((await only()).name, "once");
      }),
    );
  });

  test(`${sdk}: forceFlush of their provider waits until its spans are delivered`, () => {
    const app = withProcessor();
    return registered(app, () =>
      traced(async ({ collector }) => {
        theirs().startSpan("flushed").end();
        await app.forceFlush();
        assert.equal(collector.spans.length, 1);
      }),
    );
  });

  test(`${sdk}: their provider's shutdown delivers what is theirs and leaves setup()'s pipeline`, async () => {
    const app = withProcessor();
    await traced(async ({ collector, tracer, delivered }) => {
      clearApi();
      app.register();
      theirs().startSpan("last").end();
      await app.shutdown();
      assert.equal(collector.spans.length, 1);
      tracer.startSpan("ours").end();
      assert.equal((await delivered()).length, 2);
    });
  });

  test(`${sdk}: a span that outlives our pipeline disturbs nobody`, () =>
    registered(withProcessor(), async () => {
      let span: Span | undefined;
      await traced(() => {
        span = theirs().startSpan("outlives");
      });
      theirs().startSpan("after").end();
      await traced(async ({ only, tracing }) => {
        span?.end();
        assert.equal((await only()).name, "outlives");
        assertSums(tracing.stats());
      });
    }));

  test(`${sdk}: without a context manager a span still arrives`, () => {
    const app = withProcessor();
    return traced(
      async ({ only }) => {
        app.getTracer("theirs").startSpan("alone", {}, context.active()).end();
        assert.equal((await only()).parentSpanId, "");
        await app.shutdown();
      },
      { register: false },
    );
  });
}

test("our own provider does not send its spans twice when it gets the processor", () =>
  traced(async ({ tracing, tracer, only }) => {
    tracing.provider.addSpanProcessor(new CatalystSpanProcessor());
    tracer.startSpan("once").end();
    await tracing.forceFlush();
    assert.equal((await only()).name, "once");
  }));
