import assert from "node:assert/strict";

import { agentSpan, manualSpan } from "catalyst-tracing";

import { plantDay } from "./support/day.js";
import { plant } from "./support/plant.js";
import { refundFails, whereIsMyOrder } from "./support/shop.js";
import { exactly, openTrace, pageTest } from "./support/visit.js";
import type { Visit } from "./support/visit.js";

/** The tree as a screen reader gets it: level and name of each row. */
async function outline(at: Visit): Promise<string[]> {
  return await at.page
    .getByRole("treegrid", { name: "Spans" })
    .getByRole("row")
    .evaluateAll((rows) =>
      rows
        .map(
          (row) =>
            row as unknown as {
              getAttribute(name: string): string | null;
              querySelector(name: string): { textContent: string } | null;
            },
        )
        .sort(
          (a, b) =>
            Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex")),
        )
        .map(
          (row) => `${row.getAttribute("aria-level")} ${row.querySelector(".name")?.textContent}`,
        ),
    );
}

pageTest("a trace is a tree with levels, whose failed spans are marked", async (at) => {
  await openTrace(at, plant(at.tracing.tracer, refundFails(), Date.now()), "?view=tree");
  assert.deepEqual(await outline(at), [
    "1 support-desk.run",
    "2 Front Desk",
    "3 politeness",
    "4 OpenAI Moderations",
    "3 OpenAI Responses",
    "3 handoff to Orders",
    "2 Orders",
    "3 OpenAI Responses",
    "3 issue_refund",
    "4 POST /v1/refunds",
  ]);
  const failed = at.page.locator(".span-row.is-error .name");
  assert.deepEqual((await failed.allTextContents()).sort(), [
    "Orders",
    "POST /v1/refunds",
    "issue_refund",
    "support-desk.run",
  ]);
});

pageTest("a trace that failed opens at the span where it began to", async (at) => {
  await openTrace(at, plant(at.tracing.tracer, refundFails(), Date.now()));
  const panel = at.page.getByRole("complementary", { name: "Selected span" });
  await panel.getByRole("heading", { name: "POST /v1/refunds" }).waitFor();
  await panel.getByRole("group", { name: "Error" }).getByText("402 Payment Required").waitFor();
});

pageTest("the timeline has a bar for each span, where and as long as it was", async (at) => {
  const plan = { name: "whole", ms: 1000, below: [{ name: "half", at: 500, ms: 250 }] };
  await openTrace(at, plant(at.tracing.tracer, plan, Date.now()));
  const track = await at.page.locator(".span-row .track").nth(1).boundingBox();
  const bar = await at.page
    .getByRole("row")
    .filter({ hasText: "half" })
    .locator(".bar-fill")
    .boundingBox();
  assert.ok(track !== null && bar !== null);
  assert.ok(Math.abs((bar.x - track.x) / track.width - 0.5) < 0.01);
  assert.ok(Math.abs(bar.width / track.width - 0.25) < 0.01);
});

pageTest("branches close and open, with the mouse and with the keys of a tree", async (at) => {
  await openTrace(at, plant(at.tracing.tracer, whereIsMyOrder("Where?"), Date.now()));
  const front = at.page
    .getByRole("row", { name: /^Front Desk/ })
    .or(at.page.getByRole("row").filter({ hasText: "Front Desk" }))
    .first();
  await front.getByRole("button", { name: "Close" }).click();
  assert.equal(await front.getAttribute("aria-expanded"), "false");
  assert.deepEqual((await outline(at)).slice(0, 3), [
    "1 support-desk.run",
    "2 Front Desk",
    "2 Orders",
  ]);

  await front.click();
  await at.page.keyboard.press("ArrowRight");
  assert.equal((await outline(at))[2], "3 politeness");
  await at.page.keyboard.press("ArrowRight");
  const panel = at.page.getByRole("complementary", { name: "Selected span" });
  await panel.getByRole("heading", { name: "politeness" }).waitFor();
  await at.page.keyboard.press("ArrowLeft");
  await at.page.keyboard.press("ArrowLeft");
  await panel.getByRole("heading", { name: "Front Desk" }).waitFor();
  await at.page.keyboard.press("[");
  assert.deepEqual(await outline(at), ["1 support-desk.run", "2 Front Desk", "2 Orders"]);
});

pageTest(
  "spans are found by what they are called, and stay under those around them",
  async (at) => {
    await openTrace(at, plant(at.tracing.tracer, whereIsMyOrder("Where?"), Date.now()));
    await at.page.keyboard.press("/");
    await at.page.keyboard.type("embedd");
    await exactly(at.page.locator(".span-row"), 5);
    assert.deepEqual(await outline(at), [
      "1 support-desk.run",
      "2 Orders",
      "3 lookup_order",
      "4 handbook.search",
      "5 CreateEmbeddings",
    ]);
  },
);

pageTest(
  "what is selected is in the address, which opens it again; back leads to the list",
  async (at) => {
    const id = plant(at.tracing.tracer, whereIsMyOrder("Where?"), Date.now());
    await at.tracing.flush();
    await at.open();
    await at.page.getByRole("link", { name: "support-desk.run" }).click();
    await at.page.getByRole("row").filter({ hasText: "lookup_order" }).click();
    assert.match(at.page.url(), new RegExp(`#/trace/${id}\\?span=[0-9a-f]{16}$`));

    const other = await at.context.newPage();
    await other.goto(at.page.url());
    await other
      .getByRole("complementary", { name: "Selected span" })
      .getByRole("heading", { name: "lookup_order" })
      .waitFor();

    await at.page.goBack();
    await at.page.getByRole("grid", { name: "Traces" }).getByRole("row").waitFor();
  },
);

pageTest("a trace that is open grows as its spans come, and keeps what is selected", async (at) => {
  await agentSpan(at.tracing.tracer, { agentId: "run" }, async (span) => {
    await manualSpan(at.tracing.tracer, { spanName: "first" }, () => {});
    await openTrace(at, span.traceId);
    await at.page.getByRole("row").filter({ hasText: "first" }).click();
    await manualSpan(at.tracing.tracer, { spanName: "second" }, () => {});
    await at.tracing.flush();
    await at.page.getByRole("row").filter({ hasText: "second" }).waitFor();
  });
  await at.tracing.flush();
  await at.page.getByRole("row").filter({ hasText: "run.run" }).waitFor();
  assert.deepEqual(await outline(at), ["1 run.run", "2 first", "2 second"]);
  assert.match(
    (await at.page.locator("[role=row][aria-selected=true]").textContent()) ?? "",
    /first/,
  );
});

pageTest(
  "the agents' graph tells handoffs from calls, and leads to the agents' spans",
  async (at) => {
    const day = await plantDay(at.tracing);
    await at.open(`#/trace/${day.damage}?view=agents`);
    const graph = at.page.getByRole("group", { name: "Agents and handoffs" });
    await graph.waitFor();
    assert.deepEqual(
      (
        await graph
          .getByRole("img")
          .evaluateAll((edges) =>
            edges.map((edge) =>
              (edge as unknown as { getAttribute(name: string): string }).getAttribute(
                "aria-label",
              ),
            ),
          )
      ).sort(),
      [
        "Care calls Orders, 1 time",
        "Front Desk hands over to Care, 1 time",
        "Support Desk calls Front Desk, 1 time",
      ],
    );
    await graph.getByRole("button", { name: /^Care/ }).click();
    await at.page
      .getByRole("complementary", { name: "Selected span" })
      .getByRole("heading", { name: "Care" })
      .waitFor();
  },
);

pageTest(
  "the agents' graph that grows keeps the keyboard, and how far it is scrolled",
  { viewport: { width: 640, height: 360 } },
  async (at) => {
    const { tracer } = at.tracing;
    await agentSpan(tracer, { agentId: "first" }, async (span) => {
      await agentSpan(tracer, { agentId: "second" }, () => "done");
      await at.tracing.flush();
      await at.open(`#/trace/${span.traceId}?view=agents`);
      const second = at.page.getByRole("button", { name: /^second/ });
      await second.focus();
      const view = at.page.locator(".graph-view");
      await view.evaluate("(view) => view.scrollTo(25, 15)", undefined);
      const before = await place(at);
      await agentSpan(tracer, { agentId: "another" }, () => "done");
      await agentSpan(tracer, { agentId: "third" }, () => "done");
      await at.tracing.flush();
      await at.page.getByRole("button", { name: /^third/ }).waitFor();
      assert.match(before, /^second/);
      assert.equal(await place(at), before);
      await at.page.keyboard.press("Enter");
      await at.page
        .getByRole("complementary", { name: "Selected span" })
        .getByRole("heading", { name: "second" })
        .waitFor();
    });
  },
);

async function place(at: Visit): Promise<string> {
  return String(
    await at.page.evaluate(`[
      document.activeElement.getAttribute("aria-label").slice(0, 6),
      document.querySelector(".graph-view").scrollLeft,
      document.querySelector(".graph-view").scrollTop,
    ].join()`),
  );
}

pageTest(
  "usage that changes keeps what is selected, and how far it is scrolled",
  { viewport: { width: 900, height: 320 } },
  async (at) => {
    const { tracer } = at.tracing;
    const usage = { promptTokens: 10, completionTokens: 2, totalTokens: 12 };
    await agentSpan(tracer, { agentId: "run" }, async (span) => {
      for (let number = 1; number <= 9; number += 1) {
        const call = {
          spanName: "call",
          spanKind: "LLM",
          model: `model ${number}`,
          usage,
        } as const;
        await manualSpan(tracer, call, () => {});
      }
      for (const address of [`#/trace/${span.traceId}?view=usage`, "#/usage"]) {
        await at.tracing.flush();
        await at.open(address);
        await at.page.getByRole("rowheader", { name: "model 9" }).waitFor();
        await at.page.evaluate(`(() => {
          const area = document.querySelector("div.usage");
          for (const one of [area, area.parentElement]) one.scrollTop = 30;
          getSelection().selectAllChildren(area.querySelector("tbody th"));
        })()`);
        const state = `(() => {
          const area = document.querySelector("div.usage");
          const scrolled = area.scrollTop + area.parentElement.scrollTop;
          return [getSelection().toString(), scrolled].join();
        })()`;
        const before = String(await at.page.evaluate(state));
        assert.match(before, /^(model \d|run),30$/);
        const toolName = `tool of ${address}`;
        await manualSpan(tracer, { spanName: "tool", spanKind: "TOOL", toolName }, () => {});
        await at.tracing.flush();
        await at.page.getByRole("rowheader", { name: toolName }).waitFor();
        assert.equal(String(await at.page.evaluate(state)), before);
      }
    });
  },
);

pageTest("a trace's usage adds up by model and by agent", async (at) => {
  const day = await plantDay(at.tracing);
  await at.open(`#/trace/${day.order}?view=usage`);
  const row = at.page.getByRole("row").filter({ hasText: /^gpt-4\.1\d/ });
  await row.first().waitFor();
  assert.match((await row.first().textContent()) ?? "", /gpt-4\.12.*2,072.*127.*1,152.*38.*2,199/);
});

pageTest(
  "a trace is copied as JSON and downloaded as JSONL, with everything its spans hold",
  {
    permissions: ["clipboard-read", "clipboard-write"],
    acceptDownloads: true,
  },
  async (at) => {
    await openTrace(at, plant(at.tracing.tracer, refundFails(), Date.now()));
    await at.page.getByRole("button", { name: "Copy JSON" }).first().click();
    await at.page.getByText("Copied the trace, 10 spans.").waitFor();
    const copied = JSON.parse(String(await at.page.evaluate("navigator.clipboard.readText()"))) as {
      spans: { attributes: Record<string, unknown> }[];
    };
    assert.equal(copied.spans.length, 10);
    assert.ok(copied.spans.some(({ attributes }) => attributes["tool.name"] === "issue_refund"));

    const [download] = await Promise.all([
      at.page.waitForEvent("download"),
      at.page.getByRole("link", { name: "JSONL" }).click(),
    ]);
    const lines: string[] = [];
    for await (const chunk of await download.createReadStream()) lines.push(String(chunk));
    const spans = lines.join("").trim().split("\n");
    assert.equal(spans.length, 10);
    assert.ok(spans.every((line) => typeof JSON.parse(line) === "object"));
  },
);

pageTest("Escape leads from a trace that was opened by its address to the list", async (at) => {
  await openTrace(at, plant(at.tracing.tracer, whereIsMyOrder("Where?"), Date.now()));
  await at.page.keyboard.press("Escape");
  await at.page.keyboard.press("Escape");
  await at.page.getByRole("grid", { name: "Traces" }).waitFor();
});

pageTest("a span that is not in the trace is no reason to show nothing", async (at) => {
  const id = plant(at.tracing.tracer, whereIsMyOrder("Where?"), Date.now());
  await openTrace(at, id, "?span=00000000000000ff");
  await at.page.getByRole("heading", { level: 2, name: "support-desk.run" }).waitFor();
});

pageTest("an id of no trace is an error that can be tried again", async (at) => {
  await at.open("#/trace/00000000000000000000000000000001");
  await at.page.getByRole("alert").waitFor();
  await at.page.getByRole("button", { name: "Try again" }).waitFor();
  at.problems.length = 0;
});
