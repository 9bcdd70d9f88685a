// The active span over everything that is asynchronous: awaits, timers, callbacks, emitters,
// generators, and many of them at once.

import assert from "node:assert/strict";
import { AsyncResource } from "node:async_hooks";
import { EventEmitter, once } from "node:events";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { context, createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";

import type { DecodedSpan } from "../support/otlp.js";
import { isChildOf, traced, under, type Round } from "./traced.js";

const VALUE = createContextKey("a value");

/** Runs `body` under an active span, and returns it and "inner", which `body` starts, as arrived. */
async function nested({ tracer, named }: Round, body: () => Promise<void>): Promise<void> {
  await tracer.startActiveSpan("outer", async (outer) => {
    await body();
    outer.end();
  });
  assert.equal(trace.getActiveSpan(), undefined);
  isChildOf(await named("inner"), await named("outer"));
}

const waits: [what: string, wait: (then: () => void) => Promise<void> | void][] = [
  [
    "an await",
    async (then) => {
      await Promise.resolve();
      then();
    },
  ],
  ["a timer", (then) => delay(1).then(then)],
  ["setTimeout", (then) => new Promise((done) => setTimeout(() => done(then()), 1))],
  ["setImmediate", (then) => new Promise((done) => setImmediate(() => done(then())))],
  ["nextTick", (then) => new Promise((done) => process.nextTick(() => done(then())))],
  ["queueMicrotask", (then) => new Promise((done) => queueMicrotask(() => done(then())))],
  ["Promise.all", (then) => Promise.all([delay(1), Promise.resolve()]).then(then)],
  ["a rejected promise", (then) => Promise.reject(new Error("theirs")).catch(then)],
  ["a thenable", (then) => Promise.resolve({ then: (done: () => void) => done() }).then(then)],
  [
    "an async generator",
    async (then) => {
      async function* generate() {
        yield await delay(1, 1);
        yield 2;
      }
      let count = 0;
      for await (const item of generate()) count += item;
      assert.equal(count, 3);
      then();
    },
  ],
  [
    "a stream",
    async (then) => {
      for await (const chunk of Readable.from(["a"])) assert.equal(chunk, "a");
      then();
    },
  ],
];
for (const [what, wait] of waits) {
  test(`the active span lasts over ${what}`, () =>
    traced((round) =>
      nested(round, async () => {
        await wait(() => round.tracer.startSpan("inner").end());
      }),
    ));
}

test("a span that is started after its parent's end is still its child", () =>
  traced((round) =>
    nested(round, async () => {
      trace.getActiveSpan()?.end();
      await delay(1);
      round.tracer.startSpan("inner").end();
    }),
  ));

test("a function that is bound keeps its context, its this, its arity and its result", () =>
  traced(({ tracer }) => {
    const span = tracer.startSpan("bound");
    const bound = context.bind(
      under(ROOT_CONTEXT, span),
      function (this: unknown, a: number, b: number) {
        return [this, a, b, trace.getActiveSpan()];
      },
    );
    const self = {};
    assert.equal(bound.length, 2);
    assert.deepEqual(bound.call(self, 1, 2), [self, 1, 2, span]);
    assert.equal(trace.getActiveSpan(), undefined);
    span.end();
  }));

test("a bound function may be a callback from anywhere", () =>
  traced(async ({ tracer, named }) => {
    const outer = tracer.startSpan("outer");
    const emitter = new EventEmitter();
    emitter.on(
      "event",
      context.bind(under(ROOT_CONTEXT, outer), () => {
        tracer.startSpan("inner").end();
      }),
    );
    context.with(ROOT_CONTEXT, () => emitter.emit("event"));
    outer.end();
    isChildOf(await named("inner"), await named("outer"));
  }));

test("what is neither function nor emitter is bound as it is", () =>
  traced(() => {
    for (const value of [undefined, null, 5, "text", Symbol("s"), { a: 1 }]) {
      assert.equal(context.bind(ROOT_CONTEXT, value), value);
    }
  }));

test("the listeners of a bound emitter run in its context", () =>
  traced(() => {
    const emitter = context.bind(ROOT_CONTEXT.setValue(VALUE, "bound"), new EventEmitter());
    const seen: unknown[] = [];
    const see = (event: string) => () => seen.push([event, context.active().getValue(VALUE)]);
    emitter.on("a", see("on"));
    emitter.addListener("a", see("addListener"));
    emitter.once("a", see("once"));
    emitter.prependListener("a", see("prependListener"));
    emitter.prependOnceListener("a", see("prependOnceListener"));
    emitter.emit("a");
    emitter.emit("a");
    assert.deepEqual(
      seen,
      [
        ...["prependOnceListener", "prependListener", "on", "addListener", "once"],
        ...["prependListener", "on", "addListener"],
      ].map((name) => [name, "bound"]),
    );
  }));

for (const add of [
  "on",
  "addListener",
  "once",
  "prependListener",
  "prependOnceListener",
] as const) {
  for (const remove of ["off", "removeListener"] as const) {
    test(`of a bound emitter, ${remove} removes what ${add} has added`, () =>
      traced(() => {
        const emitter = context.bind(ROOT_CONTEXT, new EventEmitter());
        const listener = (): void => assert.fail("it was removed");
        emitter[add]("a", listener);
        assert.equal(emitter.listenerCount("a"), 1);
        emitter[remove]("a", listener);
        assert.equal(emitter.listenerCount("a"), 0);
        emitter.emit("a");
      }));
  }
}

test("a bound emitter keeps returning itself, its listeners their this, and once() works on it", () =>
  traced(async () => {
    const emitter = context.bind(ROOT_CONTEXT, new EventEmitter());
    const seen: unknown[] = [];
    const returned = emitter.on("a", function (this: unknown, value: unknown) {
      seen.push(this, value);
    });
    assert.equal(returned, emitter);
    const next = once(emitter, "a");
    emitter.emit("a", 1);
    assert.deepEqual(await next, [1]);
    assert.deepEqual(seen, [emitter, 1]);
    emitter.removeAllListeners("a");
    assert.equal(emitter.listenerCount("a"), 0);
  }));

test("an emitter that is bound twice runs its listeners in the later context", () =>
  traced(() => {
    const emitter = new EventEmitter();
    context.bind(ROOT_CONTEXT.setValue(VALUE, "first"), emitter);
    context.bind(ROOT_CONTEXT.setValue(VALUE, "second"), emitter);
    const seen: unknown[] = [];
    const listener = (): void => void seen.push(context.active().getValue(VALUE));
    emitter.on("a", listener);
    emitter.emit("a");
    emitter.off("a", listener);
    emitter.emit("a");
    assert.deepEqual(seen, ["second"]);
  }));

test("an AsyncResource of the app keeps the context in which it was made", () =>
  traced((round) =>
    nested(round, async () => {
      const resource = new AsyncResource("pool");
      context.with(ROOT_CONTEXT, () => {
        resource.runInAsyncScope(() => round.tracer.startSpan("inner").end());
      });
      await delay(1);
    }),
  ));

test("context.with passes this, arguments, results and errors", () =>
  traced(() => {
    const self = { own: true };
    function body(this: unknown, ...args: unknown[]): unknown[] {
      return [this, ...args, context.active().getValue(VALUE)];
    }
    const active = ROOT_CONTEXT.setValue(VALUE, "set");
    assert.deepEqual(context.with(active, body, self, 1, "two"), [self, 1, "two", "set"]);
    const thrown = new Error("theirs");
    const fail = (): never => {
      throw thrown;
    };
    assert.throws(
      () => context.with(active, fail),
      (error) => error === thrown,
    );
    assert.equal(context.active(), ROOT_CONTEXT);
  }));

const TASKS = 200;
const DEPTH = 4;

test("two hundred tasks at once each keep their spans under their own parents", () =>
  traced(async ({ tracer, delivered }) => {
    // Unequal pauses shuffle the tasks among each other at every level.
    const work = async (task: number, depth: number): Promise<void> => {
      await tracer.startActiveSpan(`${task}.${depth}`, async (span) => {
        span.setAttribute("task", task);
        await delay((task * 7 + depth * 3) % 5);
        if (depth < DEPTH) await Promise.all([work(task, depth + 1), leaf(task, depth)]);
        span.end();
      });
    };
    const leaf = async (task: number, depth: number): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      tracer.startSpan(`${task}.${depth}.leaf`, { attributes: { task } }).end();
    };
    await Promise.all(Array.from({ length: TASKS }, (_, task) => work(task, 1)));
    const spans = await delivered();
    assert.equal(spans.length, TASKS * (DEPTH + DEPTH - 1));
    const byName = new Map(spans.map((span) => [span.name, span]));
    for (const span of spans) assertPlace(span, byName);
    assert.equal(new Set(spans.map((span) => span.traceId)).size, TASKS);
  }));

/** "7.3" is under "7.2", "7.3.leaf" under "7.3", and "7.1" is a root. */
function assertPlace(span: DecodedSpan, byName: ReadonlyMap<string, DecodedSpan>): void {
  const [task, depth, leaf] = span.name.split(".");
  const above = leaf === undefined ? `${task}.${Number(depth) - 1}` : `${task}.${depth}`;
  const parent = byName.get(above);
  assert.equal(span.attributes["task"], Number(task));
  if (parent === undefined) assert.equal(span.parentSpanId, "", span.name);
  else isChildOf(span, parent);
}
