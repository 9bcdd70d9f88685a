// Keys, colours, names: that everybody can read the page, however they do.

import assert from "node:assert/strict";
import { after, test } from "node:test";

import { withoutChromium } from "./support/chromium.js";
import { plantDay } from "./support/day.js";
import { closeBrowser, visit } from "./support/visit.js";

const skip = withoutChromium;
after(closeBrowser);

const BACKGROUND = "getComputedStyle(document.body).backgroundColor";
const LIGHT = "rgb(255, 255, 255)";
const DARK = "rgb(18, 19, 23)";

test("the whole way through the page goes by keys: list, trace, span, back", { skip }, async () => {
  await using at = await visit();
  await plantDay(at.tracing);
  await at.open();
  await at.page.getByRole("row").nth(5).waitFor();
  const current = at.page.locator("[role=row][aria-selected=true]");
  await at.page.keyboard.press("j");
  assert.match((await current.textContent()) ?? "", /Please refund it/);
  await at.page.keyboard.press("k");
  assert.match((await current.textContent()) ?? "", /The table arrived/);
  await at.page.keyboard.press("ArrowDown");
  await at.page.keyboard.press("Enter");
  await at.page.getByRole("treegrid", { name: "Spans" }).waitFor();
  await at.page.getByRole("heading", { level: 2, name: "POST /v1/refunds" }).waitFor();
  await at.page.keyboard.press("k");
  await at.page.getByRole("heading", { level: 2, name: "issue_refund" }).waitFor();
  await at.page.keyboard.press("e");
  await at.page.getByRole("heading", { level: 2, name: "POST /v1/refunds" }).waitFor();
  await at.page.keyboard.press("Enter");
  assert.equal(await at.page.evaluate("document.activeElement.getAttribute('role')"), "tabpanel");
  await at.page.keyboard.press("Escape");
  assert.equal(await at.page.evaluate("document.activeElement.getAttribute('role')"), "treegrid");
  await at.page.keyboard.press("Escape");
  await at.page.getByRole("complementary", { name: "Selected span" }).waitFor({ state: "hidden" });
  await at.page.keyboard.press("Escape");
  await at.page.getByRole("grid", { name: "Traces" }).waitFor();
  await at.page.keyboard.press("2");
  await at.page.getByRole("grid", { name: "Sessions" }).waitFor();
});

test("the keys are listed on ?, and typing in a field is no shortcut", { skip }, async () => {
  await using at = await visit();
  await plantDay(at.tracing);
  await at.open();
  await at.page.getByRole("row").first().waitFor();
  await at.page.keyboard.press("?");
  const help = at.page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await help.getByText("Add a filter").waitFor();
  await at.page.keyboard.press("Escape");
  await help.waitFor({ state: "detached" });
  await at.page.keyboard.press("/");
  await at.page.keyboard.type("jd?2");
  assert.equal(await at.page.getByRole("searchbox").inputValue(), "jd?2");
  assert.match(at.page.url(), /#\/traces/);
});

test("the page is dark where the system is", { skip }, async () => {
  await using at = await visit({ colorScheme: "dark" });
  await at.open();
  await at.page.getByRole("heading").first().waitFor();
  assert.equal(await at.page.evaluate(BACKGROUND), DARK);
  await at.page.emulateMedia({ colorScheme: "light" });
  assert.equal(await at.page.evaluate(BACKGROUND), LIGHT);
});

test("a colour that the reader chose stays after a reload", { skip }, async () => {
  await using at = await visit({ colorScheme: "light" });
  await at.open();
  await at.page.getByRole("button", { name: "Light or dark" }).click();
  assert.equal(await at.page.evaluate(BACKGROUND), DARK);
  await at.page.reload();
  await at.page.getByRole("button", { name: "Light or dark" }).waitFor();
  assert.equal(await at.page.evaluate(BACKGROUND), DARK);
});

test("every control of every view has a name, and each view a title", { skip }, async () => {
  await using at = await visit();
  const day = await plantDay(at.tracing);
  const views = [
    "#/traces",
    "#/sessions",
    "#/usage",
    `#/trace/${day.order}`,
    `#/trace/${day.damage}?view=agents`,
    `#/session/${day.session}`,
    `#/compare?a=${day.order}&b=${day.refund}`,
  ];
  const titles = new Set<string>();
  for (const hash of views) {
    await at.open(hash);
    await at.page.locator("[role=row], .usage table, .turn, .graph").first().waitFor();
    const unnamed = await at.page.evaluate(`
      [...document.querySelectorAll("button, a[href], input, select, [role=tab], [role=grid], [role=treegrid], [tabindex='0']")]
        .filter((element) => element.checkVisibility())
        .filter((element) => !(element.getAttribute("aria-label") || element.textContent.trim() || element.closest("label")?.textContent.trim()))
        .map((element) => element.outerHTML.slice(0, 120))
    `);
    assert.deepEqual(unnamed, [], hash);
    assert.equal(await at.page.evaluate("document.documentElement.lang"), "en");
    titles.add(await at.page.title());
  }
  assert.equal(titles.size, views.length);
});

test("text can be read on its background, in light and in dark", { skip }, async () => {
  for (const colorScheme of ["light", "dark"] as const) {
    await using at = await visit({ colorScheme });
    const day = await plantDay(at.tracing);
    await at.open(`#/trace/${day.refund}?view=tree`);
    await at.page.getByRole("group", { name: "Error" }).waitFor();
    const faint = (await at.page.evaluate(`
      (() => {
        const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
        const rgba = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
        const light = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * x + 0.7152 * y + 0.0722 * z; };
        const behind = (element) => { for (let at = element; at; at = at.parentElement) { const color = rgba(getComputedStyle(at).backgroundColor); if (color[3] > 200) return color; } return [255, 255, 255]; };
        return [...document.querySelectorAll("body *")]
          .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "") && element.checkVisibility())
          .map((element) => { const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x); return [(a + 0.05) / (b + 0.05), element.className + ": " + element.textContent.slice(0, 30)]; })
          .filter(([ratio]) => ratio < 4.3);
      })()
    `)) as unknown[];
    assert.deepEqual(faint, [], colorScheme);
  }
});
