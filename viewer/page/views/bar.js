/** The bar at the top: where one is, whether news comes in, light or dark, and the help. */
import { href } from "../data/route.js";
import { button, h, svg } from "../ui/dom.js";
import { showHelp } from "../ui/help.js";
import { icon } from "../ui/icons.js";
import { isDark, nextTheme, systemIsDark } from "../ui/theme.js";

/** @import { Live } from "../data/live.js" */
/** @import { Route } from "../data/route.js" */

const TABS = [
  { view: "traces", label: "Traces", of: ["traces", "trace", "compare"] },
  { view: "sessions", label: "Sessions", of: ["sessions", "session"] },
  { view: "usage", label: "Usage", of: ["usage"] },
];

/** @param {Live} live */
export function bar(live) {
  const links = TABS.map(({ view, label, of }) => ({
    of,
    link: h("a", { href: href(view) }, label),
  }));
  const state = h("span", { class: "live", role: "status" });
  const showState = () => {
    state.classList.toggle("on", live.connected);
    state.replaceChildren(
      h("i", { "aria-hidden": "true" }),
      live.connected ? "Live" : "Connecting…",
    );
  };
  live.addEventListener("change", showState);
  showState();
  const themeButton = button([icon("moon"), icon("sun")], () => switchTheme(), {
    class: "button quiet theme",
    "aria-label": "Light or dark",
    title: "Light or dark (d)",
  });
  const showTheme = () => themeButton.classList.toggle("is-dark", isDark());
  const switchTheme = () => {
    nextTheme();
    showTheme();
  };
  systemIsDark.addEventListener("change", showTheme);
  showTheme();

  return {
    elements: [
      h(
        "a",
        { class: "brand", href: href("traces"), "aria-label": "Catalyst, all traces" },
        logo(),
        "Catalyst",
      ),
      h("nav", { "aria-label": "Views" }, ...links.map(({ link }) => link)),
      h("span", { class: "grow" }),
      state,
      themeButton,
      button("?", showHelp, {
        class: "button quiet",
        "aria-label": "Keyboard shortcuts",
        title: "Keyboard shortcuts (?)",
      }),
    ],
    switchTheme,
    /** @param {Route} route */
    setRoute({ view }) {
      for (const { of, link } of links) {
        if (of.includes(view)) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
    },
  };
}

function logo() {
  return svg(
    "svg",
    { class: "logo", viewBox: "0 0 32 32", "aria-hidden": "true" },
    svg("rect", { width: 32, height: 32, rx: 8 }),
    svg("path", { d: "M8.7 10.2h14.6M12.7 16h10.6M16.7 21.8h3.6" }),
  );
}
