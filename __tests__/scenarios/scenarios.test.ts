// Each folder here is a scenario: `program.ts`, run as an app would be with nothing but an endpoint
// in its environment, and `expected-tree.txt`, the tree of spans that has to arrive. A program that
// is to end with another code than 0 says so in `EXIT_CODES`.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { startCollector } from "../support/collector.js";
import { projectRoot } from "../support/project.js";
import { runProgram } from "../support/subprocess.js";
import { spanTree } from "../../js/testing/tree.js";

const EXIT_CODES: Readonly<Record<string, number>> = { "uncaught-error": 1 };

const sources = join(projectRoot, "__tests__", "scenarios");
const compiled = dirname(fileURLToPath(import.meta.url));

const scenarios = readdirSync(sources).filter((name) =>
  existsSync(join(sources, name, "program.ts")),
);

for (const name of scenarios) {
  test(`the scenario ${name} gives the tree that is written down`, async () => {
    await using collector = await startCollector();
    const { code, stderr } = await runProgram(join(compiled, name, "program.js"), {
      env: { CATALYST_OTLP_ENDPOINT: collector.url },
    });
    assert.equal(code, EXIT_CODES[name] ?? 0, stderr);
    const expected = readFileSync(join(sources, name, "expected-tree.txt"), "utf8");
    assert.equal(spanTree(collector.spans), expected);
    assert.deepEqual(collector.problems, []);
  });
}
