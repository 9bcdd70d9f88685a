// An app that dies in the middle of its work: what had ended is there, and what was open says why
// it did not.

import { setTimeout as delay } from "node:timers/promises";

import { SpanStatusCode } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

const { tracer } = await setup();

await tracer.startActiveSpan("first request", async (request) => {
  tracer.startSpan("query").end();
  await delay(1);
  request.end();
});

await tracer.startActiveSpan("second request", async (request) => {
  tracer.startSpan("query").end();
  const failing = tracer.startSpan("write");
  const error = new Error("the disk is full");
  failing.recordException(error);
  failing.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  failing.end();
  await delay(1);
  setImmediate(() => {
    throw error;
  });
  await delay(60_000);
  request.end();
});
