/** Which trace to compare one with: recent ones of the same name first. */
import { listTraces } from "../data/api.js";
import { ago, duration } from "../data/format.js";
import { go, href } from "../data/route.js";
import { notice } from "../ui/copy.js";
import { openMenu } from "../ui/menu.js";
import { oneLine } from "../ui/visible-text.js";

/** @import { TraceSummary } from "../api-types.js" */

/** @param {TraceSummary} trace */
export async function chooseOther(trace) {
  /** @type {HTMLElement | null} */
  const anchor = document.querySelector(".trace-title .button[title^=Compare]");
  if (anchor === null) return;
  try {
    const { traces } = await listTraces(new URLSearchParams(), null);
    const others = traces.filter(({ traceId }) => traceId !== trace.traceId);
    others.sort((a, b) => Number(b.name === trace.name) - Number(a.name === trace.name));
    openMenu(
      anchor,
      "Compare with",
      others.map(({ traceId, name, input, startMs, durationMs, status }) => ({
        label: `${oneLine(name, 40)}${input === null ? "" : `: ${oneLine(input, 60)}`}`,
        hint: `${status === "error" ? "failed · " : ""}${duration(durationMs)} · ${ago(startMs)}`,
        choose: () => go(href("compare", "", { a: trace.traceId, b: traceId })),
      })),
      {
        placeholder: "Compare with… (name, text or id)",
        other: (typed) =>
          /^[0-9a-f]{4,32}$/i.test(typed)
            ? {
                label: typed,
                hint: "trace id",
                choose: () => go(href("compare", "", { a: trace.traceId, b: typed })),
              }
            : undefined,
      },
    );
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
  }
}
