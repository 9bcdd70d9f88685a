/** The list of sessions. */
import { listSessions } from "../data/api.js";
import { plural } from "../data/format.js";
import { href } from "../data/route.js";
import { h } from "../ui/dom.js";
import { aroundHit, marked, searchWords } from "../ui/marks.js";
import { oneLine } from "../ui/visible-text.js";
import {
  agentsCell,
  agoCell,
  cell,
  costCell,
  durationCell,
  emptyState,
  statusSign,
  tokensCell,
} from "./parts.js";
import { tableView } from "./table.js";

/** @import { SessionSummary } from "../api-types.js" */
/** @import { ViewMaker } from "./view.js" */

/** @type {readonly [string, string][]} */
const COLUMNS = [
  ["main", "Session"],
  ["agents", "Agents"],
  ["user", "User"],
  ["spans num", "Traces"],
  ["tokens num", "Tokens"],
  ["cost num", "Cost"],
  ["duration num", "Lasted"],
  ["when num", "Last active"],
];

/** @type {ViewMaker} */
export function sessionsView(route, live) {
  return tableView(route, live, {
    view: "sessions",
    label: "Sessions",
    placeholder: "Search conversations",
    columns: COLUMNS,
    load: async (query, cursor, signal) => {
      const { sessions, ...rest } = await listSessions(query, cursor, signal);
      return { items: sessions, ...rest };
    },
    idOf: ({ sessionId }) => sessionId,
    addressOf: ({ sessionId }) => href("session", sessionId),
    draw: (session, row, query) => {
      row.classList.toggle("is-error", session.errorCount > 0);
      row.append(
        mainCell(session, searchWords(query.get("q") ?? "")),
        agentsCell(session.agents),
        cell("user", oneLine(session.userId, 40)),
        cell(
          "spans num",
          h(
            "span",
            {},
            session.errorCount > 0
              ? h("span", { class: "errors" }, plural(session.errorCount, "error"))
              : null,
            ` ${session.traceCount}`,
          ),
        ),
        tokensCell(session.tokens),
        costCell(session.costUsd),
        durationCell(session.endMs - session.startMs),
        agoCell(session.endMs),
      );
    },
    empty: (filtered) =>
      filtered
        ? emptyState(
            "Nothing matches",
            h("a", { class: "button", href: href("sessions") }, "Show all sessions"),
          )
        : emptyState(
            "No sessions yet",
            h("p", {}, "Traces with the same session make a conversation:"),
            h(
              "div",
              { class: "code" },
              h("pre", {}, 'agentSpan({ agentId: "desk", sessionId: "conversation-1" }, …)'),
            ),
          ),
  });
}

/**
 * @param {SessionSummary} session
 * @param {readonly string[]} words
 */
function mainCell(session, words) {
  const line = oneLine(aroundHit(session.input ?? "", words), 220);
  return h(
    "span",
    { class: "cell cell-main", role: "gridcell" },
    statusSign(session.errorCount > 0 ? "error" : "ok"),
    h(
      "span",
      { class: "lines" },
      h(
        "a",
        { class: "name", href: href("session", session.sessionId), tabindex: -1 },
        ...marked(oneLine(session.sessionId, 80), words),
      ),
      h("span", { class: "preview", dir: "auto" }, ...marked(line, words)),
    ),
  );
}
