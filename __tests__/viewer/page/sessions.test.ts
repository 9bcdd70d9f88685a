import assert from "node:assert/strict";

import { plantDay } from "./support/day.js";
import { plant } from "./support/plant.js";
import { pageTest } from "./support/visit.js";

pageTest(
  "a session is a conversation over several traces, with what was done for each answer",
  async (at) => {
    const day = await plantDay(at.tracing);
    await at.open("#/sessions");
    const row = at.page.getByRole("row").filter({ hasText: day.session });
    await row.waitFor();
    assert.match((await row.textContent()) ?? "", /cus_71.*4 errors 4/);
    await row.getByRole("link").click();

    const turns = at.page.getByRole("list", { name: "Conversation" }).locator(".turn");
    await turns.nth(3).waitFor();
    assert.deepEqual(await at.page.locator(".from-user .text").allTextContents(), [
      "Where are the table and the lamp of LO-48213?",
      "Where is my order LO-48213? The lamp came, the table did not.",
      "The lamp flickers. Please refund it.",
      "The table arrived with this scratch. What can we do?",
    ]);
    await turns
      .nth(2)
      .getByText(/Refund declined/)
      .waitFor();
    await turns
      .nth(3)
      .getByRole("link", { name: /^send_repair_kit/ })
      .click();
    await at.page
      .getByRole("complementary", { name: "Selected span" })
      .getByRole("heading", { name: "send_repair_kit" })
      .waitFor();
  },
);

pageTest("a session that is open gets its next turn as it happens", async (at) => {
  const turn = (question: string): string =>
    plant(
      at.tracing.tracer,
      {
        name: "chat",
        kind: "AGENT",
        ms: 5,
        attributes: { "input.value": question, "session.id": "s 1/ü" },
      },
      Date.now(),
    );
  turn("One?");
  await at.tracing.flush();
  await at.open("#/sessions");
  await at.page.getByRole("link", { name: "s 1/ü" }).click();
  await at.page.locator(".from-user").getByText("One?").waitFor();
  turn("Two?");
  await at.tracing.flush();
  await at.page.locator(".from-user").getByText("Two?").waitFor();
});

pageTest("usage adds up over all traces, and over those that a filter leaves", async (at) => {
  await plantDay(at.tracing);
  await at.open("#/usage");
  await at.page.getByRole("heading", { name: "By model" }).waitFor();
  const models = at.page
    .locator("section")
    .filter({ has: at.page.getByRole("heading", { name: "By model" }) });
  await models.getByRole("row").filter({ hasText: "gpt-4.1-nano" }).waitFor();
  await at.page.getByRole("searchbox", { name: "Search inputs and outputs" }).fill("agent:Care");
  await at.page.keyboard.press("Enter");
  await models.getByRole("row").filter({ hasText: "gpt-4.1-nano" }).waitFor({ state: "detached" });
  await models.getByRole("row").filter({ hasText: "o4-mini" }).waitFor();
});
