//! What a span is: its context, times, kind, status and scope.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{SpanId, SpanKind, Status, TraceFlags, TraceId};

use super::super::Assembly;
use super::writer::{Chunk, End, Moment, end};
use super::{Bench, of};

fn at(nanos: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanos)
}

#[test]
fn a_span_has_the_identity_and_times_of_its_end() {
    let span = of(End {
        parent_span_id: 2,
        parent_is_remote: true,
        start: Moment::Absolute(1_600_000_000.0, 5),
        name: "work ✓".to_owned(),
        trace_state: Some("vendor=1,other=2".to_owned()),
        ..end(1)
    });
    let context = &span.span_context;
    assert_eq!(context.trace_id(), TraceId::from_bytes([0xaa; 16]));
    assert_eq!(context.span_id(), SpanId::from_bytes([1; 8]));
    assert_eq!(context.trace_flags(), TraceFlags::SAMPLED);
    assert_eq!(context.trace_state().header(), "vendor=1,other=2");
    assert!(!context.is_remote());
    assert_eq!(span.parent_span_id, SpanId::from_bytes([2; 8]));
    assert!(span.parent_span_is_remote);
    assert_eq!(span.name, "work ✓");
    assert_eq!(span.start_time, at(1_600_000_000_000_000_005));
    assert_eq!(span.end_time, at(1_700_000_000_003_000_000));
}

#[test]
fn a_root_has_no_parent() {
    assert_eq!(of(end(1)).parent_span_id, SpanId::INVALID);
}

#[test]
fn an_end_before_the_start_is_moved_to_the_start() {
    let backwards = End { end: Moment::SinceAnchor(0.5), ..end(1) };
    let span = of(backwards);
    assert_eq!(span.end_time, span.start_time);
}

#[test]
fn a_trace_state_that_is_none_is_left_out() {
    let span = of(End { trace_state: Some("no state".to_owned()), ..end(1) });
    assert_eq!(span.span_context.trace_state().header(), "");
}

#[test]
fn kinds_are_those_of_opentelemetry_js() {
    for (kind, expected) in [
        (0, SpanKind::Internal),
        (1, SpanKind::Server),
        (2, SpanKind::Client),
        (3, SpanKind::Producer),
        (4, SpanKind::Consumer),
        (5, SpanKind::Internal),
        (255, SpanKind::Internal),
    ] {
        assert_eq!(of(End { kind, ..end(1) }).span_kind, expected);
    }
}

#[test]
fn only_an_error_has_a_message() {
    for (status, message, expected) in [
        (0, None, Status::Unset),
        (1, None, Status::Ok),
        (1, Some("ignored"), Status::Ok),
        (2, None, Status::error("")),
        (2, Some("it failed ✓"), Status::error("it failed ✓")),
        (9, Some("ignored"), Status::Unset),
    ] {
        let status_message = message.map(str::to_owned);
        assert_eq!(of(End { status, status_message, ..end(1) }).status, expected);
    }
}

#[test]
fn a_scope_has_a_version_when_it_was_given_one() {
    for (version, expected) in [("", None), ("1.2.3", Some("1.2.3"))] {
        let scope = ("library".to_owned(), version.to_owned());
        let span = of(End { scope, ..end(1) });
        assert_eq!(span.instrumentation_scope.name(), "library");
        assert_eq!(span.instrumentation_scope.version(), expected);
    }
}

#[test]
fn more_scopes_than_anybody_has_are_still_right() {
    let mut bench = Bench::default();
    for round in 0..2 {
        for number in 0..1_500 {
            let mut chunk = Chunk::inline();
            chunk.end(&End { scope: (format!("scope {number}"), String::new()), ..end(1) });
            let spans = bench.read(&chunk);
            let name = spans[0].instrumentation_scope.name();
            assert_eq!(name, format!("scope {number}"), "round {round}");
        }
    }
}

#[test]
fn spans_before_a_malformed_record_are_handed_on() {
    let mut chunk = Chunk::interning();
    chunk.end(&end(1));
    chunk.bytes.extend([77, 0, 0, 0, 0]);
    chunk.end(&end(2));
    let mut spans = 0;
    let read = Assembly::default().read(&chunk.bytes, |_| spans += 1, |_| {});
    assert_eq!(read.map_err(|malformed| malformed.what), Err("unknown record"));
    assert_eq!(spans, 1);
}
