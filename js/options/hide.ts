/**
 * What must not leave the process: `hide`, and OpenInference's variables for the same.
 *
 * Each flag is looked up by itself, in code before the environment. A variable that is set to a
 * word that nobody knows hides: whoever set it meant to hold something back.
 */
import {
  CatalystTracingError,
  CatalystTracingErrorCodes,
  describeValue,
  quote,
} from "../errors.js";
import { flag, wholeNumber } from "./kinds.js";
import { ignoredVariable, invalidOption, type Lookup } from "./lookup.js";
import { suggestName } from "./names.js";
import { copyOptionObject } from "./snapshot.js";
import type { ResolvedHide } from "./hide-types.js";

type Flag = Exclude<keyof ResolvedHide, "base64ImageMaxLength">;

const PREFIX = "OPENINFERENCE_HIDE_";
const MAX_LENGTH = "OPENINFERENCE_BASE64_IMAGE_MAX_LENGTH";

/** Each with its variables, the deprecated name last. */
const FLAGS: Readonly<Record<Flag, readonly string[]>> = {
  inputs: [`${PREFIX}INPUTS`],
  outputs: [`${PREFIX}OUTPUTS`],
  inputMessages: [`${PREFIX}INPUT_MESSAGES`],
  outputMessages: [`${PREFIX}OUTPUT_MESSAGES`],
  inputImages: [`${PREFIX}INPUT_IMAGES`],
  inputText: [`${PREFIX}INPUT_TEXT`],
  outputText: [`${PREFIX}OUTPUT_TEXT`],
  prompts: [`${PREFIX}PROMPTS`],
  choices: [`${PREFIX}CHOICES`],
  llmTools: [`${PREFIX}LLM_TOOLS`],
  llmInvocationParameters: [`${PREFIX}LLM_INVOCATION_PARAMETERS`],
  embeddingsVectors: [`${PREFIX}EMBEDDINGS_VECTORS`, `${PREFIX}EMBEDDING_VECTORS`],
  embeddingsText: [`${PREFIX}EMBEDDINGS_TEXT`],
};

const NAMES: readonly string[] = [...Object.keys(FLAGS), "base64ImageMaxLength"];
const VARIABLES: readonly string[] = Object.values(FLAGS).flat();

/** What OpenInference allows, for a variable that is no number. */
const USUAL_MAX_LENGTH = 32_000;

const length = wholeNumber("characters", { min: 0, max: 0xffff_ffff, example: USUAL_MAX_LENGTH });

const WANTS = `true, false, or an object of flags, such as { inputs: true }`;

/**
 * @param given - the value of the option that is called `path`
 * @param below - what holds where `given` says nothing; the environment, where that is left out
 */
export function resolveHide(
  lookup: Lookup,
  given = lookup.option("hide"),
  path = "hide",
  below?: ResolvedHide,
): ResolvedHide {
  const sources = new Set<string>();
  const inCode = readOption(given, path);
  if (Object.keys(inCode).length > 0) sources.add("option");
  const fromFlag = (name: Flag): boolean =>
    inCode[name] ?? (below === undefined ? fromVariables(lookup, name, sources) : below[name]);
  const flags = Object.fromEntries(
    Object.keys(FLAGS).map((name) => [name, fromFlag(name as Flag)]),
  ) as Record<Flag, boolean>;
  const inherited = below === undefined ? lengthIn(lookup, sources) : below.base64ImageMaxLength;
  const longest = inCode.base64ImageMaxLength;
  if (below === undefined) {
    warnOfUnknown(lookup);
    lookup.sources[path] = [...sources].join(", ") || "default";
  }
  return Object.freeze({
    ...flags,
    base64ImageMaxLength: longest === undefined ? inherited : longest,
  });
}

/** The names of what is hidden, for people. */
export function shownHide({ base64ImageMaxLength: longest, ...flags }: ResolvedHide): string {
  const names = Object.entries(flags).flatMap(([name, hides]) => (hides ? [name] : []));
  if (longest !== null) names.push(`base64 images of more than ${longest} characters`);
  return names.join(", ") || "nothing";
}

/** `true` and `false` stand for all flags. */
function readOption(given: unknown, path: string): Partial<ResolvedHide> {
  if (given === undefined) return {};
  if (typeof given === "boolean") {
    const all = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, given]));
    return { ...all, ...(!given && { base64ImageMaxLength: null }) };
  }
  const read: Record<string, boolean | number | null> = {};
  for (const [name, value] of Object.entries(copyOptionObject(path, given, WANTS))) {
    if (!NAMES.includes(name)) throw unknownFlag(`${path}.${name}`, name);
    if (value === undefined) continue;
    read[name] = name in FLAGS ? readFlag(path, name, value) : readLength(path, name, value);
  }
  return read;
}

function unknownFlag(option: string, name: string): CatalystTracingError {
  return new CatalystTracingError(
    CatalystTracingErrorCodes.UNKNOWN_OPTION,
    `setup(): there is no option ${quote(option)}. ${suggestName(name, NAMES)}`,
  );
}

function readFlag(path: string, name: string, value: unknown): boolean {
  const read = flag.fromValue(value);
  if (read === undefined) throw invalidOption(`${path}.${name}`, value, flag.wants);
  return read;
}

function readLength(path: string, name: string, value: unknown): number | null {
  if (value === null || value === Infinity) return null;
  const read = length.fromValue(value);
  if (read === undefined) throw invalidOption(`${path}.${name}`, value, length.wants);
  return read;
}

function fromVariables(lookup: Lookup, name: Flag, sources: Set<string>): boolean {
  for (const variable of FLAGS[name]) {
    const text = lookup.variable(variable);
    if (text === undefined) continue;
    sources.add(variable);
    const read = flag.fromText(text);
    if (read !== undefined) return read;
    lookup.warn(
      `${variable} is ${describeValue(text)}; it takes ${flag.wants}. It is taken for true.`,
    );
    return true;
  }
  return false;
}

function lengthIn(lookup: Lookup, sources: Set<string>): number | null {
  const text = lookup.variable(MAX_LENGTH);
  if (text === undefined) return null;
  sources.add(MAX_LENGTH);
  const read = length.fromText(text);
  if (read !== undefined) return read;
  lookup.warn(
    ignoredVariable(MAX_LENGTH, text, length.wants).replace(
      "It is ignored.",
      `It is taken for ${USUAL_MAX_LENGTH}.`,
    ),
  );
  return USUAL_MAX_LENGTH;
}

function warnOfUnknown(lookup: Lookup): void {
  for (const name of lookup.variablesWith(PREFIX)) {
    if (VARIABLES.includes(name) || lookup.variable(name) === undefined) continue;
    lookup.warn(
      `${name} is set, but there is no such variable: it hides nothing. ${suggestName(name, VARIABLES)}`,
    );
  }
}
