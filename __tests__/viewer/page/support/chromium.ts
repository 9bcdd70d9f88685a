// A real Chromium, driven through `playwright-core`. Looked for where systems put it; where there is
// none the tests that want one are skipped and say how to get it.

import { existsSync } from "node:fs";

import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

const PLACES = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const chromiumPath = PLACES.find((place) => place !== "" && existsSync(place));

/** For a test's `skip`: false where there is a Chromium. */
export const withoutChromium =
  chromiumPath === undefined
    ? "no Chromium: install your system's chromium, or name one in CHROMIUM_PATH"
    : false;

export async function startChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("There is no Chromium.");
  // Chromium's sandbox wants privileges that a container does not give; the only page is ours. Text in
  // shades of grey makes smaller pictures, and the same on every screen.
  const args = ["--no-sandbox", "--disable-lcd-text"];
  return await chromium.launch({ executablePath: chromiumPath, args });
}
