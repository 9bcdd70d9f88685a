/** The newest `@openai/agents` and its `openai`, from `.sdks/`, with as much of their types as the demo uses. */
import { sdk } from "../__tests__/support/sdks.js";

interface Client {
  embeddings: { create(request: { model: string; input: string }): Promise<unknown> };
  moderations: {
    create(request: { model: string; input: string }): Promise<{ results: { flagged: boolean }[] }>;
  };
}

interface OpenAiModule {
  OpenAI: new (options: { apiKey: string; baseURL: string }) => Client;
}

export interface Agent {
  name: string;
}

interface Guardrail {
  name: string;
  runInParallel: boolean;
  execute(checked: { input: unknown }): Promise<{
    tripwireTriggered: boolean;
    outputInfo: unknown;
  }>;
}

interface AgentOptions {
  name: string;
  instructions: string;
  model: string;
  tools?: object[];
  handoffs?: Agent[];
  inputGuardrails?: Guardrail[];
}

interface ToolOptions {
  name: string;
  description: string;
  parameters: object;
  /** What the model is told when the tool fails; null lets the run fail. */
  errorFunction?: null;
  execute(input: { orderId: string }): unknown;
}

interface StreamedRun {
  toTextStream(): AsyncIterable<string>;
  completed: Promise<void>;
}

interface AgentsModule {
  Agent: new (options: AgentOptions) => Agent;
  tool(options: ToolOptions): object;
  run(agent: Agent, input: string, options: { stream: true }): Promise<StreamedRun>;
  setDefaultOpenAIClient(client: Client): void;
  setTraceProcessors(processors: never[]): void;
}

interface Zod {
  object(fields: object): object;
  string(): object;
}

const { importEsm } = sdk("agents-0.20");

export const agents = (await importEsm()) as AgentsModule;
export const { OpenAI } = (await importEsm("openai")) as OpenAiModule;
export const { z } = (await importEsm("zod")) as { z: Zod };
