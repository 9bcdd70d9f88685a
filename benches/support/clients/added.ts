/** What the rounds say of a tracer: what an operation takes without it, and what it adds. */
import type { CpuReading } from "../measure.js";
import type { Round } from "./bench.js";
import { NONE } from "./tracers.js";

type ByTracer = ReadonlyMap<string, readonly Round[]>;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** On the main thread. */
export function untraced(byTracer: ByTracer): number {
  return mean((byTracer.get(NONE) ?? []).map(({ cpu }) => cpu.mainThreadMicros));
}

export interface Added {
  micros: number;
  /** Of what the main thread takes untraced. */
  share: number;
  /** How far the furthest round is from that, in microseconds; of a single one, nobody knows. */
  spread: number | undefined;
}

/** The mean of the rounds: all tracers have had the same slow and fast times in them. */
export function added(
  byTracer: ByTracer,
  tracer: string,
  figure: keyof CpuReading,
): Added | undefined {
  const without = byTracer.get(NONE);
  const differences = byTracer
    .get(tracer)
    ?.map(({ cpu }, round) => cpu[figure] - (without?.[round]?.cpu[figure] ?? Number.NaN));
  if (differences === undefined) return undefined;
  const micros = mean(differences);
  const furthest = Math.max(...differences.map((other) => Math.abs(other - micros)));
  return {
    micros,
    share: micros / untraced(byTracer),
    spread: differences.length < 2 ? undefined : furthest,
  };
}
