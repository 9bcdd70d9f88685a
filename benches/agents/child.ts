/** Makes the runs, with an agent of `@openai/agents` whose model is called through `openai`. */
import { sdk } from "../../__tests__/support/sdks.js";
import { runChild } from "../support/clients/child.js";
import type { Operation } from "../support/clients/child.js";
import type { Job } from "../support/clients/job.js";
import { Dice, jsonTable, prose } from "../support/text.js";
import { STREAMED, TOOL_CALLS } from "./workloads.js";

/** As much of the SDKs' types as is used here. */
interface Result {
  finalOutput: unknown;
  rawResponses: unknown[];
}

interface StreamedResult extends Result, AsyncIterable<unknown> {
  completed: Promise<void>;
}

interface AgentsModule {
  Agent: new (options: {
    name: string;
    instructions: string;
    model: string;
    tools: object[];
  }) => object;
  tool(options: {
    name: string;
    description: string;
    parameters: object;
    execute(): string;
  }): object;
  run(agent: object, input: string): Promise<Result>;
  run(agent: object, input: string, options: { stream: true }): Promise<StreamedResult>;
  setDefaultOpenAIClient(client: object): void;
  setTraceProcessors(processors: never[]): void;
}

interface OpenAiModule {
  OpenAI: new (options: { apiKey: string; baseURL: string }) => object;
}

/** Strict, as the SDK wants a schema that is not of `zod`. */
const PARAMETERS = {
  type: "object",
  properties: {
    customer: { type: "string", description: "The customer's number." },
    page: { type: "integer" },
  },
  required: ["customer", "page"],
  additionalProperties: false,
};

const QUESTIONS = 16;
const SEED = 20_261;

const { importEsm } = sdk("agents-0.8");
const { OpenAI } = (await importEsm("openai")) as OpenAiModule;
const openaiAgents = (await importEsm()) as AgentsModule;
const { Agent, run, tool, setDefaultOpenAIClient, setTraceProcessors } = openaiAgents;
// The SDK's own export to OpenAI is nothing that a tracer adds, and nothing that answers here.
setTraceProcessors([]);

function start({ workload, modelUrl }: Job): Operation {
  setDefaultOpenAIClient(new OpenAI({ apiKey: "none", baseURL: modelUrl }));
  const dice = new Dice(SEED);
  const orders = jsonTable(dice, 330);
  const questions = Array.from({ length: QUESTIONS }, () => prose(dice, 180));
  const agent = new Agent({
    name: "Support",
    instructions: prose(dice, 260),
    model: "gpt-5-mini",
    tools: [
      tool({
        name: "search_orders",
        description: "Looks up a customer's orders.",
        parameters: PARAMETERS,
        execute: () => orders,
      }),
    ],
  });
  const check = ({ finalOutput, rawResponses }: Result): void => {
    if (typeof finalOutput !== "string" || rawResponses.length !== TOOL_CALLS + 1) {
      throw new Error(`The run had ${rawResponses.length} turns.`);
    }
  };
  const question = (index: number): string => questions[index % QUESTIONS] ?? "";
  if (workload !== STREAMED.name) return async (index) => check(await run(agent, question(index)));
  return async (index) => {
    const result = await run(agent, question(index), { stream: true });
    for await (const _ of result);
    await result.completed;
    check(result);
  };
}

await runChild({ openai: OpenAI, openaiAgents }, start);
