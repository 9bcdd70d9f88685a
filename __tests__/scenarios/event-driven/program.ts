// Work that is handed on by emitters, streams and a queue: the context is bound where it is made.

import { EventEmitter } from "node:events";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";

import { context } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

const { tracer } = await setup();

const queue: (() => void)[] = [];

await tracer.startActiveSpan("producer", async (producer) => {
  const jobs = context.bind(context.active(), new EventEmitter());
  jobs.on("job", (name: string) => {
    tracer.startActiveSpan(`job ${name}`, (span) => {
      queue.push(
        context.bind(context.active(), () => {
          tracer.startSpan(`finish ${name}`).end();
          span.end();
        }),
      );
    });
  });
  // Whoever emits has a context of its own, which is not the listeners' affair.
  tracer.startActiveSpan("emit", { root: true }, (emit) => {
    jobs.emit("job", "a");
    jobs.emit("job", "b");
    emit.end();
  });
  const lines = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      tracer.startSpan(`line ${chunk.toString()}`).end();
      done(null, chunk);
    },
  });
  await pipeline(Readable.from(["1", "2"]), lines, async (source) => {
    for await (const chunk of source) await delay(chunk === undefined ? 0 : 1);
  });
  producer.end();
});

for (const finish of queue) finish();
