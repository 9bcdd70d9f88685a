// observe(): a function stays what it was, and each call of it is a span with its name, input and
// output.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { types } from "node:util";

import { trace } from "@opentelemetry/api";
import {
  agentSpan,
  CatalystTracingError,
  getCurrentSpan,
  manualSpan,
  observe,
  setup,
} from "catalyst-tracing";

import { NASTY } from "../capture/nasty.js";
import { isChildOf, traced } from "../capture/traced.js";

test("a sync function returns its value itself, in a CHAIN span of its name", () =>
  traced(async ({ only }) => {
    const value = { sum: 3 };
    const add = observe(function add(a: number, b: number) {
      assert.equal(a + b, 3);
      return value;
    });
    assert.equal(add(1, 2), value);
    const span = await only();
    assert.equal(span.name, "add");
    assert.deepEqual(span.attributes, {
      "openinference.span.kind": "CHAIN",
      "input.value": "[1,2]",
      "input.mime_type": "application/json",
      "output.value": '{"sum":3}',
      "output.mime_type": "application/json",
    });
  }));

test("one argument is the input itself, none is no input, and undefined is no output", () =>
  traced(async ({ named }) => {
    observe({ spanName: "text" }, (text: string) => text.length)("question");
    observe({ spanName: "none" }, () => undefined)();
    observe({ spanName: "optional" }, (_a?: number) => null)(undefined);
    const text = (await named("text")).attributes;
    assert.equal(text["input.value"], "question");
    assert.equal(text["input.mime_type"], "text/plain");
    assert.equal(text["output.value"], "8");
    assert.deepEqual(Object.keys((await named("none")).attributes), ["openinference.span.kind"]);
    const optional = (await named("optional")).attributes;
    assert.equal("input.value" in optional, false);
    assert.equal(optional["output.value"], "null");
  }));

test("the input is what the arguments were at the call", () =>
  traced(async ({ only }) => {
    const messages = ["first"];
    await observe(async (list: string[]) => {
      list.push("second");
      await delay(1);
      return list.length;
    })(messages);
    assert.equal((await only()).attributes["input.value"], '["first"]');
  }));

test("captureInput and captureOutput leave them out, input and output replace them", () =>
  traced(async ({ named }) => {
    observe({ spanName: "bare", captureInput: false, captureOutput: false }, (n: number) => n)(1);
    observe({ spanName: "said", input: "in", output: "out" }, (n: number) => n)(1);
    const bare = (await named("bare")).attributes;
    assert.deepEqual(bare, { "openinference.span.kind": "CHAIN" });
    const said = (await named("said")).attributes;
    assert.equal(said["input.value"], "in");
    assert.equal(said["output.value"], "out");
  }));

test("the span is named by spanName, else as the function, else by its kind", () =>
  traced(async ({ delivered }) => {
    observe({ spanName: "given" }, function own() {})();
    observe(function own() {})();
    observe({ spanKind: "TOOL" }, () => {})();
    const spans = await delivered();
    assert.deepEqual(
      spans.map((span) => span.name),
      ["given", "own", "tool"],
    );
  }));

test("the options are those of manualSpan", () =>
  traced(async ({ only }) => {
    observe(
      {
        spanKind: "TOOL",
        toolName: "search",
        toolCallId: "call_1",
        sessionId: "s",
        tags: ["a"],
        metadata: { m: 1 },
        attributes: { custom: true },
      },
      () => {},
    )();
    const { attributes } = await only();
    assert.equal(attributes["openinference.span.kind"], "TOOL");
    assert.equal(attributes["tool.name"], "search");
    assert.equal(attributes["tool_call.id"], "call_1");
    assert.equal(attributes["session.id"], "s");
    assert.deepEqual(attributes["tag.tags"], ["a"]);
    assert.equal(attributes["metadata"], '{"m":1}');
    assert.equal(attributes["custom"], true);
  }));

test("a wrapped function keeps its name, arity, properties, prototype and class", () => {
  async function greet(_a: string, _b: number): Promise<void> {}
  const properties = { version: 2, [Symbol.for("own")]: true };
  const wrapped = observe(Object.assign(greet, properties));
  assert.equal(wrapped.name, "greet");
  assert.equal(wrapped.length, 2);
  assert.equal(wrapped.version, 2);
  assert.equal(wrapped[Symbol.for("own") as never], true);
  assert.equal(Object.getPrototypeOf(wrapped), Object.getPrototypeOf(greet));
  assert.equal(Object.prototype.toString.call(wrapped), "[object AsyncFunction]");
  assert.equal(typeof wrapped, "function");
});

test("the type of a function stays, with its overloads and type parameters", () => {
  function pick(from: string): string;
  function pick<T>(from: readonly T[]): T | undefined;
  function pick(from: string | readonly unknown[]): unknown {
    return from[0];
  }
  const wrapped = observe(pick);
  const text: string = wrapped("abc");
  const number: number | undefined = observe({ spanKind: "TOOL" }, pick)([1, 2]);
  const same: typeof pick = wrapped;
  // @ts-expect-error -- neither overload takes a number
  assert.equal(wrapped(5), undefined);
  assert.deepEqual([text, number, same], ["a", 1, wrapped]);
});

test("a wrapped method has its object as this, wherever it is called from", () =>
  traced(async ({ delivered }) => {
    class Counter {
      #count = 0;
      add = observe(function add(this: Counter, by: number) {
        this.#count += by;
        return this.#count;
      });
    }
    const counter = new Counter();
    assert.equal(counter.add(2), 2);
    assert.equal(Reflect.apply(counter.add, counter, [3]), 5);
    assert.equal(counter.add.bind(counter)(1), 6);
    assert.equal((await delivered()).length, 3);
  }));

test("this is undefined where it was undefined", () =>
  traced(() => {
    const self = observe(function self(this: unknown) {
      return this;
    });
    assert.equal(self(), undefined);
  }));

test("new makes what it made before, without a span", () =>
  traced(async ({ delivered }) => {
    let target: unknown;
    function Point(this: { x: number }, x: number): void {
      target = new.target;
      this.x = x;
    }
    const Wrapped = observe(Point) as unknown as new (x: number) => { x: number };
    const point = new Wrapped(1);
    assert.equal(point.x, 1);
    assert.equal(target, Point);
    assert.ok(point instanceof Point);
    assert.ok(point instanceof Wrapped);
    class Point3 extends Wrapped {
      z = 3;
    }
    const point3 = new Point3(2);
    assert.equal(target, Point3);
    assert.ok(point3 instanceof Point3);
    assert.deepEqual(Object.entries(point3), [
      ["x", 2],
      ["z", 3],
    ]);
    assert.deepEqual(await delivered(), []);
  }));

test("what a sync function throws is the same object, and on the span", () =>
  traced(async ({ only }) => {
    const thrown = new TypeError("theirs");
    const fail = observe(function fail() {
      throw thrown;
    });
    assert.throws(fail, (error) => error === thrown);
    const span = await only();
    assert.deepEqual(span.status, { code: 2, message: "theirs" });
    assert.equal(span.events[0]?.name, "exception");
    assert.equal(span.events[0].attributes["exception.type"], "TypeError");
  }));

test("an async function's span lasts until its promise settles, and has ended for who awaits it", () =>
  traced(async ({ delivered }) => {
    const slow = observe(async function slow() {
      await delay(20);
      return "done";
    });
    const promise = slow();
    assert.deepEqual(await delivered(), []);
    assert.equal(await promise, "done");
    const [span] = await delivered();
    assert.ok(span !== undefined);
    assert.ok(span.endTimeUnixNano - span.startTimeUnixNano > 15_000_000n);
    assert.equal(span.attributes["output.value"], "done");
  }));

for (const thrown of [new Error("theirs"), "a string", undefined, null, 5n, Symbol("s")]) {
  test(`what an async function rejects with is the same: ${String(thrown)}`, () =>
    traced(async ({ only }) => {
      const fail = observe(async function fail() {
        await delay(1);
        // oxlint-disable-next-line typescript/only-throw-error -- people do
        throw thrown;
      });
      await assert.rejects(fail, (error) => error === thrown);
      assert.equal((await only()).status.code, 2);
    }));
}

test("a promise that nobody handles is still reported as unhandled", () =>
  traced(async ({ only }) => {
    const thrown = new Error("nobody cares");
    const listeners = process.rawListeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    try {
      const reported = new Promise((resolve) => process.once("unhandledRejection", resolve));
      void observe(async () => {
        throw thrown;
      })();
      assert.equal(await reported, thrown);
    } finally {
      for (const listener of listeners) process.on("unhandledRejection", listener as () => void);
    }
    assert.equal((await only()).status.code, 2);
  }));

test("a promise that has methods of its own is returned as the same object", () =>
  traced(async ({ only }) => {
    const request = Object.assign(Promise.resolve("body"), { json: () => "json" });
    const returned = observe(() => request)();
    assert.equal(returned, request);
    assert.equal(returned.json(), "json");
    assert.equal(await returned, "body");
    assert.equal((await only()).attributes["output.value"], "body");
  }));

test("a promise of a subclass is returned as the same object, and its rejection is on the span", () =>
  traced(async ({ only }) => {
    class Cancelable<T> extends Promise<T> {
      cancel = (): string => "cancelled";
    }
    const thrown = new Error("theirs");
    const promise = new Cancelable<void>((_, reject) => setImmediate(() => reject(thrown)));
    const returned = observe(() => promise)();
    assert.equal(returned, promise);
    assert.equal(returned.cancel(), "cancelled");
    await assert.rejects(returned, (error) => error === thrown);
    assert.equal((await only()).status.message, "theirs");
  }));

test("a promise of a class that cannot make others is returned as the same object", () =>
  traced(() => {
    class Single extends Promise<string> {
      constructor(text: unknown) {
        super((resolve) => resolve(String(text)));
      }
    }
    const single = new Single("text");
    assert.throws(() => single.then(), TypeError);
    assert.equal(observe(() => single)(), single);
    assert.throws(() => single.then(), TypeError);
  }));

test("what is started inside is underneath, also after awaits, and what comes after is not", () =>
  traced(async ({ tracer, named }) => {
    const inner = observe(async function inner() {
      await delay(1);
    });
    const outer = observe(async function outer() {
      assert.equal(getCurrentSpan()?.raw, trace.getActiveSpan());
      await inner();
      await delay(1);
      tracer.startSpan("leaf").end();
    });
    await outer();
    tracer.startSpan("after").end();
    isChildOf(await named("inner"), await named("outer"));
    isChildOf(await named("leaf"), await named("outer"));
    assert.equal((await named("after")).parentSpanId, "");
  }));

test("a recursive function has a span for each call, one under the other", () =>
  traced(async ({ delivered }) => {
    const factorial = observe((n: number): number => (n <= 1 ? 1 : n * factorial(n - 1)));
    assert.equal(factorial(3), 6);
    const byInput = new Map(
      (await delivered()).map((span) => [span.attributes["input.value"], span]),
    );
    assert.equal(byInput.size, 3);
    const [one, two, three] = ["1", "2", "3"].map((input) => byInput.get(input));
    assert.ok(one && two && three);
    isChildOf(one, two);
    isChildOf(two, three);
  }));

test("wrapping what is wrapped makes one span, of the options that were given last", () =>
  traced(async ({ only }) => {
    const once = observe({ spanName: "first" }, (n: number) => n);
    assert.equal(observe(once), once);
    assert.equal(observe({ spanName: "second", spanKind: "TOOL" }, once)(1), 1);
    const span = await only();
    assert.equal(span.name, "second");
    assert.equal(span.attributes["openinference.span.kind"], "TOOL");
  }));

test("observe can be given to map", () =>
  traced(async ({ delivered }) => {
    const wrapped = [() => 1, () => 2].map(observe) as (() => number)[];
    assert.deepEqual(
      wrapped.map((fn) => fn()),
      [1, 2],
    );
    assert.equal((await delivered()).length, 2);
  }));

test("two hundred calls at once each have their own span, session and children", () =>
  traced(async ({ delivered }) => {
    const step = observe(async function step(task: number) {
      await delay(task % 3);
      return task;
    });
    const run = observe(async function run(task: number) {
      await delay((task * 7) % 5);
      await Promise.all([step(task), step(task)]);
      return task;
    });
    await Promise.all(
      Array.from({ length: 200 }, (_, task) =>
        agentSpan({ agentName: "a", sessionId: `session ${task}` }, () => run(task)),
      ),
    );
    const spans = await delivered();
    assert.equal(spans.length, 800);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const span of spans.filter(({ name }) => name === "step")) {
      const task = span.attributes["input.value"];
      const parent = byId.get(span.parentSpanId);
      assert.equal(parent?.name, "run");
      assert.equal(parent.attributes["input.value"], task);
      assert.equal(span.attributes["session.id"], `session ${String(task)}`);
    }
  }));

test("before setup() and after shutdown() the function runs and gives the same, and works later", async () => {
  const promise = Promise.resolve("value");
  const thrown = new Error("theirs");
  const generator = (function* () {})();
  const get = observe(() => promise);
  const generate = observe(() => generator);
  const fail = observe(() => {
    throw thrown;
  });
  const assertSame = (): void => {
    assert.equal(get(), promise);
    assert.equal(generate(), generator);
    assert.deepEqual(Object.getOwnPropertyNames(generator), []);
    assert.throws(fail, (error) => error === thrown);
  };
  assertSame();
  await traced(async ({ only }) => {
    assert.equal(await get(), "value");
    assert.equal((await only()).attributes["output.value"], "value");
  });
  assertSame();
  const tracing = await setup({ disabled: true });
  assertSame();
  await tracing.shutdown();
});

test("a shutdown in the middle of a call changes nothing for who awaits it", async () => {
  let finish: (value: string) => void = () => {};
  let pending: Promise<string> | undefined;
  await traced(() => {
    pending = observe(() => new Promise<string>((resolve) => (finish = resolve)))();
  });
  finish("late");
  assert.equal(await pending, "late");
});

test("every result of any kind is returned as the same, and the span arrives", () =>
  traced(async ({ delivered }) => {
    let calls = 0;
    for (const [name, nasty] of NASTY) {
      // A promise is replaced by one that settles after the span's end.
      if (types.isPromise(nasty)) continue;
      calls += 1;
      assert.ok(Object.is(observe({ captureInput: false }, () => nasty)(), nasty), name);
    }
    const spans = await delivered();
    // The generator is open for as long as it is held.
    assert.equal(spans.length, calls - 1);
  }));

test("every argument, of any kind, reaches the function", () =>
  traced(async ({ delivered }) => {
    for (const [name, nasty] of NASTY) {
      let got: unknown[] = [];
      observe((...args: unknown[]) => {
        got = args;
      })(nasty, nasty);
      assert.ok(got.length === 2 && got.every((value) => Object.is(value, nasty)), name);
    }
    assert.equal((await delivered()).length, NASTY.size);
  }));

test("options of any kind do not keep the function from running", () =>
  traced(async ({ delivered }) => {
    let calls = 0;
    for (const [name, nasty] of NASTY) {
      if (typeof nasty === "function") continue;
      calls += 2;
      assert.equal(observe(nasty as never, () => 1)(), 1, name);
      const all = {
        ...Object.fromEntries(
          ["spanName", "spanKind", "otelKind", "system", "input", "output", "attributes"]
            .concat(["metadata", "tags", "sessionId", "usage", "captureInput", "captureOutput"])
            .map((option) => [option, nasty]),
        ),
      };
      assert.equal(observe(all as never, (n: number) => n)(2), 2, name);
    }
    assert.equal((await delivered()).length, calls);
  }));

test("what is no function is an error that says how to call it", () => {
  for (const [name, nasty] of NASTY) {
    if (typeof nasty === "function") continue;
    assert.throws(
      () => observe({}, nasty as never),
      (error) =>
        error instanceof CatalystTracingError &&
        error.code === "ERR_INVALID_ARGUMENT" &&
        error.message.includes("observe(options, fn)"),
      name,
    );
  }
  assert.throws(() => (observe as () => void)(), CatalystTracingError);
});

test("with register: false, observed functions and the other span functions still nest", () =>
  traced(
    async ({ named }) => {
      await agentSpan({ agentName: "agent", sessionId: "s" }, async () => {
        await delay(1);
        await observe(async function outer() {
          await manualSpan({ spanName: "inner" }, () => delay(1));
        })();
      });
      isChildOf(await named("outer"), await named("agent.run"));
      isChildOf(await named("inner"), await named("outer"));
      assert.equal((await named("inner")).attributes["session.id"], "s");
      assert.equal(trace.getActiveSpan(), undefined);
    },
    { register: false },
  ));
