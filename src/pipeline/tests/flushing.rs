//! From a chunk to a request, and what a flush tells of it.

use std::time::Duration;

use super::super::{FlushReport, Tally};
use super::fixtures::{
    Chunk, End, PATIENCE, Sample, attributes, config, counts, end, flush, losses, names, start,
    submit, tally, text, wait, with_batches_of,
};
use super::server::{Answer, Gate, OK, Server};

fn delivered(spans: u64) -> FlushReport {
    FlushReport { delivered: spans, ..FlushReport::default() }
}

#[test]
fn spans_arrive_in_order_and_are_counted() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..3);
    submit(&pipeline, 3..5);
    assert_eq!(flush(&pipeline), delivered(5));
    assert_eq!(server.next_request(), names(0..5));
    let counts = counts(&pipeline);
    assert_eq!((counts.started, counts.ended, counts.delivered, counts.queued), (5, 5, 5, 0));
    assert_eq!((counts.batches, counts.requests, counts.retries), (1, 1, 0));
    assert!(counts.bytes_sent > 0);
    assert_eq!(pipeline.held_bytes(), 0);
}

#[test]
fn a_batch_goes_out_by_itself_when_it_is_due() {
    let server = Server::start(|_, _| OK);
    let mut config = config(&server.url());
    config.routes[0].batch.delay = Duration::from_millis(5);
    let pipeline = start(config);
    submit(&pipeline, 0..2);
    assert_eq!(server.next_request(), names(0..2));
}

#[test]
fn a_full_batch_goes_out_by_itself() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(with_batches_of(config(&server.url()), 3));
    submit(&pipeline, 0..7);
    let mut arrived = [server.next_request(), server.next_request()];
    arrived.sort();
    assert_eq!(arrived, [names(0..3), names(3..6)]);
    assert_eq!(flush(&pipeline).pending, 0);
    assert_eq!(counts(&pipeline).delivered, 7);
}

#[test]
fn parts_and_the_end_of_a_span_may_come_in_different_chunks() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    let mut part = Chunk::interning();
    part.part(1, 0, 0, &Sample::Array(vec![text("x".repeat(10_000).as_str())]));
    pipeline.submit(&part.bytes, tally(1, 0));
    assert_eq!(flush(&pipeline), FlushReport::default());
    assert!(pipeline.held_bytes() >= 10_000);
    let mut rest = Chunk::interning();
    let json = attributes([("json", Sample::Part(0))]);
    rest.end(&End { parts: 1, attributes: json, ..end(1) });
    pipeline.submit(&rest.bytes, tally(0, 1));
    assert_eq!(flush(&pipeline), delivered(1));
    assert_eq!(pipeline.held_bytes(), 0);
    assert!(counts(&pipeline).bytes_sent > 10_000);
}

#[test]
fn a_flush_of_nothing_is_done_at_once() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    assert_eq!(flush(&pipeline), FlushReport::default());
    assert_eq!(counts(&pipeline).requests, 0);
}

#[test]
fn a_flush_does_not_wait_for_spans_that_came_after_it() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, names| {
        if names == ["9"] {
            held.wait();
        }
        OK
    });
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..1);
    let first = pipeline.flush();
    submit(&pipeline, 9..10);
    let second = pipeline.flush();
    assert_eq!(wait(&pipeline, first, PATIENCE), Some(delivered(1)));
    assert_eq!(pipeline.poll(second), None);
    gate.open();
    // The first one may still have been under way when the second flush began.
    let report = wait(&pipeline, second, PATIENCE).expect("the flush ends");
    assert!((1..=2).contains(&report.delivered) && report.lost + report.pending == 0);
}

#[test]
fn two_flushes_of_the_same_spans_both_report_them() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..2);
    let flushes = [pipeline.flush(), pipeline.flush()];
    gate.open();
    for flush in flushes {
        assert_eq!(wait(&pipeline, flush, PATIENCE), Some(delivered(2)));
    }
    assert_eq!(counts(&pipeline).delivered, 2);
}

#[test]
fn the_outcome_of_a_flush_is_told_once() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    let id = pipeline.flush();
    assert_eq!(wait(&pipeline, id, PATIENCE), Some(FlushReport::default()));
    assert_eq!(pipeline.poll(id), None);
    assert_eq!(wait(&pipeline, id, PATIENCE), None);
    assert_eq!(pipeline.poll(12_345), None);
}

#[test]
fn a_wait_that_is_over_and_a_flush_that_was_abandoned_leave_the_spans_alone() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..2);
    assert_eq!(wait(&pipeline, pipeline.flush(), Duration::from_millis(1)), None);
    let abandoned = pipeline.flush();
    pipeline.abandon_flush(abandoned);
    let last = pipeline.flush();
    gate.open();
    assert_eq!(wait(&pipeline, last, PATIENCE), Some(delivered(2)));
    assert_eq!(pipeline.poll(abandoned), None);
}

#[test]
fn what_the_collector_refuses_for_good_is_lost_by_its_status() {
    let server = Server::start(|number, _| if number == 0 { Answer(400, "") } else { OK });
    let pipeline = start(with_batches_of(config(&server.url()), 2));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline), FlushReport { lost: 2, ..FlushReport::default() });
    submit(&pipeline, 2..3);
    assert_eq!(flush(&pipeline), delivered(1));
    let counts = counts(&pipeline);
    assert_eq!(losses(&counts), ["export http_400 2"]);
    assert!(counts.last_error.expect("an error").contains("400"));
}

#[test]
fn counts_without_spans_are_taken_too() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    pipeline.submit(&[], Tally { started: 3, ended: 0, ignored: 2, faults: 1, ..Tally::default() });
    let counts = counts(&pipeline);
    assert_eq!((counts.started, counts.ended), (3, 0));
    assert_eq!((counts.ignored, counts.faults), (2, 1));
}
