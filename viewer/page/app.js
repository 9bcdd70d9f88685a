/**
 * The page: a bar, and under it the view that the address names. A view is made when the address
 * comes to it and closed when it leaves; what changes within one is its own affair.
 */
import { Live } from "./data/live.js";
import { currentRoute, go, href } from "./data/route.js";
import { h } from "./ui/dom.js";
import { showHelp } from "./ui/help.js";
import { bindKeys, listenForKeys } from "./ui/keyboard.js";
import { applyTheme, theme } from "./ui/theme.js";
import { bar } from "./views/bar.js";
import { compareView } from "./views/compare.js";
import { sessionView } from "./views/session.js";
import { sessionsView } from "./views/sessions.js";
import { traceView } from "./views/trace.js";
import { tracesView } from "./views/traces.js";
import { usageView } from "./views/usage.js";

/** @import { Route } from "./data/route.js" */
/** @import { View, ViewMaker } from "./views/view.js" */

/** @type {Record<string, ViewMaker>} */
const VIEWS = {
  traces: tracesView,
  trace: traceView,
  sessions: sessionsView,
  session: sessionView,
  compare: compareView,
  usage: usageView,
};

applyTheme(theme());
const live = new Live();
const main = /** @type {HTMLElement} */ (document.getElementById("main"));
const header = /** @type {HTMLElement} */ (document.getElementById("bar"));
const top = bar(live);

/** @type {{ key: string, view: View } | undefined} */
let open;

function show() {
  const route = currentRoute();
  const make = Object.hasOwn(VIEWS, route.view) ? VIEWS[route.view] : undefined;
  top.setRoute(route);
  if (make === undefined) {
    leave();
    document.title = "Not found · Catalyst";
    main.replaceChildren(
      h(
        "div",
        { class: "empty" },
        h("h2", {}, "There is no such page"),
        h("a", { href: href("traces") }, "All traces"),
      ),
    );
    return;
  }
  const key = `${route.view}/${route.id}`;
  if (open?.key === key && open.view.update(route)) return;
  leave();
  const view = make(route, live);
  open = { key, view };
  main.replaceChildren(view.element);
  view.opened?.();
}

function leave() {
  open?.view.close();
  open = undefined;
}

header.append(...top.elements);
listenForKeys();
bindKeys("Everywhere", [
  { keys: ["?"], does: "Show this", run: showHelp },
  { keys: ["1"], does: "Traces", run: () => go(href("traces")) },
  { keys: ["2"], does: "Sessions", run: () => go(href("sessions")) },
  { keys: ["3"], does: "Usage", run: () => go(href("usage")) },
  { keys: ["d"], does: "Light or dark", run: top.switchTheme },
]);
addEventListener("hashchange", show);
show();
live.start();
