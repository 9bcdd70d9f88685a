/**
 * What a process can say about itself: the CPU time of its main thread and of all its threads, its
 * peak memory, and how late its event loop was. Only differences between two readings mean anything.
 */
import { readFileSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";

export interface CpuReading {
  mainThreadMicros: number;
  processMicros: number;
}

const SCHEDSTAT = `/proc/self/task/${process.pid}/schedstat`;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * The kernel brings a thread's clock up to date when the thread leaves the processor, so the thread
 * sleeps for a moment before it reads its own: without that a reading can be a whole tick old.
 */
function mainThreadMicros(): number {
  if (process.platform !== "linux") return performance.eventLoopUtilization().active * 1_000;
  Atomics.wait(pause, 0, 0, 1);
  const [nanosOnCpu] = readFileSync(SCHEDSTAT, "utf8").split(" ");
  return Number(nanosOnCpu) / 1_000;
}

export function readCpu(): CpuReading {
  const { user, system } = process.cpuUsage();
  return { mainThreadMicros: mainThreadMicros(), processMicros: user + system };
}

/** CPU time per span between two readings. */
export function cpuPerSpan(from: CpuReading, to: CpuReading, spans: number): CpuReading {
  return {
    mainThreadMicros: (to.mainThreadMicros - from.mainThreadMicros) / spans,
    processMicros: (to.processMicros - from.processMicros) / spans,
  };
}

/**
 * Linux counts the parent's memory into a child's `maxRSS`, since that is what the child was between
 * fork and exec; the high-water mark in its status file is its own.
 */
export function peakRssMegabytes(): number {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}

export interface LoopDelay {
  p99Ms: number;
  maxMs: number;
}

/** Watches the event loop until the returned function is called. */
export function watchEventLoop(): () => LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  return () => {
    histogram.disable();
    return { p99Ms: histogram.percentile(99) / 1e6, maxMs: histogram.max / 1e6 };
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/**
 * Of a run's parts, the lower quartile of each figure: what else the machine does can only add to a
 * part, and does so to some.
 */
export function lowerQuartiles(parts: readonly CpuReading[]): CpuReading {
  const quartile = (figure: keyof CpuReading): number => {
    const sorted = parts.map((part) => part[figure]).sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 4)] ?? Number.NaN;
  };
  return {
    mainThreadMicros: quartile("mainThreadMicros"),
    processMicros: quartile("processMicros"),
  };
}
