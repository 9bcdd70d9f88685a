// kill -9, again and again, with a spool. CATALYST_TEST_KILLS says how often. On a machine that is busy
// the app and the native thread wait for their turn: that time comes on top of the 50 ms.

import assert from "node:assert/strict";
import { test } from "node:test";

import { killAgainAndAgain, SAFE_AFTER_MS } from "./kills.js";

const KILLS = Number(process.env["CATALYST_TEST_KILLS"] ?? 10);
/** Between the collector's answer and the kill: the answer's way, and the ledger. */
const UNDER_WAY_MS = 250;
const PER_KILL_MS = 5_000;

test(
  `a span that ended ${SAFE_AFTER_MS} ms before a kill -9 arrives after a restart, and once unless it was under way`,
  { timeout: 60_000 + KILLS * PER_KILL_MS },
  async (t) => {
    const { missing, files, problems, ...facts } = await killAgainAndAgain(KILLS, Math.random);
    t.diagnostic(JSON.stringify({ ...facts, missing: missing.length }));
    assert.ok(facts.safe > KILLS * 20, "the app was at work");
    assert.deepEqual(missing, []);
    assert.ok(Math.max(0, ...facts.repeatedAfterMs) <= UNDER_WAY_MS, String(facts.repeatedAfterMs));
    assert.deepEqual(files, []);
    assert.deepEqual(problems, []);
  },
);
