/** A trace's name and facts, and what can be done with it. */
import { exportAddress } from "../data/api.js";
import { compact, cost, count, dateTime, duration, plural } from "../data/format.js";
import { href } from "../data/route.js";
import { copy } from "../ui/copy.js";
import { button, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { oneLine } from "../ui/visible-text.js";
import { copyTrace } from "./copy-trace.js";
import { fact, statusSign, tokensTitle } from "./parts.js";

/** @import { TraceDetail } from "../api-types.js" */

/** @param {{ compare: () => void }} actions */
export function traceHead({ compare }) {
  const title = h("h1", {}, "Trace");
  const facts = h("dl", { class: "facts" });
  const id = h("span", {});
  const actions = h("div", { class: "actions" });
  const element = h(
    "header",
    { class: "trace-head" },
    h(
      "div",
      { class: "trace-title" },
      h(
        "a",
        { href: href("traces"), class: "back", "aria-label": "All traces", title: "All traces" },
        icon("left"),
      ),
      title,
      id,
      h("span", { class: "grow" }),
      actions,
    ),
    facts,
  );

  return {
    element,
    /** @param {TraceDetail} detail */
    setTrace(detail) {
      const { trace } = detail;
      title.replaceChildren(statusSign(trace.status), oneLine(trace.name, 160) || "(unnamed)");
      id.replaceChildren(
        button(
          [trace.traceId.slice(0, 8), icon("copy")],
          () => void copy(trace.traceId, "the trace's id"),
          {
            class: "button quiet id",
            title: `${trace.traceId}\nCopy`,
            "aria-label": "Copy the trace's id",
          },
        ),
      );
      actions.replaceChildren(
        button([icon("compare"), "Compare"], compare, { title: "Compare with another trace (c)" }),
        button([icon("copy"), "Copy JSON"], () => void copyTrace(detail)),
        h(
          "a",
          {
            class: "button",
            href: exportAddress("jsonl", trace.traceId),
            download: `${trace.traceId}.jsonl`,
          },
          icon("download"),
          "JSONL",
        ),
      );
      const { tokens } = trace;
      facts.replaceChildren(
        fact("Duration", duration(trace.durationMs)),
        fact(
          "Tokens",
          tokens.total === 0
            ? "–"
            : h(
                "span",
                {},
                compact(tokens.total),
                h(
                  "span",
                  { class: "dim" },
                  ` ${compact(tokens.prompt)} in · ${compact(tokens.completion)} out`,
                ),
              ),
          tokensTitle(tokens),
        ),
        fact("Cost", cost(trace.costUsd)),
        fact(
          "Spans",
          h(
            "span",
            {},
            count(trace.spanCount),
            h(
              "span",
              { class: "dim" },
              ` ${plural(trace.llmCalls, "model call")} · ${plural(trace.toolCalls, "tool call")}`,
            ),
          ),
        ),
        ...(trace.errorCount > 0
          ? [fact("Errors", h("span", { class: "errors" }, count(trace.errorCount)))]
          : []),
        fact("Started", dateTime(trace.startMs)),
        ...(trace.service === null
          ? []
          : [
              fact(
                "Service",
                h(
                  "a",
                  { href: href("traces", "", { service: trace.service }) },
                  oneLine(trace.service, 60),
                ),
              ),
            ]),
        ...(trace.sessionId === null
          ? []
          : [
              fact(
                "Session",
                h("a", { href: href("session", trace.sessionId) }, oneLine(trace.sessionId, 60)),
              ),
            ]),
        ...(trace.userId === null
          ? []
          : [
              fact(
                "User",
                h(
                  "a",
                  { href: href("traces", "", { user: trace.userId }) },
                  oneLine(trace.userId, 60),
                ),
              ),
            ]),
      );
    },
  };
}
