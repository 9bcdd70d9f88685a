/**
 * The measured rounds. Within a round the contenders take turns, and each round begins with another
 * one, so that whatever else the machine does at the time falls on all of them.
 */
import type { Collector } from "../support/collector.js";
import { inTurn } from "../support/in-turn.js";
import { median } from "../support/measure.js";
import type { OwnProcessor } from "../support/processors.js";
import { EMPTY } from "./contenders/index.js";
import { runInFreshProcess } from "./fresh-process.js";
import type { Options } from "./options.js";
import type { Size } from "./payloads.js";

/** What one contender's two runs of one size gave in one round. */
export interface Round {
  mainThreadMicros: number;
  processMicros: number;
  pacedMainThreadMicros: number;
  pacedProcessMicros: number;
  loopDelayP99Ms: number;
  loopDelayMaxMs: number;
  peakRssMegabytes: number;
  wireBytesPerSpan: number;
  /** Spans ended less spans that arrived, in both runs together. */
  lostSpans: number;
}

/** Rounds by size and contender. */
export type Timings = Map<Size, Map<string, Round[]>>;

async function measure(
  collector: Collector,
  contender: string,
  size: Size,
  options: Options,
  processor: OwnProcessor,
): Promise<Round> {
  const job = { contender, size, run: options.runs[size], endpoint: collector.endpoint };
  const counting = { keepFromNowOn: false };
  await collector.take(counting);
  const hot = await runInFreshProcess({ ...job, mode: "hot" }, processor);
  const hotReceived = await collector.take(counting);
  const paced = await runInFreshProcess({ ...job, mode: "paced" }, processor);
  const pacedReceived = await collector.take(counting);
  const ended = contender === EMPTY ? 0 : hot.spans + paced.spans;
  return {
    mainThreadMicros: hot.cpu.mainThreadMicros,
    processMicros: hot.cpu.processMicros,
    pacedMainThreadMicros: paced.cpu.mainThreadMicros,
    pacedProcessMicros: paced.cpu.processMicros,
    loopDelayP99Ms: paced.delay.p99Ms,
    loopDelayMaxMs: paced.delay.maxMs,
    peakRssMegabytes: hot.peakRssMegabytes,
    wireBytesPerSpan: hotReceived.wireBytes / hot.spans,
    lostSpans: ended - hotReceived.spanCount - pacedReceived.spanCount,
  };
}

export async function timings(
  collector: Collector,
  options: Options,
  processor: OwnProcessor,
  say: (progress: string) => void,
): Promise<Timings> {
  const all: Timings = new Map(
    options.sizes.map((size) => [size, new Map(options.contenders.map((name) => [name, []]))]),
  );
  for (let round = 0; round < options.rounds; round++) {
    for (const [size, byContender] of all) {
      for (const contender of inTurn(options.contenders, round)) {
        const result = await measure(collector, contender, size, options, processor);
        byContender.get(contender)?.push(result);
        const micros = result.mainThreadMicros.toFixed(2);
        say(`round ${round + 1}/${options.rounds} ${size} ${contender}: ${micros} µs`);
      }
    }
  }
  return all;
}

/** Medians of every figure but the losses, which are added up. */
export function summary(rounds: readonly Round[]): Round {
  const middle = (figure: keyof Round) => median(rounds.map((round) => round[figure]));
  return {
    mainThreadMicros: middle("mainThreadMicros"),
    processMicros: middle("processMicros"),
    pacedMainThreadMicros: middle("pacedMainThreadMicros"),
    pacedProcessMicros: middle("pacedProcessMicros"),
    loopDelayP99Ms: middle("loopDelayP99Ms"),
    loopDelayMaxMs: middle("loopDelayMaxMs"),
    peakRssMegabytes: middle("peakRssMegabytes"),
    wireBytesPerSpan: middle("wireBytesPerSpan"),
    lostSpans: rounds.reduce((sum, round) => sum + round.lostSpans, 0),
  };
}
