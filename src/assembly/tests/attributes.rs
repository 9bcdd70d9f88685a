//! What was set on a span, its events and its links.

use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::super::size_of_span;
use super::writer::{End, Moment, Sample, attributes, end, object, text};
use super::{get, of};

#[test]
fn values_become_attributes_of_opentelemetrys_types() {
    let strings = |items: &[&str]| {
        let items = items.iter().map(|item| StringValue::from((*item).to_owned())).collect();
        Value::Array(Array::String(items))
    };
    let list = |items: &[Sample]| Sample::Array(items.to_vec());
    for (sample, expected) in [
        (text("é"), Some(Value::from("é"))),
        (Sample::Utf16(vec![0xd83d, 0x41]), Some(Value::from("\u{fffd}A"))),
        (Sample::Bool(true), Some(Value::Bool(true))),
        (Sample::Int(-3), Some(Value::I64(-3))),
        (Sample::Number(3.0), Some(Value::I64(3))),
        (Sample::Number(4_294_967_296.0), Some(Value::I64(4_294_967_296))),
        (Sample::Number(0.5), Some(Value::F64(0.5))),
        (Sample::Number(1e300), Some(Value::F64(1e300))),
        (Sample::Null, None),
        (list(&[]), Some(strings(&[]))),
        (list(&[text("a"), text("✓")]), Some(strings(&["a", "✓"]))),
        (
            list(&[Sample::Bool(true), Sample::Bool(false)]),
            Some(Value::Array(Array::Bool(vec![true, false]))),
        ),
        (list(&[Sample::Int(1), Sample::Number(2.0)]), Some(Value::Array(Array::I64(vec![1, 2])))),
        (
            list(&[Sample::Int(1), Sample::Number(2.5)]),
            Some(Value::Array(Array::F64(vec![1.0, 2.5]))),
        ),
        (list(&[Sample::Int(1), text("a")]), Some(Value::from(r#"[1,"a"]"#))),
        (list(&[Sample::Null, text("a")]), Some(Value::from(r#"[null,"a"]"#))),
        (list(&[list(&[])]), Some(Value::from("[[]]"))),
        (object([("a", Sample::Int(1))]), Some(Value::from(r#"{"a":1}"#))),
        (Sample::Buffer(vec![1]), Some(Value::from(r#"{"type":"Buffer","data":[1]}"#))),
        (Sample::Typed(0, vec![1]), Some(Value::from(r#"{"0":1}"#))),
    ] {
        let span = of(End { attributes: attributes([("key", sample.clone())]), ..end(1) });
        assert_eq!(get(&span, "key"), expected.as_ref(), "{sample:?}");
    }
    let nan = attributes([("key", Sample::Number(f64::NAN))]);
    let span = of(End { attributes: nan, ..end(1) });
    assert!(matches!(get(&span, "key"), Some(Value::F64(nan)) if nan.is_nan()));
}

#[test]
fn attributes_keep_the_order_in_which_they_were_first_set_and_their_last_value() {
    let span = of(End {
        attributes: attributes([
            ("z", Sample::Int(1)),
            ("a", Sample::Int(2)),
            ("", Sample::Int(3)),
            ("z", text("again")),
        ]),
        ..end(1)
    });
    let expected = [KeyValue::new("z", "again"), KeyValue::new("a", 2), KeyValue::new("", 3)];
    assert_eq!(span.attributes, expected);
}

#[test]
fn events_and_links_keep_their_order_and_attributes() {
    let span = of(End {
        events: vec![
            (Moment::SinceAnchor(2.0), "first".to_owned(), attributes([("a", text("x"))])),
            (
                Moment::Absolute(7.0, 9),
                "second".to_owned(),
                attributes([("a", Sample::Null), ("b", object([])), ("b", Sample::Int(1))]),
            ),
        ],
        links: vec![
            (5, 1, "k=v".to_owned(), attributes([("why", text("retry"))])),
            (6, 0, String::new(), Vec::new()),
        ],
        ..end(1)
    });
    let [first, second] = &span.events.events[..] else { panic!("two events") };
    assert_eq!(
        (&*first.name, first.timestamp),
        ("first", UNIX_EPOCH + Duration::from_nanos(1_700_000_000_002_000_000))
    );
    assert_eq!(first.attributes, [KeyValue::new("a", "x")]);
    assert_eq!(
        (&*second.name, second.timestamp),
        ("second", UNIX_EPOCH + Duration::from_nanos(7_000_000_009))
    );
    assert_eq!(second.attributes, [KeyValue::new("b", 1)]);
    let [first, second] = &span.links.links[..] else { panic!("two links") };
    assert_eq!(first.span_context.trace_id(), TraceId::from_bytes([5; 16]));
    assert_eq!(first.span_context.span_id(), SpanId::from_bytes([5; 8]));
    assert_eq!(first.span_context.trace_state().header(), "k=v");
    assert!(first.span_context.is_sampled() && !second.span_context.is_sampled());
    assert_eq!(first.attributes, [KeyValue::new("why", "retry")]);
    assert_eq!(second.attributes, []);
    assert_eq!((span.events.dropped_count, span.links.dropped_count), (0, 0));
}

#[test]
fn the_size_of_a_span_follows_what_it_holds() {
    let bare = size_of_span(&of(end(1)));
    let long = text(&"x".repeat(1_000));
    let more = |span| size_of_span(&of(span)) - bare;
    let with_text = attributes([("key", long.clone())]);
    assert!((1_000..1_100).contains(&more(End { attributes: with_text.clone(), ..end(1) })));
    let list = attributes([("key", Sample::Array(vec![long.clone(); 10]))]);
    assert!((10_000..10_500).contains(&more(End { attributes: list, ..end(1) })));
    let event = (Moment::SinceAnchor(0.0), "event".to_owned(), with_text.clone());
    assert!((1_000..1_300).contains(&more(End { events: vec![event], ..end(1) })));
    let link = (1, 1, String::new(), with_text);
    assert!((1_000..1_300).contains(&more(End { links: vec![link], ..end(1) })));
    assert_eq!(more(End { name: "span".to_owned() + &"x".repeat(500), ..end(1) }), 500);
}
