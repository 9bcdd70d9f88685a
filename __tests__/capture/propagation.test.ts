import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createTraceState,
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  type SpanContext,
  trace,
} from "@opentelemetry/api";
import {
  suppressTracing,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from "@opentelemetry/core";
import { choosePropagator } from "../../js/capture/propagation.js";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";
const PARENT = `00-${TRACE_ID}-${SPAN_ID}-01`;

const { propagator } = choosePropagator(undefined);

function extract(carrier: unknown) {
  return propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

function parentOf(carrier: unknown): SpanContext | undefined {
  return trace.getSpanContext(extract(carrier));
}

function inject(context = ROOT_CONTEXT): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagator.inject(context, carrier, defaultTextMapSetter);
  return carrier;
}

function withSpan(spanContext: Partial<SpanContext>) {
  const base = { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 1 };
  return trace.setSpanContext(ROOT_CONTEXT, { ...base, ...spanContext });
}

test("a traceparent becomes a remote parent", () => {
  assert.deepEqual(parentOf({ traceparent: PARENT }), {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    traceFlags: 1,
    isRemote: true,
  });
});

const accepted: [behaviour: string, header: unknown, flags: number][] = [
  ["that is not sampled", `00-${TRACE_ID}-${SPAN_ID}-00`, 0],
  ["with blanks around it", ` \t${PARENT} `, 1],
  ["in an array of one", [PARENT], 1],
  [
    "with flags of the future, of which only the known ones are kept",
    `00-${TRACE_ID}-${SPAN_ID}-ff`,
    3,
  ],
  ["of a later version", `01-${TRACE_ID}-${SPAN_ID}-01`, 1],
  ["of a later version with more fields", `cc-${TRACE_ID}-${SPAN_ID}-01-what-ever`, 1],
];
for (const [behaviour, header, flags] of accepted) {
  test(`a traceparent ${behaviour} is accepted`, () => {
    const parent = parentOf({ traceparent: header });
    assert.equal(parent?.traceId, TRACE_ID);
    assert.equal(parent?.traceFlags, flags);
  });
}

const rejected: [behaviour: string, header: unknown][] = [
  ["of version ff", `ff-${TRACE_ID}-${SPAN_ID}-01`],
  ["of version 00 with more fields", `${PARENT}-more`],
  ["of a later version with more characters but no dash", `01-${TRACE_ID}-${SPAN_ID}-01x`],
  ["with a trace id of zeros", `00-${"0".repeat(32)}-${SPAN_ID}-01`],
  ["with a parent id of zeros", `00-${TRACE_ID}-${"0".repeat(16)}-01`],
  ["in upper case", PARENT.toUpperCase()],
  ["with a short trace id", `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
  ["with flags that are not hexadecimal", `00-${TRACE_ID}-${SPAN_ID}-0x`],
  ["that is one of several", [PARENT, PARENT]],
  ["in an empty array", []],
  ["with a line end", `${PARENT}\n`],
  ["that is empty", ""],
  ["that is a number", 5],
  ["that is an object", {}],
];
for (const [behaviour, header] of rejected) {
  test(`a traceparent ${behaviour} is rejected`, () => {
    assert.equal(parentOf({ traceparent: header }), undefined);
  });
}

function stateOf(tracestate: unknown): string | undefined {
  return parentOf({ traceparent: PARENT, tracestate })?.traceState?.serialize();
}

const members = (count: number, value = "1") =>
  Array.from({ length: count }, (_, index) => `k${index}=${value}`);

const states: [behaviour: string, header: unknown, state: string | undefined][] = [
  ["keeps its order", "a=1,b=2,c=3", "a=1,b=2,c=3"],
  ["loses the blanks around its members", " a=1 ,\tb=2", "a=1,b=2"],
  ["is joined from several headers", ["a=1", "b=2"], "a=1,b=2"],
  ["keeps the newer of two members with one key", "a=1,b=2,a=3", "a=1,b=2"],
  ["loses members that break the format", "a=1,B=2,c,=d,e=,f=a=b,1@x=ok", "a=1,1@x=ok"],
  ["keeps 32 members", members(40).join(","), members(32).join(",")],
  [
    "loses long members first when it is too long",
    `a=${"x".repeat(200)},${members(28, "y".repeat(8)).join(",")}`,
    members(28, "y".repeat(8)).join(","),
  ],
  [
    "loses its last members when it is still too long",
    members(32, "y".repeat(20)).join(","),
    members(20, "y".repeat(20)).join(","),
  ],
  ["is absent when nothing of it is valid", "nothing", undefined],
  ["is absent when it is empty", "", undefined],
];
for (const [behaviour, header, state] of states) {
  test(`a tracestate ${behaviour}`, () => {
    assert.equal(stateOf(header), state);
    assert.ok((state ?? "").length <= 512);
  });
}

test("a tracestate without a traceparent is ignored", () => {
  assert.equal(extract({ tracestate: "a=1" }), ROOT_CONTEXT);
});

test("a span context is injected as traceparent and tracestate", () => {
  assert.deepEqual(inject(withSpan({ traceState: createTraceState("a=1,b=2") })), {
    traceparent: PARENT,
    tracestate: "a=1,b=2",
  });
});

test("flags that the standard does not know are injected as zero", () => {
  assert.equal(inject(withSpan({ traceFlags: 0xfd }))["traceparent"], PARENT);
});

test("a state that was filled beyond the limits is injected within them", () => {
  let traceState = createTraceState();
  for (let index = 0; index < 100; index += 1) traceState = traceState.set(`k${index}`, "1");
  const { tracestate = "" } = inject(withSpan({ traceState: traceState.set("bad key", "\n") }));
  assert.equal(tracestate.split(",").length, 32);
  assert.ok(tracestate.startsWith("k99=1,"));
});

test("nothing is injected without a valid span, and nothing within suppressed tracing", () => {
  assert.deepEqual(inject(), {});
  assert.deepEqual(inject(withSpan({ traceId: "0".repeat(32) })), {});
  const baggage = propagation.createBaggage({ a: { value: "1" } });
  assert.deepEqual(inject(suppressTracing(propagation.setBaggage(withSpan({}), baggage))), {});
});

test("what OpenTelemetry's own propagators inject is understood, and the other way round", () => {
  const baggage = propagation.createBaggage({ "user id": { value: 'ä, =;\\"100%' } });
  const context = propagation.setBaggage(
    withSpan({ traceState: createTraceState("a=1,b=2") }),
    baggage,
  );
  for (const theirs of [new W3CTraceContextPropagator(), new W3CBaggagePropagator()]) {
    const carrier: Record<string, string> = {};
    theirs.inject(context, carrier, defaultTextMapSetter);
    const ours = inject(context);
    for (const [name, value] of Object.entries(carrier)) assert.equal(ours[name], value);
    const back = extract(carrier);
    const expected = theirs.extract(ROOT_CONTEXT, ours, defaultTextMapGetter);
    assert.deepEqual(
      propagation.getBaggage(back)?.getAllEntries(),
      propagation.getBaggage(expected)?.getAllEntries(),
    );
    assert.equal(trace.getSpanContext(back)?.spanId, trace.getSpanContext(expected)?.spanId);
  }
});

function throwing(): never {
  throw new Error("hostile");
}

test("no carrier, getter or setter makes it throw", () => {
  const hostile = new Proxy({}, { get: throwing, set: throwing, ownKeys: throwing });
  for (const carrier of [undefined, null, 5, "text", Symbol("s"), hostile]) {
    assert.equal(extract(carrier), ROOT_CONTEXT);
  }
  const getters = [
    throwing,
    () => Symbol("s") as never,
    () => ({ toString: throwing }) as never,
    () => [Symbol("s"), null] as never,
  ];
  for (const get of getters) {
    assert.equal(propagator.extract(ROOT_CONTEXT, {}, { get, keys: throwing }), ROOT_CONTEXT);
  }
  const traceState = { serialize: throwing } as never;
  const baggage = propagation.createBaggage({ a: { value: 5 as never } });
  const context = propagation.setBaggage(withSpan({ traceState }), baggage);
  propagator.inject(context, {}, { set: throwing });
  propagator.inject(context, null, defaultTextMapSetter);
});

test("a tracestate that cannot be read does not cost the parent", () => {
  const get = (_: unknown, name: string) => (name === "traceparent" ? PARENT : throwing());
  const context = propagator.extract(ROOT_CONTEXT, {}, { get, keys: () => [] });
  assert.equal(trace.getSpanContext(context)?.spanId, SPAN_ID);
});

const choices: [variable: string | undefined, names: string[], warnings: RegExp[]][] = [
  [undefined, ["tracecontext", "baggage"], []],
  [" ", ["tracecontext", "baggage"], []],
  ["baggage", ["baggage"], []],
  ["Baggage, tracecontext,baggage", ["baggage", "tracecontext"], []],
  ["none", [], []],
  [
    "tracecontext,b3",
    ["tracecontext"],
    [/names "b3", which is not supported\. Using tracecontext\./],
  ],
  ["b3", ["tracecontext", "baggage"], [/Using tracecontext,baggage\./]],
  ["none,baggage", ["baggage"], [/"none" only works alone/]],
  ["constructor", ["tracecontext", "baggage"], [/names "constructor"/]],
];
for (const [variable, names, warnings] of choices) {
  test(`OTEL_PROPAGATORS=${variable ?? "(unset)"} chooses ${names.join(" and ") || "none"}`, () => {
    const chosen = choosePropagator(variable);
    assert.deepEqual(chosen.names, names);
    assert.equal(chosen.warnings.length, warnings.length);
    for (const [index, warning] of warnings.entries()) {
      assert.match(chosen.warnings[index] ?? "", warning);
    }
  });
}

test("the headers that are read and written are named", () => {
  assert.deepEqual(propagator.fields(), ["traceparent", "tracestate", "baggage"]);
  assert.deepEqual(choosePropagator("none").propagator.fields(), []);
});
