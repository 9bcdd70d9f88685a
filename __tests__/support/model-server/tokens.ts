// Token counts, by one name for each, in the shapes of the two APIs. Where a script gives none they
// are estimated from lengths, so that they are plausible and always the same.

import type { JsonObject } from "./json.js";

export interface TokenCounts {
  input: number;
  output: number;
  cached: number;
  reasoning: number;
  inputAudio: number;
  outputAudio: number;
}

/** The usual rule of thumb for English. */
const CHARACTERS_PER_TOKEN = 4;

export function estimate(value: unknown): number {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}

export function tokenCounts(
  input: unknown,
  output: unknown,
  given: Partial<TokenCounts> = {},
): TokenCounts {
  return {
    input: estimate(input),
    output: estimate(output),
    cached: 0,
    reasoning: 0,
    inputAudio: 0,
    outputAudio: 0,
    ...given,
  };
}

export function chatUsage(counts: TokenCounts): JsonObject {
  return {
    prompt_tokens: counts.input,
    completion_tokens: counts.output,
    total_tokens: counts.input + counts.output,
    prompt_tokens_details: { cached_tokens: counts.cached, audio_tokens: counts.inputAudio },
    completion_tokens_details: {
      reasoning_tokens: counts.reasoning,
      audio_tokens: counts.outputAudio,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export function responseUsage(counts: TokenCounts): JsonObject {
  return {
    input_tokens: counts.input,
    input_tokens_details: { cached_tokens: counts.cached },
    output_tokens: counts.output,
    output_tokens_details: { reasoning_tokens: counts.reasoning },
    total_tokens: counts.input + counts.output,
  };
}
