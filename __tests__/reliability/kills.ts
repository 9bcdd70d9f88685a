// An app with a spool that is killed at any moment, started again and killed again, against a
// collector that is well, slow, or away; and what of its spans arrived.
//
// The app writes down each span that it has ended, and when, into a file and at once: that is what is
// compared with what the collector accepted.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Behaviour, type Collector, startCollector } from "../support/collector.js";
import { runProgram, startProgram } from "../support/subprocess.js";

/** What a span has to be older than when the kill comes; the native thread needs some of it. */
export const SAFE_AFTER_MS = 50;
/** Two threads take part, and each may have to wait. */
const STALLS = 2;
/** Within it a stall before the kill matters. */
const BEFORE_KILL_MS = 500;

const APP = `
import { openSync, writeSync } from "node:fs";
import { setup } from "catalyst-tracing";
const { tracer } = await setup({ scheduleDelayMs: 100, timeoutMs: 500 });
const { RUN, LOG } = process.env;
const log = openSync(LOG, "a");
let count = 0;
function work() {
  const ended = [];
  for (let n = 1 + Math.random() * 10; n > 0; n -= 1) {
    const name = RUN + "." + (count += 1);
    tracer.startSpan(name, { attributes: { text: "x".repeat(Math.random() * 2000) } }).end();
    ended.push(name + " " + Date.now());
  }
  writeSync(log, ended.join("\\n") + "\\n");
  setTimeout(work, Math.random() * 3);
}
work();
setTimeout(() => console.log("at work"), 20);
`;

const LAST_APP = `
import { readdirSync } from "node:fs";
import { setup } from "catalyst-tracing";
const tracing = await setup({ scheduleDelayMs: 100 });
const isLeft = () => readdirSync(process.env.CATALYST_SPOOL_DIR).some((it) => it.endsWith(".spool"));
while (isLeft()) {
  await tracing.flush();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(JSON.stringify(tracing.stats()));
`;

export interface Outcome {
  kills: number;
  /** Spans that had ended, whenever. */
  ended: number;
  /** Of those, early enough before the kill. */
  safe: number;
  /** Names of safe ones that never arrived. */
  missing: string[];
  /** The same without regard to what else the machine had to do. */
  missingAt50Ms: number;
  /** The longest that the app had to wait for its turn before a kill. */
  stalledMs: number;
  /** Spans that arrived although they were not safe. */
  lucky: number;
  /** Spans that arrived more than once. */
  twice: number;
  /** For each request with such spans that was answered in vain: how long before the kill it came. */
  repeatedAfterMs: number[];
  files: string[];
  problems: string[];
}

/** Kills the app so many times; `random` is from 0 to 1. */
export async function killAgainAndAgain(kills: number, random: () => number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "catalyst-kills-"));
  await using collector = await startCollector();
  const came = new Map<number, number>();
  const killedAt: number[] = [];
  const ended: { name: string; at: number; run: number }[] = [];
  const spool = join(folder, "spool");
  const env = { CATALYST_OTLP_ENDPOINT: collector.url, CATALYST_SPOOL_DIR: spool };
  try {
    for (let run = 0; run < kills; run += 1) {
      const behaviour = pick(random);
      collector.respond((index) => {
        came.set(index, Date.now());
        return behaviour;
      });
      const log = join(folder, `${run}.log`);
      const app = await startProgram(APP, {
        env: { ...env, RUN: String(run), LOG: log, OTEL_EXPORTER_OTLP_HEADERS: `x-run=${run}` },
      });
      await app.waitForOutput("at work");
      await new Promise((resolve) => setTimeout(resolve, random() * 500));
      killedAt.push(Date.now());
      app.process.kill("SIGKILL");
      await app.done;
      for (const line of (await readFile(log, "utf8")).split("\n").filter(Boolean)) {
        const [name = "", at] = line.split(" ");
        ended.push({ name, at: Number(at), run });
      }
    }
    collector.respond({ status: 200 });
    const last = await runProgram(LAST_APP, { env, timeoutMs: 60_000 });
    if (last.code !== 0) throw new Error(`the last one failed: ${last.stderr}`);
    return judge(collector, { came, killedAt, ended, files: await readdir(spool) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function pick(random: () => number): Behaviour | undefined {
  const kind = random();
  if (kind < 0.5) return undefined;
  if (kind < 0.8) return { status: 200, delayMs: random() * 100 };
  return { status: 503 };
}

/** Between two spans before the kill, or the last one and the kill; the app waits 3 ms at most. */
function longestGap(
  killed: number,
  ended: readonly { at: number; run: number }[],
  run: number,
): number {
  const times = ended.flatMap((span) => (span.run === run ? [span.at] : []));
  const late = [...times.filter((at) => at > killed - BEFORE_KILL_MS), killed];
  return Math.max(...late.map((at, index) => at - (late[index - 1] ?? at)));
}

interface Facts {
  came: ReadonlyMap<number, number>;
  killedAt: readonly number[];
  ended: readonly { name: string; at: number; run: number }[];
  files: string[];
}

function judge(collector: Collector, { came, killedAt, ended, files }: Facts): Outcome {
  const arrivals = new Map<string, number[]>();
  for (const { index, status, spans } of collector.requests) {
    if (status !== 200) continue;
    for (const { name } of spans) arrivals.set(name, [...(arrivals.get(name) ?? []), index]);
  }
  // A thread that does not get to run writes nothing; how long the app did not is what its log says.
  const stalled = killedAt.map((killed, run) => longestGap(killed, ended, run));
  const isMissing = ({ name }: { name: string }) => !arrivals.has(name);
  const ageOf = ({ at, run }: { at: number; run: number }) => (killedAt[run] ?? 0) - at;
  const isSafe = (span: { at: number; run: number }) =>
    ageOf(span) >= SAFE_AFTER_MS + STALLS * (stalled[span.run] ?? 0);
  const safe = ended.filter(isSafe);
  const repeated = [...arrivals].filter(([, requests]) => requests.length > 1);
  // All but a span's last request were in vain, and each was under way when somebody was killed.
  const inVain = new Set(repeated.flatMap(([, requests]) => requests.slice(0, -1)));
  // Below zero where it was still on its way to the collector.
  const untilKill = [...inVain].map((index) => {
    const run = Number(collector.requests[index]?.headers["x-run"]);
    return (killedAt[run] ?? Number.NaN) - (came.get(index) ?? 0);
  });
  return {
    kills: killedAt.length,
    ended: ended.length,
    safe: safe.length,
    missing: safe.filter(isMissing).map(({ name }) => name),
    missingAt50Ms: ended.filter((span) => ageOf(span) >= SAFE_AFTER_MS && isMissing(span)).length,
    stalledMs: Math.max(...stalled),
    lucky: ended.filter((span) => !isSafe(span) && arrivals.has(span.name)).length,
    twice: repeated.length,
    repeatedAfterMs: untilKill.sort((a, b) => a - b),
    files,
    problems: collector.problems,
  };
}
