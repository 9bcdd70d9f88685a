// Draws the pictures of the documents, `docs/screenshots/*.png`, of a morning at the shop: run by
// `node scripts/screenshots.mjs`.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { setup } from "catalyst-tracing";
import type { Page } from "playwright-core";

import { openViewer } from "../../../examples/viewer.js";
import { projectRoot } from "../../support/project.js";
import { startChromium } from "./support/chromium.js";
import { plantDay } from "./support/day.js";
import type { Day } from "./support/day.js";
import { withFewColours } from "./support/png.js";

const FOLDER = join(projectRoot, "docs", "screenshots");
const MOST_BYTES = 150_000;
const VIEWPORT = { width: 1360, height: 760 };

interface Shot {
  name: string;
  hash(day: Day): string;
  /** What is there once all of it is. */
  ready: string;
  dark?: boolean;
  prepare?(page: Page): Promise<void>;
}

async function selectLastAnswer(page: Page): Promise<void> {
  await page.getByRole("row").filter({ hasText: "OpenAI Responses" }).last().click();
  await page.locator(".conversation").nth(1).waitFor();
}

const SHOTS: readonly Shot[] = [
  { name: "list", hash: () => "#/traces", ready: "[role=row]" },
  { name: "search", hash: () => "#/traces?q=table&status=ok", ready: "mark" },
  {
    name: "tree",
    hash: ({ refund }) => `#/trace/${refund}?view=tree`,
    ready: ".error-card",
    prepare: async (page) => {
      await page.getByRole("row").filter({ hasText: "issue_refund" }).click();
      await page.getByText("Stack").click();
    },
  },
  { name: "timeline", hash: ({ order }) => `#/trace/${order}`, ready: ".value" },
  {
    name: "conversation",
    hash: ({ order }) => `#/trace/${order}`,
    ready: ".value",
    prepare: selectLastAnswer,
  },
  {
    name: "picture",
    hash: ({ damage }) => `#/trace/${damage}`,
    ready: ".value",
    prepare: async (page) => {
      await page.getByRole("row").filter({ hasText: "OpenAI Responses" }).nth(1).click();
      await page.locator(".picture").waitFor();
    },
  },
  {
    name: "dark",
    hash: ({ damage }) => `#/trace/${damage}`,
    ready: ".value",
    dark: true,
    prepare: async (page) => {
      await page.getByRole("row").filter({ hasText: "OpenAI Responses" }).last().click();
      await page.locator(".conversation").nth(1).waitFor();
    },
  },
  { name: "agents", hash: ({ damage }) => `#/trace/${damage}?view=agents`, ready: ".graph" },
  { name: "compare", hash: (day) => `#/compare?a=${day.order}&b=${day.refund}`, ready: ".diff" },
  { name: "session", hash: ({ session }) => `#/session/${session}`, ready: ".step" },
  { name: "usage", hash: () => "#/usage", ready: ".usage-table" },
];

mkdirSync(FOLDER, { recursive: true });
await using viewer = await openViewer();
const tracing = await setup({ endpoint: viewer.url, serviceName: "support-desk", register: false });
const day = await plantDay(tracing);
await tracing.shutdown();

const browser = await startChromium();
for (const { name, hash, ready, dark = false, prepare } of SHOTS) {
  const colorScheme = dark ? "dark" : "light";
  const page = await browser.newPage({ viewport: VIEWPORT, colorScheme, reducedMotion: "reduce" });
  await page.goto(`${viewer.url}/${hash(day)}`);
  await page.locator(ready).first().waitFor();
  await page.locator(".live.on").waitFor();
  await prepare?.(page);
  await page.mouse.move(VIEWPORT.width - 1, VIEWPORT.height - 1);
  const path = join(FOLDER, `${name}.png`);
  const png = withFewColours(await page.screenshot());
  writeFileSync(path, png);
  await page.close();
  const size = png.length;
  if (size > MOST_BYTES) throw new Error(`${path} has ${size} bytes, at most ${MOST_BYTES} wanted`);
  console.log(`${name}.png, ${Math.round(size / 1000)} KB`);
}
await browser.close();
