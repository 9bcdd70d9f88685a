// One visit to the page: a viewer, the SDK that sends to it, and a browser that looks at it. Whatever
// the browser complains of while it lasts, a refused script or an uncaught error, fails the test.

import assert from "node:assert/strict";

import { after, test } from "node:test";
import type { TestContext } from "node:test";

import { setup } from "catalyst-tracing";
import type { CatalystTracing } from "catalyst-tracing";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";

import { startChromium, withoutChromium } from "./chromium.js";
import { startViewer } from "../../../support/viewer.js";
import type { Viewer } from "../../../support/viewer.js";

export interface Visit {
  readonly viewer: Viewer;
  readonly tracing: CatalystTracing;
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained of so far. A test that expects something empties it. */
  readonly problems: string[];
  /** Addresses that the page asked for, on other hosts than the viewer's. */
  readonly foreign: string[];
  /** Opens an address of the page: `#/traces`. */
  open(hash?: string): Promise<void>;
}

let browser: Promise<Browser> | undefined;

type Body = (at: Visit, t: TestContext) => Promise<void>;

/** A test that is one visit; skipped where there is no Chromium. */
export function pageTest(name: string, body: Body): void;
export function pageTest(name: string, options: BrowserContextOptions, body: Body): void;
export function pageTest(name: string, first: BrowserContextOptions | Body, second?: Body): void {
  const [options, body] = typeof first === "function" ? [{}, first] : [first, second];
  void test(name, { skip: withoutChromium }, async (t) => {
    await using viewer = await startViewer();
    const tracing = await setup({ endpoint: viewer.url, serviceName: "shop", register: false });
    browser ??= startChromium();
    const context = await (
      await browser
    ).newContext({ viewport: { width: 1280, height: 800 }, ...options });
    try {
      const at = await visit(viewer, tracing, context);
      await body?.(at, t);
      assert.deepEqual(at.problems, []);
      assert.deepEqual(at.foreign, []);
    } finally {
      await context.close();
      await tracing.shutdown();
    }
  });
}

after(async () => {
  await (await browser)?.close();
});

async function visit(
  viewer: Viewer,
  tracing: CatalystTracing,
  context: BrowserContext,
): Promise<Visit> {
  const page = await context.newPage();
  const problems: string[] = [];
  const foreign: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(viewer.url) && !url.startsWith("data:")) foreign.push(url);
  });
  const open = async (hash = ""): Promise<void> => void (await page.goto(`${viewer.url}/${hash}`));
  return { viewer, tracing, context, page, problems, foreign, open };
}

/** Waits until there are so many, no more and no less. */
export async function exactly(found: Locator, count: number): Promise<void> {
  await found.nth(count - 1).waitFor();
  await found.nth(count).waitFor({ state: "detached" });
}

/** Opens a trace once it has arrived, and waits for its spans. */
export async function openTrace(at: Visit, id: string, query = ""): Promise<void> {
  await at.tracing.flush();
  await at.open(`#/trace/${id}${query}`);
  await at.page.getByRole("treegrid", { name: "Spans" }).getByRole("row").first().waitFor();
}

/** Where something is when the page has stopped scrolling. */
export async function restingTop(found: Locator): Promise<number> {
  let top: number | undefined;
  for (let looks = 0, same = 0; looks < 200; looks += 1) {
    const box = await found.boundingBox();
    same = box !== null && box.y === top ? same + 1 : 0;
    top = box?.y;
    if (top !== undefined && same === 5) return top;
    await found.page().evaluate("new Promise((done) => setTimeout(done, 30))");
  }
  throw new Error("The page does not come to rest.");
}
