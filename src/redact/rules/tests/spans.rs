//! Whole spans.

use opentelemetry::trace::{Event, Link, SpanContext, Status};
use opentelemetry::{Array, KeyValue, Value};
use serde_json::json;

use super::{ALL, key, pattern, rules};
use crate::redact::rules::pseudonym::HIDDEN;
use crate::redact::rules::{Redactions, Rules};
use crate::testing::span;

const SECRET: &str = "ann@example.com";

fn apply(rules: &Rules, span: &mut opentelemetry_sdk::trace::SpanData) -> (u64, u64) {
    let counts = Redactions::default();
    rules.apply(span, &counts);
    counts.counts()
}

#[test]
fn every_text_of_a_span_is_redacted_and_counted() {
    let mut given = span("x");
    let text = || KeyValue::new("k", format!("to {SECRET}"));
    given.name = format!("mail {SECRET}").into();
    given.attributes = vec![
        text(),
        KeyValue::new("user.id", SECRET),
        KeyValue::new("list", Value::Array(Array::String(vec![SECRET.into(), "b".into()]))),
        KeyValue::new("card", 4_111_111_111_111_111_i64),
        KeyValue::new("llm.token_count.total", 4_111_111_111_111_111_i64),
    ];
    let at = std::time::UNIX_EPOCH;
    given.events.events = vec![Event::new(format!("e {SECRET}"), at, vec![text()], 0)];
    given.links.links = vec![Link::new(SpanContext::empty_context(), vec![text()], 0)];
    given.status = Status::error(format!("no such user: {SECRET}"));
    let counts = apply(&rules(&ALL, json!([])), &mut given);
    let shown = format!("{given:?}");
    assert!(!shown.contains("ann@") && shown.contains("<card:"), "{shown}");
    assert_eq!(shown.matches("4111111111111111").count(), 1, "a count is no card");
    assert_eq!(counts, (9, 0));
}

#[test]
fn a_value_to_which_a_rule_cannot_be_applied_is_hidden_and_counted() {
    let mut given = span("x");
    given.attributes = vec![
        KeyValue::new("input.value", "no json at all"),
        KeyValue::new("input.mime_type", "application/json"),
        KeyValue::new("output.value", "no json either"),
        KeyValue::new("ssn", true),
    ];
    let counts = apply(&rules(&[], json!([key(&["ssn"])])), &mut given);
    let values: Vec<_> = given.attributes.iter().map(|entry| entry.value.to_string()).collect();
    assert_eq!(values, [HIDDEN, "application/json", "no json either", HIDDEN]);
    assert_eq!(counts, (1, 1));
}

#[test]
fn counts_stay_numbers_under_a_pattern_for_digits() {
    let mut given = span("x");
    given.attributes =
        vec![KeyValue::new("llm.token_count.total", 1234), KeyValue::new("order", 1234)];
    apply(&rules(&[], json!([pattern(r"\d+", "", json!("#"))])), &mut given);
    assert_eq!(given.attributes[0].value, Value::I64(1234));
    assert_eq!(given.attributes[1].value, Value::from("#"));
}
