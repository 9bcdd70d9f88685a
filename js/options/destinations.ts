/**
 * Where spans go: the collector of the top level, the sinks, and what `destinations` lists.
 *
 * The top level's collector is one of them when `sink` lists it, when nothing else is said, and when
 * somebody has configured it: in code, or, where `destinations` says nothing else in code, in the
 * environment. So a sink alone takes the place of the default endpoint, of which nobody may know,
 * and never that of one that somebody wants spans at.
 */
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { CONNECTION_NAMES, type Inherited, resolveConnection } from "./connection.js";
import { withoutSecrets } from "./endpoint.js";
import { resolveFilter } from "./filter.js";
import type { OptionsIo } from "./io.js";
import { invalidOption, type Lookup } from "./lookup.js";
import { POLICY_NAMES, resolveOwnPolicy } from "./policy.js";
import { suggestName } from "./names.js";
import { readSinks, type ResolvedSink, resolveSinks } from "./sinks.js";
import { copyOptionObject } from "./snapshot.js";
import type { Connection, ResolvedDestination, ResolvedPolicy } from "./destination-types.js";
import type { ResolvedOptions } from "./types.js";

const WANTS_LIST = 'a list such as [{ endpoint: "https://collector.example" }]';
const WANTS_DESTINATION = 'an object such as { endpoint: "https://collector.example" }';

const NAMES = ["name", ...CONNECTION_NAMES, "sink", "filter", ...POLICY_NAMES];

export function resolveDestinations(
  lookup: Lookup,
  io: OptionsIo,
  connection: Connection,
  policy: ResolvedPolicy,
): readonly ResolvedDestination[] {
  const sinks = resolveSinks(lookup, io);
  const colours = showsColours(lookup, io);
  const above = { connection, policy, sources: lookup.sources, io, colours };
  const nowhere = { ...NOWHERE, policy };
  const listed = resolveListed(lookup, above);
  const endpointSource = lookup.sources["endpoint"] ?? "default";
  const isOtlp =
    sinks?.includes("otlp") === true ||
    (listed === undefined
      ? sinks === undefined || endpointSource !== "default"
      : endpointSource === "option");
  const destinations = [
    ...(isOtlp ? [{ ...nowhere, name: "otlp", ...to(connection) }] : []),
    ...(sinks ?? []).flatMap((sink) =>
      sink === "otlp" ? [] : [{ ...nowhere, name: nameOf(sink), ...into(sink, colours) }],
    ),
    ...(listed ?? []),
  ];
  const saying = [listed && "option", sinks && lookup.sources["sink"]];
  lookup.sources["destinations"] =
    [...new Set(saying.filter((source) => source !== undefined))].join(", ") || "default";
  return nameApart(destinations, listed);
}

/** What the handle says, as it was given. */
export function endpointOf({ destinations }: Pick<ResolvedOptions, "destinations">): string {
  const [first] = destinations;
  return first?.otlp?.endpoint ?? first?.endpoint ?? "";
}

type Unnamed = Omit<ResolvedDestination, "name"> & { readonly name: string };

const NOWHERE = { filter: null, otlp: null, console: null, file: null } as const;

interface Listed extends Unnamed {
  readonly isNamed: boolean;
}

/** What all of them share. */
interface Above extends Inherited {
  readonly io: OptionsIo;
  readonly policy: ResolvedPolicy;
  readonly colours: boolean;
}

function resolveListed(lookup: Lookup, above: Above): Listed[] | undefined {
  const given = lookup.option("destinations");
  if (given === undefined) return undefined;
  if (!Array.isArray(given) || given.length === 0) {
    throw invalidOption("destinations", given, WANTS_LIST);
  }
  return [...(given as unknown[])].map((one, index) =>
    resolveOne(lookup, `destinations[${index}]`, one, above),
  );
}

function resolveOne(parent: Lookup, path: string, given: unknown, above: Above): Listed {
  const copy = copyOptionObject(path, given, WANTS_DESTINATION);
  const wrong = Object.keys(copy).find((name) => !NAMES.includes(name));
  if (wrong !== undefined) {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.UNKNOWN_OPTION,
      `setup(): option "${path}" has no ${quote(wrong)}. ${suggestName(wrong, NAMES)}`,
    );
  }
  const lookup = parent.within(`${path}.`, copy);
  const place = placeOf(lookup, path, above);
  const { name } = copy;
  if (name !== undefined && (typeof name !== "string" || name.trim() === "")) {
    throw invalidOption(`${path}.name`, name, "a string that is not empty");
  }
  return {
    ...NOWHERE,
    ...place,
    filter: resolveFilter(`${path}.filter`, copy["filter"]),
    policy: resolveOwnPolicy(lookup, path, above.policy, parent),
    name: name?.trim() ?? place.name,
    isNamed: name !== undefined,
  };
}

function placeOf(lookup: Lookup, path: string, above: Above) {
  const sink = lookup.option("sink");
  if (sink === undefined) {
    if (lookup.option("endpoint") === undefined) {
      throw invalidOption(`${path}.endpoint`, undefined, "an http:// or https:// URL");
    }
    const { extraCaPem: _, ...connection } = resolveConnection(lookup, above.io, above);
    return { ...to(connection), name: new URL(connection.tracesUrl).host };
  }
  const other = CONNECTION_NAMES.find((name) => lookup.option(name) !== undefined);
  const sinks = Array.isArray(sink) ? [] : readSinks(`${path}.sink`, sink, above.io);
  const [only] = sinks;
  if (only === undefined || only === "otlp") {
    throw invalidOption(`${path}.sink`, sink, '"console" or { file: "traces.jsonl" }');
  }
  if (other === undefined) return { ...into(only, above.colours), name: nameOf(only) };
  throw new CatalystTracingError(
    CatalystTracingErrorCodes.INVALID_OPTION,
    `setup(): option "${path}" has both "sink" and "${other}"; make two destinations of it.`,
  );
}

function to(connection: Connection) {
  return { endpoint: withoutSecrets(connection.endpoint), otlp: connection };
}

type Local = Exclude<ResolvedSink, "otlp">;

function into(sink: Local, colours: boolean) {
  return sink === "console"
    ? { endpoint: "console:", console: { colours } }
    : { endpoint: `file:${sink.file}`, file: sink };
}

/** By the convention of https://no-color.org, and by Node's for the opposite. */
function showsColours(lookup: Lookup, io: OptionsIo): boolean {
  const forced = lookup.variable("FORCE_COLOR");
  if (lookup.variable("NO_COLOR") !== undefined || forced === "0") return false;
  if (forced !== undefined) return true;
  return io.isTerminal() && lookup.variable("TERM") !== "dumb";
}

function nameOf(sink: Local): string {
  return sink === "console" ? "console" : "file";
}

/** Names that were given stay, and may not be given twice; others get a number where they clash. */
function nameApart(
  destinations: readonly Unnamed[],
  listed: readonly Listed[] = [],
): ResolvedDestination[] {
  const taken = new Set<string>();
  for (const [index, { name, isNamed }] of listed.entries()) {
    if (!isNamed) continue;
    if (taken.has(name)) {
      throw invalidOption(`destinations[${index}].name`, name, "a name that no other has");
    }
    taken.add(name);
  }
  return destinations.map((destination) => {
    const { isNamed = false, ...rest } = destination as Unnamed & { isNamed?: boolean };
    if (isNamed) return rest;
    let { name } = rest;
    for (let number = 2; taken.has(name); number += 1) name = `${rest.name} ${number}`;
    taken.add(name);
    return { ...rest, name };
  });
}
