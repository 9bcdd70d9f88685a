use opentelemetry::trace::{Event, Link, SpanContext, Status};
use proptest::prelude::*;

use super::*;
use crate::testing::span;

fn limits(value_length: Option<usize>, span_bytes: Option<usize>) -> Limits {
    Limits { value_length, span_bytes, ..Limits::default() }
}

fn with(attributes: &[(&'static str, Value)]) -> SpanData {
    let mut span = span("chat");
    span.attributes =
        attributes.iter().map(|(key, value)| KeyValue::new(*key, value.clone())).collect();
    span
}

fn texts(items: &[String]) -> Value {
    Value::Array(Array::String(items.iter().cloned().map(StringValue::from).collect()))
}

fn get<'s>(span: &'s SpanData, key: &str) -> Option<&'s Value> {
    span.attributes.iter().find(|entry| entry.key.as_str() == key).map(|entry| &entry.value)
}

fn text(span: &SpanData, key: &str) -> String {
    get(span, key).map(ToString::to_string).unwrap_or_default()
}

fn cut_keys(span: &SpanData) -> Vec<String> {
    match get(span, Cuts::KEYS_KEY) {
        Some(Value::Array(Array::String(keys))) => keys.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

fn encoded_bytes(span: &SpanData) -> usize {
    let span = opentelemetry_proto::tonic::trace::v1::Span::from(span.clone());
    prost::Message::encoded_len(&span)
}

#[test]
fn without_limits_and_within_them_a_span_is_untouched() {
    let given = with(&[("input.value", "x".repeat(10_000).into())]);
    for limits in [limits(None, None), limits(Some(10_000), Some(20_000))] {
        let mut same = given.clone();
        limits.apply(&mut same);
        assert_eq!(same.attributes, given.attributes);
        assert_eq!(limits.truncated.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn values_are_cut_wherever_they_are_and_the_span_says_which() {
    let long = "x".repeat(200);
    let mut given = with(&[
        ("input.value", long.clone().into()),
        ("short", "x".into()),
        ("list", texts(&[long.clone(), "short".to_owned(), long.clone()])),
        ("number", 7.into()),
    ]);
    let attributes = || vec![KeyValue::new("exception.message", long.clone())];
    given.events.events = vec![Event::new("exception", given.start_time, attributes(), 0)];
    given.links.links = vec![Link::new(SpanContext::empty_context(), attributes(), 0)];
    given.status = Status::error(long.clone());
    let limits = limits(Some(100), None);
    limits.apply(&mut given);
    let cut = text(&given, "input.value");
    assert_eq!(cut, format!("{}…[cut 116 chars]", "x".repeat(84)));
    assert_eq!(get(&given, "list"), Some(&texts(&[cut.clone(), "short".to_owned(), cut.clone()])));
    assert_eq!(given.events.events[0].attributes[0].value, Value::from(cut.clone()));
    assert_eq!(given.links.links[0].attributes[0].value, Value::from(cut.clone()));
    assert_eq!(given.status, Status::error(cut));
    assert_eq!(get(&given, Cuts::COUNT_KEY), Some(&Value::I64(5)));
    assert_eq!(
        cut_keys(&given),
        [
            "input.value",
            "list",
            "events.0.exception.message",
            "links.0.exception.message",
            "status.message"
        ]
    );
    assert_eq!(limits.truncated.load(Ordering::Relaxed), 1);
}

#[test]
fn identity_counts_and_outcome_are_never_cut() {
    let long = "x".repeat(10_000);
    for key in [
        "agent.id",
        "agent.name",
        "session.id",
        "user.id",
        "llm.model_name",
        "llm.finish_reason",
        "openinference.span.kind",
        "gen_ai.response.id",
        "graph.node.id",
    ] {
        let mut given = with(&[(key, long.clone().into()), ("llm.token_count.prompt", 1.into())]);
        limits(Some(10), Some(1_024)).apply(&mut given);
        assert_eq!(text(&given, key), long, "{key}");
        assert_eq!(text(&given, "llm.token_count.prompt"), "1");
    }
    let id = "call_0123456789abcdef";
    let key = "llm.output_messages.0.message.tool_calls.0.tool_call.id";
    let mut given = with(&[(key, id.into()), ("my.id", long.into())]);
    limits(Some(10), None).apply(&mut given);
    assert_eq!(text(&given, key), id);
    assert_eq!(text(&given, "my.id").len(), 10, "nothing that long is an id");
}

#[test]
fn of_a_large_span_the_longest_values_give_way_first() {
    let mut given = with(&[
        ("input.value", "i".repeat(50_000).into()),
        ("output.value", "o".repeat(1_000).into()),
        ("llm.input_messages.0.message.content", "m".repeat(40_000).into()),
    ]);
    limits(None, Some(8_192)).apply(&mut given);
    assert!(encoded_bytes(&given) <= 8_192);
    assert!(encoded_bytes(&given) > 7_000, "{}", encoded_bytes(&given));
    assert_eq!(text(&given, "output.value").len(), 1_000);
    let (input, message) =
        (text(&given, "input.value"), text(&given, "llm.input_messages.0.message.content"));
    assert!(input.len().abs_diff(message.len()) <= 2, "{} {}", input.len(), message.len());
    assert_eq!(cut_keys(&given), ["input.value", "llm.input_messages.0.message.content"]);
}

#[test]
fn media_give_way_before_any_text() {
    let mut bytes = b"\xff\xd8\xff".to_vec();
    bytes.extend((0..9_000u32).map(|number| (number * 31 % 251) as u8));
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &bytes);
    let url = format!("data:image/jpeg;base64,{data}");
    let prompt = "What is on it? ".repeat(100);
    let image = "llm.input_messages.0.message.contents.0.message_content.image.image.url";
    let request = serde_json::json!({"messages": [{"content": [{"image_url": {"url": url}}]}]});
    let mut given = with(&[
        (image, url.into()),
        ("input.value", request.to_string().into()),
        ("prompt", prompt.clone().into()),
    ]);
    limits(None, Some(8_192)).apply(&mut given);
    assert_eq!(text(&given, "prompt"), prompt);
    let summary = text(&given, image);
    assert!(summary.starts_with("data:image/jpeg;sha256="), "{summary}");
    assert!(summary.ends_with(";bytes=9003,"), "{summary}");
    let request: serde_json::Value = serde_json::from_str(&text(&given, "input.value")).unwrap();
    assert_eq!(request["messages"][0]["content"][0]["image_url"]["url"], summary);
}

#[test]
fn of_very_many_attributes_the_first_stay() {
    let mut given = span("many");
    given.attributes =
        (0..2_000).map(|number| KeyValue::new(format!("k{number:04}"), number)).collect();
    given.attributes.push(KeyValue::new("session.id", "s"));
    limits(None, Some(4_096)).apply(&mut given);
    assert!(encoded_bytes(&given) <= 4_096);
    assert_eq!(text(&given, "session.id"), "s");
    assert_eq!(text(&given, "k0000"), "0");
    let kept = given.attributes.iter().filter(|entry| entry.key.as_str().starts_with('k')).count();
    assert!(kept > 50, "{kept}");
    assert_eq!(given.dropped_attributes_count as usize, 2_000 - kept);
    assert_eq!(get(&given, Cuts::COUNT_KEY), Some(&Value::I64(2_000 - kept as i64)));
}

#[test]
fn a_vector_that_does_not_fit_is_left_out_whole() {
    let vector = Value::Array(Array::F64(vec![0.5; 2_000]));
    let mut given = with(&[
        ("embedding.embeddings.0.embedding.vector", vector),
        ("embedding.embeddings.0.embedding.text", "short".into()),
    ]);
    limits(None, Some(8_192)).apply(&mut given);
    assert_eq!(get(&given, "embedding.embeddings.0.embedding.vector"), None);
    assert_eq!(text(&given, "embedding.embeddings.0.embedding.text"), "short");
    assert_eq!(cut_keys(&given), ["embedding.embeddings.0.embedding.vector"]);
}

#[test]
fn events_beyond_all_bounds_go_from_the_end() {
    let mut given = span("events");
    let event =
        |number: usize| Event::new(format!("event {number}"), std::time::UNIX_EPOCH, Vec::new(), 0);
    given.events.events = (0..1_000).map(event).collect();
    limits(None, Some(4_096)).apply(&mut given);
    assert!(encoded_bytes(&given) <= 4_096);
    assert_eq!(given.events.events[0].name, "event 0");
    assert_eq!(given.events.dropped_count as usize, 1_000 - given.events.events.len());
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        "\\PC{0,400}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::collection::vec("\\PC{0,100}", 0..20).prop_map(|items| texts(&items)),
        prop::collection::vec(any::<f64>(), 0..200)
            .prop_map(|items| Value::Array(Array::F64(items))),
        prop::collection::vec("[a-c\"\\\\😀]{0,200}", 0..8)
            .prop_map(|items| serde_json::json!({ "items": items }).to_string().into()),
    ]
}

proptest! {
    #[test]
    fn a_span_is_never_larger_than_its_limit_and_its_json_stays_json(
        values in prop::collection::vec(any_value(), 0..40),
        events in prop::collection::vec(any_value(), 0..10),
        message in "\\PC{0,300}",
        span_bytes in 1_024usize..20_000,
        value_length in prop::option::of(1usize..500),
    ) {
        let mut given = span("any");
        given.attributes = values.into_iter().enumerate()
            .map(|(index, value)| KeyValue::new(format!("key.{index}"), value)).collect();
        given.events.events = events.into_iter()
            .map(|value| {
                let attributes = vec![KeyValue::new("value", value)];
                Event::new("event", std::time::UNIX_EPOCH, attributes, 0)
            })
            .collect();
        given.status = Status::error(message);
        let before = given.clone();
        let limits = limits(value_length, Some(span_bytes));
        limits.apply(&mut given);
        prop_assert!(encoded_bytes(&given) <= span_bytes);
        for entry in &given.attributes {
            let was = text(&before, entry.key.as_str());
            let json: Result<serde_json::Value, _> = serde_json::from_str(&was);
            if was.starts_with('{') && json.is_ok() {
                let is: Result<serde_json::Value, _> = serde_json::from_str(&entry.value.to_string());
                prop_assert!(is.is_ok(), "{}", entry.value);
            }
        }
        let once = given.clone();
        limits.apply(&mut given);
        prop_assert!(given.attributes == once.attributes && given.status == once.status, "again");
    }
}
