/**
 * The option `sink`: places for spans other than a collector, or besides it.
 */
import { resolve } from "node:path";
import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import type { OptionsIo } from "./io.js";
import { wholeNumber } from "./kinds.js";
import { ignoredVariable, invalidOption, type Lookup } from "./lookup.js";
import { suggestName } from "./names.js";
import { copyOptionObject } from "./snapshot.js";
import type { FileSink } from "./destination-types.js";

const MIB = 1024 * 1024;
const VARIABLE = "CATALYST_SINK";

export type ResolvedSink = "otlp" | "console" | FileSink;

/** At this size text editors still open it, and it holds some ten thousand model calls. */
const DEFAULT_MAX_BYTES = 100 * MIB;
const DEFAULT_MAX_FILES = 3;

const MAX_BYTES = wholeNumber("bytes", {
  min: 1,
  max: Number.MAX_SAFE_INTEGER,
  example: DEFAULT_MAX_BYTES,
});
const MAX_FILES = wholeNumber("files", { min: 1, max: 1000, example: DEFAULT_MAX_FILES });

const WANTS_SINK = '"otlp", "console", { file: "traces.jsonl" }, or a list of these';
const WANTS_WORDS = "otlp, console, file:PATH, or several of these with commas between them";
const WANTS_PATH = 'the path of a file, such as "traces.jsonl"';
const FILE_NAMES = ["file", "maxBytes", "maxFiles"];

/** Nothing where neither code nor environment says a word. */
export function resolveSinks(lookup: Lookup, io: OptionsIo): readonly ResolvedSink[] | undefined {
  const given = lookup.option("sink");
  if (given !== undefined) {
    lookup.sources["sink"] = "option";
    return readSinks(`${lookup.path}sink`, given, io);
  }
  const text = lookup.variable(VARIABLE);
  const fromText = text === undefined ? undefined : readText(text, io);
  if (text !== undefined && fromText === undefined) {
    lookup.warn(ignoredVariable(VARIABLE, text, WANTS_WORDS));
  }
  lookup.sources["sink"] = fromText === undefined ? "default" : VARIABLE;
  return fromText;
}

/** One sink, or a list of them; `path` is what an error calls the option. */
export function readSinks(path: string, given: unknown, io: OptionsIo): ResolvedSink[] {
  const list: unknown[] = Array.isArray(given) ? [...(given as unknown[])] : [given];
  if (list.length === 0) throw invalidOption(path, given, WANTS_SINK);
  const sinks = list.map((sink, index) =>
    readSink(Array.isArray(given) ? `${path}[${index}]` : path, sink, io),
  );
  return withoutTwins(sinks);
}

function readSink(path: string, given: unknown, io: OptionsIo): ResolvedSink {
  if (given === "otlp" || given === "console") return given;
  if (typeof given !== "object") throw invalidOption(path, given, WANTS_SINK);
  const copy = copyOptionObject(path, given, WANTS_SINK);
  const wrong = Object.keys(copy).find((name) => !FILE_NAMES.includes(name));
  if (wrong !== undefined) {
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.UNKNOWN_OPTION,
      `setup(): option "${path}" has no ${quote(wrong)}. ${suggestName(wrong, FILE_NAMES)}`,
    );
  }
  const { file } = copy;
  if (typeof file !== "string" || file.trim() === "" || file.includes("\0")) {
    throw invalidOption(`${path}.file`, file, WANTS_PATH);
  }
  const number = (name: "maxBytes" | "maxFiles", kind: typeof MAX_BYTES, fallback: number) => {
    const value = copy[name];
    if (value === undefined) return fallback;
    const read = kind.fromValue(value);
    if (read === undefined) throw invalidOption(`${path}.${name}`, value, kind.wants);
    return read;
  };
  return {
    file: resolve(io.cwd(), file),
    maxBytes: number("maxBytes", MAX_BYTES, DEFAULT_MAX_BYTES),
    maxFiles: number("maxFiles", MAX_FILES, DEFAULT_MAX_FILES),
  };
}

function readText(text: string, io: OptionsIo): ResolvedSink[] | undefined {
  const sinks = text.split(",").map((word) => readWord(word.trim(), io));
  return sinks.every((sink) => sink !== undefined) ? withoutTwins(sinks) : undefined;
}

function readWord(word: string, io: OptionsIo): ResolvedSink | undefined {
  const [kind, ...rest] = word.split(":");
  const path = rest.join(":").trim();
  switch (kind?.toLowerCase()) {
    case "otlp":
    case "console":
      return rest.length === 0 ? (kind.toLowerCase() as "otlp" | "console") : undefined;
    case "file":
      return path === ""
        ? undefined
        : {
            file: resolve(io.cwd(), path),
            maxBytes: DEFAULT_MAX_BYTES,
            maxFiles: DEFAULT_MAX_FILES,
          };
    default:
      return undefined;
  }
}

/** What is listed twice is meant once. */
function withoutTwins(sinks: readonly ResolvedSink[]): ResolvedSink[] {
  const place = (sink: ResolvedSink) => (typeof sink === "string" ? sink : `file:${sink.file}`);
  return [...new Map(sinks.map((sink) => [place(sink), sink])).values()];
}
