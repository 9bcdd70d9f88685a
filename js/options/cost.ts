/**
 * Whether model calls say what they cost, and the prices that the app knows: in code, or in a file
 * that is read here, once, so that a wrong one is an error of `setup()`.
 */
import { resolve } from "node:path";

import { CatalystTracingError, CatalystTracingErrorCodes, quote } from "../errors.js";
import { readFields, readNumber } from "./fields.js";
import type { OptionsIo } from "./io.js";
import { flag } from "./kinds.js";
import { ignoredVariable, invalidOption, type Lookup } from "./lookup.js";
import { copyOptionObject } from "./snapshot.js";

/** What a model costs, in US dollars per million tokens. */
export interface ModelPrice {
  input: number;
  /** Left out for embeddings; reasoning is output too. */
  output?: number | undefined;
  /**
   * Input that was read from the provider's cache.
   * @defaultValue as `input`
   */
  cacheRead?: number | undefined;
  /**
   * Input that was written to it.
   * @defaultValue as `input`
   */
  cacheWrite?: number | undefined;
  /** Without it a call with audio has no cost. */
  audioInput?: number | undefined;
  /** Without it a call that answers with audio has no cost. */
  audioOutput?: number | undefined;
}

export interface CostOptions {
  /** Prices by model, or a JSON file of such; they come before those that the package knows. */
  prices?: Readonly<Record<string, ModelPrice>> | string | undefined;
}

/** Prices of the app's own, if any. */
export interface ResolvedCost {
  readonly prices: Readonly<Record<string, Readonly<ModelPrice>>>;
}

const OPTION = "cost";
const VARIABLE = "CATALYST_COST";
const WANTS = "true, false or { prices }";
const PRICES_WANTS =
  "an object of prices by model in US dollars per million tokens, such as " +
  '{ "my-model": { input: 2, output: 8 } }, or the path of a JSON file with one';
const RATES = [
  "input",
  "output",
  "cacheRead",
  "cacheWrite",
  "audioInput",
  "audioOutput",
] as const satisfies readonly (keyof ModelPrice)[];
/** A thousand times the dearest model there is. */
const MAX_USD = 1_000_000;

/** `null` where no cost is wanted. */
export function resolveCost(lookup: Lookup, io: OptionsIo): ResolvedCost | null {
  const given = lookup.option(OPTION);
  const isWanted = given === undefined ? isWantedByVariable(lookup) : given !== false;
  if (given !== undefined) lookup.sources[OPTION] = "option";
  if (!isWanted) return null;
  if (given === undefined || given === true) return { prices: {} };
  const { prices } = readFields(OPTION, given, ["prices"], WANTS);
  if (prices === undefined) return { prices: {} };
  const path = `${OPTION}.prices`;
  return { prices: readPrices(path, typeof prices === "string" ? readFile(prices, io) : prices) };
}

function isWantedByVariable(lookup: Lookup): boolean {
  lookup.sources[OPTION] = "default";
  const text = lookup.variable(VARIABLE);
  if (text === undefined) return false;
  const value = flag.fromText(text);
  if (value === undefined) lookup.warn(ignoredVariable(VARIABLE, text, flag.wants));
  else lookup.sources[OPTION] = VARIABLE;
  return value ?? false;
}

function readPrices(path: string, given: unknown): ResolvedCost["prices"] {
  const copy = copyOptionObject(path, given, PRICES_WANTS);
  // A model may be called `__proto__`.
  const prices = Object.create(null) as Record<string, Readonly<ModelPrice>>;
  for (const [model, price] of Object.entries(copy)) {
    if (model.trim() === "") throw invalidOption(path, given, PRICES_WANTS);
    prices[model] = readPrice(`${path}[${quote(model)}]`, price);
  }
  return Object.freeze(prices);
}

function readPrice(path: string, given: unknown): Readonly<ModelPrice> {
  const wants = "US dollars per million tokens, such as { input: 2, output: 8 }";
  const fields = readFields(path, given, RATES, wants);
  const rates = RATES.flatMap((name) => {
    const range = { min: 0, max: MAX_USD };
    const dollars = readNumber(`${path}.${name}`, fields[name], range, `a number of ${wants}`);
    return dollars === null ? [] : [[name, dollars] as const];
  });
  const { input, ...others }: Partial<ModelPrice> = Object.fromEntries(rates);
  if (input === undefined)
    throw invalidOption(`${path}.input`, fields.input, `a number of ${wants}`);
  return Object.freeze({ input, ...others });
}

function readFile(path: string, io: OptionsIo): unknown {
  try {
    return JSON.parse(io.readFile(resolve(io.cwd(), path))) as unknown;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    const problem = error instanceof SyntaxError ? "is not JSON" : `cannot be read${code}`;
    throw new CatalystTracingError(
      CatalystTracingErrorCodes.INVALID_OPTION,
      `setup(): option "${OPTION}.prices" is ${quote(path)}, a file that ${problem}; it takes ` +
        `${PRICES_WANTS}.`,
      { cause: error },
    );
  }
}
