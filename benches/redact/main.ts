/**
 * `npm run bench -- redact`: what redaction costs, beside Langfuse's mask and LangSmith's anonymizer,
 * with the same ten patterns on the same text in one go. Progress goes to stderr, the table to stdout.
 *
 * A contender runs with redaction and without; what it adds is the difference. First it is verified
 * that nobody leaves a secret.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";

import { reader } from "../support/arguments.js";
import { type Collector, startCollector } from "../support/collector.js";
import { runInFreshProcess } from "../support/fresh-process.js";
import { inTurn } from "../support/in-turn.js";
import { median } from "../support/measure.js";
import { giveOwnProcessor, type OwnProcessor, placeOfRun } from "../support/processors.js";
import { installRivals } from "../support/rivals.js";
import { figure, machine, table } from "../support/tables.js";
import type { Job, Result } from "./child.js";
import { CONTENDERS, DETECTORS, OURS } from "./contenders.js";
import { SECRETS } from "./rules.js";

const USAGE = `npm run bench -- redact [--quick] [--rounds <n>]`;
const ROUNDS = 5;
const TEXTS = { full: 2_000, quick: 64 };
const CHILD = join(import.meta.dirname, "child.js");

interface Added {
  mainThreadMs: number;
  processMs: number;
  longestStallMs: number;
}

function say(progress: string): void {
  process.stderr.write(`${progress}\n`);
}

interface Lab {
  collector: Collector;
  processor: OwnProcessor;
}

async function run({ collector, processor }: Lab, job: Omit<Job, "endpoint">): Promise<Result> {
  const whole: Job = { ...job, endpoint: collector.endpoint };
  return (await runInFreshProcess(CHILD, whole, job.contender, processor)) as Result;
}

/** Throws where a secret is left. */
async function verify(lab: Lab): Promise<void> {
  const { collector } = lab;
  for (const contender of CONTENDERS.keys()) {
    await collector.take({ keepFromNowOn: true });
    const { sample } = await run(lab, { contender, isOn: true, texts: 1 });
    const { spans } = await collector.take({ keepFromNowOn: false });
    const text = sample ?? String(spans[0]?.attributes["input.value"]);
    // The tenth is what a text calls a password, which no detector of ours is for.
    const wanted =
      contender === DETECTORS ? SECRETS.filter((it) => !/^(078|hunter)/.test(it)) : SECRETS;
    const left = wanted.filter((secret) => text.includes(secret));
    if (left.length > 0 || text.length < 1000) throw new Error(`${contender} left ${left.join()}`);
  }
  say("nobody leaves a secret");
}

async function added(lab: Lab, contender: string, texts: number): Promise<Added> {
  const off = await run(lab, { contender, isOn: false, texts });
  const on = await run(lab, { contender, isOn: true, texts });
  return {
    mainThreadMs: (on.mainThreadMs - off.mainThreadMs) / on.megabytes,
    processMs: (on.processMs - off.processMs) / on.megabytes,
    longestStallMs: on.longestStallMs,
  };
}

async function bench(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: "boolean", default: false }, rounds: { type: "string" } },
  });
  const rounds = reader(USAGE, ROUNDS).rounds(values.rounds, values.quick);
  installRivals(["masking"]);
  const processor = giveOwnProcessor();
  const collector = await startCollector();
  const lab: Lab = { collector, processor };
  try {
    await verify(lab);
    const names = [...CONTENDERS.keys()];
    const results = new Map<string, Added[]>(names.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const name of inTurn(names, round)) {
        const result = await added(lab, name, values.quick ? TEXTS.quick : TEXTS.full);
        results.get(name)?.push(result);
        say(`round ${round + 1}/${rounds} ${name}: ${figure(result.processMs)} ms per MB`);
      }
    }
    process.stdout.write(`${report(results, rounds, processor !== undefined)}\n`);
  } finally {
    await collector.close();
  }
}

function report(
  results: ReadonlyMap<string, readonly Added[]>,
  rounds: number,
  hasOwnProcessor: boolean,
): string {
  const middle = (name: string, of: keyof Added) =>
    median((results.get(name) ?? []).map((result) => result[of]));
  const ours = middle(OURS, "processMs");
  const rows = [...results.keys()].map((name) => {
    const processMs = middle(name, "processMs");
    const ratio = name === OURS ? "" : ` (${figure(1 / (processMs / ours))}×)`;
    return [
      name,
      figure(middle(name, "mainThreadMs")),
      figure(processMs),
      figure(1000 / processMs) + ratio,
      figure(middle(name, "longestStallMs")),
    ];
  });
  const head = [
    "added by redaction",
    "main thread, ms per MB",
    "whole process, ms per MB",
    "MB/s of one core",
    "longest stall, ms",
  ];
  return [
    `${machine()}; medians of ${rounds} rounds, every run in ${placeOfRun(hasOwnProcessor)}; ` +
      "chat requests of 40 KB with twelve secrets each.",
    "",
    table(head, rows),
  ].join("\n");
}

try {
  await bench();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
