// normalizeUsage: what providers and frameworks report, under one set of names.

import assert from "node:assert/strict";
import { test } from "node:test";

import { normalizeUsage, recordSpanUsage, type TokenUsage } from "catalyst-tracing";

import { NASTY } from "../capture/nasty.js";
import { traced } from "../capture/traced.js";

class Metered {
  readonly inputTokens = 3;

  get outputTokens(): number {
    return 4;
  }
}

const REPORTS: Record<string, readonly [reported: unknown, counts: TokenUsage]> = {
  "OpenAI chat completions": [
    {
      prompt_tokens: 100,
      completion_tokens: 20,
      total_tokens: 120,
      prompt_tokens_details: { cached_tokens: 64, audio_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 8, audio_tokens: 2 },
    },
    {
      prompt: 100,
      completion: 20,
      total: 120,
      promptCacheRead: 64,
      promptAudio: 1,
      completionReasoning: 8,
      completionAudio: 2,
    },
  ],
  "OpenAI responses": [
    {
      input_tokens: 100,
      output_tokens: 20,
      total_tokens: 120,
      input_tokens_details: { cached_tokens: 64 },
      output_tokens_details: { reasoning_tokens: 8 },
    },
    { prompt: 100, completion: 20, total: 120, promptCacheRead: 64, completionReasoning: 8 },
  ],
  "the Agents SDK": [
    {
      inputTokens: 10,
      outputTokens: 2,
      totalTokens: 12,
      inputTokensDetails: { cachedTokens: 3 },
      outputTokensDetails: { reasoningTokens: 1 },
    },
    { prompt: 10, completion: 2, total: 12, promptCacheRead: 3, completionReasoning: 1 },
  ],
  "Anthropic, whose cached tokens are beside the input": [
    {
      input_tokens: 10,
      output_tokens: 5,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
    },
    { prompt: 130, completion: 5, total: 135, promptCacheRead: 100, promptCacheWrite: 20 },
  ],
  Gemini: [
    { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 3, totalTokenCount: 18 },
    { prompt: 10, completion: 8, total: 18, completionReasoning: 3 },
  ],
  Ollama: [
    { prompt_eval_count: 4, eval_count: 6 },
    { prompt: 4, completion: 6, total: 10 },
  ],
  "a whole response": [
    { id: "r", usage: { prompt_tokens: 1, completion_tokens: 2 } },
    { prompt: 1, completion: 2, total: 3 },
  ],
  "an instance of a class": [new Metered(), { prompt: 3, completion: 4, total: 7 }],
  "two names for the same, of which the first counts": [
    {
      eval_count: 9,
      completion_tokens: 2,
      input_tokens: 5,
      prompt_tokens: 1,
      cachedInputTokens: 2,
    },
    { prompt: 1, completion: 2, total: 3, promptCacheRead: 2 },
  ],
  "a name of another provider's that is no number": [
    { prompt_tokens: "many", input_tokens: 5 },
    { prompt: 5, total: 5 },
  ],
  "a TokenUsage": [
    { prompt: 1, completion: 2, total: 4 },
    { prompt: 1, completion: 2, total: 4 },
  ],
  "input alone": [{ input_tokens: 5 }, { prompt: 5, total: 5 }],
  "output alone": [{ output_tokens: 5 }, { completion: 5, total: 5 }],
  zeros: [
    { prompt_tokens: 0, completion_tokens: 0 },
    { prompt: 0, completion: 0, total: 0 },
  ],
  "what is no number": [
    { prompt_tokens: "5", completion_tokens: Number.NaN, total_tokens: -1 },
    {},
  ],
  "null for what is not known": [
    { prompt_tokens: 1, completion_tokens: null, prompt_tokens_details: null },
    { prompt: 1, total: 1 },
  ],
  nothing: [undefined, {}],
};

for (const [name, [reported, counts]] of Object.entries(REPORTS)) {
  test(`usage as reported: ${name}`, () => {
    assert.deepEqual(normalizeUsage(reported), counts);
  });

  test(`counts stay the same when they are normalized again: ${name}`, () => {
    assert.deepEqual(normalizeUsage(normalizeUsage(reported)), counts);
  });
}

test("normalizeUsage never throws", () => {
  for (const [what, nasty] of NASTY) {
    const usage = { usage: nasty, prompt_tokens: nasty, prompt_tokens_details: nasty };
    assert.doesNotThrow(() => [normalizeUsage(nasty), normalizeUsage(usage)], what);
  }
});

test("recordSpanUsage keeps the counts that are not reported again", () =>
  traced(async ({ tracer, only }) => {
    const span = tracer.startSpan("span");
    recordSpanUsage(span, { prompt: 1, promptCacheRead: 1 });
    recordSpanUsage(span, { completion: 2, total: 3 });
    recordSpanUsage(span, undefined);
    span.end();
    assert.deepEqual((await only()).attributes, {
      "llm.token_count.prompt": 1,
      "llm.token_count.completion": 2,
      "llm.token_count.total": 3,
      "llm.token_count.prompt_details.cache_read": 1,
    });
  }));
