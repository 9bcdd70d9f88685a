// The decisions that the project's scripts make, as tables.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import { projectRoot } from "../support/project.js";

type Totals = Record<"passed" | "failed" | "skipped", number>;

interface Scripts {
  isAllowed(expression: string, allowed: ReadonlySet<string>): boolean | undefined;
  renderContract(notes: string): string;
  cargoTotals(output: string): Totals;
  nodeTotals(report: string): Totals;
  withExitCode(totals: Totals, code: number): Totals;
}

async function scripts(file: string): Promise<Scripts> {
  return (await import(
    pathToFileURL(join(projectRoot, "scripts", "support", file)).href
  )) as Scripts;
}

const LICENCES: [expression: string, allowed: boolean | undefined][] = [
  ["MIT", true],
  ["GPL-3.0", false],
  ["GPL-3.0 OR MIT", true],
  ["GPL-3.0/MIT", true],
  ["MIT AND GPL-3.0", false],
  ["MIT AND ISC", true],
  ["GPL-3.0 AND GPL-2.0 OR MIT", true],
  ["GPL-3.0 AND (GPL-2.0 OR MIT)", false],
  ["(MIT OR GPL-3.0) AND ISC", true],
  ["ISC WITH LLVM-exception", true],
  ["MIT WITH LLVM-exception", false],
  ["", undefined],
  ["MIT OR", undefined],
  ["(MIT", undefined],
  ["MIT ISC", undefined],
  ["SEE LICENSE IN LICENSE.md", undefined],
];

for (const [expression, expected] of LICENCES) {
  const verdict = { true: "passes", false: "is refused", undefined: "is no expression" }[
    String(expected)
  ];
  test(`the licence "${expression}" ${verdict} where MIT and ISC are allowed`, async () => {
    const { isAllowed } = await scripts("spdx.mjs");
    const allowed = new Set(["MIT", "ISC", "ISC WITH LLVM-exception"]);
    assert.equal(isAllowed(expression, allowed), expected);
  });
}

test("the contract has functions and interfaces with their comments, whatever their order", async () => {
  const { renderContract } = await scripts("contract.mjs");
  const note = (kind: string, name: string, def: string, js_doc = ""): string =>
    JSON.stringify({ kind, name, def, js_doc });
  const notes = [
    note("interface", "Stats", "/** All. */\nstarted: number\nlastError: string | null"),
    note("fn", "submit", "function submit(slot: number): void", "/** Takes it. */\n"),
    note("fn", "attach", "function attach(): number"),
  ];
  const expected = [
    "export declare function attach(): number;",
    "",
    "/** Takes it. */",
    "export declare function submit(slot: number): void;",
    "",
    "export interface Stats {",
    "  /** All. */",
    "  started: number;",
    "  lastError: string | null;",
    "}",
    "",
  ].join("\n");
  for (const order of [notes, notes.toReversed()]) {
    const [, contract] = renderContract(`${order.join("\n")}\n`).split(/(?<=overwritten\.\n)\n/);
    assert.equal(contract, expected);
  }
});

test("the contract is not written when something would be left out of it", async () => {
  const { renderContract } = await scripts("contract.mjs");
  const notes = JSON.stringify({ kind: "struct", name: "Handle", def: "", js_doc: "" });
  assert.throws(() => renderContract(notes), /cannot write `Handle`, a napi "struct"/);
});

test("the counts of all of cargo's test programs are added", async () => {
  const { cargoTotals } = await scripts("totals.mjs");
  const output = [
    "test result: FAILED. 10 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out",
    "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
  ].join("\nrunning 3 tests\n");
  assert.deepEqual(cargoTotals(output), { passed: 13, failed: 2, skipped: 1 });
});

test("a cancelled test of Node counts as failed, one to do as skipped", async () => {
  const { nodeTotals } = await scripts("totals.mjs");
  const report = JSON.stringify({ pass: 5, fail: 1, cancelled: 2, skipped: 3, todo: 4 });
  assert.deepEqual(nodeTotals(report), { passed: 5, failed: 3, skipped: 7 });
});

test("a run that breaks off before any test failed has failed", async () => {
  const { nodeTotals, withExitCode } = await scripts("totals.mjs");
  const nothing = { passed: 0, failed: 0, skipped: 0 };
  assert.deepEqual(withExitCode(nodeTotals(""), 1), { ...nothing, failed: 1 });
  assert.deepEqual(withExitCode({ ...nothing, failed: 2 }, 1), { ...nothing, failed: 2 });
  assert.deepEqual(withExitCode(nothing, 0), nothing);
});
