/** Search and filters above a list. They change the page's address, and the list follows that. */
import { getFacets } from "../data/api.js";
import { chips, readTyped, RANGES, withFilter, withoutFilter } from "../data/filters.js";
import { button, debounced, h } from "../ui/dom.js";
import { icon } from "../ui/icons.js";
import { kindWord } from "../ui/kinds.js";
import { openMenu } from "../ui/menu.js";
import { oneLine } from "../ui/visible-text.js";

/** @import { Choice } from "../ui/menu.js" */

const TYPING_MS = 180;
const STATUSES = [
  ["", "All"],
  ["ok", "OK"],
  ["error", "Errors"],
];

/**
 * @param {(query: URLSearchParams) => void} changed
 * @param {string} placeholder
 */
export function filterBar(changed, placeholder) {
  let query = new URLSearchParams();
  /** @param {URLSearchParams} next */
  const change = (next) => {
    typing.cancel();
    changed(next);
  };
  const typing = debounced(TYPING_MS, (/** @type {string} */ text) => {
    changed(withFilter(query, "q", text));
  });

  const input = h("input", {
    type: "search",
    placeholder,
    "aria-label": "Search inputs and outputs",
    autocomplete: "off",
    spellcheck: "false",
    title:
      "Words of inputs and outputs. Also agent:name status:error organization.id=org_42, then Enter.",
  });
  input.addEventListener("input", () => {
    // A filter that is being typed is none yet: it is taken on Enter.
    if (readTyped(input.value).filters.length === 0) typing(input.value.trim());
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      const { filters, text } = readTyped(input.value);
      const next = filters.reduce((all, [name, value]) => withFilter(all, name, value), query);
      input.value = text;
      change(withFilter(next, "q", text));
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.blur();
      /** @type {HTMLElement | null} */
      const rows = document.querySelector(".rows");
      rows?.focus();
    }
  });

  const list = h("div", { class: "chips", role: "list", "aria-label": "Filters" });
  const add = button([icon("plus"), "Filter"], () => void chooseField(), {
    class: "button quiet",
    "aria-haspopup": "menu",
    title: "Add a filter (f)",
  });
  const statuses = h("div", { class: "segments", role: "group", "aria-label": "Status" });
  const range = h("select", { "aria-label": "Time" });

  async function chooseField() {
    const facets = await getFacets().catch(() => undefined);
    /** @type {[string, string, readonly string[]][]} */
    const fields = [
      ["service", "service", facets?.services ?? []],
      ["agent", "agent", facets?.agents ?? []],
      ["user", "user", facets?.users ?? []],
      ["session", "session", []],
      ["kind", "kind of span", facets?.kinds ?? []],
    ];
    openMenu(
      add,
      "Filter by",
      [
        ...fields.map(([name, label, values]) => ({
          label,
          hint: values.length > 0 ? `${values.length}` : "",
          choose: () => chooseValue(name, label, values),
        })),
        ...(facets?.attributeKeys ?? []).map((key) => ({
          label: key,
          hint: "attribute",
          choose: () => chooseValue(`attr ${key}`, key, []),
        })),
      ],
      { placeholder: "Filter by… or key=value", other: (typed) => typedFilter(typed) },
    );
  }

  /**
   * @param {string} typed
   * @returns {Choice | undefined}
   */
  function typedFilter(typed) {
    const [filter] = readTyped(typed).filters;
    if (filter === undefined) return undefined;
    return { label: typed, hint: "filter", choose: () => change(withFilter(query, ...filter)) };
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {readonly string[]} values
   */
  function chooseValue(name, label, values) {
    const [field = "", key = ""] = name.split(" ");
    /** @param {string} value */
    const choose = (value) =>
      change(withFilter(query, field, key === "" ? value : `${key}=${value}`));
    openMenu(
      add,
      label,
      values.map((value) => ({
        label: value,
        hint: field === "kind" ? kindWord(value) : "",
        choose: () => choose(value),
      })),
      {
        placeholder: `${label} is…`,
        other: (typed) =>
          values.includes(typed)
            ? undefined
            : { label: typed, hint: "as typed", choose: () => choose(typed) },
      },
    );
  }

  function draw() {
    if (document.activeElement !== input) input.value = query.get("q") ?? "";
    list.replaceChildren(
      ...chips(query).map((filter) => {
        const name = `${filter.label} ${filter.name === "attr" ? "=" : "is"} ${oneLine(filter.value, 60)}`;
        return h(
          "span",
          { class: "chip", role: "listitem" },
          h("span", { class: "dim" }, `${filter.label} `),
          oneLine(filter.value, 60),
          button([icon("close")], () => change(withoutFilter(query, filter)), {
            class: "chip-close",
            "aria-label": `Remove the filter ${name}`,
          }),
        );
      }),
    );
    const status = query.get("status") ?? "";
    statuses.replaceChildren(
      ...STATUSES.map(([value = "", label = ""]) =>
        button(label, () => change(withFilter(query, "status", value)), {
          class: `segment ${value === "error" ? "segment-error" : ""}`,
          "aria-pressed": status === value ? "true" : "false",
        }),
      ),
    );
    drawRange();
  }

  function drawRange() {
    const custom = query.has("from") || query.has("to");
    const options = [
      ["", "All time"],
      ...Object.entries(RANGES),
      ...(custom ? [["custom", customLabel(query)]] : []),
      ["pick", "Between…"],
    ];
    range.replaceChildren(
      ...options.map(([value = "", label = ""]) => h("option", { value }, label)),
    );
    range.value = custom ? "custom" : (query.get("range") ?? "");
  }
  range.addEventListener("change", () => {
    const next = new URLSearchParams(query);
    if (range.value === "pick") {
      drawRange();
      pickTimes(query, change);
      return;
    }
    next.delete("from");
    next.delete("to");
    change(withFilter(next, "range", range.value));
  });

  return {
    element: h(
      "div",
      { class: "filters", role: "search" },
      h("label", { class: "search" }, icon("search"), input, h("kbd", {}, "/")),
      add,
      list,
      h("span", { class: "grow" }),
      statuses,
      range,
    ),
    focus: () => {
      input.focus();
      input.select();
    },
    addFilter: () => void chooseField(),
    /** @param {URLSearchParams} next */
    setQuery(next) {
      query = next;
      draw();
    },
    close: () => typing.cancel(),
  };
}

/** @param {URLSearchParams} query */
function customLabel(query) {
  const [from, to] = [query.get("from"), query.get("to")].map((ms) =>
    ms === null ? "…" : localTime(Number(ms)).replace("T", " "),
  );
  return `${from} – ${to}`;
}

/** @param {number} ms */
function localTime(ms) {
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) return "";
  return new Date(ms - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/**
 * @param {URLSearchParams} query
 * @param {(query: URLSearchParams) => void} change
 */
function pickTimes(query, change) {
  const from = h("input", {
    type: "datetime-local",
    value: localTime(Number(query.get("from") ?? Date.now() - 3_600_000)),
  });
  const to = h("input", {
    type: "datetime-local",
    value: query.has("to") ? localTime(Number(query.get("to"))) : "",
  });
  const form = h(
    "form",
    { method: "dialog" },
    h("h2", {}, "Between"),
    h("label", {}, "From", from),
    h("label", {}, "To", to),
    h(
      "div",
      { class: "actions" },
      button("Cancel", () => dialog.close()),
      h("button", { class: "button primary" }, "Show"),
    ),
  );
  const dialog = h("dialog", { class: "pick", "aria-label": "Choose a time" }, form);
  form.addEventListener("submit", () => {
    const next = new URLSearchParams(query);
    next.delete("range");
    for (const [name, { value }] of /** @type {const} */ ([
      ["from", from],
      ["to", to],
    ])) {
      if (value === "") next.delete(name);
      else next.set(name, String(new Date(value).getTime()));
    }
    change(next);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
