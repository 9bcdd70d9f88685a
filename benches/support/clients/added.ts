/** What the rounds say of a tracer: what an operation takes without it, and what it adds. */
import { type CpuReading, median } from "../measure.js";
import type { Round } from "./bench.js";

type ByTracer = ReadonlyMap<string, readonly Round[]>;

/** On the main thread, of all that ran beside a tracer. */
export function untraced(byTracer: ByTracer): number {
  return median([...byTracer.values()].flat().map(({ twin }) => twin.mainThreadMicros));
}

export interface Added {
  micros: number;
  /** Of what the main thread takes untraced. */
  share: number;
  /** How far the furthest round is from that, in microseconds; of a single one, nobody knows. */
  spread: number | undefined;
}

/**
 * The median of the rounds. A round gives a share, as both of its processes have had the same slow
 * and fast times; what that is in microseconds goes by what an untraced operation takes mostly.
 */
export function added(
  byTracer: ByTracer,
  tracer: string,
  figure: keyof CpuReading,
): Added | undefined {
  const rounds = byTracer.get(tracer);
  if (rounds === undefined) return undefined;
  const shares = rounds.map(
    ({ cpu, twin }) => (cpu[figure] - twin[figure]) / twin.mainThreadMicros,
  );
  const share = median(shares);
  const usual = untraced(byTracer);
  const furthest = Math.max(...shares.map((other) => Math.abs(other - share)));
  return { micros: share * usual, share, spread: rounds.length < 2 ? undefined : furthest * usual };
}
