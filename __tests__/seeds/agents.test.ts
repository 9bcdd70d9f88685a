// The documents' programs around `@openai/agents`: each folder in `programs/` is one, with the tree
// of spans that has to arrive. They compile strictly and run unchanged with every version of it.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { spanNamed } from "../capture/traced.js";
import { projectRoot } from "../support/project.js";
import { AGENTS_SDKS } from "../support/sdks.js";
import { spanTree } from "../../js/testing/tree.js";
import { compileApp, documentedApp, type DocumentedRun, runDocumented } from "./documented-app.js";

const PROGRAMS = join(projectRoot, "__tests__", "seeds", "programs");

/** What the spans of a program's own hold. */
const DETAILS: Readonly<Record<string, (run: DocumentedRun) => void>> = {
  minimal: ({ stdout }) => {
    assert.notEqual(stdout.trim(), "");
  },
  "agent-span": ({ spans, stdout }) => {
    const { attributes } = spanNamed(spans, "workshop.run");
    assert.deepEqual(attributes, {
      "openinference.span.kind": "AGENT",
      "agent.outcome": "success",
      "agent.stop_reason": "completed",
      "agent.finalized": true,
      "agent.id": "workshop",
      "agent.name": "The Workshop",
      "agent.role": "repairs",
      "session.id": "conversation-17",
      "user.id": "rider-4",
      "gen_ai.system": "openai",
      "input.value": "When is repair R-17 ready?",
      "input.mime_type": "text/plain",
      "branch.id": "branch-2",
      "output.value": stdout.trimEnd(),
      "output.mime_type": "text/plain",
    });
    assert.match(stdout, /waiting for a spoke/);
  },
  handoff: ({ spans, stdout }) => {
    const { attributes } = spanNamed(spans, "counter.run");
    assert.equal(attributes["agent.role"], "triage");
    assert.equal(attributes["session.id"], "conversation-18");
    assert.equal(attributes["output.value"], stdout.trimEnd());
    assert.match(stdout, /R-18/);
  },
  "manual-spans": ({ spans, stdout }) => {
    const router = spanNamed(spans, "router.choose").attributes;
    assert.deepEqual(JSON.parse(String(router["input.value"])), {
      question: "When is repair R-17 ready?",
    });
    assert.deepEqual(JSON.parse(String(router["output.value"])), { desk: "workshop", sure: true });
    const search = spanNamed(spans, "manuals.search").attributes;
    assert.equal(search["openinference.span.kind"], "RETRIEVER");
    assert.equal(search["output.mime_type"], "application/json");
    assert.deepEqual(JSON.parse(String(search["output.value"])), [
      { id: "spokes", score: 0.9 },
      { id: "rims", score: 0.7 },
    ]);
    // Said once, on the outermost span; an agent of the SDK's has its own name.
    const names = new Set(spans.map(({ attributes }) => attributes["agent.name"]));
    assert.deepEqual(names, new Set(["The Workshop", "Workshop"]));
    for (const { attributes } of spans) {
      assert.equal(attributes["agent.id"], "workshop");
      assert.equal(attributes["agent.role"], "repairs");
      assert.equal(attributes["session.id"], "conversation-17");
    }
    assert.match(stdout, /in work/);
  },
};

const names = readdirSync(PROGRAMS);

test("every program has its details", () => {
  assert.deepEqual(Object.keys(DETAILS).sort(), [...names].sort());
});

/** A version whose tree differs from the others' has a file of its own. */
function expectedTree(name: string, version: string): string {
  const own = join(PROGRAMS, name, `expected-tree.${version}.txt`);
  return readFileSync(existsSync(own) ? own : join(PROGRAMS, name, "expected-tree.txt"), "utf8");
}

for (const version of AGENTS_SDKS) {
  test(`the documents' programs compile and run with ${version}`, async (t) => {
    await using app = await documentedApp(version);
    for (const name of names) {
      const source = readFileSync(join(PROGRAMS, name, "program.ts"), "utf8");
      await app.write(`${name}.ts`, source);
    }
    await compileApp(app);
    for (const name of names) {
      await t.test(`${name} gives the tree that is written down`, async () => {
        const run = await runDocumented(app, `${name}.js`);
        assert.equal(spanTree(run.spans), expectedTree(name, version));
        DETAILS[name]?.(run);
      });
    }
  });
}
