import assert from "node:assert/strict";

import { plantDay } from "./support/day.js";
import { pageTest } from "./support/visit.js";

pageTest("two traces that are picked in the list are laid over each other", async (at) => {
  await plantDay(at.tracing);
  await at.open("#/traces?session=chat-5204");
  const rows = at.page.getByRole("row");
  await rows.nth(3).waitFor();
  await rows.filter({ hasText: "Please refund it" }).getByRole("checkbox").check();
  await rows.filter({ hasText: "The lamp came" }).getByRole("checkbox").check();
  await at.page.getByRole("link", { name: "Compare" }).click();

  const grid = at.page.getByRole("treegrid", { name: "Spans of both traces" });
  await grid.getByRole("row").nth(10).waitFor();
  const only = async (side: string): Promise<string[]> =>
    (
      await grid.getByRole("row").filter({ hasText: side }).locator(".name").allTextContents()
    ).sort();
  assert.deepEqual(await only("only A"), ["POST /v1/refunds", "issue_refund"]);
  assert.deepEqual(await only("only B"), [
    "CreateEmbeddings",
    "GET /orders/:id",
    "OpenAI Responses",
    "handbook.search",
    "lookup_order",
  ]);
  const root = grid.getByRole("row").filter({ hasText: "support-desk.run" });
  assert.match((await root.textContent()) ?? "", /3\.31 s4\.87 s\+1\.56 s/);
});

pageTest("the texts of two spans are compared word by word", async (at) => {
  const day = await plantDay(at.tracing);
  await at.open(`#/compare?a=${day.order}&b=${day.refund}`);
  const side = at.page.getByRole("complementary", { name: "What differs" });
  await side.locator("del").first().waitFor();
  assert.deepEqual(
    await side.locator("section").filter({ hasText: "Input" }).locator("ins").allTextContents(),
    ["flickers. Please refund it"],
  );
  await side.getByText("Failed in B").waitFor();
});

pageTest("a trace offers others to compare it with, those of its name first", async (at) => {
  const day = await plantDay(at.tracing);
  await at.open(`#/trace/${day.order}`);
  await at.page.getByRole("row").nth(3).waitFor();
  await at.page.keyboard.press("c");
  const menu = at.page.getByRole("menu", { name: "Compare with" });
  await menu.getByRole("menuitem").first().waitFor();
  await at.page.keyboard.type("refund it");
  await at.page.keyboard.press("Enter");
  await at.page.waitForURL(new RegExp(`compare\\?a=${day.order}&b=${day.refund}`));
});
