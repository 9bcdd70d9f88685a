//! Snapshots that a span sent before its end, and what becomes of them at its end or without one.

use opentelemetry::KeyValue;

use super::writer::{Chunk, End, Sample, attributes, end, object, text};
use super::{Bench, one, text_of};

/// Kinds of parts, as `semconv` numbers them.
const JSON: u8 = 0;
const CHAT_REQUEST: u8 = 1;
const CHAT_RESPONSE: u8 = 2;
const UNKNOWN: u8 = 200;

fn request(model: &str) -> Sample {
    let message = object([("role", text("user")), ("content", text("hello"))]);
    object([("model", text(model)), ("messages", Sample::Array(vec![message]))])
}

#[test]
fn a_part_that_came_as_json_says_what_the_same_value_says() {
    let mut captured = Chunk::interning();
    captured.part(1, 0, CHAT_REQUEST, &request("gpt-4o")).end(&End { parts: 1, ..end(1) });
    let json = r#"{ "model": "gpt-4o", "messages": [{ "role": "user", "content": "hello" }] }"#;
    let mut written = Chunk::interning();
    written.written(1, 0, CHAT_REQUEST, &text(json)).end(&End { parts: 1, ..end(1) });
    let (captured, written) = (one(&captured), one(&written));
    assert_eq!(written.attributes, captured.attributes);
    assert_eq!(text_of(&written, "llm.input_messages.0.message.content"), "hello");
    assert_eq!(written.dropped_attributes_count, 0);
}

#[test]
fn an_attribute_gets_the_json_of_the_part_that_it_names() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, JSON, &object([("first", Sample::Int(1))]));
    chunk.part(1, 1, JSON, &Sample::Array(vec![text("second")]));
    chunk.end(&End {
        parts: 2,
        attributes: attributes([
            ("before", Sample::Int(0)),
            ("b", Sample::Part(1)),
            ("a", Sample::Part(0)),
            ("after", Sample::Int(2)),
        ]),
        ..end(1)
    });
    let span = one(&chunk);
    let expected = [
        KeyValue::new("before", 0),
        KeyValue::new("b", r#"["second"]"#),
        KeyValue::new("a", r#"{"first":1}"#),
        KeyValue::new("after", 2),
    ];
    assert_eq!(span.attributes, expected);
    assert_eq!(span.dropped_attributes_count, 0);
}

#[test]
fn what_its_recorder_dropped_is_told_with_what_was_lost_on_the_way() {
    let span = one(Chunk::inline().end(&End { parts: 2, dropped: Some([3, 4, 5]), ..end(1) }));
    assert_eq!(span.dropped_attributes_count, 5);
    assert_eq!((span.events.dropped_count, span.links.dropped_count), (4, 5));
    let span = one(Chunk::inline().end(&End { parts: 1, dropped: Some([u32::MAX; 3]), ..end(1) }));
    assert_eq!(span.dropped_attributes_count, u32::MAX);
}

#[test]
fn an_attribute_set_twice_has_the_json_of_the_later_part() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, JSON, &Sample::Int(1)).part(1, 1, JSON, &Sample::Int(2));
    let twice = attributes([("a", Sample::Part(0)), ("b", text("b")), ("a", Sample::Part(1))]);
    chunk.end(&End { parts: 2, attributes: twice, ..end(1) });
    assert_eq!(one(&chunk).attributes, [KeyValue::new("a", "2"), KeyValue::new("b", "b")]);
}

#[test]
fn parts_and_ends_may_come_in_different_chunks_and_mixed() {
    let mut bench = Bench::default();
    let mut first = Chunk::interning();
    first.part(1, 0, JSON, &object([("of", text("one"))]));
    first.part(2, 0, JSON, &object([("of", text("two"))]));
    assert!(bench.read(&first).is_empty());
    assert_eq!(bench.assembly.waiting_spans(), 2);
    assert!(bench.held > 0);
    let mut second = Chunk::interning();
    for span_id in [2, 1] {
        let json = attributes([("json", Sample::Part(0))]);
        second.end(&End { parts: 1, attributes: json, ..end(span_id) });
    }
    let spans = bench.read(&second);
    let json: Vec<_> = spans.iter().map(|span| text_of(span, "json")).collect();
    assert_eq!(json, [r#"{"of":"two"}"#, r#"{"of":"one"}"#]);
    assert_eq!((bench.held, bench.assembly.waiting_spans()), (0, 0));
}

#[test]
fn parts_that_did_not_come_are_counted_as_dropped_attributes() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 1, JSON, &Sample::Int(1));
    let three = attributes([("a", Sample::Part(0)), ("b", Sample::Part(1)), ("c", text("c"))]);
    chunk.end(&End { parts: 3, attributes: three, ..end(1) });
    let span = one(&chunk);
    assert_eq!(span.attributes, [KeyValue::new("b", "1"), KeyValue::new("c", "c")]);
    assert_eq!(span.dropped_attributes_count, 2);
}

#[test]
fn more_parts_than_the_end_knows_of_drop_nothing() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, JSON, &Sample::Int(1)).part(1, 1, JSON, &Sample::Int(2));
    chunk.end(&End { parts: 1, ..end(1) });
    assert_eq!(one(&chunk).dropped_attributes_count, 0);
}

#[test]
fn a_part_of_an_unknown_kind_is_neither_an_attribute_nor_lost() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, UNKNOWN, &object([("a", Sample::Int(1))]));
    chunk.end(&End { parts: 1, ..end(1) });
    let span = one(&chunk);
    assert_eq!((span.attributes.len(), span.dropped_attributes_count), (0, 0));
}

#[test]
fn parts_are_given_to_the_span_of_their_id_alone() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, CHAT_REQUEST, &request("gpt-4o"));
    chunk.end(&End { parts: 0, ..end(2) });
    let mut bench = Bench::default();
    let spans = bench.read(&chunk);
    assert_eq!(spans[0].attributes, []);
    assert_eq!(bench.assembly.waiting_spans(), 1);
}

#[test]
fn a_discarded_span_gives_its_memory_back() {
    let mut bench = Bench::default();
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, CHAT_REQUEST, &request("gpt-4o")).part(1, 1, JSON, &text("more"));
    bench.read(&chunk);
    assert!(bench.held > 0);
    let mut chunk = Chunk::interning();
    chunk.discard(1).discard(9);
    bench.read(&chunk);
    assert_eq!((bench.held, bench.assembly.waiting_spans()), (0, 0));
}

#[test]
fn a_forgotten_span_gives_its_memory_back() {
    let mut bench = Bench::default();
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, JSON, &text("some text"));
    bench.read(&chunk);
    assert_eq!(bench.assembly.forget(&[1; 8]).cast_signed(), bench.held);
    assert_eq!(bench.assembly.forget(&[1; 8]), 0);
    assert_eq!(bench.assembly.waiting_spans(), 0);
}

#[test]
fn what_the_user_sets_beats_what_was_derived_and_keeps_its_place() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, CHAT_REQUEST, &request("gpt-4o"));
    let own = attributes([("llm.model_name", text("my-model")), ("own", Sample::Int(1))]);
    chunk.end(&End { parts: 1, attributes: own, ..end(1) });
    let span = one(&chunk);
    assert_eq!(text_of(&span, "llm.model_name"), "my-model");
    assert_eq!(text_of(&span, "llm.input_messages.0.message.content"), "hello");
    let keys: Vec<_> = span.attributes.iter().map(|entry| entry.key.as_str()).collect();
    let place = |name| keys.iter().position(|key| *key == name);
    assert!(place("llm.model_name") < place("gen_ai.request.model"), "{keys:?}");
    assert_eq!(keys.last(), Some(&"own"));
    assert_eq!(keys.iter().filter(|key| **key == "llm.model_name").count(), 1);
}

#[test]
fn the_response_overrides_what_the_request_said() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, CHAT_REQUEST, &request("gpt-4o"));
    chunk.part(1, 1, CHAT_RESPONSE, &object([("model", text("gpt-4o-2024"))]));
    chunk.end(&End { parts: 2, ..end(1) });
    assert_eq!(text_of(&one(&chunk), "llm.model_name"), "gpt-4o-2024");
}

#[test]
fn no_attribute_comes_twice_however_often_a_request_is_captured() {
    let mut chunk = Chunk::interning();
    for (index, kind) in [CHAT_REQUEST, CHAT_REQUEST, CHAT_RESPONSE].into_iter().enumerate() {
        let answer = object([("message", object([("role", text("assistant"))]))]);
        let mut value = request("gpt-4o");
        if let Sample::Object(fields) = &mut value {
            fields.push(("choices".to_owned(), Sample::Array(vec![answer.clone(), answer])));
            fields.push(("tools".to_owned(), Sample::Array(vec![object([])])));
        }
        chunk.part(1, u32::try_from(index).expect("an index"), kind, &value);
    }
    chunk.end(&End { parts: 3, ..end(1) });
    let span = one(&chunk);
    let mut keys: Vec<_> = span.attributes.iter().map(|entry| entry.key.as_str()).collect();
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count, "{keys:?}");
}

#[test]
fn a_response_with_a_shorter_name_than_the_request_gives_memory_back() {
    let mut bench = Bench::default();
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, CHAT_REQUEST, &request("gpt-4o-with-a-very-long-name"));
    bench.read(&chunk);
    let before = bench.held;
    let mut chunk = Chunk::interning();
    chunk.part(1, 1, CHAT_RESPONSE, &object([("model", text("gpt"))]));
    chunk.part(1, 2, CHAT_RESPONSE, &object([("model", text("a-much-longer-name-again"))]));
    chunk.part(1, 3, CHAT_RESPONSE, &object([("model", text(""))]));
    bench.read(&chunk);
    assert!((before..before + 200).contains(&bench.held), "{before} and {}", bench.held);
    let mut chunk = Chunk::interning();
    chunk.end(&End { parts: 4, ..end(1) });
    bench.read(&chunk);
    assert_eq!((bench.held, bench.assembly.waiting_spans()), (0, 0));
}
