/**
 * The three ways in which a contender is driven, the same for all of them.
 *
 * - `hot`: spans as fast as the process can make them, for CPU time and memory.
 * - `paced`: a few spans every few milliseconds, with time to breathe between them, for how long the
 *   event loop is held up, and for CPU time with cold caches.
 * - `once`: each payload one time, for a comparison of what arrives.
 */
import { setImmediate as tick, setTimeout as pause } from "node:timers/promises";

import { chatPayloads, PAYLOAD_COUNT } from "../support/chat-payloads.js";
import type { Contender } from "./contenders/contender.js";
import {
  cpuPerSpan,
  lowerQuartiles,
  peakRssMegabytes,
  readCpu,
  watchEventLoop,
} from "../support/measure.js";
import type { CpuReading, LoopDelay } from "../support/measure.js";
import type { Size } from "./payloads.js";

/** The event loop turns once in so many spans, as it would between an application's own awaits. */
const SPANS_PER_TICK = 50;

/**
 * Everybody is flushed once in so many spans. OpenTelemetry JS rejects a flush of more than 30
 * pending batches, and `@inference/tracing`, whose batches hold 64 spans, drops beyond 2048 spans.
 * This package bounds memory instead: 64 MiB, which a thousand LARGE spans would exceed.
 */
const SPANS_PER_FLUSH: Record<Size, number> = { TINY: 1_000, SMALL: 1_000, LARGE: 250 };

/** So much of the measured number is recorded beforehand, for the compilers to have had their turn. */
const WARM_UP_SHARE = 0.5;

const PACE_MS = 10;

export interface RunSize {
  hotSpans: number;
  pacedTicks: number;
  pacedSpansPerTick: number;
}

export interface HotResult {
  spans: number;
  cpu: CpuReading;
  peakRssMegabytes: number;
}

export interface PacedResult {
  spans: number;
  cpu: CpuReading;
  delay: LoopDelay;
}

type Recorder = (index: number) => void;

export function recorder(contender: Contender, size: Size): Recorder {
  if (size === "TINY") return (index) => contender.tiny(index);
  const payloads = chatPayloads(size);
  return (index) => {
    const payload = payloads[index % payloads.length];
    if (payload !== undefined) contender.llm(payload);
  };
}

async function recordHot(
  contender: Contender,
  record: Recorder,
  spans: number,
  spansPerFlush: number,
): Promise<CpuReading[]> {
  const parts: CpuReading[] = [];
  for (let done = 0; done < spans; done += spansPerFlush) {
    const count = Math.min(spansPerFlush, spans - done);
    const before = readCpu();
    for (let index = 1; index <= count; index++) {
      record(done + index);
      if (index % SPANS_PER_TICK === 0) await tick();
    }
    await contender.flush();
    parts.push(cpuPerSpan(before, readCpu(), count));
  }
  return parts;
}

export async function hotRun(
  contender: Contender,
  record: Recorder,
  run: RunSize,
  size: Size,
): Promise<HotResult> {
  const perFlush = SPANS_PER_FLUSH[size];
  const warmUpSpans = Math.ceil(run.hotSpans * WARM_UP_SHARE);
  await recordHot(contender, record, warmUpSpans, perFlush);
  const cpu = lowerQuartiles(await recordHot(contender, record, run.hotSpans, perFlush));
  return { spans: warmUpSpans + run.hotSpans, cpu, peakRssMegabytes: peakRssMegabytes() };
}

/** The pause begins when the work ends: who is slow takes longer, but is not asked to catch up. */
async function recordPaced(record: Recorder, ticks: number, spansPerTick: number): Promise<void> {
  for (let index = 0; index < ticks * spansPerTick; index++) {
    record(index);
    if (index % spansPerTick === spansPerTick - 1) await pause(PACE_MS);
  }
}

export async function pacedRun(
  contender: Contender,
  record: Recorder,
  run: RunSize,
): Promise<PacedResult> {
  const warmUpTicks = Math.ceil(run.pacedTicks * WARM_UP_SHARE);
  await recordPaced(record, warmUpTicks, run.pacedSpansPerTick);
  await contender.flush();
  const spans = run.pacedTicks * run.pacedSpansPerTick;
  const before = readCpu();
  const delay = watchEventLoop();
  await recordPaced(record, run.pacedTicks, run.pacedSpansPerTick);
  await contender.flush();
  const delayed = delay();
  const cpu = cpuPerSpan(before, readCpu(), spans);
  return { spans: spans + warmUpTicks * run.pacedSpansPerTick, cpu, delay: delayed };
}

export async function onceRun(contender: Contender, record: Recorder): Promise<void> {
  for (let index = 0; index < PAYLOAD_COUNT; index++) record(index);
  await contender.flush();
}
