/**
 * `npm run fuzz -- [target …] [options]`: gives hostile input to what reads bytes from outside, the
 * targets in `fuzz/`, all unless some are named, as many at a time as there are CPUs. Fails on a
 * finding, says how to see it again, and closes with what was executed.
 *
 *   --seconds N     for each target; 60 by default
 *   --seed N        what libFuzzer's choices begin with; a new one by default, and printed
 *   --max-len N     of an input, in bytes; 8192 by default
 *   --input FILE    runs one target on this file once, and on nothing else
 *   --asan          with AddressSanitizer, for which a nightly compiler is needed
 *
 * Every compiler can instrument for libFuzzer, so nothing but a C++ compiler has to be there. What a
 * run learned stays in `fuzz/corpus/`, and the next one begins with it.
 */
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";

import { buildTargets, fuzz, reproduce, targetNames } from "./support/fuzzing.mjs";
import { Failure, runMain, say, secondsSince } from "./support/project.mjs";

const MAX_SEED = 2 ** 32 - 1;

/**
 * @param {string} option
 * @param {string} given
 */
function count(option, given) {
  const number = Number(given);
  if (Number.isInteger(number) && number > 0 && number <= MAX_SEED) return number;
  throw new Failure(`--${option} must be a whole number from 1 on, and is "${given}".`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        seconds: { type: "string", default: "60" },
        seed: { type: "string", default: String(randomInt(1, MAX_SEED)) },
        "max-len": { type: "string", default: "8192" },
        input: { type: "string" },
        asan: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new Failure(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {readonly string[]} wanted
 * @param {readonly string[]} known
 */
function chosen(wanted, known) {
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new Failure(`There is no target "${unknown[0]}"; there are ${known.join(", ")}.`);
  }
  return wanted.length === 0 ? known : wanted;
}

await runMain(async () => {
  const { values, positionals } = readArguments();
  const seconds = count("seconds", values.seconds);
  const limits = {
    seconds,
    seed: count("seed", values.seed),
    maxLength: count("max-len", values["max-len"]),
  };
  const targets = chosen(positionals, await targetNames());
  const [first = "", ...others] = targets;
  if (values.input !== undefined && others.length > 0) {
    throw new Failure("--input needs the name of the one target that gets it.");
  }
  const startedAt = performance.now();
  const programs = await buildTargets(targets, values.asan);
  say(`the fuzz targets are built (${secondsSince(startedAt)})`);
  if (values.input !== undefined) {
    process.exitCode = await reproduce(programs.get(first) ?? "", values.input);
    return;
  }

  say(`${targets.join(", ")}: ${seconds} s each, seed ${limits.seed}`);
  /** @type {string[]} */
  const failed = [];
  const waiting = [...targets];
  const fuzzNext = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { isFound, summary } = await fuzz(name, programs.get(name) ?? "", limits);
      if (isFound) failed.push(name);
      process.stdout.write(`fuzz ${name}: ${summary}\n`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, fuzzNext));
  if (failed.length > 0) throw new Failure(`fuzzing found faults: ${failed.join(", ")}`);
});
