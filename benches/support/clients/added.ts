/** What the rounds say of a tracer: what an operation takes, and what of that is the tracer's. */
import { type CpuReading, tenth } from "../measure.js";
import type { Round } from "./bench.js";
import { NONE } from "./tracers.js";

/**
 * What an operation takes where nothing disturbs it: what else the machine does can only add to it, for
 * seconds at a time, and leaves some parts of some rounds alone.
 */
export function undisturbed(rounds: readonly Round[], figure: keyof CpuReading): number {
  return tenth(rounds.flatMap(({ parts }) => parts.map((part) => part[figure])));
}

export interface Added {
  micros: number;
  /** How far it moves when any one of the rounds is left out; of a single one, nobody knows. */
  spread: number | undefined;
}

/** What a tracer adds: what an operation takes with it, less what it takes without. */
export function added(
  byTracer: ReadonlyMap<string, Round[]>,
  tracer: string,
  figure: keyof CpuReading,
): Added | undefined {
  const [own, without] = [byTracer.get(tracer), byTracer.get(NONE)];
  if (own === undefined || without === undefined) return undefined;
  const difference = (left?: number): number => {
    const [more, less] = [own, without].map((all) =>
      undisturbed(
        all.filter((_, index) => index !== left),
        figure,
      ),
    );
    return (more ?? Number.NaN) - (less ?? Number.NaN);
  };
  const micros = difference();
  if (own.length < 2) return { micros, spread: undefined };
  return { micros, spread: Math.max(...own.map((_, left) => Math.abs(difference(left) - micros))) };
}
