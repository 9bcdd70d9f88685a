// One round of traced runs for a test: a model server, a collector, and the SDK in one of its forms.
// At the end nothing of it is open and no fault has happened.

import assert from "node:assert/strict";
import { after } from "node:test";

import type { SetupOptions } from "catalyst-tracing";
import { instrumentOpenAI } from "catalyst-tracing/openai";
import { instrumentOpenAIAgents } from "catalyst-tracing/openai-agents";

import { traced, type Round } from "../../capture/traced.js";
import { type ModelServer, startModelServer } from "../../support/model-server/server.js";
import type { AgentsSdk as Name } from "../../support/sdks.js";
import { type AgentsModule, type Form, loadAgents } from "./agents-module.js";

export interface AgentsRound extends Round {
  readonly agents: AgentsModule;
  readonly openai: unknown;
  readonly server: ModelServer;
  readonly parameters: unknown;
}

export interface RoundOptions {
  readonly form?: Form;
  readonly api?: "chat_completions" | "responses";
  readonly setup?: SetupOptions;
  /** What is left open on purpose. */
  readonly open?: number;
}

let theOne: ModelServer | undefined;

/** One for the process: the SDK's clients keep the address that they began with. */
async function theServer(): Promise<ModelServer> {
  if (theOne === undefined) {
    theOne = await startModelServer();
    process.env["OPENAI_API_KEY"] = "key";
    process.env["OPENAI_BASE_URL"] = theOne.url;
  }
  theOne.reset();
  return theOne;
}

after(async () => await theOne?.close());

export async function tracedRuns(
  name: Name,
  body: (round: AgentsRound) => Promise<void>,
  { form = "ESM", api = "responses", setup = {}, open = 0 }: RoundOptions = {},
): Promise<void> {
  const server = await theServer();
  const loaded = await loadAgents(name, form);
  await traced(async (round) => {
    const { agents, openai } = loaded;
    instrumentOpenAI(openai);
    instrumentOpenAIAgents(agents);
    // The SDK's own export goes to a server that is not there.
    agents.setTraceProcessors([]);
    agents.setOpenAIAPI(api);
    await body({ ...round, ...loaded, server });
    const { faults, lost, open: left } = round.tracing.stats();
    assert.deepEqual({ faults, lost, open: left }, { faults: 0, lost: 0, open });
  }, setup);
}
