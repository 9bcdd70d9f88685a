// How spans begin: the overloads, the parent, the kind and the name.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  context,
  createContextKey,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";

import { isChildOf, traced, under } from "./traced.js";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

test("a span without a parent is the root of a trace of its own", () =>
  traced(async ({ tracer, delivered }) => {
    for (const name of ["first", "second"]) tracer.startSpan(name).end();
    const [first, second] = await delivered();
    assert.equal(first?.parentSpanId, "");
    assert.equal(second?.parentSpanId, "");
    assert.notEqual(first?.traceId, second?.traceId);
    assert.match(first?.traceId ?? "", /^[0-9a-f]{32}$/);
    assert.match(first?.spanId ?? "", /^[0-9a-f]{16}$/);
  }));

test("the identifiers that the app reads are those on the wire", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("read");
    const { traceId, spanId, traceFlags } = span.spanContext();
    assert.equal(traceFlags, 1);
    assert.equal(span.spanContext(), span.spanContext(), "one object, however often it is read");
    span.end();
    const arrived = await only();
    assert.deepEqual([arrived.traceId, arrived.spanId], [traceId, spanId]);
  }));

test("a span starts under the active one, and under the one in a context that it is given", () =>
  traced(async ({ tracer, named }) => {
    const given = tracer.startSpan("given");
    tracer.startActiveSpan("active", (active) => {
      tracer.startSpan("under active").end();
      tracer.startSpan("under given", {}, under(context.active(), given)).end();
      active.end();
    });
    given.end();
    isChildOf(await named("under active"), await named("active"));
    isChildOf(await named("under given"), await named("given"));
  }));

test("startActiveSpan takes a function alone, with options, and with options and a context", () =>
  traced(async ({ tracer, named }) => {
    const key = createContextKey("a value in the context");
    const outer = tracer.startSpan("outer");
    const withValue = under(ROOT_CONTEXT, outer).setValue(key, "kept");
    const results = [
      tracer.startActiveSpan("alone", (span) => {
        assert.equal(trace.getActiveSpan(), span);
        span.end();
        return 1;
      }),
      tracer.startActiveSpan("with options", { kind: SpanKind.CLIENT }, (span) => {
        assert.equal(trace.getActiveSpan(), span);
        span.end();
        return 2;
      }),
      tracer.startActiveSpan("with a context", { attributes: { a: 1 } }, withValue, (span) => {
        assert.equal(trace.getActiveSpan(), span);
        assert.equal(context.active().getValue(key), "kept");
        span.end();
        return 3;
      }),
    ];
    outer.end();
    assert.deepEqual(results, [1, 2, 3]);
    assert.equal(trace.getActiveSpan(), undefined);
    assert.equal((await named("alone")).parentSpanId, "");
    assert.equal((await named("with options")).kind, 3);
    isChildOf(await named("with a context"), await named("outer"));
    assert.deepEqual((await named("with a context")).attributes, { a: 1 });
  }));

test("what the function of startActiveSpan throws or rejects with passes as the same object", () =>
  traced(async ({ tracer, delivered }) => {
    const thrown = new Error("theirs");
    const throws = (): never => {
      throw thrown;
    };
    assert.throws(
      () => tracer.startActiveSpan("sync", throws),
      (error) => error === thrown,
    );
    const rejects = tracer.startActiveSpan("async", async (span) => {
      await Promise.resolve();
      span.end();
      throw thrown;
    });
    await assert.rejects(rejects, (error) => error === thrown);
    assert.equal(trace.getActiveSpan(), undefined);
    assert.equal((await delivered()).length, 1, "whoever starts a span ends it");
  }));

test("root: true starts a new trace wherever it is", () =>
  traced(async ({ tracer, named }) => {
    tracer.startActiveSpan("outer", (outer) => {
      tracer.startActiveSpan("root", { root: true }, (root) => {
        tracer.startSpan("under root").end();
        root.end();
      });
      outer.end();
    });
    const root = await named("root");
    assert.equal(root.parentSpanId, "");
    assert.notEqual(root.traceId, (await named("outer")).traceId);
    isChildOf(await named("under root"), root);
  }));

test("a span that is not ours but has a valid context is a parent", () =>
  traced(async ({ tracer, only }) => {
    const foreign = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
    tracer.startSpan("child", {}, trace.setSpanContext(ROOT_CONTEXT, foreign)).end();
    const child = await only();
    assert.deepEqual([child.traceId, child.parentSpanId], [TRACE_ID, SPAN_ID]);
    assert.equal(child.flags & 0x200, 0, "its parent is of this process");
  }));

test("a span with an invalid context is no parent", () =>
  traced(async ({ tracer, only }) => {
    tracer.startSpan("root", {}, trace.setSpanContext(ROOT_CONTEXT, INVALID_SPAN_CONTEXT)).end();
    assert.equal((await only()).parentSpanId, "");
  }));

test("a parent that was not sampled makes spans that record nothing and carry its trace on", () =>
  traced(async ({ tracer, tracing, delivered }) => {
    const unsampled = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 };
    const parent = trace.setSpanContext(ROOT_CONTEXT, unsampled);
    const child = tracer.startSpan("child", {}, parent);
    assert.equal(child.isRecording(), false);
    assert.equal(child.spanContext().traceId, TRACE_ID);
    assert.notEqual(child.spanContext().spanId, SPAN_ID);
    assert.equal(child.spanContext().traceFlags, 0);
    const grandchild = tracer.startSpan("grandchild", {}, under(parent, child));
    assert.equal(grandchild.spanContext().traceId, TRACE_ID);
    grandchild.setAttribute("a", 1).addEvent("e").end();
    child.end();
    assert.deepEqual(await delivered(), []);
    assert.equal(tracing.stats().started, 0);
  }));

test("under suppressed tracing nothing is recorded and functions run all the same", () =>
  traced(async ({ tracer, tracing, only }) => {
    context.with(suppressTracing(context.active()), () => {
      const span = tracer.startSpan("suppressed");
      assert.equal(span.isRecording(), false);
      span.end();
      const ran = tracer.startActiveSpan("suppressed too", (inner) => {
        inner.end();
        return "ran";
      });
      assert.equal(ran, "ran");
    });
    tracer.startSpan("recorded").end();
    assert.equal((await only()).name, "recorded");
    assert.equal(tracing.stats().started, 1);
  }));

test("every kind arrives as OTLP numbers it", () =>
  traced(async ({ tracer, named }) => {
    const kinds = [
      SpanKind.INTERNAL,
      SpanKind.SERVER,
      SpanKind.CLIENT,
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
    ];
    for (const kind of kinds) tracer.startSpan(`kind ${kind}`, { kind }).end();
    tracer.startSpan("no kind").end();
    for (const kind of kinds) assert.equal((await named(`kind ${kind}`)).kind, kind + 1);
    assert.equal((await named("no kind")).kind, 1);
  }));

test("a name is what updateName set last", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("first");
    assert.equal(span.updateName("second").updateName("größer 🙂"), span);
    span.end();
    assert.equal((await only()).name, "größer 🙂");
  }));

test("a name may be empty", () =>
  traced(async ({ tracer, only }) => {
    tracer.startSpan("").end();
    assert.equal((await only()).name, "");
  }));

test("a span is recording until its end", () =>
  traced(({ tracer }) => {
    const span = tracer.startSpan("short");
    assert.equal(span.isRecording(), true);
    span.end();
    assert.equal(span.isRecording(), false);
  }));

test("every setter returns its span", () =>
  traced(({ tracer }) => {
    const span = tracer.startSpan("chained");
    const link = { context: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 } };
    const chained = span
      .setAttribute("a", 1)
      .setAttributes({ b: 2 })
      .addEvent("e")
      .addLink(link)
      .addLinks([link])
      .setStatus({ code: 1 })
      .updateName("renamed");
    assert.equal(chained, span);
    span.end();
    const after = span.setAttribute("a", 2).setAttributes({}).addEvent("e").addLinks([]);
    assert.equal(after.setStatus({ code: 1 }).updateName("late"), span);
  }));

test("the library that asked for the tracer is the span's scope", () =>
  traced(async ({ tracing, named }) => {
    tracing.provider.getTracer("my-library", "1.2.3").startSpan("versioned").end();
    tracing.provider.getTracer("my-library").startSpan("unversioned").end();
    trace.getTracer("through-the-api", "2.0.0").startSpan("global").end();
    const scopeOf = async (name: string) => (await named(name)).scope;
    const attributes = {};
    assert.deepEqual(await scopeOf("versioned"), {
      name: "my-library",
      version: "1.2.3",
      attributes,
    });
    assert.deepEqual(await scopeOf("unversioned"), { name: "my-library", version: "", attributes });
    assert.equal((await scopeOf("global")).name, "through-the-api");
  }));

test("more tracers than are kept still make spans in their own scopes", () =>
  traced(async ({ tracing, delivered }) => {
    const count = 1500;
    for (let index = 0; index < count; index += 1) {
      tracing.provider.getTracer(`library-${index}`).startSpan("x").end();
    }
    const scopes = (await delivered()).map((span) => span.scope.name);
    assert.equal(new Set(scopes).size, count);
  }));
