// One agent whose work is handed on in every way that a runtime has: whatever starts a span below it
// has the agent's conversation, and its place. Nothing is bound by hand but what says so.

import { EventEmitter, once } from "node:events";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ReadableStream } from "node:stream/web";
import { setTimeout as delay } from "node:timers/promises";

import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { agentSpan, manualSpan, observe, setup, withAttributes } from "catalyst-tracing";

const tracing = await setup();
// As any library does that knows nothing of this package.
const library = trace.getTracer("some-library");
const work = (name: string): void => library.startSpan(name).end();

const waits: [name: string, wait: (then: () => void) => void][] = [
  ["setTimeout", (then) => setTimeout(then, 1)],
  ["setImmediate", (then) => setImmediate(then)],
  ["nextTick", (then) => process.nextTick(then)],
  ["queueMicrotask", (then) => queueMicrotask(then)],
  [
    "setInterval",
    (then) => {
      const interval = setInterval(() => {
        clearInterval(interval);
        then();
      }, 1);
    },
  ],
];

const words = observe(async function* words(count: number) {
  for (let n = 1; n <= count; n += 1) {
    await delay(1);
    work(`before word ${n}`);
    yield `word ${n}`;
  }
});

const chunks = observe(async function chunks() {
  await delay(1);
  let n = 0;
  return new ReadableStream<number>({
    async pull(controller) {
      n += 1;
      if (n > 2) return controller.close();
      await delay(1);
      controller.enqueue(n);
    },
  });
});

const outside = new EventEmitter();
outside.on("job", (name: string) => work(`plain listener, ${name}`));

await agentSpan({ agentName: "all-ways", sessionId: "the session" }, async () => {
  for (const [name, wait] of waits) {
    await new Promise<void>((done) => {
      wait(() => {
        work(name);
        done();
      });
    });
  }
  await Promise.reject(new Error("expected")).catch(() => work("catch"));
  await Promise.all([delay(1), manualSpan({ spanName: "first of all" }, () => delay(2))]);
  await Promise.race([delay(1), delay(50, undefined, { ref: false })]).then(() => work("race"));

  // A plain emitter's listeners are where it emits, a bound one's where they were added.
  outside.emit("job", "emitted inside");
  const bound = context.bind(context.active(), new EventEmitter());
  bound.on("job", () => work("bound listener"));
  context.with(ROOT_CONTEXT, () => bound.emit("job"));
  setTimeout(() => bound.emit("done"), 1);
  await once(bound, "done");
  work("after once()");

  const upper = new Transform({
    transform(chunk, _encoding, done) {
      work("transform");
      done(null, String(chunk).toUpperCase());
    },
  });
  await pipeline(Readable.from(["a"]), upper, async (source) => {
    for await (const chunk of source) work(`chunk ${String(chunk)}`);
  });

  for await (const word of words(3)) {
    work(`got ${word}`);
    if (word === "word 2") break;
  }
  for await (const n of await chunks()) work(`got chunk ${n}`);

  await agentSpan({ agentName: "inner" }, async () => {
    await delay(1);
    await withAttributes({ userId: "somebody" }, () => observe(async function leaf() {})());
  });
});
outside.emit("job", "emitted outside");
await tracing.shutdown();
