//! Token counts: details are parts of the sums, never counted twice.

use super::super::super::PartKind::ChatResponse;
use super::support::derive;

#[track_caller]
fn assert_usage(usage: &str, expected: &[&str]) {
    let span = derive([(ChatResponse, &format!(r#"{{"usage":{usage}}}"#))]);
    assert_eq!(span.under("llm.token_count."), expected, "{usage}");
}

#[test]
fn openais_counts_and_their_details() {
    assert_usage(
        r#"{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,
            "prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3,"audio_tokens":2},
            "completion_tokens_details":{"reasoning_tokens":8,"audio_tokens":1,"accepted_prediction_tokens":0}}"#,
        &[
            "prompt = 10",
            "completion = 20",
            "total = 30",
            "prompt_details.cache_read = 4",
            "prompt_details.cache_write = 3",
            "prompt_details.audio = 2",
            "completion_details.reasoning = 8",
            "completion_details.audio = 1",
        ],
    );
}

#[test]
fn reasoning_that_was_counted_beside_the_completion_is_made_a_part_of_it() {
    assert_usage(
        r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"completion_tokens_details":{"reasoning_tokens":100}}"#,
        &["prompt = 10", "completion = 105", "total = 115", "completion_details.reasoning = 100"],
    );
}

#[test]
fn other_providers_names_are_known() {
    assert_usage(
        r#"{"prompt_tokens":10,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":4}"#,
        &["prompt = 10", "prompt_details.cache_read = 6"],
    );
    assert_usage(
        r#"{"prompt_tokens":10,"cached_tokens":5}"#,
        &["prompt = 10", "prompt_details.cache_read = 5"],
    );
    assert_usage(
        r#"{"input_tokens":7,"input_token_details":{"audio_tokens":6,"text_tokens":1},"output_tokens":2}"#,
        &["prompt = 7", "completion = 2", "prompt_details.audio = 6"],
    );
}

#[test]
fn what_is_no_count_is_no_count() {
    for usage in [
        "null",
        "{}",
        "[]",
        r#"{"prompt_tokens":null}"#,
        r#"{"prompt_tokens":-1}"#,
        r#"{"prompt_tokens":1.5}"#,
        r#"{"prompt_tokens":"3"}"#,
        r#"{"type":"duration","seconds":3}"#,
    ] {
        assert_usage(usage, &[]);
    }
}

#[test]
fn opentelemetry_gets_the_same_sums_and_the_details_that_are_not_zero() {
    let span = derive([(
        ChatResponse,
        r#"{"usage":{"prompt_tokens":10,"completion_tokens":0,
            "prompt_tokens_details":{"cached_tokens":4},
            "completion_tokens_details":{"reasoning_tokens":0}}}"#,
    )]);
    assert_eq!(
        span.under("gen_ai.usage."),
        ["input_tokens = 10", "output_tokens = 0", "cache_read.input_tokens = 4"]
    );
}
