//! Chunks in, OpenTelemetry's spans out.

mod attributes;
mod identity;
mod parts;

use opentelemetry::Value;
use opentelemetry_sdk::trace::SpanData;

use super::Assembly;
use writer::{Chunk, End};

#[expect(clippy::duplicate_mod, reason = "the tests of a stage see nothing of another's")]
#[path = "../handoff/tests/writer.rs"]
mod writer;

/// An assembly and the memory that it says it keeps.
#[derive(Default)]
struct Bench {
    assembly: Assembly,
    held: isize,
}

impl Bench {
    fn read(&mut self, chunk: &Chunk) -> Vec<SpanData> {
        let mut spans = Vec::new();
        let held = &mut self.held;
        self.assembly
            .read(&chunk.bytes, |span| spans.push(span), |change| *held += change)
            .expect("a valid chunk");
        spans
    }
}

/// The only span of a chunk, which leaves nothing behind.
fn one(chunk: &Chunk) -> SpanData {
    let mut bench = Bench::default();
    let mut spans = bench.read(chunk);
    assert_eq!(spans.len(), 1);
    assert_eq!((bench.held, bench.assembly.waiting_spans()), (0, 0));
    spans.remove(0)
}

fn of(span: End) -> SpanData {
    let mut chunk = Chunk::interning();
    chunk.end(&span);
    one(&chunk)
}

fn get<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|entry| entry.key.as_str() == key).map(|entry| &entry.value)
}

fn text_of(span: &SpanData, key: &str) -> String {
    get(span, key).map(|value| value.as_str().into_owned()).unwrap_or_default()
}
