/** One contender, on or off, in a process of its own: what it takes for so many megabytes. */
import { cpuPerSpan, readCpu, watchEventLoop } from "../support/measure.js";
import { CONTENDERS } from "./contenders.js";
import { requests } from "./texts.js";

export interface Job {
  contender: string;
  isOn: boolean;
  endpoint: string;
  /** Texts to take. */
  texts: number;
}

export interface Result {
  megabytes: number;
  mainThreadMs: number;
  processMs: number;
  longestStallMs: number;
  /** What the first text became, where it is known here. */
  sample: string | null;
}

/** The event loop gets a turn after each of them. */
const TEXTS_OF_A_TURN = 4;
/** Enough that the engines have compiled what they compile. */
const WARM_UP_TEXTS = 256;
const BYTES_OF_A_MEGABYTE = 1_000_000;

async function main({ contender: name, isOn, endpoint, texts }: Job): Promise<void> {
  const start = CONTENDERS.get(name);
  if (start === undefined) throw new Error(`There is no contender "${name}".`);
  const taken = requests().map((request) => ({ request, json: JSON.stringify(request) }));
  const contender = await start(endpoint, isOn);
  let bytes = 0;
  const take = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      const text = taken[index % taken.length];
      if (text === undefined) break;
      contender.take(text.request, text.json);
      bytes += Buffer.byteLength(text.json);
      if (index % TEXTS_OF_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await contender.flush();
  };
  await take(Math.min(texts, WARM_UP_TEXTS));
  bytes = 0;
  const stalls = watchEventLoop();
  const before = readCpu();
  await take(texts);
  const { mainThreadMicros, processMicros } = cpuPerSpan(before, readCpu(), 1);
  const result: Result = {
    megabytes: bytes / BYTES_OF_A_MEGABYTE,
    mainThreadMs: mainThreadMicros / 1000,
    processMs: processMicros / 1000,
    longestStallMs: stalls().maxMs,
    sample: contender.sample() ?? null,
  };
  await contender.stop();
  process.send?.(result, () => process.disconnect());
}

await main(JSON.parse(process.argv[2] ?? "{}") as Job);
