/**
 * The results as Markdown, and as a plain object for a file. Ratios are against what this package
 * adds: 20× is twenty times as much.
 */
import { figure, machine, table } from "../tables.js";
import { added, untraced } from "./added.js";
import type { Added } from "./added.js";
import type { Arrivals } from "./arrivals.js";
import type { ClientBench, Round, Rounds, Workload } from "./bench.js";
import type { Options } from "./options.js";
import { NONE, OURS, traces } from "./tracers.js";

export interface Results {
  bench: ClientBench;
  options: Options;
  hasOwnProcessor: boolean;
  arrivals: ReadonlyMap<Workload, ReadonlyMap<string, Arrivals>>;
  rounds: Rounds;
}

function traced(byTracer: ReadonlyMap<string, Round[]>): [string, Round[]][] {
  return [...byTracer].filter(([name]) => name !== NONE);
}

function lost(rounds: readonly Round[]): number {
  return rounds.reduce((sum, round) => sum + round.lostSpans, 0);
}

/** Nothing is so many times what could not be told from nothing. */
function cell({ micros, spread }: Added, ours?: Added): string {
  const shown = spread === undefined ? figure(micros) : `${figure(micros)} ±${figure(spread)}`;
  if (ours === undefined || ours.micros <= (ours.spread ?? 0)) return shown;
  return `${shown} (${figure(micros / ours.micros)}×)`;
}

function workloadTable(
  workload: Workload,
  byTracer: ReadonlyMap<string, Round[]>,
  arrivals: ReadonlyMap<string, Arrivals> | undefined,
): string {
  const { operation, chunks } = workload;
  const ours = added(byTracer, OURS, "mainThreadMicros");
  const ourProcess = added(byTracer, OURS, "processMicros");
  const rows = traced(byTracer).map(([name, rounds]) => {
    const own = name === OURS;
    const more = added(byTracer, name, "mainThreadMicros");
    const inProcess = added(byTracer, name, "processMicros");
    if (more === undefined || inProcess === undefined) return [name];
    return [
      own ? `**${name}**` : name,
      cell(more, own ? undefined : ours),
      `${figure(100 * more.share)} %`,
      cell(inProcess, own ? undefined : ourProcess),
      ...(chunks === undefined ? [] : [figure(more.micros / chunks)]),
      ...(traces(name)
        ? [figure(arrivals?.get(name)?.spansPerOperation ?? 0), String(lost(rounds))]
        : ["", ""]),
    ];
  });
  const head = [
    "",
    `**added** on the main thread, µs/${operation}`,
    "of an untraced one",
    "added in the whole process",
    ...(chunks === undefined ? [] : ["added on the main thread per chunk"]),
    `spans/${operation}`,
    "spans lost",
  ];
  const usual = `${figure(untraced(byTracer))} µs of the main thread untraced`;
  return `**${workload.name}**: ${workload.description}; ${usual}\n\n${table(head, rows)}`;
}

function targets({ bench, rounds }: Results): string[] {
  return [...rounds].flatMap(([workload, byTracer]) => {
    const of = (tracer: string) => added(byTracer, tracer, "mainThreadMicros")?.micros;
    const own = byTracer.get(OURS);
    const none = own && { what: "no span lost", reached: lost(own) === 0 };
    return [...bench.targets(workload, of), ...(none === undefined ? [] : [none])].map(
      ({ what, reached }) =>
        `- ${reached ? "reached" : "**not reached**"}: ${workload.name}: ${what}`,
    );
  });
}

/** What a reader of the tables must know of the others' spans. */
export function notes(arrivals: Results["arrivals"]): string[] {
  return [...arrivals].flatMap(([workload, byTracer]) =>
    [...byTracer].flatMap(([tracer, { names, lacking, problems }]) => [
      `- ${workload.name}, ${tracer}: ${names === "" ? "nothing arrives" : names}` +
        (lacking.length === 0 ? "" : `; model calls lack ${lacking.join(", ")}`),
      ...problems.slice(0, 1).map((problem) => `- ${workload.name}, ${tracer}: ${problem}`),
    ]),
  );
}

export function markdown(results: Results): string {
  const { bench, options, hasOwnProcessor, arrivals, rounds } = results;
  const place = hasOwnProcessor ? " on a processor of their own" : "";
  return [
    `${machine()}; ${bench.sdks}; ${options.rounds} rounds of fresh processes${place}, which take turns with a ` +
      "flush at the end, after a warm-up in such turns; collector and model server in others. Added is with " +
      "less without, the mean of the rounds, ± how far the furthest is from it. In brackets: how many times " +
      "what this package adds.",
    ...[...rounds].map(([workload, byTracer]) =>
      workloadTable(workload, byTracer, arrivals.get(workload)),
    ),
    notes(arrivals).join("\n"),
    targets(results).join("\n"),
  ].join("\n\n");
}

export function plain({ bench, options, arrivals, rounds }: Results): object {
  const workloads = [...rounds].map(([workload, byTracer]) => {
    const tracers = [...byTracer].map(([name, each]) => {
      const more = {
        mainThreadMicros: added(byTracer, name, "mainThreadMicros"),
        processMicros: added(byTracer, name, "processMicros"),
      };
      return [
        name,
        { added: more, arrivals: arrivals.get(workload)?.get(name), rounds: each },
      ] as const;
    });
    return [workload.name, Object.fromEntries(tracers)] as const;
  });
  return {
    machine: machine(),
    sdks: bench.sdks,
    options,
    workloads: Object.fromEntries(workloads),
  };
}
