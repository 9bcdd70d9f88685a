/**
 * The HTTP headers of every export request: those of the options, those of the environment, and
 * the token.
 *
 * For one name the first of these counts: the option `headers`, the token, the variable for
 * traces, the variable for all signals. Names are compared without case; values never appear in a
 * message.
 */
import { invalidOption, type Lookup } from "./lookup.js";
import { parsePairs } from "./pairs.js";
import { copyOptionObject } from "./snapshot.js";
import { SETTINGS } from "./table.js";

type HeaderList = readonly (readonly [name: string, value: string])[];

/** An HTTP token. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Latin-1 without control characters, which is all that a header can carry. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that describe the request's body, which only its sender knows. */
const OF_THE_BODY = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "transfer-encoding",
]);

/** From the weakest to the strongest. */
const VARIABLES = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"];

const WANTS_HEADERS = 'an object of strings, such as { "x-api-key": "…" }';

export function resolveHeaders(lookup: Lookup): HeaderList {
  const path = `${lookup.path}headers`;
  const merged = new Map<string, readonly [string, string]>();
  const sources = new Set<string>();
  const add = (name: string, value: string, source: string) => {
    if (OF_THE_BODY.has(name.toLowerCase())) {
      const place = source === "option" ? `setup(): option "${path}"` : source;
      lookup.warn(`${place}: the exporter itself sets the header "${name}". It is ignored.`);
      return;
    }
    merged.set(name.toLowerCase(), [name, value]);
    sources.add(source);
  };

  for (const variable of VARIABLES) addFromVariable(lookup, variable, add);
  const token = lookup.pick(SETTINGS.token);
  if (token !== null) merged.set("authorization", ["Authorization", `Bearer ${token}`]);
  addFromOption(lookup, add);

  lookup.sources["headers"] = [...sources].reverse().join(", ") || "default";
  return [...merged.values()];
}

type Add = (name: string, value: string, source: string) => void;

function addFromVariable(lookup: Lookup, variable: string, add: Add): void {
  for (const pair of parsePairs(lookup.variable(variable) ?? "")) {
    if ("problem" in pair) {
      lookup.warn(`${variable}: ${pair.problem}. That entry is ignored.`);
    } else if (!NAME.test(pair.key)) {
      lookup.warn(`${variable}: a header's name is not valid in HTTP. That entry is ignored.`);
    } else if (!VALUE.test(pair.value)) {
      lookup.warn(
        `${variable}: the value of "${pair.key}" (not shown) has characters that a header cannot ` +
          "carry. That entry is ignored.",
      );
    } else {
      add(pair.key, pair.value, variable);
    }
  }
}

function addFromOption(lookup: Lookup, add: Add): void {
  const given = lookup.option("headers");
  if (given === undefined) return;
  const path = `${lookup.path}headers`;
  for (const [name, value] of Object.entries(copyOptionObject(path, given, WANTS_HEADERS))) {
    const option = `${path}.${name}`;
    if (!NAME.test(name)) {
      throw invalidOption(option, value, "a name of letters, digits and dashes", "secret");
    }
    if (typeof value !== "string" || !VALUE.test(value)) {
      throw invalidOption(option, value, "a string of Latin-1 characters on one line", "secret");
    }
    add(name, value, "option");
  }
}
