import assert from "node:assert/strict";

import { call, plant } from "./support/plant.js";
import { refundFails, whereIsMyOrder } from "./support/shop.js";
import { exactly, openTrace, pageTest } from "./support/visit.js";

pageTest(
  "a model call is a conversation: roles, reasoning, tool calls and what came back",
  async (at) => {
    await openTrace(at, plant(at.tracing.tracer, whereIsMyOrder("Where is it?"), Date.now()));
    await at.page.getByRole("row").filter({ hasText: "OpenAI Responses" }).last().click();
    const panel = at.page.getByRole("complementary", { name: "Selected span" });
    await panel.locator(".conversation").nth(1).waitFor();
    assert.deepEqual(await panel.locator(".message .role").allTextContents(), [
      "system",
      "user",
      "assistant",
      "tool",
      "assistant",
    ]);
    assert.equal(
      await panel.locator(".message.m-assistant .tool-call b").first().textContent(),
      "lookup_order",
    );
    assert.match(
      (await panel.locator(".tool-call .json").textContent()) ?? "",
      /orderId: LO-48213/,
    );
    assert.match((await panel.locator(".reasoning").textContent()) ?? "", /Weekdays, not dates/);
    assert.match(
      (await panel.locator(".tokens").textContent()) ?? "",
      /640 cached.*744 prompt.*38 reasoning.*58 completion/,
    );
    await panel.getByText("Tools offered").click();
    await panel.locator(".offered summary").getByText("issue_refund").waitFor();
  },
);

pageTest(
  "a picture in a message is shown; one from elsewhere is a link that is not followed",
  async (at) => {
    const pixel =
      "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==";
    const plan = call({
      model: "gpt-4.1",
      ms: 10,
      input: [
        { role: "user", image: pixel, text: "This one?" },
        { role: "user", image: "https://example.com/tracker.png", text: "Or that?" },
      ],
      output: [{ role: "assistant", text: "That." }],
      tokens: [1, 1],
    });
    await openTrace(at, plant(at.tracing.tracer, plan, Date.now()));
    const images = at.page.locator(".message img");
    await images.waitFor();
    assert.equal(await images.getAttribute("src"), pixel);
    const link = at.page.getByRole("link", { name: "https://example.com/tracker.png" });
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
  },
);

pageTest(
  "old completions, retrieved documents and embeddings are shown as what they are",
  async (at) => {
    const legacy = {
      name: "completion",
      kind: "LLM",
      ms: 10,
      attributes: {
        "llm.prompts.0.prompt.text": "Once upon a",
        "llm.choices.0.completion.text": "time.",
      },
      below: [whereIsMyOrder("Where?")],
    };
    await openTrace(at, plant(at.tracing.tracer, legacy, Date.now()));
    const panel = at.page.getByRole("complementary", { name: "Selected span" });
    await panel.getByText("Once upon a").waitFor();
    await panel.getByText("time.").waitFor();
    await at.page.getByRole("row").filter({ hasText: "handbook.search" }).click();
    await panel.getByText("freight-delivery").waitFor();
    assert.equal(await panel.locator(".documents > li").count(), 3);
    await at.page.getByRole("row").filter({ hasText: "CreateEmbeddings" }).click();
    await panel.getByText(/^256 dimensions/).waitFor();
  },
);

pageTest("an exception is shown with its type, its message and its stack", async (at) => {
  await openTrace(at, plant(at.tracing.tracer, refundFails(), Date.now()));
  await at.page.getByRole("row").filter({ hasText: "issue_refund" }).click();
  const card = at.page.locator(".panel").getByRole("group", { name: "Error" });
  await card.getByText("PaymentError", { exact: true }).waitFor();
  await card.getByText("Stack").click();
  await card.getByText(/at async issueRefund/).waitFor();
});

pageTest(
  "attributes, events and the raw span are a tab away, and attributes can be searched",
  async (at) => {
    const plan = {
      name: "step",
      ms: 10,
      attributes: { "organization.id": "org_42", other: "thing" },
      events: [{ name: "cache.miss", at: 4, attributes: { key: "k1" } }],
    };
    await openTrace(at, plant(at.tracing.tracer, plan, Date.now()));
    const panel = at.page.getByRole("complementary", { name: "Selected span" });
    await panel.getByRole("tab", { name: "Attributes" }).click();
    await panel.getByRole("searchbox", { name: "Search attributes" }).fill("org_42");
    await panel.locator("tr").filter({ hasText: "organization.id" }).waitFor();
    await exactly(at.page.locator(".panel tr"), 1);
    await panel.getByRole("tab", { name: "Events 1" }).click();
    await panel.getByRole("heading", { name: /cache\.miss \+4\.0 ms/ }).waitFor();
    await panel.getByRole("tab", { name: "Raw" }).click();
    assert.equal(
      (JSON.parse((await panel.locator(".raw .text").textContent()) ?? "") as { name: string })
        .name,
      "step",
    );
  },
);
