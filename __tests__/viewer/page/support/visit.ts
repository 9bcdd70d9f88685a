// One visit to the page: a viewer, the SDK that sends to it, and a browser that looks at it. Whatever
// the browser complains of while it lasts, a refused script or an uncaught error, fails the test.

import assert from "node:assert/strict";

import { setup } from "catalyst-tracing";
import type { CatalystTracing } from "catalyst-tracing";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

import { startChromium } from "./chromium.js";
import { startViewer } from "./viewer.js";
import type { Viewer } from "./viewer.js";

export interface Visit extends AsyncDisposable {
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

/** One browser for all tests of a file; it ends with the process. */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = undefined;
}

export async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  browser ??= startChromium();
  const viewer = await startViewer();
  const tracing = await setup({ endpoint: viewer.url, serviceName: "shop", register: false });
  const context = await (
    await browser
  ).newContext({ viewport: { width: 1280, height: 800 }, ...options });
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
  return {
    viewer,
    tracing,
    context,
    page,
    problems,
    foreign,
    open: async (hash = "") => void (await page.goto(`${viewer.url}/${hash}`)),
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await tracing.shutdown();
      await viewer.stop();
      assert.deepEqual(problems, []);
      assert.deepEqual(foreign, []);
    },
  };
}
