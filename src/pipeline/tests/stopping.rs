//! The end of the thread: what is held goes out while there is time, and the rest is counted.

use std::time::{Duration, Instant};

use super::super::{Pipeline, StartError};
use super::fixtures::{
    PATIENCE, config, counts, losses, names, shut_down, start, submit, wait, with_batches_of,
};
use super::server::{Answer, Gate, OK, Server};

const SHORT_GRACE: Duration = Duration::from_millis(50);

#[test]
fn what_is_held_is_delivered_before_the_thread_ends() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(with_batches_of(config(&server.url()), 10));
    submit(&pipeline, 0..25);
    shut_down(&pipeline, PATIENCE);
    let counts = counts(&pipeline);
    assert_eq!((counts.delivered, counts.queued), (25, 0));
    let mut arrived = server.accepted();
    arrived.sort_by_key(|name| name.parse::<u8>().ok());
    assert_eq!(arrived, names(0..25));
}

#[test]
fn what_is_not_taken_within_the_grace_is_lost_and_the_thread_ends_all_the_same() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let pipeline = start(with_batches_of(config(&server.url()), 1));
    submit(&pipeline, 0..9);
    server.next_request();
    let began = Instant::now();
    shut_down(&pipeline, SHORT_GRACE);
    assert!(began.elapsed() < PATIENCE / 2);
    gate.open();
    assert_eq!(losses(&counts(&pipeline)), ["queue shutdown 9"]);
}

#[test]
fn a_collector_that_is_busy_does_not_hold_the_end_up() {
    let server = Server::start(|_, _| Answer(503, "retry-after: 60\r\n"));
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..3);
    let began = Instant::now();
    shut_down(&pipeline, SHORT_GRACE);
    assert!(began.elapsed() < PATIENCE / 2);
    assert_eq!(losses(&counts(&pipeline)), ["queue shutdown 3"]);
}

#[test]
fn spans_that_come_after_the_end_are_lost_and_counted() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..1);
    shut_down(&pipeline, PATIENCE);
    submit(&pipeline, 1..3);
    let counts = counts(&pipeline);
    assert_eq!((counts.started, counts.delivered), (3, 1));
    assert_eq!(losses(&counts), ["handoff shut_down 2"]);
    assert_eq!(pipeline.held_bytes(), 0);
}

#[test]
fn a_flush_that_waits_is_told_when_the_thread_ends() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..1);
    let waiting = pipeline.flush();
    shut_down(&pipeline, SHORT_GRACE);
    assert!(pipeline.poll(waiting).is_some());
    assert!(wait(&pipeline, pipeline.flush(), PATIENCE).is_some());
    gate.open();
}

#[test]
fn a_flush_at_exit_blocks_until_the_spans_are_there() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..3);
    assert_eq!(pipeline.flush_at_exit().map(|report| report.delivered), Some(3));
    assert_eq!(server.accepted(), names(0..3));
}

#[test]
fn the_exit_is_held_up_for_its_budget_once_and_not_again() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let mut config = config(&server.url());
    config.exit_budget = SHORT_GRACE;
    let pipeline = start(config);
    submit(&pipeline, 0..3);
    for _ in 0..20 {
        assert_eq!(pipeline.flush_at_exit(), None);
    }
    assert_eq!(pipeline.exit_budget(), Duration::ZERO);
    gate.open();
    assert_eq!(counts(&pipeline).lost_in_all(), 0);
}

#[test]
fn an_end_may_be_asked_for_twice() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    assert!(!pipeline.is_finished());
    pipeline.begin_shutdown(PATIENCE);
    shut_down(&pipeline, PATIENCE);
    assert!(pipeline.is_finished() && pipeline.wait_finished(Duration::ZERO));
}

#[test]
fn a_handle_that_is_dropped_lets_the_thread_deliver_and_end() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..2);
    pipeline.flush();
    drop(pipeline);
    assert_eq!(server.next_request(), names(0..2));
}

#[test]
fn a_target_that_cannot_work_starts_nothing() {
    match Pipeline::start(config("not a URL")) {
        Err(StartError::Target(error)) => assert_eq!(error.code(), "invalid_endpoint"),
        other => panic!("{other:?}"),
    }
}
