// The tree of each scenario, in one version of the SDK.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { spanTree } from "../../../js/testing/tree.js";
import { projectRoot } from "../../support/project.js";
import type { AgentsSdk as Name } from "../../support/sdks.js";
import type { RunResult } from "./agents-module.js";
import { type AgentsRound, type RoundOptions, tracedRuns } from "./round.js";
import { SCENARIOS, type Stage } from "./scenarios.js";

const TREES = join(projectRoot, "__tests__", "integrations", "openai-agents", "trees");

interface Mode extends Required<Pick<RoundOptions, "form" | "api">> {
  isStreamed: boolean;
}

const MODES: readonly Mode[] = [
  { form: "ESM", api: "responses", isStreamed: false },
  { form: "CommonJS", api: "responses", isStreamed: true },
  { form: "CommonJS", api: "chat_completions", isStreamed: false },
  { form: "ESM", api: "chat_completions", isStreamed: true },
];

export function testTrees(version: Name): void {
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    // There nothing tells of it; see what becomes of the root in `lifetimes.ts`.
    if (version === "agents-0.1" && name === "trace-rejects") continue;
    for (const mode of MODES) {
      const how = mode.isStreamed ? "streamed" : "whole";
      test(`${name} gives its tree (${version}, ${mode.form}, ${mode.api}, ${how})`, async () => {
        const act = async (round: AgentsRound): Promise<void> => {
          await scenario(stageOf(round, mode));
          await round.tracing.flush();
          assert.equal(treeOf(round), expectedTree(name, version));
        };
        await tracedRuns(version, act, mode);
      });
    }
  }
}

function stageOf(round: AgentsRound, { isStreamed }: Mode): Stage {
  const go: Stage["go"] = async (agent, input, options = {}) => {
    const result = await round.agents.run(agent, input, { ...options, stream: isStreamed });
    return isStreamed ? await readToTheEnd(result) : result;
  };
  return { ...round, go };
}

export async function readToTheEnd(result: RunResult): Promise<RunResult> {
  for await (const _ of result);
  await result.completed;
  return result;
}

/** Both APIs give the same tree, but for what a call is called. */
function treeOf({ collector }: AgentsRound): string {
  return spanTree(collector.spans).replaceAll(/OpenAI (Responses|Chat Completions)/g, "model call");
}

/** What differs in a version has a file of its own; that for 0.8 is also that for those before. */
export function expectedTree(name: string, version: Name): string {
  const own = join(TREES, `${name}.${version.replace("agents-", "")}.txt`);
  return readFileSync(existsSync(own) ? own : join(TREES, `${name}.txt`), "utf8");
}
