/**
 * `npm run bench -- viewer`: the viewer beside Arize Phoenix, on this machine, in one run, one after the other.
 * Ingest counts until the spans can be found, not until they are accepted.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";

import { encodeProtobuf } from "../../__tests__/support/otlp-encode.js";
import { ExportTraceServiceRequest } from "../../__tests__/support/otlp-schema.js";
import { figure, machine, table } from "../support/tables.js";
import { catalyst } from "./catalyst.js";
import { start, until, type Contender } from "./contender.js";
import { installPhoenix, phoenix } from "./phoenix.js";
import { COMMON_WORD, RARE_WORD, requests } from "./spans.js";

const USAGE = `npm run bench -- viewer [options]
  --spans NUMBER  as many spans for each; 100000 if not given, 2000 with --quick
  --alone         without Phoenix, which takes some 12 minutes for 100,000 spans
  --quick         few spans, to see that it runs`;

const QUERY_ROUNDS = 9;
/** Requests that are under way at the same time, as of some apps. */
const SENDERS = 4;
/** Made before they are sent, so that only the viewers are measured. */
const READY_REQUESTS = 100;
const SENT_MS = 3_600_000;
/** Senders that are told to wait do so. */
const RETRY_MS = 100;
const OK = 200;
const BUSY = 503;

interface Figures {
  startMs: number;
  idleMiB: number;
  spansPerS: number;
  showsMs: number;
  listMs: number;
  rareMs: number;
  commonMs: number;
  nowMiB: number;
  peakMiB: number;
}

const { values } = parseArgs({
  options: {
    spans: { type: "string" },
    alone: { type: "boolean" },
    quick: { type: "boolean" },
    help: { type: "boolean" },
  },
});
const total = Number(values.spans ?? (values.quick === true ? 2_000 : 100_000));
if (values.help === true || !Number.isInteger(total) || total < 1) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(values.help === true ? 0 : 2);
}
if (values.alone !== true) installPhoenix();
const contenders = values.alone === true ? [catalyst] : [catalyst, phoenix];
const results: Figures[] = [];
for (const contender of contenders) {
  process.stderr.write(`${contender.name}: ${total} spans\n`);
  results.push(await measure(contender));
}
process.stdout.write(`${report(results)}\n`);

async function measure(contender: Contender): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "viewer-bench-"));
  const running = await start(contender, folder);
  try {
    const idleMiB = running.memory().now;
    const sentMs = await sendAll(contender);
    const begin = performance.now();
    await until(async () => (await contender.countSpans()) >= total, SENT_MS);
    const spansPerS = total / ((sentMs + performance.now() - begin) / 1000);
    const showsMs = await median(async (round) => {
      const name = `new ${round}`;
      await post(contender, oneSpan(name));
      await until(() => contender.shows(name), SENT_MS);
    });
    return {
      startMs: running.startMs,
      idleMiB,
      spansPerS,
      showsMs,
      listMs: await median(() => contender.list()),
      rareMs: await median(() => contender.search(RARE_WORD)),
      commonMs: await median(() => contender.search(COMMON_WORD)),
      nowMiB: running.memory().now,
      peakMiB: running.memory().peak,
    };
  } finally {
    await running.end();
    await rm(folder, { recursive: true });
  }
}

/** Milliseconds that sending took, without making what is sent. */
async function sendAll(contender: Contender): Promise<number> {
  const all = requests(total);
  let tookMs = 0;
  for (;;) {
    const ready = [...take(all, READY_REQUESTS)];
    if (ready.length === 0) return tookMs;
    const begin = performance.now();
    const rest = ready.values();
    const send = async () => {
      for (const { body } of rest) await post(contender, body);
    };
    await Promise.all(Array.from({ length: SENDERS }, send));
    tookMs += performance.now() - begin;
  }
}

function* take<T>(all: Generator<T>, count: number): Generator<T> {
  for (let taken = 0; taken < count; taken += 1) {
    const next = all.next();
    if (next.done === true) return;
    yield next.value;
  }
}

/** As exporters do: what cannot be taken now, or broke off, is sent again. */
async function post(contender: Contender, body: Uint8Array): Promise<void> {
  const begin = performance.now();
  for (;;) {
    const status = await attempt(contender, body);
    if (status === OK) return;
    const isPassing = status === undefined || status === BUSY;
    if (!isPassing || performance.now() - begin > SENT_MS) {
      throw new Error(`${contender.name}: ${status ?? "no answer"}`);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function attempt(contender: Contender, body: Uint8Array): Promise<number | undefined> {
  try {
    const response = await fetch(`${contender.url}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf", "content-encoding": "gzip" },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    // Servers close connections that were idle, sometimes just when they are used.
    return undefined;
  }
}

function oneSpan(name: string): Uint8Array {
  const now = BigInt(Date.now()) * 1_000_000n;
  const id = crypto.getRandomValues(new Uint8Array(24));
  const span = {
    traceId: id.subarray(0, 16),
    spanId: id.subarray(16),
    name,
    kind: 1,
    startTimeUnixNano: now,
    endTimeUnixNano: now + 1_000_000n,
  };
  const request = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] };
  return gzipSync(encodeProtobuf(ExportTraceServiceRequest, request));
}

async function median(work: (round: number) => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < QUERY_ROUNDS; round += 1) {
    const begin = performance.now();
    await work(round);
    times.push(performance.now() - begin);
  }
  return times.sort((one, other) => one - other)[Math.floor(QUERY_ROUNDS / 2)] ?? Number.NaN;
}

function report([ours, theirs]: readonly Figures[]): string {
  if (ours === undefined) return "";
  const row = (name: string, of: (figures: Figures) => number, target: number, isRate = false) => {
    const mine = of(ours);
    if (theirs === undefined) return [name, figure(mine), "", "", `${target}×`];
    const other = of(theirs);
    const ratio = isRate ? mine / other : other / mine;
    return [name, figure(mine), figure(other), `${figure(ratio)}×`, `${target}×`];
  };
  const rows = [
    row("until queryable, spans/s", (of) => of.spansPerS, 50, true),
    row("start-up, ms", (of) => of.startMs, 10),
    row("a new trace shows after, ms", (of) => of.showsMs, 10),
    row("30 newest traces, ms", (of) => of.listMs, 10),
    row("text search, a rare word, ms", (of) => of.rareMs, 10),
    row("text search, a common word, ms", (of) => of.commonMs, 10),
    row("memory idle, MiB", (of) => of.idleMiB, 10),
    row("memory with the spans, MiB", (of) => of.nowMiB, 10),
    row("memory at its peak, MiB", (of) => of.peakMiB, 10),
  ];
  const head = [`${total} spans`, catalyst.name, theirs ? phoenix.name : "", "better", "target"];
  return `${machine()}\n\n${table(head, rows)}`;
}
