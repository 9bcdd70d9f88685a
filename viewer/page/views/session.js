/** A session: the conversation that its traces make, with what was done for each answer. */
import { getSession, getTrace } from "../data/api.js";
import { compact, cost, dateTime, duration, plural, time } from "../data/format.js";
import { back, href } from "../data/route.js";
import { debounced, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { bindKeys } from "../ui/keyboard.js";
import { kindSign } from "../ui/kinds.js";
import { oneLine } from "../ui/visible-text.js";
import { errorCard } from "./errors.js";
import { fact, failure, statusSign, tokensTitle } from "./parts.js";
import { value } from "./value.js";

/** @import { SessionDetail, SpanSummary, Turn } from "../api-types.js" */
/** @import { ViewMaker } from "./view.js" */

const NEWS_MS = 400;
/** Kinds that tell a story; others are machinery. */
const STEPS = new Set(["TOOL", "RETRIEVER", "AGENT", "GUARDRAIL"]);
const MOST_STEPS = 12;

/** @type {ViewMaker} */
export function sessionView(route, live) {
  let closed = false;
  let at = -1;
  const head = h("header", { class: "trace-head" });
  const turns = h("ol", { class: "turns", "aria-label": "Conversation" });
  const problem = h("div", {});
  const element = h(
    "div",
    { class: "session" },
    head,
    problem,
    h("div", { class: "turns-scroll", tabindex: 0 }, turns),
  );
  /** What is shown of each trace, so that only what changed is drawn anew. @type {Map<string, { key: string, item: HTMLElement }>} */
  const drawn = new Map();

  async function load() {
    try {
      const detail = await getSession(route.id);
      if (closed) return;
      problem.replaceChildren();
      draw(detail);
    } catch (error) {
      if (!closed)
        problem.replaceChildren(
          failure(error instanceof Error ? error : new Error(String(error)), () => void load()),
        );
    }
  }

  /** @param {SessionDetail} detail */
  function draw({ session, traces }) {
    document.title = `${oneLine(session.sessionId, 60)} · Catalyst`;
    head.replaceChildren(
      h(
        "div",
        { class: "trace-title" },
        h(
          "a",
          {
            href: href("sessions"),
            class: "back",
            "aria-label": "All sessions",
            title: "All sessions",
          },
          icon("left"),
        ),
        h(
          "h1",
          {},
          statusSign(session.errorCount > 0 ? "error" : "ok"),
          oneLine(session.sessionId, 120),
        ),
        h("span", { class: "grow" }),
        h(
          "a",
          { class: "button", href: href("traces", "", { session: session.sessionId }) },
          "As traces",
        ),
      ),
      h(
        "dl",
        { class: "facts" },
        fact("Traces", String(session.traceCount)),
        fact("Tokens", compact(session.tokens.total), tokensTitle(session.tokens)),
        fact("Cost", cost(session.costUsd)),
        fact("Lasted", duration(session.endMs - session.startMs)),
        fact("Began", dateTime(session.startMs)),
        ...(session.userId === null
          ? []
          : [
              fact(
                "User",
                h(
                  "a",
                  { href: href("sessions", "", { user: session.userId }) },
                  oneLine(session.userId, 60),
                ),
              ),
            ]),
        ...(session.agents.length === 0
          ? []
          : [fact("Agents", session.agents.map((name) => oneLine(name, 40)).join(", "))]),
      ),
    );
    for (const trace of traces.toSorted((a, b) => a.startMs - b.startMs)) {
      const key = `${trace.spanCount} ${trace.status} ${trace.durationMs} ${trace.fullOutput?.length ?? 0}`;
      const before = drawn.get(trace.traceId);
      if (before?.key === key) continue;
      const item = turn(trace);
      if (before === undefined) turns.append(item);
      else before.item.replaceWith(item);
      drawn.set(trace.traceId, { key, item });
    }
  }

  /** @param {number} by */
  function move(by) {
    const items = turns.querySelectorAll(".turn");
    at = Math.max(0, Math.min(items.length - 1, at + by));
    items.forEach((item, index) => item.classList.toggle("is-current", index === at));
    items[at]?.scrollIntoView({ block: "nearest" });
  }

  function openCurrent() {
    /** @type {HTMLElement | null} */
    const link = turns.querySelector(".turn.is-current .turn-head a");
    link?.click();
  }

  const reload = debounced(NEWS_MS, () => void load());
  const unlisten = live.listen({
    onTrace: ({ sessionId }) => {
      if (sessionId === route.id) reload();
    },
    onGap: reload,
  });
  const unbind = bindKeys("Session", [
    { keys: ["j", "ArrowDown"], does: "Next turn", run: () => move(1) },
    { keys: ["k", "ArrowUp"], does: "Previous turn", run: () => move(-1) },
    {
      keys: ["Enter"],
      does: "Open the turn's trace",
      run: openCurrent,
    },
    {
      keys: ["Escape"],
      does: "Back",
      run: () => back(href("sessions")),
    },
  ]);

  return {
    element,
    opened: () => void load(),
    update: () => true,
    close() {
      closed = true;
      reload.cancel();
      unlisten();
      unbind();
    },
  };
}

/** @param {Turn} trace */
function turn(trace) {
  const input = trace.fullInput ?? trace.input;
  const output = trace.fullOutput ?? trace.output;
  const steps = h("div", { class: "steps" });
  if (trace.spanCount > 1) void showSteps(trace.traceId, steps);
  return h(
    "li",
    { class: "turn" },
    h(
      "header",
      { class: "turn-head" },
      h("a", { href: href("trace", trace.traceId) }, oneLine(trace.name, 80) || "(unnamed)"),
      h(
        "span",
        { class: "dim num", title: dateTime(trace.startMs) },
        [
          time(trace.startMs),
          duration(trace.durationMs),
          trace.tokens.total > 0 ? `${compact(trace.tokens.total)} tokens` : "",
          trace.costUsd === null ? "" : cost(trace.costUsd),
        ]
          .filter((part) => part !== "")
          .join(" · "),
      ),
    ),
    input === null ? null : h("div", { class: "bubble from-user" }, value(input)),
    steps,
    output === null ? null : h("div", { class: "bubble from-agent" }, value(output)),
    trace.status === "open" ? h("p", { class: "dim" }, "Still running…") : null,
  );
}

/**
 * @param {string} traceId
 * @param {HTMLElement} element
 */
async function showSteps(traceId, element) {
  const detail = await getTrace(traceId).catch(() => undefined);
  if (detail === undefined) return;
  const { spans } = detail;
  const roots = new Set(
    spans.filter(({ parentSpanId }) => parentSpanId === null).map(({ spanId }) => spanId),
  );
  const steps = spans.filter(
    ({ spanId, kind, handoff }) => !roots.has(spanId) && (STEPS.has(kind) || handoff !== null),
  );
  steps.sort((a, b) => (BigInt(a.startNs) < BigInt(b.startNs) ? -1 : 1));
  const rest = steps.length - MOST_STEPS;
  element.replaceChildren(
    ...steps.slice(0, MOST_STEPS).map((span) => step(traceId, span)),
    ...(rest > 0
      ? [h("a", { class: "step", href: href("trace", traceId) }, `${plural(rest, "step")} more`)]
      : []),
    ...failures(spans),
  );
}

/**
 * @param {string} traceId
 * @param {SpanSummary} span
 */
function step(traceId, { spanId, kind, name, durationMs, status }) {
  return h(
    "a",
    {
      class: `step ${status === "error" ? "is-error" : ""}`,
      href: href("trace", traceId, { span: spanId }),
    },
    kindSign(kind),
    oneLine(name, 60),
    h("span", { class: "dim num" }, duration(durationMs)),
  );
}

/** @param {readonly SpanSummary[]} spans */
function failures(spans) {
  const root = spans.find(
    ({ parentSpanId, status }) => parentSpanId === null && status === "error",
  );
  return root === undefined ? [] : [errorCard("Failed", root.statusMessage, "")];
}
