// What tests use of `@openai/agents`, which has other types in each version.

import { type AgentsSdk as Name, sdk } from "../../support/sdks.js";

export type Form = "ESM" | "CommonJS";

export interface Guardrail {
  name: string;
  execute: () => Promise<{ tripwireTriggered: boolean; outputInfo: unknown }>;
}

export interface AgentOptions {
  name: string;
  instructions?: string;
  model?: unknown;
  tools?: unknown[];
  handoffs?: unknown[];
  inputGuardrails?: Guardrail[];
  outputGuardrails?: Guardrail[];
  mcpServers?: unknown[];
}

export interface Agent {
  asTool(options: { toolName: string; toolDescription: string }): unknown;
}

export interface Interruption {
  readonly name?: string;
}

export interface RunState {
  approve(item: Interruption): void;
  toString(): string;
}

export interface RunResult extends AsyncIterable<unknown> {
  readonly finalOutput: unknown;
  readonly interruptions: Interruption[];
  readonly state: RunState;
  /** Of a streamed run. */
  readonly completed?: Promise<void>;
}

export interface RunOptions {
  maxTurns?: number;
  stream?: boolean;
  signal?: AbortSignal;
}

export interface SdkSpan {
  readonly spanId: string;
  start(): void;
  end(): void;
}

export interface AgentsModule {
  Agent: new (options: AgentOptions) => Agent;
  Runner: new (config?: object) => {
    run(agent: Agent, input: unknown, options?: RunOptions): Promise<RunResult>;
  };
  RunState: { fromString(agent: Agent, text: string): Promise<RunState> };
  run(agent: Agent, input: unknown, options?: RunOptions): Promise<RunResult>;
  tool(options: {
    name: string;
    description: string;
    parameters: unknown;
    execute: (input: { text: string }) => Promise<unknown>;
    errorFunction?: null;
    needsApproval?: boolean;
  }): unknown;
  hostedMcpTool(options: object): unknown;
  handoff(agent: Agent, options: { onHandoff: () => Promise<void>; inputType: unknown }): unknown;
  withTrace<T>(name: string, fn: () => Promise<T>, options?: object): Promise<T>;
  withCustomSpan<T>(fn: () => Promise<T>, options: object): Promise<T>;
  createCustomSpan(options: object, parent: SdkSpan | null): SdkSpan;
  withGenerationSpan<T>(fn: (span: SdkSpan) => Promise<T>, options?: object): Promise<T>;
  getCurrentSpan(): SdkSpan | null;
  setTraceProcessors(processors: object[]): void;
  setTracingDisabled(disabled: boolean): void;
  setOpenAIAPI(api: "chat_completions" | "responses"): void;
  getGlobalTraceProvider(): object;
}

interface Zod {
  object(shape: object): unknown;
  string(): unknown;
}

export interface Loaded {
  readonly agents: AgentsModule;
  /** The package that the SDK's models use. */
  readonly openai: unknown;
  /** What a tool of the tests takes. */
  readonly parameters: unknown;
}

export async function loadAgents(name: Name, form: Form): Promise<Loaded> {
  const { importEsm, requireCjs } = sdk(name);
  const load = async (specifier?: string): Promise<unknown> =>
    form === "ESM" ? await importEsm(specifier) : requireCjs(specifier);
  const { z } = (await load("zod")) as { z: Zod };
  const agents = (await load()) as AgentsModule;
  const openai = (await load("openai")) as { OpenAI: unknown };
  return { agents, openai: openai.OpenAI, parameters: z.object({ text: z.string() }) };
}
