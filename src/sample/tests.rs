use std::time::Duration;

use opentelemetry::trace::{SpanContext, Status, TraceFlags, TraceId, TraceState};
use opentelemetry::{KeyValue, Value};

use super::*;
use crate::assembly::size_of_span;

/// Ratios drop it.
const TRACE: u128 = 0xffff_ffff;

fn rules() -> Rules {
    serde_json::from_str(
        r#"{"ratio": 0, "keepErrors": true, "keepSlowerThanMs": null,
        "keepCostAboveUsd": null, "keep": {}, "decideAfterMs": 600000}"#,
    )
    .unwrap()
}

fn tail(rules: Rules) -> Tail {
    Tail::new(rules, Arc::default())
}

/// A span of a trace; parent 0 is none.
fn span(trace: u128, id: u64, parent: u64) -> SpanData {
    let mut span = crate::testing::span("span");
    span.span_context = SpanContext::new(
        TraceId::from_bytes(trace.to_be_bytes()),
        SpanId::from_bytes(id.to_be_bytes()),
        TraceFlags::SAMPLED,
        false,
        TraceState::NONE,
    );
    span.parent_span_id = SpanId::from_bytes(parent.to_be_bytes());
    span
}

fn remote(mut span: SpanData) -> SpanData {
    span.parent_span_is_remote = true;
    span
}

fn failed(mut span: SpanData) -> SpanData {
    span.status = Status::error("no");
    span
}

fn with(mut span: SpanData, key: &'static str, value: impl Into<Value>) -> SpanData {
    span.attributes.push(KeyValue::new(key, value));
    span
}

struct Run {
    tail: Tail,
    outcome: Outcome,
    now: Instant,
}

impl Run {
    fn of(rules: Rules) -> Self {
        Self { tail: tail(rules), outcome: Outcome::default(), now: Instant::now() }
    }

    fn take(&mut self, span: SpanData) -> &mut Self {
        self.tail.take(span, usize::MAX, self.now, &mut self.outcome);
        self
    }

    /// The ids of those that were kept, and how many were dropped and are held.
    fn so_far(&self) -> (Vec<u64>, u64, usize) {
        let id_of = |span: &SpanData| u64::from_be_bytes(span.span_context.span_id().to_bytes());
        let kept = self.outcome.kept.iter().map(id_of).collect();
        (kept, self.outcome.dropped, self.tail.held_spans())
    }
}

#[test]
fn a_trace_that_the_ratio_keeps_is_never_held() {
    let mut run = Run::of(Rules { ratio: 0.5, ..rules() });
    run.take(span(1, 2, 1));
    assert_eq!(run.so_far(), (vec![2], 0, 0));
    run.take(span(TRACE, 3, 1));
    assert_eq!(run.so_far(), (vec![2], 0, 1));
}

#[test]
fn with_nothing_to_look_for_nothing_is_held() {
    let mut run = Run::of(Rules { keep_errors: false, ..rules() });
    run.take(span(TRACE, 2, 1)).take(failed(span(TRACE, 1, 0)));
    assert_eq!(run.so_far(), (vec![], 2, 0));
}

#[test]
fn a_trace_without_event_is_dropped_when_its_root_ends() {
    let mut run = Run::of(rules());
    run.take(span(TRACE, 3, 2)).take(span(TRACE, 2, 1));
    assert_eq!(run.so_far(), (vec![], 0, 2));
    run.take(span(TRACE, 1, 0));
    assert_eq!(run.so_far(), (vec![], 3, 0));
    assert_eq!((run.tail.held_bytes(), run.outcome.dropped_early), (0, 0));
}

#[test]
fn an_error_anywhere_keeps_all_of_the_trace_in_its_order() {
    for failing in [3, 2, 1] {
        let mut run = Run::of(rules());
        for (id, parent) in [(3, 2), (2, 1), (1, 0)] {
            let span = span(TRACE, id, parent);
            run.take(if id == failing { failed(span) } else { span });
        }
        assert_eq!(run.so_far(), (vec![3, 2, 1], 0, 0), "{failing}");
        run.take(span(TRACE, 4, 1));
        assert_eq!(run.so_far(), (vec![3, 2, 1, 4], 0, 0), "what comes late comes along");
    }
}

#[test]
fn a_slow_trace_is_kept_and_so_is_one_that_is_slow_as_a_whole() {
    let at = |mut span: SpanData, from: u64, to: u64| {
        span.start_time = std::time::UNIX_EPOCH + Duration::from_millis(from);
        span.end_time = std::time::UNIX_EPOCH + Duration::from_millis(to);
        span
    };
    let slow = Rules { keep_errors: false, keep_slower_than_ms: Some(100), ..rules() };
    let mut run = Run::of(slow.clone());
    run.take(at(span(TRACE, 2, 1), 0, 100)).take(at(span(TRACE, 1, 0), 0, 100));
    assert_eq!(run.so_far(), (vec![], 2, 0));
    let mut run = Run::of(slow);
    run.take(at(span(TRACE, 2, 1), 10, 60)).take(at(span(TRACE, 3, 1), 60, 111));
    assert_eq!(run.so_far(), (vec![2, 3], 0, 0));
}

#[test]
fn costs_add_up_over_a_trace_whether_they_are_said_or_computed() {
    let dear = Rules { keep_errors: false, keep_cost_above_usd: Some(1.0), ..rules() };
    let call = |id, cost: f64| {
        with(with(span(TRACE, id, 1), "openinference.span.kind", "LLM"), "llm.cost.total", cost)
    };
    let mut run = Run::of(dear.clone());
    run.take(call(2, 0.5)).take(call(3, 0.5));
    assert_eq!(run.so_far(), (vec![], 0, 2));
    run.take(call(4, 0.01));
    assert_eq!(run.so_far(), (vec![2, 3, 4], 0, 0));
    let computed = with(
        with(with(span(TRACE, 5, 1), "openinference.span.kind", "LLM"), "llm.model_name", "gpt-4o"),
        "llm.token_count.prompt",
        1_000_000,
    );
    let mut run = Run::of(dear);
    run.take(computed);
    assert_eq!(run.so_far(), (vec![5], 0, 0));
}

#[test]
fn a_trace_is_kept_for_the_value_of_an_attribute() {
    let keep = r#"{"agent.id": ["a", "b"], "n": [7, true]}"#;
    let named = Rules { keep_errors: false, keep: serde_json::from_str(keep).unwrap(), ..rules() };
    let cases: [(&'static str, Value, bool); 8] = [
        ("agent.id", "b".into(), true),
        ("agent.id", "c".into(), false),
        ("agent.name", "a".into(), false),
        ("n", 7.into(), true),
        ("n", 7.0.into(), true),
        ("n", true.into(), true),
        ("n", false.into(), false),
        ("n", "7".into(), false),
    ];
    for (key, value, is_kept) in cases {
        let mut run = Run::of(named.clone());
        run.take(with(span(TRACE, 2, 1), key, value.clone()));
        assert_eq!(run.outcome.kept.len() == 1, is_kept, "{key} {value}");
    }
}

#[test]
fn what_comes_late_of_a_dropped_trace_is_dropped_and_so_is_what_hangs_on_it() {
    let mut run = Run::of(rules());
    run.take(span(TRACE, 2, 1)).take(span(TRACE, 1, 0));
    // Its parent, 5, has not ended: whose it is shows then.
    run.take(span(TRACE, 6, 5));
    assert_eq!(run.so_far(), (vec![], 2, 1));
    run.take(failed(span(TRACE, 5, 2)));
    assert_eq!(run.so_far(), (vec![], 4, 0));
    run.take(failed(span(TRACE, 7, 6)));
    assert_eq!(run.so_far(), (vec![], 5, 0));
}

#[test]
fn a_second_call_within_one_trace_is_judged_by_itself() {
    let mut run = Run::of(rules());
    run.take(span(TRACE, 12, 11)).take(span(TRACE, 2, 1)).take(remote(span(TRACE, 1, 900)));
    assert_eq!(run.so_far(), (vec![], 2, 1), "what is the other call's stays");
    run.take(failed(remote(span(TRACE, 11, 901))));
    assert_eq!(run.so_far(), (vec![12, 11], 2, 0));
    run.take(span(TRACE, 22, 21));
    assert_eq!(run.so_far(), (vec![12, 11, 22], 2, 0), "and the rest is kept from then on");
}

#[test]
fn what_there_is_no_room_for_is_dropped_whole_the_oldest_first() {
    let size = size_of_span(&span(TRACE, 1, 0));
    let mut run = Run::of(rules());
    let (one, two) = (TRACE, TRACE << 32);
    for (trace, id) in [(one, 2), (two, 2), (one, 3), (two, 3)] {
        let Run { tail, outcome, now } = &mut run;
        *now += Duration::from_millis(1);
        tail.take(span(trace, id, 1), size * 3, *now, outcome);
    }
    assert_eq!(run.so_far(), (vec![], 2, 2));
    assert_eq!(run.outcome.dropped_early, 2);
    run.take(failed(span(one, 4, 1))).take(failed(span(two, 4, 1)));
    assert_eq!(run.so_far(), (vec![2, 3, 4], 3, 0), "the decision holds for what still comes");
}

#[test]
fn a_root_that_never_ends_is_decided_by_age() {
    let mut run = Run::of(Rules { decide_after_ms: 1_000, ..rules() });
    assert_eq!(run.tail.due(), None);
    run.take(span(TRACE, 2, 1));
    let due = run.tail.due().unwrap();
    assert_eq!(due, run.now + Duration::from_secs(1));
    run.tail.decide_due(due - Duration::from_millis(1), &mut run.outcome);
    assert_eq!(run.so_far(), (vec![], 0, 1));
    run.tail.decide_due(due, &mut run.outcome);
    assert_eq!((run.so_far(), run.outcome.dropped_early), ((vec![], 1, 0), 1));
    assert_eq!(run.tail.due(), None);
}

#[test]
fn a_trace_that_was_decided_leaves_nothing_to_be_due() {
    let mut run = Run::of(rules());
    run.take(span(TRACE, 2, 1)).take(span(TRACE, 1, 0));
    run.take(span(TRACE << 32, 2, 1)).take(failed(span(TRACE << 32, 1, 0)));
    assert_eq!((run.tail.due(), run.tail.held_bytes()), (None, 0));
}

#[test]
fn other_rules_judge_anew_what_is_held() {
    let mut run = Run::of(rules());
    run.take(with(span(TRACE, 2, 1), "agent.id", "a")).take(span(TRACE << 32, 2, 1));
    let keep = serde_json::from_str(r#"{"agent.id": ["a"]}"#).unwrap();
    let Run { tail, outcome, now } = &mut run;
    tail.reconfigure(Rules { keep, ..rules() }, Arc::default(), *now, outcome);
    assert_eq!(run.so_far(), (vec![2], 0, 1));
    let rest = run.tail.end();
    assert_eq!(rest.len(), 1);
}

#[test]
fn spans_with_one_id_are_all_counted() {
    let mut run = Run::of(rules());
    run.take(span(TRACE, 2, 1)).take(span(TRACE, 2, 1)).take(span(TRACE, 1, 0));
    assert_eq!(run.so_far(), (vec![], 3, 0));
}

#[test]
fn spans_that_are_their_own_ancestors_are_held_until_they_are_due() {
    let mut run = Run::of(rules());
    run.take(span(TRACE, 2, 3)).take(span(TRACE, 3, 2)).take(span(TRACE, 4, 4));
    run.take(span(TRACE, 1, 0));
    assert_eq!(run.so_far(), (vec![], 1, 3));
    run.tail.decide_all(&mut run.outcome);
    assert_eq!(run.so_far(), (vec![], 4, 0));
}
