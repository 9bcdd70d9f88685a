//! Collectors that are away or busy: spans wait, rounds fail, and nothing is lost by that.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::FlushReport;
use super::fixtures::{
    SHORT_ROUND, config, counts, flush, losses, names, shut_down, start, submit, with_batches_of,
    with_round,
};
use super::server::{Answer, OK, Server};

fn pending(spans: u64) -> FlushReport {
    FlushReport { pending: spans, ..FlushReport::default() }
}

#[test]
fn a_dead_collector_keeps_the_spans_waiting() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1/traces", free.local_addr().expect("an address"));
    drop(free);
    let pipeline = start(with_round(config(&url), SHORT_ROUND));
    submit(&pipeline, 0..4);
    assert_eq!(flush(&pipeline), pending(4));
    let after = counts(&pipeline);
    assert_eq!((after.queued, after.delivered, after.lost_in_all()), (4, 0, 0));
    assert!(after.requests >= 1);
    assert!(pipeline.held_bytes() > 0);
    shut_down(&pipeline, SHORT_ROUND);
    assert_eq!(losses(&counts(&pipeline)), ["queue shutdown 4"]);
}

#[test]
fn spans_kept_over_failed_rounds_arrive_in_order_when_the_collector_is_back() {
    let is_back = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&is_back);
    let server = Server::start(
        move |_, _| {
            if answers.load(Ordering::SeqCst) { OK } else { Answer(503, "") }
        },
    );
    let pipeline = start(with_batches_of(with_round(config(&server.url()), SHORT_ROUND), 2));
    submit(&pipeline, 0..6);
    assert_eq!(flush(&pipeline), pending(6));
    submit(&pipeline, 6..8);
    assert_eq!(flush(&pipeline), pending(8));
    is_back.store(true, Ordering::SeqCst);
    let mut delivered = 0;
    while delivered < 8 {
        let report = flush(&pipeline);
        assert_eq!(report.lost, 0);
        delivered += report.delivered;
    }
    let counts = counts(&pipeline);
    assert_eq!((counts.delivered, counts.queued, pipeline.held_bytes()), (8, 0, 0));
    let mut arrived = server.accepted();
    arrived.sort();
    assert_eq!(arrived, names(0..8));
}

#[test]
fn a_flush_tries_again_at_once_after_a_round_that_failed() {
    let is_back = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&is_back);
    let server = Server::start(
        move |_, _| {
            if answers.load(Ordering::SeqCst) { OK } else { Answer(503, "") }
        },
    );
    let pipeline = start(with_round(config(&server.url()), SHORT_ROUND));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline), pending(2));
    is_back.store(true, Ordering::SeqCst);
    assert_eq!(flush(&pipeline), FlushReport { delivered: 2, ..FlushReport::default() });
}

#[test]
fn the_end_tries_once_more_after_a_round_that_failed() {
    let is_back = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&is_back);
    let server = Server::start(
        move |_, _| {
            if answers.load(Ordering::SeqCst) { OK } else { Answer(503, "") }
        },
    );
    let pipeline = start(with_round(config(&server.url()), Duration::from_secs(1)));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline), pending(2));
    is_back.store(true, Ordering::SeqCst);
    // Shorter than the pause after a round of a second.
    shut_down(&pipeline, SHORT_ROUND);
    assert_eq!(counts(&pipeline).delivered, 2);
}

#[test]
fn a_wait_that_the_collector_asks_for_is_kept_and_a_flush_says_so_at_once() {
    let server = Server::start(|_, _| Answer(429, "retry-after: 60\r\n"));
    let pipeline = start(with_batches_of(config(&server.url()), 2));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline), pending(2));
    submit(&pipeline, 2..5);
    assert_eq!(flush(&pipeline).pending, 5);
    assert_eq!(counts(&pipeline).requests, 1);
}

#[test]
fn a_retry_within_the_round_is_counted_and_nobody_notices() {
    let server =
        Server::start(|number, _| if number == 0 { Answer(503, "retry-after: 0\r\n") } else { OK });
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline), FlushReport { delivered: 2, ..FlushReport::default() });
    let counts = counts(&pipeline);
    assert_eq!((counts.requests, counts.retries, counts.last_error), (2, 1, None));
}
