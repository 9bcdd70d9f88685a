// Embeddings: vectors that depend on nothing but their input, as floats or as base64, as asked for.

import { count, list, type JsonObject } from "./json.js";
import { answeringModel } from "./model-names.js";
import { jsonReply } from "./reply.js";
import type { Script } from "./script.js";
import { estimate } from "./tokens.js";

/** Few enough to be read in a test; a request can ask for others. */
const DIMENSIONS = 8;

export const embeddings: Script = ({ body }) => {
  const inputs = inputsOf(body["input"]);
  const dimensions = count(body["dimensions"], DIMENSIONS);
  const data = inputs.map((input, index): JsonObject => {
    const numbers = vector(input, dimensions);
    const embedding = body["encoding_format"] === "base64" ? base64(numbers) : numbers;
    return { object: "embedding", index, embedding };
  });
  const tokens = inputs
    .map((input) => (Array.isArray(input) ? input.length : estimate(input)))
    .reduce((sum, each) => sum + each, 0);
  const usage = { prompt_tokens: tokens, total_tokens: tokens };
  return jsonReply({ object: "list", model: answeringModel(body["model"]), data, usage });
};

/** One text or many, one list of tokens or many. */
function inputsOf(input: unknown): unknown[] {
  return typeof input === "string" || typeof list(input)[0] === "number" ? [input] : list(input);
}

/** Values that floats of 32 bits hold exactly, so that both encodings give the same numbers. */
export function vector(input: unknown, dimensions: number): number[] {
  let state = 7;
  for (const character of JSON.stringify(input)) {
    state = (state * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  }
  return Array.from({ length: dimensions }, () => {
    state = (state * 17 + 5) % 65_521;
    return ((state % 257) - 128) / 256;
  });
}

function base64(numbers: readonly number[]): string {
  return Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
}
