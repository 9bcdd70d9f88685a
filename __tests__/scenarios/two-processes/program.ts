// A parent process and its child, which gets the trace through its environment and ends by
// process.exit(): one trace.

import { spawn } from "node:child_process";
import { once } from "node:events";

import { context, propagation, ROOT_CONTEXT } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

const { tracer } = await setup();
const { TRACEPARENT } = process.env;

if (TRACEPARENT === undefined) {
  await tracer.startActiveSpan("parent process", async (span) => {
    const { traceparent } = injected();
    const env = { ...process.env, TRACEPARENT: traceparent };
    const child = spawn(process.execPath, process.argv.slice(1), { env, stdio: "inherit" });
    const [code] = (await once(child, "exit")) as [number];
    span.setAttribute("child.exit_code", code);
    span.end();
  });
} else {
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent: TRACEPARENT });
  tracer.startActiveSpan("child process", {}, parent, (span) => {
    tracer.startSpan("work").end();
    span.end();
    process.exit(0);
  });
}

function injected(): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(context.active(), carrier);
  return carrier;
}
