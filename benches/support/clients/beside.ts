/** The targets of what this package adds, beside what others do. */
import { figure } from "../tables.js";
import type { Target } from "./bench.js";
import { OURS } from "./tracers.js";

/** That the best of `others` adds at least so many times as much. Nothing where either is missing. */
export function beside(
  added: (tracer: string) => number | undefined,
  others: readonly string[],
  times: number,
): Target[] {
  const ours = added(OURS);
  const measured = others.map(added).filter((other) => other !== undefined);
  if (ours === undefined || measured.length === 0) return [];
  const best = Math.min(...measured);
  const wanted = times === 1 ? "no more than" : `at most 1/${times} of`;
  const of = others.length === 1 ? String(others[0]) : `the best of ${others.join(" and ")}`;
  return [
    {
      what: `${wanted} what ${of} adds (${figure(ours)} µs, ${figure(best)} µs)`,
      reached: ours * times <= best,
    },
  ];
}
