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

/** What is not part of a sum but beside it, and of which. */
const BESIDE: ReadonlyMap<string, "prompt" | "completion"> = new Map([
  // Anthropic's and Bedrock's names: cached input is not part of their input tokens.
  ["cache_read_input_tokens", "prompt"],
  ["cache_creation_input_tokens", "prompt"],
  ["cacheReadInputTokens", "prompt"],
  ["cacheWriteInputTokens", "prompt"],
  // Gemini's: thinking is not part of the candidates' tokens.
  ["thoughtsTokenCount", "completion"],
]);

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

/** What a field of the reported usage counts; the lowest rank of a name wins. */
interface Counter {
  readonly name: Name;
  readonly rank: number;
  /** The sum that it is not part of. */
  readonly beside: "prompt" | "completion" | undefined;
}

/** By the names of fields: counters, and the fields of objects in them. */
type Level = Map<string, Counter | Level>;

const FIELDS = levelOf(PATHS);

function levelOf(paths: typeof PATHS): Level {
  const level: Level = new Map();
  for (const name of NAMES) {
    for (const [rank, path] of paths[name].entries()) {
      const [first = "", second] = path.split(".");
      const counter = { name, rank, beside: BESIDE.get(path) };
      if (second === undefined) {
        level.set(first, counter);
        continue;
      }
      const known = level.get(first);
      const inner: Level = known instanceof Map ? known : new Map();
      level.set(first, inner.set(second, counter));
    }
  }
  return level;
}

class Tally {
  readonly counts: TokenUsage = {};
  readonly beside = { prompt: 0, completion: 0 };
  private readonly ranks: Partial<Record<Name, number>> = {};

  /** Goes by what is reported: trying all that could be takes several times as long. */
  add(reported: Fields, level: Level): void {
    for (const field of fieldsIn(reported, level)) {
      const meaning = level.get(field);
      if (meaning === undefined) continue;
      const value = read(reported, field);
      if (!(meaning instanceof Map)) this.note(meaning, value);
      else if (typeof value === "object" && value !== null) this.add(value as Fields, meaning);
    }
  }

  private note({ name, rank, beside }: Counter, value: unknown): void {
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return;
    if (beside !== undefined) this.beside[beside] += value;
    if (rank >= (this.ranks[name] ?? Number.POSITIVE_INFINITY)) return;
    this.ranks[name] = rank;
    this.counts[name] = value;
  }
}

/** An instance of a class may have getters, which are no properties of its own. */
function fieldsIn(reported: Fields, level: Level): Iterable<string> {
  try {
    const prototype: unknown = Object.getPrototypeOf(reported);
    if (prototype === Object.prototype || prototype === null) return Object.keys(reported);
  } catch {
    // A proxy that refuses; its fields may be read all the same.
  }
  return level.keys();
}

/**
 * @param usage - what a provider or framework reports, a response that has it as `usage`, or a
 * `TokenUsage`; anything else has no counts
 */
export function normalizeUsage(usage: unknown): TokenUsage {
  const reported = usageIn(usage);
  if (reported === undefined) return {};
  const tally = new Tally();
  tally.add(reported, FIELDS);
  const { counts, beside } = tally;
  if (counts.prompt !== undefined) counts.prompt += beside.prompt;
  if (counts.completion !== undefined) counts.completion += beside.completion;
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
