/**
 * The benchmark's results as Markdown for README, and as a plain object for a file. Ratios are
 * always against this package: 20× is twenty times what it takes.
 */
import { placeOfRun } from "../support/processors.js";
import { figure, machine, table, withRatio } from "../support/tables.js";
import type { ColdStartResult } from "./cold-start.js";
import { EMPTY, INFERENCE, OURS } from "./contenders/index.js";
import type { Options } from "./options.js";
import type { Size } from "./payloads.js";
import { summary } from "./timing.js";
import type { Round, Timings } from "./timing.js";

export interface Results {
  options: Options;
  hasOwnProcessor: boolean;
  /** What `verify` found. */
  differences: readonly string[];
  timings: Timings;
  coldStarts: ReadonlyMap<string, ColdStartResult>;
  installedBytes: ReadonlyMap<string, number>;
}

const DESCRIPTIONS: Record<Size, string> = {
  TINY: "six short attributes",
  SMALL: "a chat completion of six messages, about 2 KB of request",
  LARGE: "the same, about 40 KB of request",
};

const MEGABYTE = 1024 * 1024;

const COLUMNS: readonly [string, keyof Round][] = [
  ["main thread, µs/span", "mainThreadMicros"],
  ["whole process, µs/span", "processMicros"],
  ["main thread when paced, µs/span", "pacedMainThreadMicros"],
  ["loop delay p99, ms", "loopDelayP99Ms"],
  ["loop delay max, ms", "loopDelayMaxMs"],
  ["peak RSS, MB", "peakRssMegabytes"],
];

function sizeTable(size: Size, byContender: ReadonlyMap<string, Round[]>): string {
  const medians = [...byContender].map(([name, rounds]) => [name, summary(rounds)] as const);
  const ours = medians.find(([name]) => name === OURS)?.[1];
  const rows = medians.map(([name, round]) => [
    name === OURS ? `**${name}**` : name,
    ...COLUMNS.map(([, key]) =>
      withRatio(round[key], name === OURS || name === EMPTY ? undefined : ours?.[key]),
    ),
    name === EMPTY ? "" : figure(round.wireBytesPerSpan),
    name === EMPTY ? "" : String(round.lostSpans),
  ]);
  const head = ["", ...COLUMNS.map(([title]) => title), "bytes/span on the wire", "spans lost"];
  return `**${size}**: ${DESCRIPTIONS[size]}\n\n${table(head, rows)}`;
}

function startTable({ coldStarts, installedBytes }: Results): string {
  const ours = coldStarts.get(OURS);
  const ourBytes = installedBytes.get(OURS);
  const bare = coldStarts.get(EMPTY);
  const starts = [...coldStarts].map(([name, { wallMs, cpuMs }]) => [
    name === EMPTY ? "bare `node -e 0`" : name,
    withRatio(wallMs, name === OURS || name === EMPTY ? undefined : ours?.wallMs),
    bare === undefined || name === EMPTY ? "" : `+${figure(wallMs - bare.wallMs)}`,
    withRatio(cpuMs, name === OURS || name === EMPTY ? undefined : ours?.cpuMs),
  ]);
  const sizes = [...installedBytes].map(([name, bytes]) => [
    name,
    withRatio(
      bytes / MEGABYTE,
      name === OURS || ourBytes === undefined ? undefined : ourBytes / MEGABYTE,
    ),
  ]);
  return [
    table(["cold start", "wall, ms", "over bare, ms", "CPU, ms"], starts),
    table(["installed", "MB on disk"], sizes),
  ].join("\n\n");
}

function targets({ timings, coldStarts }: Results): string[] {
  const lines: string[] = [];
  const check = (what: string, reached: boolean) => {
    lines.push(`- ${reached ? "reached" : "**not reached**"}: ${what}`);
  };
  for (const [size, byContender] of timings) {
    const [ours, theirs] = [OURS, INFERENCE].map((name) => byContender.get(name));
    if (ours === undefined || theirs === undefined) continue;
    const [we, they] = [summary(ours), summary(theirs)];
    const main = they.mainThreadMicros / we.mainThreadMicros;
    const whole = they.processMicros / we.processMicros;
    check(`${size}: main thread at most 1/20 of ${INFERENCE} (1/${figure(main)})`, main >= 20);
    check(`${size}: whole process at most 1/5 of ${INFERENCE} (1/${figure(whole)})`, whole >= 5);
    check(`${size}: lower peak RSS than ${INFERENCE}`, we.peakRssMegabytes < they.peakRssMegabytes);
    check(`${size}: no span lost`, we.lostSpans === 0);
  }
  const [ours, theirs] = [coldStarts.get(OURS), coldStarts.get(INFERENCE)];
  if (ours !== undefined && theirs !== undefined) {
    check(`cold start no slower than ${INFERENCE}`, ours.wallMs <= theirs.wallMs);
  }
  return lines;
}

export function markdown(results: Results): string {
  const { options, hasOwnProcessor, differences, timings } = results;
  const agreed =
    differences.length === 0
      ? "All contenders put the same attributes on the wire."
      : `The contenders do NOT put the same attributes on the wire (${differences.length} differences).`;
  return [
    `${machine()}; medians of ${options.rounds} interleaved rounds, every run in ` +
      `${placeOfRun(hasOwnProcessor)}, the collector in another; of a hot run, the lower quartile of its ` +
      `parts between flushes. In brackets: how many times this package's figure. ${agreed} ` +
      "Loop delay includes the 1 ms at which it is sampled.",
    ...[...timings].map(([size, byContender]) => sizeTable(size, byContender)),
    startTable(results),
    targets(results).join("\n"),
  ].join("\n\n");
}

export function plain({
  options,
  differences,
  timings,
  coldStarts,
  installedBytes,
}: Results): object {
  const sizes = [...timings].map(([size, byContender]) => {
    const contenders = [...byContender].map(
      ([name, rounds]) => [name, { summary: summary(rounds), rounds }] as const,
    );
    return [size, Object.fromEntries(contenders)] as const;
  });
  return {
    machine: machine(),
    options,
    differences,
    sizes: Object.fromEntries(sizes),
    coldStarts: Object.fromEntries(coldStarts),
    installedBytes: Object.fromEntries(installedBytes),
  };
}
