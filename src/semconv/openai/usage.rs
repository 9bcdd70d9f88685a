//! Token counts. Details are parts of the two sums, in OpenAI's API as in OpenInference; where a
//! provider counts otherwise, the sums are made to hold them.

use super::Part;
use crate::semconv::view::View;

pub(super) fn usage(part: &mut Part<'_>, usage: Option<View<'_, '_>>) {
    let Some(usage) = usage else {
        return;
    };
    let [prompt, input, completion, output, total, cache_hits, cached] = usage.pick([
        "prompt_tokens",
        "input_tokens",
        "completion_tokens",
        "output_tokens",
        "total_tokens",
        // DeepSeek's and Moonshot's.
        "prompt_cache_hit_tokens",
        "cached_tokens",
    ]);
    let [prompt_details, inputs_details, input_details, completion_details, outputs_details] =
        usage.pick([
            "prompt_tokens_details",
            "input_tokens_details",
            "input_token_details",
            "completion_tokens_details",
            "output_tokens_details",
        ]);
    let [cache_read, cache_write, cache_creation, audio_in] =
        prompt_details.or(inputs_details).or(input_details).map_or([None; 4], |details| {
            details.pick([
                "cached_tokens",
                "cache_write_tokens",
                "cache_creation_tokens",
                "audio_tokens",
            ])
        });
    let [reasoning, audio_out] = completion_details
        .or(outputs_details)
        .map_or([None; 2], |details| details.pick(["reasoning_tokens", "audio_tokens"]));

    let prompt = count(prompt).or(count(input));
    let total = count(total);
    let cache_read = count(cache_read).or(count(cache_hits)).or(count(cached));
    let cache_write = count(cache_write).or(count(cache_creation));
    let reasoning = count(reasoning);
    let completion = with_reasoning(prompt, count(completion).or(count(output)), total, reasoning);
    for (key, tokens) in [
        ("llm.token_count.prompt", prompt),
        ("llm.token_count.completion", completion),
        ("llm.token_count.total", total),
        ("llm.token_count.prompt_details.cache_read", cache_read),
        ("llm.token_count.prompt_details.cache_write", cache_write),
        ("llm.token_count.prompt_details.audio", count(audio_in)),
        ("llm.token_count.completion_details.reasoning", reasoning),
        ("llm.token_count.completion_details.audio", count(audio_out)),
        ("gen_ai.usage.input_tokens", prompt),
        ("gen_ai.usage.output_tokens", completion),
        ("gen_ai.usage.cache_read.input_tokens", some(cache_read)),
        ("gen_ai.usage.cache_creation.input_tokens", some(cache_write)),
        ("gen_ai.usage.reasoning.output_tokens", some(reasoning)),
    ] {
        if let Some(tokens) = tokens {
            part.add(key, tokens);
        }
    }
}

fn count(value: Option<View<'_, '_>>) -> Option<i64> {
    value.and_then(View::integer).filter(|tokens| *tokens >= 0)
}

fn some(tokens: Option<i64>) -> Option<i64> {
    tokens.filter(|tokens| *tokens > 0)
}

/// xAI counts reasoning beside the completion. The total tells.
fn with_reasoning(
    prompt: Option<i64>,
    completion: Option<i64>,
    total: Option<i64>,
    reasoning: Option<i64>,
) -> Option<i64> {
    let (Some(prompt), Some(completion), Some(total), Some(reasoning)) =
        (prompt, completion, total, reasoning)
    else {
        return completion;
    };
    let sum = prompt.saturating_add(completion).saturating_add(reasoning);
    Some(if sum == total { completion.saturating_add(reasoning) } else { completion })
}
