// One conversation over three threads and processes: a worker that gets the headers with its
// message, and a child that gets them by its environment. Each has its own setup().

// oxlint-disable unicorn/require-post-message-target-origin -- these are worker threads, not windows

import { spawn } from "node:child_process";
import { once } from "node:events";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { agentSpan, getActiveAgentIdentity, manualSpan, observe, setup } from "catalyst-tracing";

const tracing = await setup();
const { TRACEPARENT, BAGGAGE } = process.env;

/** The name says whose work the worker and the child believe it to be. */
const compute = observe({ spanKind: "TOOL" }, async function compute() {
  const { name, sessionId } = getActiveAgentIdentity() ?? {};
  await manualSpan({ spanName: `for ${name} in ${sessionId}` }, () => {});
  await agentSpan({ agentName: "helper" }, () => {
    const helper = getActiveAgentIdentity();
    tracing.tracer.startSpan(`for ${helper?.name} in ${helper?.sessionId}`).end();
  });
});

if (!isMainThread) {
  parentPort?.on("message", (headers: object) => {
    void context.with(propagation.extract(ROOT_CONTEXT, headers), async () => {
      await compute();
      parentPort?.postMessage("done");
    });
  });
} else if (TRACEPARENT !== undefined) {
  const headers = { traceparent: TRACEPARENT, baggage: BAGGAGE };
  await context.with(propagation.extract(ROOT_CONTEXT, headers), compute);
} else {
  const worker = new Worker(new URL(import.meta.url));
  await agentSpan({ agentName: "boss", sessionId: "one, session" }, async () => {
    await manualSpan({ spanName: "worker" }, async () => {
      worker.postMessage(headersHere());
      await once(worker, "message");
    });
    await manualSpan({ spanName: "child" }, async () => {
      const { traceparent, baggage } = headersHere();
      const env = { ...process.env, TRACEPARENT: traceparent, BAGGAGE: baggage };
      const child = spawn(process.execPath, process.argv.slice(1), { env, stdio: "inherit" });
      await once(child, "exit");
    });
  });
  await worker.terminate();
}

function headersHere(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
