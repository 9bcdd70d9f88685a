// An app of its own process that runs agents against a model server, with another version of the
// `openai` package beside the one that the SDK uses.

import assert from "node:assert/strict";

import { startCollector } from "../../support/collector.js";
import { startModelServer } from "../../support/model-server/server.js";
import type { DecodedSpan } from "../../support/otlp.js";
import { type AgentsSdk as Name, type OpenAiSdk, sdk } from "../../support/sdks.js";
import { type ProgramOptions, runProgram } from "../../support/subprocess.js";

interface Outcome {
  readonly spans: readonly DecodedSpan[];
  readonly stdout: string;
  /** How many calls the model has answered. */
  readonly calls: number;
}

interface AppOptions extends Pick<ProgramOptions, "runtime" | "runtimeArgs"> {
  readonly env?: Record<string, string>;
  /** The app's own `openai`, for the program as `OpenAI`. */
  readonly openai?: OpenAiSdk;
}

/** Every program has `agents`, `OpenAI`, `start`, `helper`, `dig`, and ends by itself. */
const PRELUDE = `
import { setup, manualSpan, agentSpan } from "catalyst-tracing";
import { instrumentOpenAIAgents } from "catalyst-tracing/openai-agents";
const agents = await import(process.env.AGENTS);
const { z } = await import(process.env.ZOD);
const { OpenAI } = process.env.OPENAI === undefined ? {} : await import(process.env.OPENAI);
const start = async () => {
  const tracing = await setup({ autoInstrument: false });
  instrumentOpenAIAgents(agents);
  agents.setTraceProcessors([]);
  return tracing;
};
const helper = (options) => new agents.Agent({ name: "Helper", model: "gpt-4o-mini", ...options });
const dig = (execute) => agents.tool({
  name: "dig", description: "Dig.", parameters: z.object({ text: z.string() }), execute,
});
`;

export async function runApp(
  version: Name,
  body: string,
  { env = {}, openai, ...options }: AppOptions = {},
): Promise<Outcome> {
  await using collector = await startCollector();
  await using models = await startModelServer();
  const { esmUrl } = sdk(version);
  const { code, stdout, stderr } = await runProgram(`${PRELUDE}${body}\nprocess.exit(0);`, {
    ...options,
    timeoutMs: 60_000,
    env: {
      AGENTS: await esmUrl(),
      ZOD: await esmUrl("zod"),
      OPENAI: openai === undefined ? undefined : await sdk(openai).esmUrl(),
      CATALYST_OTLP_ENDPOINT: collector.url,
      OPENAI_BASE_URL: models.url,
      OPENAI_API_KEY: "none",
      ...env,
    },
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(collector.problems, []);
  return { spans: collector.spans, stdout, calls: models.requests.length };
}
