//! Figures, not assertions: `cargo test --release -- --ignored --nocapture speed`.

use std::time::Instant;

use opentelemetry::KeyValue;

use super::super::wire::{Body, Form};
use super::super::*;
use super::fixtures::{resource, span};

const SPANS: usize = 512;
const ROUNDS: usize = 15;

const WORDS: [&str; 32] = [
    "the",
    "of",
    "and",
    "model",
    "to",
    "a",
    "request",
    "in",
    "is",
    "that",
    "tool",
    "answer",
    "for",
    "it",
    "as",
    "was",
    "with",
    "be",
    "weather",
    "by",
    "on",
    "not",
    "invoice",
    "customer",
    "or",
    "are",
    "from",
    "at",
    "which",
    "but",
    "have",
    "yesterday",
];

/// Text that compresses about as well as prose does.
fn prose(random: &mut fastrand::Rng, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 16);
    while text.len() < bytes {
        text.push_str(WORDS[random.usize(0..WORDS.len())]);
        text.push(' ');
        if random.u8(0..8) == 0 {
            text.push_str(&random.u32(..).to_string());
        }
    }
    text
}

fn llm_like(i: usize) -> opentelemetry_sdk::trace::SpanData {
    let mut random = fastrand::Rng::with_seed(i as u64);
    let mut attributes = vec![
        KeyValue::new("openinference.span.kind", "LLM"),
        KeyValue::new("llm.model_name", "gpt-4.1-mini"),
        KeyValue::new("session.id", format!("session-{i}")),
        KeyValue::new("llm.token_count.prompt", 1000 + i as i64),
    ];
    for message in 0..12 {
        let key = |part: &str| format!("llm.input_messages.{message}.message.{part}");
        attributes
            .push(KeyValue::new(key("role"), if message % 2 == 0 { "user" } else { "assistant" }));
        attributes.push(KeyValue::new(key("content"), prose(&mut random, 160)));
        attributes.push(KeyValue::new(key("tool_call_id"), format!("call_{i}_{message}")));
    }
    assert_eq!(attributes.len(), 40);
    span("chat.completions", attributes)
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[tokio::test]
#[ignore = "prints figures"]
async fn speed_of_encoding_compression_and_json() {
    let mut encoder = Encoder::new(&resource()).expect("an encoder");
    let (mut encode, mut gzip, mut json) = (Vec::new(), Vec::new(), Vec::new());
    let mut sizes = (0, 0, 0);
    for _ in 0..ROUNDS {
        let spans: Vec<_> = (0..SPANS).map(llm_like).collect();
        let micros = |start: Instant| start.elapsed().as_secs_f64() * 1e6 / SPANS as f64;
        let start = Instant::now();
        let encoded = encoder.encode(spans).await.expect("a batch");
        encode.push(micros(start));
        let batch = &encoded.batches[0];
        let start = Instant::now();
        let packed = Body::new(batch, Form { encoding: Encoding::Protobuf, gzip: true }, 1);
        gzip.push(micros(start));
        let start = Instant::now();
        let text = Body::new(batch, Form { encoding: Encoding::Json, gzip: false }, 1);
        json.push(micros(start));
        sizes = (
            batch.protobuf.len(),
            packed.expect("a body").bytes.len(),
            text.expect("a body").bytes.len(),
        );
    }
    let per_span = |bytes: usize| bytes / SPANS;
    println!("encode {:.2} us/span, {} bytes", median(encode), per_span(sizes.0));
    println!("gzip 1 {:.2} us/span, {} bytes", median(gzip), per_span(sizes.1));
    println!("json   {:.2} us/span, {} bytes", median(json), per_span(sizes.2));
}
