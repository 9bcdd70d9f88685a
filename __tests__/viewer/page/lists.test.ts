import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { agentSpan } from "catalyst-tracing";

import { projectRoot } from "../../support/project.js";
import { runProgram } from "../../support/subprocess.js";
import { startViewer } from "../../support/viewer.js";
import { plantDay } from "./support/day.js";
import { plant } from "./support/plant.js";
import { refundFails, whereIsMyOrder } from "./support/shop.js";
import { exactly, pageTest, restingTop } from "./support/visit.js";

pageTest(
  "before the first trace the page says how to send one, and then shows it without a reload",
  async (at) => {
    await at.open();
    await at.page.getByRole("heading", { name: "Waiting for the first trace" }).waitFor();
    const code = await at.page.locator(".code pre").textContent();
    assert.match(code ?? "", /setup\(\{ endpoint: "http:\/\/localhost:\d+" \}\)/);

    await agentSpan(at.tracing.tracer, { agentId: "hello", input: "Hi!" }, (span) =>
      span.setOutput("Hello, trace!"),
    );
    await at.tracing.flush();
    const row = at.page.getByRole("row");
    await row.waitFor();
    assert.match((await row.textContent()) ?? "", /hello\.run.*Hi!/);
    assert.equal(
      await at.page.getByRole("heading", { name: "Waiting for the first trace" }).isVisible(),
      false,
    );
  },
);

pageTest("a row has status, agents, spans, tokens, cost and duration of its trace", async (at) => {
  plant(at.tracing.tracer, refundFails(), Date.now() - 120_000);
  await at.tracing.flush();
  await at.open();
  const row = at.page.getByRole("row");
  await row.waitFor();
  const text = (await row.textContent()) ?? "";
  for (const part of [
    "support-desk.run",
    "The lamp flickers. Please refund it.",
    "Support Desk",
    "Orders",
    "4 errors 10",
    "1,170",
    "$0.0011",
    "3.31 s",
    "2 min ago",
  ]) {
    assert.ok(text.includes(part), `${part} is in: ${text}`);
  }
  assert.equal(await row.getByRole("img", { name: "Error" }).count(), 1);
});

pageTest("a trace that grows while the list is open changes in its row", async (at) => {
  await at.open();
  await agentSpan(at.tracing.tracer, { agentId: "worker" }, async () => {
    await agentSpan(at.tracing.tracer, { agentId: "inner" }, () => "done");
    await at.tracing.flush();
    await at.page.getByRole("row").getByRole("img", { name: "Running" }).waitFor();
  });
  await at.tracing.flush();
  await at.page.getByRole("row").getByRole("img", { name: "OK" }).waitFor();
  assert.equal(await at.page.getByRole("row").count(), 1);
});

pageTest(
  "the list finds the server again after a restart, and says when it is away",
  async (at) => {
    await at.open();
    const state = at.page.locator(".live");
    await state.getByText("Live").waitFor();
    await at.viewer.end();
    await state.getByText("Connecting…").waitFor();
    const { port } = new URL(at.viewer.url);
    await using again = await startViewer(["--memory", "--port", port]);
    assert.equal(again.url, at.viewer.url);
    await state.getByText("Live").waitFor();
    plant(at.tracing.tracer, whereIsMyOrder("Anybody there?"), Date.now());
    await at.tracing.flush();
    await at.page.getByRole("row").filter({ hasText: "Anybody there?" }).waitFor();
    await at.page.goto("about:blank");
    // What a browser says of connections that end.
    at.problems.length = 0;
  },
);

pageTest("a search shows what matches while it is typed, with the words marked", async (at) => {
  await plantDay(at.tracing);
  await at.open();
  await at.page.getByRole("row").nth(5).waitFor();
  await at.page.keyboard.press("/");
  await at.page.keyboard.type("flick");
  const rows = at.page.getByRole("row");
  await exactly(at.page.locator("[role=row]"), 1);
  assert.match((await rows.textContent()) ?? "", /The lamp flickers/);
  assert.deepEqual(await rows.locator("mark").allTextContents(), ["flick"]);
  assert.match(at.page.url(), /#\/traces\?q=flick$/);

  await at.page.keyboard.press("Escape");
  await at.page.keyboard.press("Enter");
  await at.page.locator(".span-content mark").first().waitFor();
});

pageTest(
  "a trace in which only a span further down has the words shows where, and opens at that span",
  async (at) => {
    await plantDay(at.tracing);
    await at.open("#/traces?q=scratched");
    const row = at.page.getByRole("row").filter({ hasText: "nightly-report" });
    const match = row.locator(".match");
    await match.getByText("found inside").waitFor();
    assert.deepEqual(await match.locator("mark").allTextContents(), ["scratched"]);
    const preview = await row.locator(".preview").first().textContent();
    assert.ok(preview !== null && preview !== "" && !preview.includes("scratched"), preview ?? "");

    await row.getByRole("link").click();
    const panel = at.page.getByRole("complementary", { name: "Selected span" });
    await panel.locator("mark").first().waitFor();
    assert.match(at.page.url(), /#\/trace\/[0-9a-f]{32}\?q=scratched&span=[0-9a-f]{16}$/);
    const selected = at.page.locator('[role=treegrid] [aria-selected="true"]');
    assert.doesNotMatch((await selected.textContent()) ?? "", /nightly-report/);
  },
);

pageTest("a search that ends early says so, and goes on by itself", async (at) => {
  await plantDay(at.tracing);
  let held = (): void => {};
  const isHeld = new Promise<void>((release) => (held = release));
  const asked: string[] = [];
  const newest = String(2 ** 45 - 1);
  await at.page.route(/\/api\/traces\?.*q=/, async (route) => {
    const { searchParams } = new URL(route.request().url());
    asked.push(searchParams.get("cursor") ?? "");
    if (asked.length > 1) {
      await isHeld;
      return await route.continue();
    }
    await route.fulfill({ json: { traces: [], cursor: newest, isPartial: true } });
  });
  await at.open("#/traces?q=flickers");
  await at.page.getByRole("status").getByText("Searching further back…").waitFor();
  assert.equal(await at.page.getByRole("heading", { name: "Nothing matches" }).count(), 0);
  held();
  await at.page.getByRole("row").filter({ hasText: "The lamp flickers" }).waitFor();
  await at.page.getByText("Searching further back…").waitFor({ state: "detached" });
  assert.deepEqual(asked, ["", newest]);
});

pageTest("what another program imports shows without a reload", async (at) => {
  // Its store has to be a file, which only this visit's viewer has.
  const folder = await mkdtemp(join(tmpdir(), "catalyst-import-"));
  try {
    await using viewer = await startViewer([], { cwd: folder });
    await at.page.goto(`${viewer.url}/`);
    await at.page.locator(".live").getByText("Live").waitFor();
    await at.page.getByRole("heading", { name: "Waiting for the first trace" }).waitFor();
    plant(at.tracing.tracer, whereIsMyOrder("Imported?"), Date.now());
    await at.tracing.flush();
    const jsonl = await at.viewer.request("/api/export?format=jsonl");
    const { code, stderr } = await runProgram(join(projectRoot, "dist", "cli", "main.js"), {
      args: ["import", "-"],
      cwd: folder,
      input: jsonl.body,
    });
    assert.equal(code, 0, stderr);
    await at.page.getByRole("row").filter({ hasText: "Imported?" }).waitFor();
    await at.page.goto("about:blank");
    at.problems.length = 0;
    at.foreign.length = 0;
  } finally {
    await rm(folder, { recursive: true });
  }
});

pageTest("words that nothing has say so, and lead back to all", async (at) => {
  await plantDay(at.tracing);
  await at.open("#/traces?q=xylophone");
  await at.page.getByRole("heading", { name: "Nothing matches" }).waitFor();
  await at.page.getByRole("link", { name: "Show all traces" }).click();
  await at.page.getByRole("row").nth(5).waitFor();
  assert.equal(
    await at.page.getByRole("searchbox", { name: "Search inputs and outputs" }).inputValue(),
    "",
  );
});

pageTest(
  "filters that are typed become chips, narrow the list, stay in the address and can be removed",
  async (at) => {
    await plantDay(at.tracing);
    await at.open();
    await at.page.getByRole("row").nth(5).waitFor();
    const search = at.page.getByRole("searchbox", { name: "Search inputs and outputs" });
    await search.fill("agent:Care organization.id=org_42 scratch");
    await search.press("Enter");
    await exactly(at.page.locator("[role=row]"), 1);
    assert.equal(await search.inputValue(), "scratch");
    assert.deepEqual(
      await at.page.getByRole("list", { name: "Filters" }).getByRole("listitem").allTextContents(),
      ["agent Care", "organization.id org_42"],
    );

    await at.page.reload();
    await at.page.getByRole("row").waitFor();
    assert.equal(await at.page.getByRole("row").count(), 1);

    await at.page.getByRole("button", { name: "Remove the filter agent is Care" }).click();
    await search.fill("");
    await at.page.getByRole("row").nth(5).waitFor();
    await at.page.goBack();
    await exactly(at.page.locator("[role=row]"), 1);
  },
);

pageTest("filters are chosen from what there is, with the keyboard alone", async (at) => {
  await plantDay(at.tracing);
  await at.open();
  await at.page.getByRole("row").nth(5).waitFor();
  await at.page.keyboard.press("f");
  await at.page.getByRole("menuitem", { name: "agent 4" }).waitFor();
  await at.page.keyboard.type("agent");
  await at.page.keyboard.press("Enter");
  await at.page.getByRole("menuitem", { name: "Care" }).waitFor();
  await at.page.keyboard.type("Car");
  await at.page.keyboard.press("Enter");
  await exactly(at.page.locator("[role=row]"), 1);
  assert.match(at.page.url(), /agent=Care/);
});

pageTest("errors alone are one click away", async (at) => {
  await plantDay(at.tracing);
  await at.open();
  await at.page.getByRole("row").nth(5).waitFor();
  await at.page.getByRole("button", { name: "Errors" }).click();
  await exactly(at.page.locator("[role=row]"), 1);
  assert.match((await at.page.getByRole("row").textContent()) ?? "", /Please refund it/);
});

pageTest("a range of time leaves out what is older", async (at) => {
  await plantDay(at.tracing);
  await at.open();
  await at.page.getByRole("row").nth(9).waitFor();
  await at.page.getByRole("combobox", { name: "Time" }).selectOption("15m");
  await exactly(at.page.locator("[role=row]"), 3);
  assert.match(at.page.url(), /range=15m/);
});

pageTest("a long list comes as it is scrolled, and only what is in sight exists", async (at) => {
  const now = Date.now();
  for (let index = 0; index < 230; index += 1) {
    plant(at.tracing.tracer, { name: `run ${index}`, kind: "AGENT", ms: 5 }, now - index * 1000);
  }
  await at.tracing.flush();
  await at.open();
  const grid = at.page.getByRole("grid", { name: "Traces" });
  await grid.getByRole("row").nth(5).waitFor();
  await grid.hover();
  const last = at.page.getByText("run 229", { exact: true });
  for (let turn = 0; turn < 60 && !(await last.isVisible()); turn += 1) {
    await at.page.mouse.wheel(0, 600);
    await at.page.evaluate(
      "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))",
    );
  }
  await last.waitFor();
  assert.equal(await grid.getAttribute("aria-rowcount"), "230");
  assert.ok((await grid.getByRole("row").count()) < 60);
});

pageTest("what is new comes on top, and leaves what is being read where it is", async (at) => {
  const now = Date.now();
  for (let index = 0; index < 40; index += 1) {
    plant(
      at.tracing.tracer,
      { name: `run ${index}`, kind: "AGENT", ms: 5 },
      now - (index + 1) * 1000,
    );
  }
  await at.tracing.flush();
  await at.open();
  const read = at.page.getByText("run 20", { exact: true });
  await at.page.getByText("run 3", { exact: true }).waitFor();
  await at.page.getByRole("grid", { name: "Traces" }).hover();
  await at.page.mouse.wheel(0, 52 * 18);
  await read.waitFor();
  const before = await restingTop(read);
  plant(at.tracing.tracer, { name: "brand new", kind: "AGENT", ms: 5 }, now);
  await at.tracing.flush();
  await at.page.locator('[role=grid][aria-rowcount="41"]').waitFor();
  assert.equal(await restingTop(read), before);
});
