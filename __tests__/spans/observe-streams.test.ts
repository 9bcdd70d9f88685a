// observe(): Node's and the web's streams stay what they are, and the span lasts until they end.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get as httpGet, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable, Transform, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { ReadableStream, TransformStream, WritableStream } from "node:stream/web";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

import { trace } from "@opentelemetry/api";
import { observe } from "catalyst-tracing";

import { isChildOf, traced } from "../capture/traced.js";
import { collectGarbageUntil } from "./garbage.js";

const thrown = new Error("of the source");

const readable = observe(function readable(...items: unknown[]) {
  return Readable.from(items);
});

const web = observe(async function web(...items: unknown[]) {
  const left = [...items];
  return new ReadableStream<unknown>({
    async pull(controller) {
      await delay(1);
      if (left.length > 0) controller.enqueue(left.shift());
      else controller.close();
    },
  });
});

const nodeConsumers: [what: string, consume: (stream: Readable) => Promise<unknown>][] = [
  [
    "for await",
    async (stream) => {
      let all = "";
      for await (const chunk of stream) all += String(chunk);
      return all;
    },
  ],
  [
    "data events",
    async (stream) => {
      let all = "";
      stream.on("data", (chunk) => (all += String(chunk)));
      await once(stream, "end");
      return all;
    },
  ],
  [
    "read()",
    async (stream) => {
      let all = "";
      stream.on("readable", () => {
        for (;;) {
          const chunk = stream.read() as unknown;
          if (chunk === null) return;
          all += String(chunk);
        }
      });
      await once(stream, "end");
      return all;
    },
  ],
  ["pipe()", (stream) => text(stream.pipe(new PassThrough()))],
  [
    "pipeline()",
    async (stream) => {
      const through = new PassThrough();
      const [all] = await Promise.all([text(through), pipeline(stream, through)]);
      return all;
    },
  ],
  ["toArray()", async (stream) => (await stream.toArray()).join("")],
  ["Readable.toWeb()", async (stream) => text(Readable.toWeb(stream))],
];

for (const [what, consume] of nodeConsumers) {
  test(`a Readable that is consumed by ${what} has all its data on the span`, () =>
    traced(async ({ delivered, only }) => {
      const stream = readable("Hel", "lo");
      assert.ok(stream instanceof Readable);
      await delay(2);
      assert.deepEqual(await delivered(), []);
      assert.equal(await consume(stream), "Hello");
      const { attributes, status } = await only();
      assert.equal(attributes["output.value"], "Hello");
      assert.equal(attributes["observe.items"], 2);
      assert.equal(attributes["observe.end"], "completed");
      assert.equal(status.code, 0);
    }));
}

test("bytes are shown as text, over the borders of chunks, or by their number", () =>
  traced(async ({ delivered }) => {
    const bytes = Buffer.from("grün");
    await buffer(readable(bytes.subarray(0, 3), bytes.subarray(3)));
    await buffer(readable(Buffer.from([0xff, 0xfe, 0x00])));
    assert.deepEqual(
      (await delivered()).map((span) => span.attributes["output.value"]),
      ["grün", "[3 bytes]"],
    );
  }));

test("a Readable that is destroyed by its consumer ends its span", () =>
  traced(async ({ named }) => {
    for await (const _ of readable("a", "b", "c")) break;
    const destroyed = observe({ spanName: "destroyed" }, () => Readable.from(["a"]))();
    destroyed.destroy();
    await once(destroyed, "close");
    for (const name of ["readable", "destroyed"]) {
      const { attributes, status } = await named(name);
      assert.equal(attributes["observe.end"], "stopped");
      assert.equal(status.code, 0);
    }
  }));

test("a Readable's error is on the span, and the app's affair", () =>
  traced(async ({ only }) => {
    const fail = observe(function fail() {
      return Readable.from(
        (async function* () {
          yield "a";
          throw thrown;
        })(),
      );
    });
    await assert.rejects(text(fail()), (error) => error === thrown);
    const { attributes, status } = await only();
    assert.deepEqual(status, { code: 2, message: "of the source" });
    assert.equal(attributes["output.value"], "a");
  }));

test("a Readable's error that nobody listens to is still thrown", () =>
  traced(async ({ only }) => {
    const listeners = process.rawListeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    try {
      const reported = once(process, "uncaughtException");
      const stream = observe(() => new Readable({ read: () => {} }))();
      assert.deepEqual(stream.listenerCount("error"), 0);
      stream.destroy(thrown);
      assert.equal((await reported)[0], thrown);
    } finally {
      for (const listener of listeners) process.on("uncaughtException", listener as () => void);
    }
    assert.equal((await only()).status.code, 2);
  }));

test("a Readable that has ended before it is returned does not keep the span open", () =>
  traced(async ({ only }) => {
    const ended = Readable.from([]);
    await ended.toArray();
    assert.equal(observe(() => ended)(), ended);
    await only();
  }));

test("a Transform keeps both its sides, and a Writable is a value", () =>
  traced(async ({ named }) => {
    const upper = observe(function upper() {
      return new Transform({
        transform: (chunk: Buffer, _encoding, done) => done(null, String(chunk).toUpperCase()),
      });
    });
    assert.equal(await text(Readable.from(["a", "b"]).pipe(upper())), "AB");
    assert.equal((await named("upper")).attributes["output.value"], "AB");
    observe({ spanName: "sink" }, () => new Writable())().destroy();
    assert.equal("observe.end" in (await named("sink")).attributes, false);
  }));

test("an answer over HTTP is read as ever", () =>
  traced(async ({ only }) => {
    const server: Server = createServer((_, response) => response.end("over http"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const { port } = server.address() as AddressInfo;
      const request = observe(async function request() {
        const sent = httpGet({ port, host: "127.0.0.1", agent: false });
        const [message] = (await once(sent, "response")) as [IncomingMessage];
        return message;
      });
      const message = await request();
      assert.equal(message.statusCode, 200);
      assert.equal(await text(message), "over http");
    } finally {
      server.close();
    }
    assert.equal((await only()).attributes["output.value"], "over http");
  }));

test("the source of a Readable runs in the span, its consumer does not", () =>
  traced(async ({ tracer, named }) => {
    const make = observe(function make() {
      return Readable.from(
        (async function* () {
          await delay(1);
          tracer.startSpan("in the source").end();
          yield "a";
        })(),
      );
    });
    const stream = make();
    await tracer.startActiveSpan("consumer", async (consumer) => {
      for await (const _ of stream) assert.equal(trace.getActiveSpan(), consumer);
      consumer.end();
    });
    isChildOf(await named("in the source"), await named("make"));
  }));

type Web = ReadableStream<unknown>;

async function readAll(stream: Web): Promise<unknown[]> {
  const reader = stream.getReader();
  const items: unknown[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return items;
    items.push(value);
  }
}

const doubled = (): TransformStream<unknown, unknown> =>
  new TransformStream({
    transform: (item, controller) => controller.enqueue(`${String(item)}${String(item)}`),
  });

const webConsumers: [what: string, consume: (stream: Web) => Promise<unknown>][] = [
  ["getReader()", readAll],
  [
    "for await",
    async (stream) => {
      const items: unknown[] = [];
      for await (const item of stream) items.push(item);
      return items;
    },
  ],
  [
    "values()",
    async (stream) => {
      const items: unknown[] = [];
      for await (const item of stream.values({ preventCancel: true })) items.push(item);
      return items;
    },
  ],
  [
    "pipeTo()",
    async (stream) => {
      const items: unknown[] = [];
      await stream.pipeTo(new WritableStream({ write: (item) => void items.push(item) }));
      return items;
    },
  ],
  [
    "pipeThrough()",
    async (stream) =>
      (await readAll(stream.pipeThrough(doubled()))).map((item) => String(item).slice(0, 1)),
  ],
  [
    "tee()",
    async (stream) => {
      const [left, right] = stream.tee();
      const [one, two] = await Promise.all([readAll(left), readAll(right)]);
      assert.deepEqual(one, two);
      return one;
    },
  ],
];

for (const [what, consume] of webConsumers) {
  test(`a ReadableStream that is consumed by ${what} has all its items on the span`, () =>
    traced(async ({ delivered, only }) => {
      const stream = await web("a", "b", "c");
      assert.ok(stream instanceof ReadableStream);
      assert.equal(stream.locked, false);
      assert.deepEqual(Object.keys(stream), []);
      assert.deepEqual(await delivered(), []);
      assert.deepEqual(await consume(stream), ["a", "b", "c"]);
      const { attributes, status } = await only();
      assert.equal(attributes["output.value"], "abc");
      assert.equal(attributes["observe.items"], 3);
      assert.equal(attributes["observe.end"], "completed");
      assert.equal(status.code, 0);
    }));
}

test("a ReadableStream that the runtime reads by itself gives its data, and its span ends", () =>
  traced(async ({ delivered }) => {
    await (async () => {
      const made = Readable.fromWeb(await web("a", "b"), { objectMode: true });
      assert.deepEqual(await made.toArray(), ["a", "b"]);
    })();
    // Newer Nodes do not ask the stream for a reader: nobody knows before it is collected.
    await collectGarbageUntil(async () => (await delivered()).length === 1);
  }));

test("the body of a Response is read through the stream that it was made of", () =>
  traced(async ({ only }) => {
    const bytes = new TextEncoder().encode("a response");
    const response = new Response((await web(bytes)) as never);
    assert.equal(await response.text(), "a response");
    assert.equal((await only()).attributes["output.value"], "a response");
  }));

const webStops: [what: string, stop: (stream: Web) => Promise<unknown>][] = [
  ["cancel()", (stream) => stream.cancel()],
  ["its reader's cancel()", (stream) => stream.getReader().cancel()],
  [
    "break",
    async (stream) => {
      for await (const _ of stream) break;
    },
  ],
  [
    "an aborted pipe",
    (stream) =>
      stream
        .pipeTo(new WritableStream(), { signal: AbortSignal.abort(thrown) })
        .catch((error: unknown) => assert.equal(error, thrown)),
  ],
  [
    "a pipe whose sink fails",
    (stream) =>
      stream
        .pipeTo(new WritableStream({ write: () => Promise.reject(thrown) }))
        .catch((error: unknown) => assert.equal(error, thrown)),
  ],
  [
    "the cancelling of both branches",
    (stream) => Promise.all(stream.tee().map((branch) => branch.cancel())),
  ],
];

for (const [what, stop] of webStops) {
  test(`a ReadableStream that is ended by ${what} ends its span, and its source knows`, () =>
    traced(async ({ only }) => {
      let cancelled = 0;
      let n = 0;
      const endless = observe(
        () =>
          new ReadableStream<unknown>({
            pull: (controller) => controller.enqueue((n += 1)),
            cancel: () => void (cancelled += 1),
          }),
      );
      await stop(endless());
      assert.equal(cancelled, 1);
      const { attributes, status } = await only();
      assert.equal(attributes["observe.end"], "stopped");
      assert.equal(status.code, 0);
    }));
}

test("a ReadableStream's error is on the span and the consumer's, through a pipe too", () =>
  traced(async ({ delivered }) => {
    const fail = observe(
      () =>
        new ReadableStream<unknown>({
          pull(controller) {
            controller.enqueue("a");
            controller.error(thrown);
          },
        }),
    );
    for (const consume of [
      (stream: Web) => readAll(stream),
      (stream: Web) => stream.pipeTo(new WritableStream()),
      (stream: Web) => readAll(stream.pipeThrough(doubled())),
    ]) {
      await assert.rejects(consume(fail()), (error) => error === thrown);
    }
    const spans = await delivered();
    assert.equal(spans.length, 3);
    for (const { status } of spans) assert.equal(status.message, "of the source");
  }));

test("a reader that is given back is no error, and the next one goes on", () =>
  traced(async ({ only }) => {
    const stream = await web("a", "b");
    const first = stream.getReader();
    assert.equal((await first.read()).value, "a");
    first.releaseLock();
    assert.deepEqual(await readAll(stream), ["b"]);
    const { attributes, status } = await only();
    assert.equal(attributes["output.value"], "ab");
    assert.equal(status.code, 0);
  }));

test("wrong uses of a ReadableStream fail as they do without us, and leave it usable", () =>
  traced(async ({ only }) => {
    const stream = await web("a");
    const locked = doubled();
    locked.writable.getWriter();
    assert.throws(() => stream.pipeThrough(locked), TypeError);
    await assert.rejects(stream.pipeTo({} as never), TypeError);
    assert.equal(stream.locked, false);
    const reader = stream.getReader();
    assert.throws(() => stream.tee(), TypeError);
    assert.throws(() => stream.getReader(), TypeError);
    await assert.rejects(stream.cancel(), TypeError);
    assert.equal((await reader.read()).value, "a");
    assert.equal((await reader.read()).done, true);
    assert.equal((await only()).attributes["output.value"], "a");
  }));

const byteStream = observe(function byteStream() {
  let n = 0;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      n += 1;
      if (n <= 2) controller.enqueue(new Uint8Array([0x60 + n]));
      else {
        controller.close();
        controller.byobRequest?.respond(0);
      }
    },
  });
});

test("a stream of bytes can still be read into the consumer's own buffers, its branches too", () =>
  traced(async ({ delivered }) => {
    const read = async (stream: ReadableStream): Promise<string> => {
      const reader = stream.getReader({ mode: "byob" });
      let all = "";
      for (;;) {
        const { done, value } = await reader.read(new Uint8Array(4));
        if (done) return all;
        all += String.fromCharCode(...(value as Uint8Array));
      }
    };
    assert.equal(await read(byteStream()), "ab");
    const branches = byteStream().tee();
    assert.deepEqual(await Promise.all(branches.map(read)), ["ab", "ab"]);
    assert.deepEqual(
      (await delivered()).map((span) => span.attributes["output.value"]),
      ["ab", "ab"],
    );
  }));

test("a ReadableStream's source runs in the span, its consumer does not", () =>
  traced(async ({ tracer, delivered, named }) => {
    let n = 0;
    const make = observe(
      { spanName: "make" },
      () =>
        new ReadableStream(
          {
            pull(controller) {
              n += 1;
              tracer.startSpan("in the source").end();
              if (n === 3) controller.close();
              else controller.enqueue(n);
            },
          },
          { highWaterMark: 0 },
        ),
    );
    const stream = make();
    await tracer.startActiveSpan("consumer", async (consumer) => {
      const reader = stream.getReader();
      while (!(await reader.read()).done) assert.equal(trace.getActiveSpan(), consumer);
      consumer.end();
    });
    const span = await named("make");
    const inside = (await delivered()).filter((other) => other.name === "in the source");
    assert.equal(inside.length, 3);
    for (const other of inside) isChildOf(other, span);
  }));

test("streams that their consumers forget have spans that end, with what had come", () =>
  traced(async ({ collector, delivered }) => {
    await (async () => {
      const reader = (await web("a", "b")).getReader();
      await reader.read();
    })();
    (() => void observe({ spanName: "unread" }, () => new Readable({ read: () => {} }))())();
    await collectGarbageUntil(async () => (await delivered()).length === 2);
    for (const { attributes } of collector.spans) {
      assert.equal(attributes["observe.end"], "abandoned");
    }
    const outputs = collector.spans.map(({ attributes }) => attributes["output.value"]);
    assert.deepEqual(new Set(outputs), new Set(["a", undefined]));
  }));

test("a ReadableStream that only its reader is left of has not been abandoned", () =>
  traced(async ({ tracing, only }) => {
    const reader = (await web("a")).getReader();
    let collected = 0;
    const registry = new FinalizationRegistry(() => (collected += 1));
    for (const value of [1, 2]) registry.register({ value }, undefined);
    await collectGarbageUntil(() => collected === 2);
    assert.equal(tracing.stats().open, 1);
    while (!(await reader.read()).done);
    assert.equal((await only()).attributes["output.value"], "a");
  }));
