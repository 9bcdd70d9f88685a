// Traces that cross process borders: headers in and out through OpenTelemetry's global API, and
// what of them is on the wire.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  context,
  createTraceState,
  propagation,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

import { isChildOf, traced, under } from "./traced.js";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

/** OTLP's flags: the low byte is the trace's, then "known whether remote" and "is remote". */
const SAMPLED = 0x001;
const IS_REMOTE_KNOWN = 0x100;
const IS_REMOTE = 0x200;

function injected(from = context.active()): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(from, carrier);
  return carrier;
}

test("a span under extracted headers continues their trace, and says that its parent is remote", () =>
  traced(async ({ tracer, named }) => {
    const headers = {
      traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
      tracestate: "vendor=abc,1@tenant=x",
    };
    const remote = propagation.extract(ROOT_CONTEXT, headers);
    tracer.startActiveSpan("server", {}, remote, (server) => {
      tracer.startSpan("inside").end();
      server.end();
    });
    const server = await named("server");
    assert.deepEqual([server.traceId, server.parentSpanId], [TRACE_ID, SPAN_ID]);
    assert.equal(server.traceState, "vendor=abc,1@tenant=x");
    assert.equal(server.flags, SAMPLED | IS_REMOTE_KNOWN | IS_REMOTE);
    const inside = await named("inside");
    isChildOf(inside, server);
    assert.equal(inside.traceState, "vendor=abc,1@tenant=x");
    assert.equal(inside.flags, SAMPLED | IS_REMOTE_KNOWN);
  }));

test("the active span is what goes out in headers", () =>
  traced(({ tracer }) => {
    tracer.startActiveSpan("client", (client) => {
      const { traceId, spanId } = client.spanContext();
      assert.deepEqual(injected(), { traceparent: `00-${traceId}-${spanId}-01` });
      client.end();
    });
    assert.deepEqual(injected(), {});
  }));

test("what goes out and comes in again is one trace", () =>
  traced(async ({ tracer, named }) => {
    tracer.startActiveSpan("client", (client) => {
      const received = propagation.extract(ROOT_CONTEXT, injected());
      tracer.startSpan("server", {}, received).end();
      client.end();
    });
    isChildOf(await named("server"), await named("client"));
  }));

test("a state and baggage that came in go out again", () =>
  traced(({ tracer }) => {
    const headers = {
      traceparent: `00-${TRACE_ID}-${SPAN_ID}-01`,
      tracestate: "a=1,b=2",
      baggage: "user=jane%20doe;secret=no,session=7",
    };
    const remote = propagation.extract(ROOT_CONTEXT, headers);
    tracer.startActiveSpan("hop", {}, remote, (hop) => {
      assert.equal(propagation.getActiveBaggage()?.getEntry("user")?.value, "jane doe");
      const out = injected();
      assert.equal(out["tracestate"], "a=1,b=2");
      assert.equal(out["baggage"], headers.baggage);
      assert.equal(out["traceparent"], `00-${TRACE_ID}-${hop.spanContext().spanId}-01`);
      hop.end();
    });
  }));

test("headers that say 'not sampled' record nothing here and go out saying the same", () =>
  traced(async ({ tracer, delivered }) => {
    const headers = { traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` };
    const remote = propagation.extract(ROOT_CONTEXT, headers);
    tracer.startActiveSpan("server", {}, remote, (server) => {
      assert.match(injected()["traceparent"] ?? "", new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-00$`));
      server.end();
    });
    assert.deepEqual(await delivered(), []);
  }));

test("headers that make no sense start a new trace", () =>
  traced(async ({ tracer, delivered }) => {
    for (const traceparent of ["", "nonsense", `00-${"0".repeat(32)}-${SPAN_ID}-01`]) {
      tracer.startSpan("server", {}, propagation.extract(ROOT_CONTEXT, { traceparent })).end();
    }
    for (const span of await delivered()) assert.equal(span.parentSpanId, "");
  }));

test("every bit of an identifier survives the way in and out", () =>
  traced(async ({ tracer, delivered }) => {
    const ids: [traceId: string, spanId: string][] = [
      ["ffffffffffffffffffffffffffffffff", "ffffffffffffffff"],
      ["00000000000000000000000000000001", "0000000000000001"],
      ["80000000000000000000000000000000", "8000000000000000"],
      ["0123456789abcdeffedcba9876543210", "fedcba9876543210"],
    ];
    for (const [traceId, spanId] of ids) {
      const parent = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
      const span = tracer.startSpan(spanId, {}, trace.setSpanContext(ROOT_CONTEXT, parent));
      assert.equal(span.spanContext().traceId, traceId);
      span.end();
    }
    const arrived = (await delivered()).map((span) => [span.traceId, span.parentSpanId]);
    assert.deepEqual(arrived, ids);
  }));

test("a trace state of 32 members is on the wire whole, and one that cannot be read costs nothing", () =>
  traced(async ({ tracer, named }) => {
    const full = Array.from({ length: 32 }, (_, index) => `k${index}=v${index}`).join(",");
    const hostile = {
      serialize: () => {
        throw new Error("hostile");
      },
    };
    const parent = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
    const withState = (traceState: unknown) =>
      trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceState: traceState as never });
    tracer.startSpan("full", {}, withState(createTraceState(full))).end();
    tracer.startSpan("hostile", { attributes: { a: 1 } }, withState(hostile)).end();
    assert.equal((await named("full")).traceState, full);
    const { traceState, attributes } = await named("hostile");
    assert.deepEqual({ traceState, attributes }, { traceState: "", attributes: { a: 1 } });
  }));

test("an app that registers nothing of ours gets spans all the same", () =>
  traced(
    async ({ tracer, named }) => {
      const outer = tracer.startSpan("outer");
      tracer.startActiveSpan("inner", {}, under(ROOT_CONTEXT, outer), (inner) => {
        assert.equal(trace.getActiveSpan(), undefined, "there is no context manager");
        inner.end();
      });
      outer.end();
      assert.deepEqual(injected(under(ROOT_CONTEXT, outer)), {}, "there is no propagator");
      assert.equal(trace.getTracer("global").startSpan("lost").isRecording(), false);
      isChildOf(await named("inner"), await named("outer"));
    },
    { register: false },
  ));
