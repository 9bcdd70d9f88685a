// Every fault of a collector, or of the way to it, that somebody has thought of: what is promised, and
// the exact account of a process that meets it. `docs/reliability.md` has the same table in words.

import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, before, test } from "node:test";

import { type Certificates, selfSigned } from "../support/certificates.js";
import { type Behaviour, type Collector, startCollector } from "../support/collector.js";
import { Door } from "../support/door.js";
import { AFTER, DURING, duplicatesIn, lossesOf, runFaulty } from "./faulty-run.js";

const MIB = 1024 * 1024;

/** Spans that the process ends while there is the fault: `DURING`; after it is mended: `AFTER`. */
interface Fault {
  readonly name: string;
  /** What the collector does with its requests, until mended. */
  readonly answers?:
    Behaviour | Behaviour[] | ((index: number, bytes: number) => Behaviour | undefined);
  /** What is behind its address instead of it: nothing, or something that treats connections so. */
  readonly behind?: "nothing" | ((socket: Socket) => void);
  /** What becomes of the spans from during the fault; or how they are lost, by stage and reason. */
  readonly promise: "arrive at once" | "arrive later" | "are left" | string[];
  /** Spans that the collector takes and cannot say so are sent again. */
  readonly twice?: number;
  readonly options?: object;
  readonly textBytes?: number;
}

const FOR_GOOD = (status: number): Fault => ({
  name: `${status}`,
  answers: { status },
  promise: [`export http_${status} ${DURING}`],
});
const RETRIED = (status: number): Fault => ({
  name: `${status}`,
  answers: { status },
  promise: "arrive later",
});
/** At the end of a process to which the fault lasts. */
const LEFT = `queue shutdown ${DURING + AFTER}`;
const REDIRECT_REFUSED = [`export redirect_refused ${DURING}`];
const BAD_RESPONSE = [`export bad_response ${DURING}`];
const say = (raw: string, taken = false): Behaviour => ({ raw, taken });

const dateIn = (ms: number): string => new Date(Date.now() + ms).toUTCString();

const FAULTS: readonly Fault[] = [
  // The way to it.
  { name: "nobody listens", behind: "nothing", promise: "arrive later" },
  {
    name: "nobody listens any more, till the end",
    behind: "nothing",
    promise: "are left",
  },
  {
    name: "connections are reset at once",
    behind: (socket) => socket.resetAndDestroy(),
    promise: "arrive later",
  },
  {
    name: "connections are closed at once",
    behind: (socket) => socket.end(),
    promise: "arrive later",
  },
  {
    name: "connections are accepted and nothing is read",
    behind: (socket) => socket.pause(),
    promise: "arrive later",
  },
  {
    name: "connections are reset in the middle of an upload",
    behind: (socket) => void socket.once("data", () => socket.resetAndDestroy()),
    textBytes: 50_000,
    promise: "arrive later",
  },
  // Answers that say: later.
  RETRIED(429),
  RETRIED(502),
  RETRIED(503),
  RETRIED(504),
  {
    name: "503 with Retry-After in seconds",
    answers: { status: 503, headers: { "retry-after": "1" } },
    promise: "arrive later",
  },
  {
    name: "503 with Retry-After as a date",
    answers: () => ({ status: 503, headers: { "retry-after": dateIn(2000) } }),
    promise: "arrive later",
  },
  {
    name: "503 with a Retry-After that means nothing",
    answers: { status: 503, headers: { "retry-after": "soon" } },
    promise: "arrive later",
  },
  {
    name: "a status for some of the batches",
    answers: (index) => [{ status: 503 }, undefined, { status: 429 }][index],
    options: { maxBatchSpans: 5 },
    promise: "arrive at once",
  },
  // Answers that say: never.
  ...[400, 401, 403, 404, 405, 408, 500, 501].map(FOR_GOOD),
  // Answers that say: not like this.
  { name: "413 for every size", answers: { status: 413 }, promise: [`export too_large ${DURING}`] },
  {
    name: "413 for more than a few spans",
    answers: (_index, bytes) => (bytes > 3000 ? { status: 413 } : undefined),
    textBytes: 500,
    promise: "arrive at once",
  },
  { name: "415 for protobuf", answers: [{ status: 415 }], promise: "arrive at once" },
  { name: "415 for every form", answers: { status: 415 }, promise: [`export http_415 ${DURING}`] },
  // Redirects.
  {
    name: "a redirect to another host",
    answers: { redirect: "http://localhost:9/v1/traces", status: 307 },
    promise: REDIRECT_REFUSED,
  },
  {
    name: "a redirect in circles",
    answers: { redirect: "/v1/traces", status: 308 },
    promise: REDIRECT_REFUSED,
  },
  {
    name: "a redirect that makes it a GET",
    answers: { redirect: "/moved", status: 302 },
    promise: REDIRECT_REFUSED,
  },
  {
    name: "a redirect on the same host",
    answers: [{ redirect: "/moved", status: 307 }],
    promise: "arrive at once",
  },
  // Answers that are a yes, more or less.
  {
    name: "a partial success",
    answers: { partial: { rejected: 7, message: "no" } },
    promise: ["export rejected 7"],
  },
  {
    name: "200 with a web page",
    answers: { status: 200, headers: { "content-type": "text/html" }, body: "<p>" },
    promise: "arrive at once",
  },
  {
    name: "200 with bytes that are no message",
    answers: { status: 200, body: Buffer.alloc(99, 0xff) },
    promise: "arrive at once",
  },
  {
    name: "200 with a body that is cut off",
    answers: { cutBody: true },
    promise: "arrive at once",
  },
  { name: "200 with a body of 100 MB", answers: { bigBody: 100 * MIB }, promise: "arrive at once" },
  { name: "200 with a slow body", answers: { slowBody: 200 }, promise: "arrive at once" },
  { name: "200 after a while", answers: { status: 200, delayMs: 200 }, promise: "arrive at once" },
  {
    name: "200 with chunks that are none",
    answers: say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnothing\r\n", true),
    promise: "arrive at once",
  },
  // Answers that are none.
  { name: "no answer", answers: { hang: true }, promise: "arrive later" },
  {
    name: "the connection goes instead of an answer",
    answers: { reset: true },
    promise: "arrive later",
  },
  {
    name: "words of another protocol",
    answers: say("SSH-2.0-OpenSSH_9\r\n"),
    promise: BAD_RESPONSE,
  },
  { name: "bytes at random", answers: say("\u0000\u0001\u0002\r\n\r\n"), promise: BAD_RESPONSE },
  {
    name: "a version of HTTP that is none",
    answers: say("HTTP/9.9 200 OK\r\n\r\n"),
    promise: BAD_RESPONSE,
  },
  {
    name: "500 with a body of 100 MB",
    answers: { status: 500, body: Buffer.alloc(100 * MIB, " ") },
    promise: [`export response_too_large ${DURING}`],
  },
  {
    name: "spans are taken, and nobody says so",
    answers: say("", true),
    promise: "arrive later",
    twice: DURING,
  },
  {
    name: "200 that comes too late",
    answers: [{ status: 200, delayMs: 2000 }],
    promise: "arrive later",
  },
];

for (const fault of FAULTS) {
  const { promise } = fault;
  const said =
    typeof promise === "string" ? `spans ${promise}` : `lost is ${promise.join()}, no more`;
  test(`${fault.name}: ${said}`, async () => {
    await using collector = await startCollector();
    await using door = new Door(collector.port);
    await door.open();
    const { answers, behind, options, textBytes, twice = 0 } = fault;
    if (typeof answers === "function") {
      collector.respond((index, { body }) => answers(index, body.length));
    } else if (answers !== undefined) {
      collector.respond(answers);
    }
    if (behind === "nothing") await door.close();
    else if (behind !== undefined) door.leadTo(behind);
    const isMended = promise !== "are left";
    const account = await runFaulty({
      endpoint: `http://127.0.0.1:${door.port}`,
      options,
      textBytes,
      patienceMs: isMended ? undefined : 0,
      mend: async () => {
        if (!isMended) return;
        collector.respond(() => undefined);
        door.leadTo(collector.port);
        if (behind === "nothing") await door.open();
        else door.cut();
      },
    });
    assert.equal(duplicatesIn(account, collector), twice);
    const { first, stats } = account;
    const { delivered, lost, pending } = first;
    if (promise === "arrive at once") assert.equal(delivered, DURING);
    else if (typeof promise === "string") assert.equal(pending, DURING);
    else assert.deepEqual({ sum: delivered + lost, pending }, { sum: DURING, pending: 0 });
    const expected = typeof promise === "string" ? [] : promise;
    assert.deepEqual(lossesOf(stats), isMended ? expected : [LEFT]);
  });
}

let made: Certificates | { skipped: string };

before(async () => {
  made = await selfSigned();
});

after(async () => {
  if (!("skipped" in made)) await made[Symbol.asyncDispose]();
});

const TLS_FAULTS: Record<string, (certificates: Certificates) => Promise<Collector>> = {
  "a certificate that has expired": ({ expired }) => startCollector({ tls: expired }),
  "a certificate for another host": ({ misnamed }) => startCollector({ tls: misnamed }),
  "plain HTTP where TLS is expected": () => startCollector(),
};
for (const [name, startFaulty] of Object.entries(TLS_FAULTS)) {
  test(`${name}: nothing is sent there, and every span arrives when it is mended`, async (t) => {
    if ("skipped" in made) return t.skip(made.skipped);
    await using faulty = await startFaulty(made);
    await using collector = await startCollector({ tls: made.server });
    await using door = new Door(faulty.port);
    await door.open();
    const account = await runFaulty({
      endpoint: `https://127.0.0.1:${door.port}`,
      options: { certificate: made.ca },
      mend: () => {
        door.leadTo(collector.port);
        door.cut();
      },
    });
    assert.equal(duplicatesIn(account, collector), 0);
    assert.deepEqual(lossesOf(account.stats), []);
    assert.equal(faulty.requests.length, 0);
  });
}

test("TLS where plain HTTP is expected: every span arrives when it is mended", async (t) => {
  if ("skipped" in made) return t.skip(made.skipped);
  await using faulty = await startCollector({ tls: made.server });
  await using collector = await startCollector();
  await using door = new Door(faulty.port);
  await door.open();
  const account = await runFaulty({
    endpoint: `http://127.0.0.1:${door.port}`,
    mend: () => {
      door.leadTo(collector.port);
      door.cut();
    },
  });
  assert.equal(duplicatesIn(account, collector), 0);
  assert.deepEqual(lossesOf(account.stats), []);
});

test("a name that does not resolve: what is left at the end is counted", async () => {
  await using collector = await startCollector();
  const account = await runFaulty({
    endpoint: "http://collector.invalid:4318",
    patienceMs: 0,
    mend: () => {},
  });
  duplicatesIn(account, collector);
  assert.deepEqual(lossesOf(account.stats), [LEFT]);
  assert.match(account.stderr, /collector\.invalid/);
});
