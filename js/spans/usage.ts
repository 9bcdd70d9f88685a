/**
 * Token counts as providers report them, under one set of names. Counts of cached, audio and
 * reasoning tokens are parts of the two sums, as OpenInference has it; where a provider reports
 * them beside the sums, they are added.
 */
import type { Span } from "@opentelemetry/api";

import { type Fields, read } from "../handoff/stand-ins.js";
import { Attr } from "../semconv.js";
import { guarded } from "./guard.js";

/** What a model call used. */
export interface TokenUsage {
  /** Everything that went in, cached tokens included. */
  prompt?: number | undefined;
  /** Everything that came out, reasoning included. */
  completion?: number | undefined;
  /** The sum of the two where left out. */
  total?: number | undefined;
  promptCacheRead?: number | undefined;
  promptCacheWrite?: number | undefined;
  promptAudio?: number | undefined;
  completionReasoning?: number | undefined;
  completionAudio?: number | undefined;
}

type Name = keyof TokenUsage;

/** Where each count stands in the usage that a provider or a framework reports; the first counts. */
const PATHS: Readonly<Record<Name, readonly string[]>> = {
  prompt: [
    "prompt",
    "prompt_tokens",
    "input_tokens",
    "promptTokens",
    "inputTokens",
    "promptTokenCount",
    "prompt_eval_count",
  ],
  completion: [
    "completion",
    "completion_tokens",
    "output_tokens",
    "completionTokens",
    "outputTokens",
    "candidatesTokenCount",
    "eval_count",
  ],
  total: ["total", "total_tokens", "totalTokens", "totalTokenCount"],
  promptCacheRead: [
    "promptCacheRead",
    "prompt_tokens_details.cached_tokens",
    "input_tokens_details.cached_tokens",
    "inputTokensDetails.cachedTokens",
    "input_token_details.cache_read",
    "inputTokenDetails.cacheReadTokens",
    "cache_read_input_tokens",
    "cacheReadInputTokens",
    "cachedInputTokens",
    "cachedContentTokenCount",
    "prompt_cache_hit_tokens",
  ],
  promptCacheWrite: [
    "promptCacheWrite",
    "prompt_tokens_details.cache_write_tokens",
    "input_tokens_details.cache_write_tokens",
    "input_token_details.cache_creation",
    "inputTokenDetails.cacheWriteTokens",
    "cache_creation_input_tokens",
    "cacheWriteInputTokens",
  ],
  promptAudio: [
    "promptAudio",
    "prompt_tokens_details.audio_tokens",
    "input_tokens_details.audio_tokens",
    "input_token_details.audio",
  ],
  completionReasoning: [
    "completionReasoning",
    "completion_tokens_details.reasoning_tokens",
    "output_tokens_details.reasoning_tokens",
    "outputTokensDetails.reasoningTokens",
    "output_token_details.reasoning",
    "outputTokenDetails.reasoningTokens",
    "reasoningTokens",
    "thoughtsTokenCount",
  ],
  completionAudio: [
    "completionAudio",
    "completion_tokens_details.audio_tokens",
    "output_tokens_details.audio_tokens",
    "output_token_details.audio",
  ],
};

/** Anthropic's and Bedrock's names: cached input is not part of their input tokens. */
const BESIDE_PROMPT = [
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
  "cacheReadInputTokens",
  "cacheWriteInputTokens",
];
/** Gemini's: thinking is not part of the candidates' tokens. */
const BESIDE_COMPLETION = ["thoughtsTokenCount"];

const KEYS: Readonly<Record<Name, string>> = {
  prompt: Attr.TOKEN_COUNT_PROMPT,
  completion: Attr.TOKEN_COUNT_COMPLETION,
  total: Attr.TOKEN_COUNT_TOTAL,
  promptCacheRead: Attr.TOKEN_COUNT_PROMPT_CACHE_READ,
  promptCacheWrite: Attr.TOKEN_COUNT_PROMPT_CACHE_WRITE,
  promptAudio: Attr.TOKEN_COUNT_PROMPT_AUDIO,
  completionReasoning: Attr.TOKEN_COUNT_COMPLETION_REASONING,
  completionAudio: Attr.TOKEN_COUNT_COMPLETION_AUDIO,
};

const NAMES = Object.keys(PATHS) as Name[];

/**
 * @param usage - what a provider or framework reports, a response that has it as `usage`, or a
 * `TokenUsage`; anything else has no counts
 */
export function normalizeUsage(usage: unknown): TokenUsage {
  const reported = usageIn(usage);
  if (reported === undefined) return {};
  const counts: TokenUsage = {};
  for (const name of NAMES) {
    const count = firstCount(reported, PATHS[name]);
    if (count !== undefined) counts[name] = count;
  }
  if (counts.prompt !== undefined) counts.prompt += sum(reported, BESIDE_PROMPT);
  if (counts.completion !== undefined) counts.completion += sum(reported, BESIDE_COMPLETION);
  if (counts.total === undefined && (counts.prompt ?? counts.completion) !== undefined) {
    counts.total = (counts.prompt ?? 0) + (counts.completion ?? 0);
  }
  return counts;
}

/** Sets the token counts of a span; those that are not reported stay as they are. */
export function recordSpanUsage(span: Span, usage: unknown): void {
  const counts = normalizeUsage(usage);
  for (const name of NAMES) {
    const count = counts[name];
    if (count !== undefined) guarded(() => span.setAttribute(KEYS[name], count));
  }
}

function usageIn(value: unknown): Fields | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const name of ["usage", "usage_metadata", "usageMetadata"]) {
    const inner = read(value as Fields, name);
    if (typeof inner === "object" && inner !== null) return inner as Fields;
  }
  return value as Fields;
}

function firstCount(usage: Fields, paths: readonly string[]): number | undefined {
  for (const path of paths) {
    const count = countAt(usage, path);
    if (count !== undefined) return count;
  }
  return undefined;
}

function countAt(usage: Fields, path: string): number | undefined {
  let value: unknown = usage;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = read(value as Fields, name);
  }
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function sum(usage: Fields, names: readonly string[]): number {
  return names.reduce((total, name) => total + (countAt(usage, name) ?? 0), 0);
}
