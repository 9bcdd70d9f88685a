// A server that works on several requests at once, each with parallel work inside: every span
// belongs to its own request, however they interleave.

import { createServer, get } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { context, propagation, ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { setup } from "catalyst-tracing";

const { tracer } = await setup();

const REQUESTS = 3;

async function look(up: string, pauseMs: number): Promise<void> {
  await tracer.startActiveSpan(`look up ${up}`, async (span) => {
    await delay(pauseMs);
    tracer.startSpan(`parse ${up}`).end();
    span.end();
  });
}

/** All requests are under way before any of them goes on. */
let waiting = 0;
let open: () => void = () => {};
const everybodyIsHere = new Promise<void>((resolve) => (open = resolve));

const server = createServer((incoming, response) => {
  const parent = propagation.extract(ROOT_CONTEXT, incoming.headers);
  const name = `GET ${incoming.url}`;
  void tracer.startActiveSpan(name, { kind: SpanKind.SERVER }, parent, async (span) => {
    waiting += 1;
    if (waiting === REQUESTS) open();
    await everybodyIsHere;
    const first = look("a", 3);
    const second = delay(1).then(() => look("b", 1));
    await Promise.all([first, second]);
    span.end();
    response.end();
  });
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
const { port } = server.address() as AddressInfo;

async function request(number: number): Promise<void> {
  await tracer.startActiveSpan(`client ${number}`, { kind: SpanKind.CLIENT }, async (span) => {
    const headers: Record<string, string> = {};
    propagation.inject(context.active(), headers);
    const sent = get({ port, host: "127.0.0.1", path: `/${number}`, headers, agent: false });
    const [response] = (await once(sent, "response")) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, "end");
    span.end();
  });
}

await Promise.all(Array.from({ length: REQUESTS }, (_, index) => request(index + 1)));
server.close();
