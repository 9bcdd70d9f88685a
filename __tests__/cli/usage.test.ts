// How `catalyst-tracing` is called, and what it says to those who call it wrongly.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { PACKAGE_VERSION } from "../../js/options.js";
import { projectRoot } from "../support/project.js";
import { runProgram, type ProgramResult } from "../support/subprocess.js";

async function call(...args: string[]): Promise<ProgramResult> {
  return await runProgram(join(projectRoot, "dist", "cli", "main.js"), { args });
}

for (const args of [["--help"], ["-h"], ["doctor", "--help"]]) {
  test(`${args.join(" ")} says how it is used`, async () => {
    const { stdout, stderr, code } = await call(...args);
    assert.match(stdout, /^Usage: catalyst-tracing <command>/);
    assert.deepEqual({ stderr, code }, { stderr: "", code: 0 });
  });
}

test("--version prints the version", async () => {
  const { stdout, code } = await call("--version");
  assert.deepEqual({ stdout, code }, { stdout: `${PACKAGE_VERSION}\n`, code: 0 });
});

for (const [args, said] of [
  [[], "there is no command"],
  [["docter"], 'there is no command "docter". Did you mean "doctor"?'],
  [["doctor", "now"], '"now" is not understood'],
  [["doctor", "--jsn"], "--jsn"],
] as const) {
  test(`"${args.join(" ")}" is wrong usage: exit code 2, and nothing on standard output`, async () => {
    const { stdout, stderr, code } = await call(...args);
    assert.ok(stderr.includes(said), stderr);
    assert.match(stderr, /Usage:/);
    assert.deepEqual({ stdout, code }, { stdout: "", code: 2 });
  });
}
