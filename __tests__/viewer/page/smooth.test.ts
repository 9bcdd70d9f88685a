import assert from "node:assert/strict";

import { plant } from "./support/plant.js";
import type { Planned } from "./support/plant.js";
import { pageTest } from "./support/visit.js";

/** Far beyond what a row takes to draw, and below what a reader would call stuck, on a busy machine. */
const MOST_BLOCKED_MS = 1000;

/** 5,000 spans: a run with 50 steps of 9 calls, each with 10 spans below. */
function large(): Planned {
  const leaf = (index: number): Planned => ({
    name: `leaf ${index}`,
    kind: "TOOL",
    at: index,
    ms: 2,
  });
  const group = (index: number): Planned => ({
    name: `call ${index}`,
    kind: "LLM",
    at: index * 12,
    ms: 11,
    below: Array.from({ length: 10 }, (_, place) => leaf(place)),
  });
  const step = (index: number): Planned => ({
    name: `step ${index}`,
    kind: "CHAIN",
    at: index * 110,
    ms: 109,
    below: Array.from({ length: 9 }, (_, place) => group(place)),
  });
  return {
    name: "large",
    kind: "AGENT",
    ms: 5500,
    below: Array.from({ length: 50 }, (_, place) => step(place)),
  };
}

pageTest(
  "a trace of 5,000 spans scrolls, closes and opens without the page standing still",
  async (at, t) => {
    const id = plant(at.tracing.tracer, large(), Date.now());
    await at.tracing.flush();
    await at.open(`#/trace/${id}`);
    const grid = at.page.getByRole("treegrid", { name: "Spans" });
    await at.page.locator('[role=treegrid][aria-rowcount="5001"]').waitFor();

    await at.page.evaluate(`
    window.frames_ = [];
    window.blocked = [];
    new PerformanceObserver((list) => window.blocked.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
    let last = performance.now();
    const tick = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
  `);
    await grid.hover();
    for (let turn = 0; turn < 60; turn += 1) {
      await at.page.mouse.wheel(0, turn % 2 === 0 ? 2600 : 1400);
      await at.page.evaluate("new Promise((done) => requestAnimationFrame(done))");
    }
    assert.ok((await grid.getByRole("row").count()) < 80);
    await at.page.keyboard.press("[");
    await at.page.locator('[role=treegrid][aria-rowcount="51"]').waitFor();
    await at.page.keyboard.press("]");
    await at.page.locator('[role=treegrid][aria-rowcount="5001"]').waitFor();
    await at.page.keyboard.press("End");
    await grid.getByText("step 49").or(grid.getByText("leaf 9")).last().waitFor();

    const frames = (await at.page.evaluate<number[]>("window.frames_")).sort((a, b) => a - b);
    const blocked = await at.page.evaluate<number[]>("window.blocked");
    const median = frames[Math.floor(frames.length / 2)] ?? 0;
    const longest = Math.max(0, ...blocked);
    t.diagnostic(
      `frames: median ${median.toFixed(1)} ms, 95 % ${(frames[Math.floor(frames.length * 0.95)] ?? 0).toFixed(1)} ms; ${blocked.length} long tasks, the longest ${longest.toFixed(0)} ms`,
    );
    assert.ok(longest < MOST_BLOCKED_MS, `the page stood still for ${longest} ms`);
  },
);

pageTest("a trace as deep as it has spans is shown to its end", async (at) => {
  let chain: Planned = { name: "bottom", ms: 1 };
  for (let depth = 0; depth < 3000; depth += 1)
    chain = { name: `d${depth}`, ms: 1, below: [chain] };
  const id = plant(at.tracing.tracer, chain, Date.now());
  await at.tracing.flush();
  await at.open(`#/trace/${id}`);
  await at.page.locator('[role=treegrid][aria-rowcount="3001"]').waitFor();
  await at.page.keyboard.press("End");
  const last = at.page.getByRole("row").filter({ hasText: "bottom" });
  await last.waitFor();
  assert.equal(await last.getAttribute("aria-level"), "3001");
  assert.match((await last.textContent()) ?? "", /3000 deep/);
});
