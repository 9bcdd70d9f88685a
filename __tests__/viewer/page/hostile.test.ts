import assert from "node:assert/strict";

import { messages, plant } from "./support/plant.js";
import { openTrace, pageTest } from "./support/visit.js";
import type { Visit } from "./support/visit.js";

const MARKUP = `<img src=x onerror="window.ran=1"><script>window.ran=1</script><svg onload="window.ran=1">"'\`--></style></title>`;
const TABS = ["Contents", "Attributes", "Events", "Raw"];

/** Waits until the page answers, and says how long that took, in ms. */
async function answersIn(at: Visit): Promise<number> {
  const startedAt = performance.now();
  await at.page.evaluate("new Promise((done) => requestAnimationFrame(done))");
  return performance.now() - startedAt;
}

pageTest("markup in any place of a span stays text, in every view", async (at) => {
  const attributes = {
    "input.value": MARKUP,
    "output.value": JSON.stringify({ [MARKUP]: MARKUP }),
    [MARKUP]: MARKUP,
    "session.id": MARKUP,
    "user.id": MARKUP,
    "agent.name": MARKUP,
    "llm.model_name": MARKUP,
    "tool.name": MARKUP,
    "llm.tools.0.tool.json_schema": MARKUP,
    metadata: JSON.stringify({ [MARKUP]: MARKUP }),
    "retrieval.documents.0.document.id": MARKUP,
    "retrieval.documents.0.document.content": MARKUP,
    "handoff.from_agent": MARKUP,
    "handoff.to_agent": `${MARKUP}2`,
    ...messages("input", [
      { role: MARKUP, text: MARKUP, image: `data:image/svg+xml,${MARKUP}`, answers: MARKUP },
    ]),
    ...messages("output", [
      {
        role: "assistant",
        reasoning: MARKUP,
        image: "javascript:window.ran=1",
        calls: [{ id: MARKUP, name: MARKUP, arguments: MARKUP }],
      },
    ]),
  };
  const plan = {
    name: MARKUP,
    kind: "LLM",
    ms: 10,
    attributes,
    events: [{ name: MARKUP, at: 1, attributes: { [MARKUP]: MARKUP } }],
    error: { type: MARKUP, message: MARKUP, stack: MARKUP },
  };
  const id = plant(at.tracing.tracer, { ...plan, kind: "AGENT", below: [plan] }, Date.now());
  await openTrace(at, id);
  await at.page.getByRole("row").nth(1).click();
  for (const name of TABS) await at.page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
  for (const view of ["tree", "agents", "usage"]) {
    await at.open(`#/trace/${id}?view=${view}`);
    await at.page.locator("h1").getByText("<img src=x").waitFor();
  }
  for (const hash of [
    "#/traces",
    "#/sessions",
    `#/session/${encodeURIComponent(MARKUP)}`,
    "#/usage",
    `#/compare?a=${id}&b=${id}`,
    `#/traces?q=img&session=${encodeURIComponent(MARKUP)}`,
  ]) {
    await at.open(hash);
    await at.page.getByText("<img src=x").first().waitFor();
  }
  assert.equal(await at.page.evaluate("window.ran"), undefined);
  assert.equal(await at.page.locator("img, body script, iframe, object").count(), 0);
});

pageTest("controls, directions and invisible characters are shown as signs", async (at) => {
  const text = "a\u0000b\u001b[31mc\u202Etxt.exe\u2066d\u200be\u0085f\ufeff";
  await openTrace(
    at,
    plant(
      at.tracing.tracer,
      { name: `n\u202Eame\u0007`, ms: 1, attributes: { "input.value": text } },
      Date.now(),
    ),
  );
  const shown = await at.page.locator(".span-content .text").first().textContent();
  assert.equal(shown, "a\u2400b\u241b[31mc[U+202E]txt.exe[U+2066]d[U+200B]e[U+0085]f[U+FEFF]");
  assert.equal(await at.page.locator("h1").textContent(), "n[U+202E]ame\u2407");
});

pageTest(
  "a text of 10 MB is cut, and all of it is shown on request, without stopping the page",
  async (at) => {
    const text = `${"word ".repeat(2_000_000)}the end`;
    await openTrace(
      at,
      plant(
        at.tracing.tracer,
        { name: "large", ms: 1, attributes: { "input.value": text, note: "x".repeat(10_000_000) } },
        Date.now(),
      ),
    );
    const all = at.page.getByRole("button", { name: "Show all (9.5 MB)" }).first();
    await all.waitFor();
    assert.ok(((await at.page.locator(".span-content").textContent()) ?? "").length < 10_000);
    await all.click();
    assert.ok((await answersIn(at)) < 3000);
    await at.page
      .locator(".block")
      .last()
      .filter({ hasText: "the end" })
      .waitFor({ state: "attached" });
    await at.page
      .locator(".span-content")
      .evaluate("(element) => element.scrollTo(0, element.scrollHeight)");
    assert.ok((await answersIn(at)) < 3000);
    for (const name of TABS) {
      await at.page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
      assert.ok((await answersIn(at)) < 3000);
    }
  },
);

pageTest("JSON that is nested 100,000 deep is opened level by level", async (at) => {
  const deep = `${'{"a":['.repeat(50_000)}${"]}".repeat(50_000)}`;
  await openTrace(
    at,
    plant(
      at.tracing.tracer,
      {
        name: "deep",
        ms: 1,
        attributes: {
          "input.value": deep,
          "input.mime_type": "application/json",
          "llm.tools.0.tool.json_schema": deep,
        },
      },
      Date.now(),
    ),
  );
  const nodes = at.page.locator("section .json-node");
  await nodes.first().waitFor();
  const before = await nodes.count();
  assert.ok(before < 50);
  await at.page.locator("section .json-node:not([open]) > summary").first().click();
  await nodes.nth(before).waitFor();
  for (const name of TABS) {
    await at.page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
    assert.ok((await answersIn(at)) < 3000);
  }
});

pageTest("attributes that break the conventions are shown among the others", async (at) => {
  const attributes = {
    "llm.input_messages": "not a list",
    "llm.input_messages.99999999999.message.role": "user",
    "llm.input_messages.99999999999.message.content": 17,
    "llm.input_messages.x.message.role": "nobody",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{broken",
    "embedding.embeddings.0.embedding.vector": ["no", "numbers"],
    "gen_ai.input.messages": "[1,2,{]",
    "__proto__.polluted": true,
  };
  await openTrace(
    at,
    plant(at.tracing.tracer, { name: "odd", kind: "__proto__", ms: 1, attributes }, Date.now()),
  );
  await at.page.locator(".message").getByText("17").waitFor();
  await at.page.locator(".tool-call").getByText("{broken").waitFor();
  await at.page.getByRole("tab", { name: "Attributes" }).click();
  await at.page.locator("th").getByText("llm.input_messages.x.message.role").waitFor();
  assert.equal(await at.page.evaluate("({}).polluted"), undefined);
});

pageTest("a span's address that runs a script is no link", async (at) => {
  const said = [
    "javascript:alert(1)",
    "data:text/html,<script>1</script>",
    "file:///etc/passwd",
    "https://user:pw@example.com/x.png",
  ].map((image) => ({ role: "user", image }));
  await openTrace(
    at,
    plant(
      at.tracing.tracer,
      { name: "links", kind: "LLM", ms: 1, attributes: messages("input", said) },
      Date.now(),
    ),
  );
  await at.page.locator(".message").nth(3).waitFor();
  // Credentials leave no process, so what is in the address has not even arrived.
  assert.deepEqual(await at.page.locator(".message a").allTextContents(), [
    "https://__REDACTED__@example.com/x.png",
  ]);
});
