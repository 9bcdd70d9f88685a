// Keys, colours, names: that everybody can read the page, however they do.

import assert from "node:assert/strict";

import { plantDay } from "./support/day.js";
import { pageTest } from "./support/visit.js";

const BACKGROUND = "getComputedStyle(document.body).backgroundColor";
const LIGHT = "rgb(255, 255, 255)";
const DARK = "rgb(18, 19, 23)";

pageTest("the whole way through the page goes by keys: list, trace, span, back", async (at) => {
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

pageTest("the keys are listed on ?, and typing in a field is no shortcut", async (at) => {
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
  assert.equal(await at.page.getByRole("dialog").count(), 0);
  assert.doesNotMatch(at.page.url(), /[0-9a-f]{32}/, "no trace was opened");
});

pageTest("the page is dark where the system is", { colorScheme: "dark" }, async (at) => {
  await at.open();
  await at.page.getByRole("heading").first().waitFor();
  assert.equal(await at.page.evaluate(BACKGROUND), DARK);
  await at.page.emulateMedia({ colorScheme: "light" });
  assert.equal(await at.page.evaluate(BACKGROUND), LIGHT);
});

pageTest(
  "a colour that the reader chose stays after a reload",
  { colorScheme: "light" },
  async (at) => {
    await at.open();
    await at.page.getByRole("button", { name: "Light or dark" }).click();
    assert.equal(await at.page.evaluate(BACKGROUND), DARK);
    await at.page.reload();
    await at.page.getByRole("button", { name: "Light or dark" }).waitFor();
    assert.equal(await at.page.evaluate(BACKGROUND), DARK);
  },
);

pageTest("every control of every view has a name, and each view a title", async (at) => {
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
  const titles: string[] = [];
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
    titles.push(await at.page.title());
  }
  assert.deepEqual(titles, [
    "Traces · Catalyst",
    "Sessions · Catalyst",
    "Usage · Catalyst",
    "support-desk.run · Catalyst",
    "support-desk.run · Catalyst",
    "chat-5204 · Catalyst",
    "support-desk.run compared · Catalyst",
  ]);
});

/** The ratio of text to background where it is below what can be read. */
const FAINT_TEXTS = `
  (() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const over = ([r, g, b, a], below) => [r, g, b].map((part, at) => (part * a + below[at] * (255 - a)) / 255);
    const light = (color) => {
      const [r, g, b] = color.map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      if (element === null) return rgba(getComputedStyle(document.body).backgroundColor).slice(0, 3);
      return over(rgba(getComputedStyle(element).backgroundColor), behind(element.parentElement));
    };
    const ratio = (element) => {
      const [a, b] = [light(rgba(getComputedStyle(element).color).slice(0, 3)), light(behind(element))].sort((x, y) => y - x);
      return (a + 0.05) / (b + 0.05);
    };
    return [...document.querySelectorAll("body *")]
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""))
      .filter((element) => element.checkVisibility() && !(element instanceof SVGElement))
      .map((element) => [ratio(element).toFixed(2), element.className + ": " + element.textContent.slice(0, 30)])
      .filter(([found]) => found < 4.5)
      .map((pair) => pair.join(" "));
  })()
`;

for (const colorScheme of ["light", "dark"] as const) {
  pageTest(
    `text stands out from its background where it is ${colorScheme}`,
    { colorScheme },
    async (at) => {
      const day = await plantDay(at.tracing);
      const faint: Record<string, unknown> = {};
      for (const hash of [
        "#/traces",
        "#/usage",
        `#/session/${day.session}`,
        `#/trace/${day.refund}?view=tree`,
        `#/trace/${day.order}`,
        `#/compare?a=${day.order}&b=${day.refund}`,
      ]) {
        await at.open(hash);
        await at.page.locator("[role=row], .usage table, .step").first().waitFor();
        if (hash.startsWith("#/trace/")) {
          await at.page.getByRole("row").filter({ hasText: "OpenAI Responses" }).last().click();
          await at.page.locator(".conversation").first().waitFor();
        }
        const found = await at.page.evaluate<unknown[]>(FAINT_TEXTS);
        if (found.length > 0) faint[hash] = [...new Set(found)];
      }
      assert.deepEqual(faint, {});
    },
  );
}
