// observe(): of a generator or an async iterable the span ends with the work, however that ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { types } from "node:util";

import { trace } from "@opentelemetry/api";
import { observe } from "catalyst-tracing";

import { isChildOf, traced } from "../capture/traced.js";
import { collectGarbageUntil } from "./garbage.js";

const numbers = observe(function* numbers(to: number) {
  for (let n = 1; n <= to; n += 1) yield n;
});

const words = observe(async function* words(...list: string[]) {
  for (const word of list) {
    await delay(1);
    yield word;
  }
});

test("a generator's span ends with the last item, and has all of them", () =>
  traced(async ({ delivered, only }) => {
    const generator = numbers(3);
    assert.equal(generator.next().value, 1);
    assert.deepEqual(await delivered(), []);
    assert.deepEqual([...generator], [2, 3]);
    const { name, attributes, status } = await only();
    assert.equal(name, "numbers");
    assert.equal(attributes["input.value"], "3");
    assert.equal(attributes["output.value"], "[1,2,3]");
    assert.equal(attributes["output.mime_type"], "application/json");
    assert.equal(attributes["observe.end"], "completed");
    assert.equal(attributes["observe.items"], 3);
    assert.equal(status.code, 0);
  }));

test("strings that an async generator gives are joined", () =>
  traced(async ({ only }) => {
    const got: string[] = [];
    for await (const word of words("Hel", "lo ", "wörld 😀")) got.push(word);
    assert.deepEqual(got, ["Hel", "lo ", "wörld 😀"]);
    const { attributes } = await only();
    assert.equal(attributes["output.value"], "Hello wörld 😀");
    assert.equal(attributes["output.mime_type"], "text/plain");
  }));

test("items are taken as they are when they come, and mixed ones are a JSON array", () =>
  traced(async ({ only }) => {
    const state = { n: 0 };
    const generate = observe(function* generate() {
      yield state;
      state.n = 1;
      yield state;
      yield "text";
      yield undefined;
      yield 10n;
      yield Buffer.from("bytes");
    });
    assert.equal([...generate()][0], state);
    assert.equal(
      (await only()).attributes["output.value"],
      '[{"n":0},{"n":1},"text",null,"10","bytes"]',
    );
  }));

test("a generator is still a generator", () =>
  traced(() => {
    const generator = numbers(1);
    assert.ok(types.isGeneratorObject(generator));
    assert.equal(generator[Symbol.iterator](), generator);
    assert.equal(Object.prototype.toString.call(generator), "[object Generator]");
    assert.deepEqual(Object.keys(generator), []);
    assert.deepEqual(generator.next(), { value: 1, done: false });
    assert.deepEqual(generator.return(undefined), { value: undefined, done: true });
    const promised = words("a");
    assert.equal(promised[Symbol.asyncIterator](), promised);
    assert.ok(types.isPromise(promised.return(undefined)));
  }));

test("values reach a generator through next(), and errors through throw()", () =>
  traced(async ({ only }) => {
    const generate = observe(function* generate(): Generator<string, string, string> {
      const got = yield "first";
      try {
        yield got;
      } catch (error) {
        yield String(error);
      }
      return "result";
    });
    const generator = generate();
    assert.equal(generator.next("ignored").value, "first");
    assert.equal(generator.next("sent").value, "sent");
    assert.equal(generator.throw("thrown").value, "thrown");
    assert.deepEqual(generator.next("").value, "result");
    const { attributes, status } = await only();
    assert.equal(attributes["output.value"], "firstsentthrown");
    assert.equal(attributes["observe.result"], "result");
    assert.equal(status.code, 0);
  }));

test("what a generator returns without having yielded anything is the output", () =>
  traced(async ({ only }) => {
    const generate = observe(async function* generate(): AsyncGenerator<never, object> {
      yield* [];
      return { answer: 42 };
    });
    assert.deepEqual(await generate().next(), { value: { answer: 42 }, done: true });
    assert.equal((await only()).attributes["output.value"], '{"answer":42}');
  }));

test("a consumer that breaks off ends the span, with what it has got", () =>
  traced(async ({ named }) => {
    for (const n of numbers(5)) if (n === 2) break;
    for await (const word of words("a", "b", "c")) if (word === "b") break;
    for (const [name, output] of [
      ["numbers", "[1,2]"],
      ["words", "ab"],
    ] as const) {
      const { attributes, status } = await named(name);
      assert.equal(attributes["output.value"], output);
      assert.equal(attributes["observe.end"], "stopped");
      assert.equal(status.code, 0);
    }
  }));

test("a consumer that throws ends the span, and the error is the consumer's", () =>
  traced(async ({ only }) => {
    const thrown = new Error("of the consumer");
    const consume = async (): Promise<void> => {
      for await (const _ of words("a", "b")) throw thrown;
    };
    await assert.rejects(consume, (error) => error === thrown);
    const { attributes, status } = await only();
    assert.equal(attributes["observe.end"], "stopped");
    assert.equal(status.code, 0);
  }));

test("a generator that goes on after return() ends when it has cleaned up", () =>
  traced(async ({ delivered, only }) => {
    const generate = observe(function* generate() {
      try {
        yield 1;
      } finally {
        yield "cleaning up";
      }
    });
    const generator = generate();
    generator.next();
    assert.equal(generator.return().value, "cleaning up");
    assert.deepEqual(await delivered(), []);
    assert.equal(generator.next().done, true);
    assert.equal((await only()).attributes["observe.items"], 2);
  }));

test("an error in the body is on the span, with the items before it, and is the same object", () =>
  traced(async ({ delivered }) => {
    const thrown = new Error("of the body");
    const sync = observe(function* sync() {
      yield "a";
      throw thrown;
    });
    const asynchronous = observe(async function* asynchronous() {
      yield "a";
      await delay(1);
      throw thrown;
    });
    assert.throws(
      () => [...sync()],
      (error) => error === thrown,
    );
    const consume = async (): Promise<void> => {
      for await (const item of asynchronous()) assert.equal(item, "a");
    };
    await assert.rejects(consume, (error) => error === thrown);
    const spans = await delivered();
    assert.equal(spans.length, 2);
    for (const span of spans) {
      assert.deepEqual(span.status, { code: 2, message: "of the body" });
      assert.equal(span.events[0]?.name, "exception");
      assert.equal(span.attributes["output.value"], "a");
    }
  }));

test("throw() into a generator that does not catch is an error of the span", () =>
  traced(async ({ only }) => {
    const thrown = new Error("thrown in");
    const generator = words("a", "b");
    await generator.next();
    await assert.rejects(generator.throw(thrown), (error) => error === thrown);
    assert.equal((await only()).status.message, "thrown in");
  }));

test("the span is active in the body, at every step, and never in the consumer", () =>
  traced(async ({ tracer, delivered, named }) => {
    const body = function* body() {
      tracer.startSpan("in the body").end();
      yield 1;
      tracer.startSpan("in the body").end();
    };
    const asyncBody = async function* asyncBody() {
      tracer.startSpan("in the async body").end();
      await delay(1);
      tracer.startSpan("in the async body").end();
      try {
        yield 1;
        yield 2;
      } finally {
        await delay(1);
        tracer.startSpan("in the async body").end();
      }
    };
    await tracer.startActiveSpan("consumer", async (consumer) => {
      for (const _ of observe(body)()) assert.equal(trace.getActiveSpan(), consumer);
      for await (const _ of observe(asyncBody)()) {
        assert.equal(trace.getActiveSpan(), consumer);
        await delay(1);
        break;
      }
      assert.equal(trace.getActiveSpan(), consumer);
      consumer.end();
    });
    const consumer = await named("consumer");
    for (const [name, count] of [
      ["body", 2],
      ["asyncBody", 3],
    ] as const) {
      const span = await named(name);
      isChildOf(span, consumer);
      const inside = (await delivered()).filter((other) => other.parentSpanId === span.spanId);
      assert.equal(inside.length, count);
    }
  }));

test("a generator that is consumed elsewhere stays under the span in which it was called", () =>
  traced(async ({ tracer, named }) => {
    const generator = tracer.startActiveSpan("caller", (span) => {
      const made = words("a");
      span.end();
      return made;
    });
    await tracer.startActiveSpan("consumer", async (span) => {
      for await (const word of generator) assert.equal(word, "a");
      span.end();
    });
    isChildOf(await named("words"), await named("caller"));
  }));

test("yield* through an observed generator keeps items, the result and one span each", () =>
  traced(async ({ delivered, named }) => {
    const inner = observe(async function* inner(): AsyncGenerator<string, string> {
      yield "a";
      return "b";
    });
    const outer = observe(async function* outer() {
      yield yield* inner();
    });
    const got: string[] = [];
    for await (const item of outer()) got.push(item);
    assert.deepEqual(got, ["a", "b"]);
    assert.equal((await delivered()).length, 2);
    isChildOf(await named("inner"), await named("outer"));
    assert.equal((await named("outer")).attributes["output.value"], "ab");
  }));

test("several next() at once are answered in order", () =>
  traced(async ({ only }) => {
    const generator = words("a", "b");
    const all = await Promise.all([generator.next(), generator.next(), generator.next()]);
    assert.deepEqual(
      all.map(({ value }) => value as unknown),
      ["a", "b", undefined],
    );
    assert.equal((await only()).attributes["output.value"], "ab");
    assert.deepEqual(await generator.next(), { value: undefined, done: true });
  }));

test("an async function that gives a generator has a span that lasts as long as that", () =>
  traced(async ({ delivered, only }) => {
    const make = observe(async function make() {
      await delay(1);
      return (async function* () {
        yield "late";
      })();
    });
    const generator = await make();
    assert.deepEqual(await delivered(), []);
    for await (const item of generator) assert.equal(item, "late");
    assert.equal((await only()).attributes["output.value"], "late");
  }));

test("an async iterable of any class is the same object, and iterating it is what counts", () =>
  traced(async ({ only }) => {
    class Stream {
      readonly controller = new AbortController();
      *tee(): Generator<string> {}
      async *[Symbol.asyncIterator](): AsyncGenerator<string> {
        yield "a";
        yield "b";
      }
    }
    const stream = new Stream();
    const returned = observe(function chat() {
      return stream;
    })();
    assert.equal(returned, stream);
    assert.ok(returned.controller instanceof AbortController);
    assert.deepEqual(Object.keys(returned), ["controller"]);
    for await (const item of returned) assert.ok(item);
    assert.equal((await only()).attributes["output.value"], "ab");
  }));

test("a stream whose branches come of its iterator, as openai's, has each item once", () =>
  traced(async ({ delivered }) => {
    class Stream {
      constructor(private readonly iterator: () => AsyncIterator<string>) {}
      first(): AsyncIterator<string> {
        return this.iterator();
      }
      async *[Symbol.asyncIterator](): AsyncGenerator<string> {
        await delay(1);
        const iterator = this.iterator();
        for (;;) {
          const taken = (await iterator.next()) as IteratorResult<string, undefined>;
          if (taken.done === true) return;
          yield taken.value;
        }
      }
    }
    const make = observe(
      () =>
        new Stream(async function* () {
          yield "a";
          yield "b";
        }),
    );
    const iterator = make().first();
    while ((await iterator.next()).done !== true);
    for await (const item of make()) assert.ok(item);
    for (const { attributes } of await delivered()) {
      assert.equal(attributes["output.value"], "ab");
      assert.equal(attributes["observe.items"], 2);
    }
  }));

test("a page of a list is a value, and can be iterated", () =>
  traced(async ({ only }) => {
    class Page {
      readonly data = [1, 2];
      getNextPage(): void {}
      async *[Symbol.asyncIterator]() {
        yield* this.data;
      }
    }
    const page = await observe(async () => new Page())();
    assert.equal((await only()).attributes["output.value"], '{"data":[1,2]}');
    let sum = 0;
    for await (const n of page) sum += n;
    assert.equal(sum, 3);
  }));

test("an async iterator that is its own iterable, without return(), can be broken off", () =>
  traced(async ({ tracing }) => {
    let n = 0;
    const iterator = {
      next: async () => ({ done: false, value: (n += 1) }),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
    const returned = observe(() => iterator)();
    for await (const value of returned) if (value === 3) break;
    assert.equal(n, 3);
    assert.equal("return" in returned, false);
    assert.equal(tracing.stats().open, 1);
  }));

test("arrays, strings, maps, sets and buffers are values", () =>
  traced(async ({ delivered }) => {
    const values = [["a", 1], "text", new Map([["k", 1]]), new Set([1]), Buffer.from([1])];
    for (const value of values) assert.equal(observe(() => value)(), value);
    assert.deepEqual(
      (await delivered()).map((span) => span.attributes["output.value"]),
      ['["a",1]', "text", '{"k":1}', "[1]", '{"type":"Buffer","data":[1]}'],
    );
  }));

test("a cursor whose next() gives documents is left to its own way", () =>
  traced(async () => {
    const cursor = {
      next: async () => ({ _id: 1, name: "document" }),
      async *[Symbol.asyncIterator]() {
        yield await this.next();
      },
    };
    const returned = observe(async () => cursor);
    assert.deepEqual(await (await returned()).next(), { _id: 1, name: "document" });
  }));

test("a frozen iterator cannot be watched: its span ends at once, and it works", () =>
  traced(async ({ only }) => {
    const frozen = Object.freeze(
      (function* () {
        yield 1;
      })(),
    );
    assert.deepEqual([...observe(() => frozen)()], [1]);
    await only();
  }));

test("a generator that is given again and again is watched once", () =>
  traced(async ({ delivered }) => {
    const shared = (function* () {
      yield* [1, 2, 3];
    })();
    const get = observe(() => shared);
    for (let call = 0; call < 20_000; call += 1) assert.equal(get(), shared);
    assert.deepEqual([...get()], [1, 2, 3]);
    assert.equal((await delivered()).length, 20_001);
  }));

test("an endless generator has an output with an end, which says that it was cut", () =>
  traced(async ({ delivered }) => {
    const endless = observe(function* endless<T>(item: T) {
      for (;;) yield item;
    });
    const take = (item: unknown, count: number): void => {
      let taken = 0;
      for (const _ of endless(item)) if ((taken += 1) === count) break;
    };
    take("x", 10_001);
    take("y".repeat(1000), 2000);
    take({ z: "z".repeat(1000) }, 2000);
    const [items, text, objects] = (await delivered()).map(({ attributes }) => attributes);
    assert.equal(items?.["output.value"], "x".repeat(10_000));
    assert.equal(items["observe.items"], 10_001);
    assert.equal(items["observe.cut"], true);
    assert.equal(String(text?.["output.value"]).length, 1024 * 1024);
    assert.equal(text?.["observe.cut"], true);
    const kept = JSON.parse(objects?.["output.value"] as string) as unknown[];
    assert.ok(kept.length > 1000 && kept.length < 2000);
    assert.equal(objects?.["observe.items"], 2000);
  }));

test("captureOutput: false counts the items and keeps none", () =>
  traced(async ({ only }) => {
    const generate = observe({ captureOutput: false }, function* () {
      yield "secret";
      return "secret";
    });
    assert.deepEqual([...generate()], ["secret"]);
    assert.deepEqual((await only()).attributes, {
      "openinference.span.kind": "CHAIN",
      "observe.end": "completed",
      "observe.items": 1,
    });
  }));

test("a generator that its consumer forgets has a span that ends, with what had come", () =>
  traced(async ({ collector, delivered }) => {
    (() => {
      void words("never", "started");
      const half = numbers(9);
      half.next();
    })();
    await delay(20);
    await collectGarbageUntil(async () => (await delivered()).length === 2);
    const [one, two] = [...collector.spans].sort((a, b) => a.name.localeCompare(b.name));
    assert.equal(one?.attributes["observe.end"], "abandoned");
    assert.equal(one.attributes["output.value"], "[1]");
    assert.equal(two?.attributes["observe.end"], "abandoned");
    assert.equal("output.value" in two.attributes, false);
    // It did not last until somebody noticed.
    assert.ok(two.endTimeUnixNano - two.startTimeUnixNano < 20_000_000n);
  }));

test("an iterable that only its iterator is left of has not been abandoned", () =>
  traced(async ({ tracing, only }) => {
    async function* oneAndTwo(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    // Nothing of the iterator refers to the iterable.
    const source = observe(() => ({ [Symbol.asyncIterator]: () => oneAndTwo() }));
    const iterate = (): AsyncIterator<number> => source()[Symbol.asyncIterator]();
    const iterator = iterate();
    await iterator.next();
    let collected = 0;
    const registry = new FinalizationRegistry(() => (collected += 1));
    for (const value of [1, 2]) registry.register({ value }, undefined);
    await collectGarbageUntil(() => collected === 2);
    assert.equal(tracing.stats().open, 1);
    await iterator.next();
    await iterator.next();
    assert.equal((await only()).attributes["output.value"], "[1,2]");
  }));
