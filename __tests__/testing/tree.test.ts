// The text tree, on trees that are whole and on trees that are not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";

import { spanTree, type TreeSpan } from "../../js/testing/tree.js";

function span(spanId: string, parentSpanId: string, startMs: number, rest: Partial<TreeSpan> = {}) {
  return {
    traceId: "t",
    spanId,
    parentSpanId,
    name: spanId,
    kind: 1,
    flags: 0,
    startTimeUnixNano: BigInt(startMs) * 1_000_000n,
    endTimeUnixNano: BigInt(startMs) * 1_000_000n + 1_500_000n,
    attributes: {},
    status: { code: 0, message: "" },
    ...rest,
  } satisfies TreeSpan;
}

const ofKind = (kind: string): Partial<TreeSpan> => ({
  attributes: { "openinference.span.kind": kind },
});

const lines = (...text: string[]): string => text.map((line) => `${line}\n`).join("");

test("spans are drawn under their parents in the order of their starts", () => {
  const spans = [
    span("tool", "llm-2", 5, ofKind("TOOL")),
    span("llm-2", "agent", 4, {
      ...ofKind("LLM"),
      status: { code: 2, message: "429: slow\ndown" },
    }),
    span("llm-1", "agent", 2, ofKind("LLM")),
    span("http", "llm-1", 3, { kind: 3 }),
    span("second", "", 9, { ...ofKind("CHAIN"), traceId: "u", status: { code: 2, message: "" } }),
    span("agent", "", 1, ofKind("AGENT")),
  ];
  assert.equal(
    spanTree(spans),
    lines(
      "agent [AGENT]",
      "├─ llm-1 [LLM]",
      "│  └─ http [client]",
      "└─ llm-2 [LLM] ERROR: 429: slow\\ndown",
      "   └─ tool [TOOL]",
      "second [CHAIN] ERROR",
    ),
  );
});

test("the order in which spans came changes nothing, even when they start together", () => {
  const spans = [span("a", "r", 1), span("b", "r", 1), span("c", "r", 1), span("r", "", 1)];
  assert.equal(spanTree(spans), spanTree(spans.toReversed()));
});

test("a span whose parent is missing is drawn as a root and marked", () => {
  const spans = [
    span("lost", "nobody", 1),
    span("below", "lost", 2),
    span("other", "r", 3, { traceId: "u" }),
    span("r", "", 4),
  ];
  assert.equal(
    spanTree(spans),
    lines(
      "lost [internal] (orphan: its parent is missing)",
      "└─ below [internal]",
      "other [internal] (orphan: its parent is missing)",
      "r [internal]",
    ),
  );
});

test("a parent that is said to be remote is not missing", () => {
  assert.equal(
    spanTree([span("served", "caller", 1, { flags: 0x301 })]),
    "served [internal] (its parent is remote)\n",
  );
});

test("spans that are each other's parents, or share an id, are all drawn", () => {
  const spans = [
    span("a", "b", 1),
    span("b", "a", 2),
    span("self", "self", 3),
    span("twin", "", 4),
    span("twin", "", 5),
    span("below", "twin", 6),
  ];
  assert.equal(
    spanTree(spans),
    lines(
      "a [internal] (its parents lead in a circle)",
      "b [internal] (its parents lead in a circle)",
      "self [internal] (its parents lead in a circle)",
      "twin [internal]",
      "└─ below [internal]",
      "twin [internal] (a second span with this id)",
    ),
  );
});

test("durations and token counts are shown on demand", () => {
  const tokens = { "llm.token_count.prompt": 12, "llm.token_count.completion": 34 };
  const spans = [
    span("r", "", 0, { endTimeUnixNano: 2_345_000_000n }),
    span("llm", "r", 1, { attributes: tokens }),
    span("part", "r", 2, { attributes: { "llm.token_count.prompt": 1 } }),
  ];
  assert.equal(
    spanTree(spans, { durations: true, tokens: true }),
    lines(
      "r [internal] 2.35 s",
      "├─ llm [internal] 1.5 ms 12→34 tokens",
      "└─ part [internal] 1.5 ms 1 tokens",
    ),
  );
});

test("without its colours a coloured tree is the plain one", () => {
  const spans = [
    span("r", "", 1, { status: { code: 2, message: "no" } }),
    span("c", "r", 2),
    span("lost", "x", 3),
  ];
  const coloured = spanTree(spans, { colours: true });
  assert.ok(coloured.includes("\u001b[31mERROR: no\u001b[0m"));
  assert.equal(stripVTControlCharacters(coloured), spanTree(spans));
});

test("no spans make an empty tree, and a deep chain does not exhaust the stack", () => {
  assert.equal(spanTree([]), "");
  const chain = Array.from({ length: 2000 }, (_, depth) =>
    span(String(depth), depth === 0 ? "" : String(depth - 1), depth),
  );
  assert.equal(spanTree(chain).split("\n").length, 2001);
});
