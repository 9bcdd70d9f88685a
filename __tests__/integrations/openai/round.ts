// One round of traced calls for a test: a model server, a collector, and a client of each version of
// the SDK in turn. At the end nothing of it is open and no fault has happened.

import assert from "node:assert/strict";
import { test } from "node:test";

import { instrumentOpenAI } from "catalyst-tracing/openai";
import type { SetupOptions } from "catalyst-tracing";

import { traced, type Round } from "../../capture/traced.js";
import { startModelServer, type ModelServer } from "../../support/model-server/server.js";
import { OPENAI_SDKS } from "../../support/sdks.js";
import { loadSdk, type Client, type Sdk } from "./clients.js";

export interface CallRound extends Round {
  readonly sdk: Sdk;
  readonly client: Client;
  readonly server: ModelServer;
}

type Body = (round: CallRound) => Promise<void>;

/** A test for each version of the SDK, imported and required in turn. */
export function testCalls(title: string, body: Body, options: SetupOptions = {}): void {
  for (const [index, name] of OPENAI_SDKS.entries()) {
    test(`${title} (${name})`, async () => {
      const sdk = await loadSdk(name, index % 2 === 0 ? "ESM" : "CommonJS");
      await tracedCalls(sdk, body, options);
    });
  }
}

export async function tracedCalls(sdk: Sdk, body: Body, options: SetupOptions = {}): Promise<void> {
  await using server = await startModelServer();
  await traced(async (round) => {
    instrumentOpenAI(sdk.module);
    const client = new sdk.OpenAI({ apiKey: "key", baseURL: server.url });
    await body({ ...round, sdk, client, server });
    const { faults, open, lost } = round.tracing.stats();
    assert.deepEqual({ faults, open, lost }, { faults: 0, open: 0, lost: 0 });
  }, options);
  assert.deepEqual(server.problems, []);
}
