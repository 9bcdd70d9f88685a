/**
 * What each tracer sends for one operation, found out before any time is taken: who sends nothing,
 * or half of it, is not faster. The tracers are not asked for the same spans, as they do not promise
 * the same; how many each sends is what its losses are counted by.
 */
import type { ReceivedSpan } from "../collector.js";
import type { ClientBench, Workload } from "./bench.js";
import { startMeasured } from "./measured-process.js";
import type { Servers } from "./servers.js";

/** More than one, to see that an operation's spans do not depend on what was before. */
const OPERATIONS = 4;

/** Without these there is no model call to look at. */
const OF_A_MODEL_CALL = [
  "llm.model_name",
  "input.value",
  "output.value",
  "llm.input_messages.0.message.role",
  "llm.output_messages.0.message.role",
  "llm.token_count.prompt",
  "llm.token_count.completion",
];

export interface Arrivals {
  spansPerOperation: number;
  /** The spans' names and how many there are of each in one operation. */
  names: string;
  /** Attributes that spans of model calls lack. */
  lacking: string[];
  problems: string[];
}

function isModelCall({ attributes }: ReceivedSpan): boolean {
  return attributes["openinference.span.kind"] === "LLM";
}

function counted(spans: readonly ReceivedSpan[]): string {
  const counts = new Map<string, number>();
  for (const { name } of spans) counts.set(name, (counts.get(name) ?? 0) + 1 / OPERATIONS);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}

export async function arrivals(
  bench: ClientBench,
  workload: Workload,
  tracer: string,
  { collector, modelUrl }: Servers,
): Promise<Arrivals> {
  await collector.take({ keepFromNowOn: true });
  const { endpoint } = collector;
  const job = { tracer, workload: workload.name, endpoint, modelUrl };
  const running = await startMeasured(bench.child, job);
  await running.run(OPERATIONS);
  await running.stop();
  const { spans, problems } = await collector.take({ keepFromNowOn: false });
  const calls = spans.filter(isModelCall);
  return {
    spansPerOperation: spans.length / OPERATIONS,
    names: counted(spans),
    lacking: OF_A_MODEL_CALL.filter((key) => calls.some(({ attributes }) => !(key in attributes))),
    problems,
  };
}
