//! Several destinations at once: each gets the spans, and none waits for another or pays for it.

use std::time::{Duration, Instant};

use super::super::Pipeline;
use super::fixtures::{
    PATIENCE, SHORT_ROUND, config, config_of, counts, flush, losses, names, route_to, shut_down,
    spans_of, start, submit, tally, wait, with_batches_of, with_queue_of, with_round,
};
use super::server::{Answer, Gate, OK, Server};
use crate::config::Config;
use crate::filter::{Criteria, Filter};
use crate::stats::DestinationCounts;

fn to_both(one: &Server, other: &Server) -> Config {
    config_of(vec![route_to("one", &one.url()), route_to("other", &other.url())])
}

/// A collector that takes a request and does not answer.
fn stuck(gate: &Gate) -> Server {
    let held = gate.clone();
    Server::start(move |_, _| {
        held.wait();
        OK
    })
}

fn page(pipeline: &Pipeline, name: &str) -> DestinationCounts {
    let counts = counts(pipeline);
    counts.destinations.iter().find(|page| page.name == name).cloned().expect("a page")
}

fn sums(page: &DestinationCounts) -> (u64, u64, u64) {
    (page.queued, page.delivered, page.lost.values().sum())
}

#[test]
fn every_destination_gets_every_span_and_each_is_counted_once_in_all() {
    let (one, other) = (Server::start(|_, _| OK), Server::start(|_, _| OK));
    let pipeline = start(to_both(&one, &other));
    submit(&pipeline, 0..5);
    assert_eq!(flush(&pipeline).delivered, 5);
    assert_eq!((one.accepted(), other.accepted()), (names(0..5), names(0..5)));
    let counts = counts(&pipeline);
    assert_eq!((counts.ended, counts.delivered, counts.batches, counts.requests), (5, 5, 2, 2));
    for name in ["one", "other"] {
        let page = page(&pipeline, name);
        assert_eq!((sums(&page), page.batches, page.requests), ((0, 5, 0), 1, 1));
        assert!(page.bytes_sent > 0 && page.bytes_held == 0, "{page:?}");
    }
    assert_eq!(pipeline.held_bytes(), 0);
}

#[test]
fn a_destination_that_does_not_answer_delays_no_other() {
    let gate = Gate::default();
    let (stuck, live) = (stuck(&gate), Server::start(|_, _| OK));
    let pipeline = start(to_both(&stuck, &live));
    submit(&pipeline, 0..3);
    let flushed = pipeline.flush();
    assert_eq!(live.next_request(), names(0..3));
    submit(&pipeline, 3..4);
    pipeline.flush();
    assert_eq!(live.next_request(), names(3..4));
    assert_eq!(pipeline.poll(flushed), None, "a flush waits for both");
    gate.open();
    assert_eq!(wait(&pipeline, flushed, PATIENCE).map(|report| report.pending), Some(0));
    shut_down(&pipeline, PATIENCE);
    assert_eq!(counts(&pipeline).delivered, 4);
}

#[test]
fn a_span_stays_queued_until_the_last_destination_has_it() {
    let gate = Gate::default();
    let (stuck, live) = (stuck(&gate), Server::start(|_, _| OK));
    let pipeline = start(to_both(&stuck, &live));
    submit(&pipeline, 0..3);
    shut_down(&pipeline, SHORT_ROUND * 5);
    gate.open();
    let after = counts(&pipeline);
    assert_eq!((after.delivered, losses(&after)), (0, vec!["queue shutdown 3".to_owned()]));
    assert_eq!(sums(&page(&pipeline, "one")), (0, 0, 3));
    assert_eq!(sums(&page(&pipeline, "other")), (0, 3, 0));
}

#[test]
fn what_one_refuses_and_another_takes_is_lost_with_the_reason() {
    let refusing = Server::start(|_, _| Answer(400, ""));
    let live = Server::start(|_, _| OK);
    let pipeline = start(to_both(&refusing, &live));
    submit(&pipeline, 0..3);
    let report = flush(&pipeline);
    assert_eq!((report.delivered, report.lost, report.pending), (0, 3, 0));
    let after = counts(&pipeline);
    assert_eq!((after.delivered, losses(&after)), (0, vec!["export http_400 3".to_owned()]));
    assert_eq!(sums(&page(&pipeline, "other")), (0, 3, 0));
    let refused = page(&pipeline, "one");
    assert_eq!(sums(&refused), (0, 0, 3));
    assert!(refused.last_error.is_some_and(|error| error.contains("400")));
    assert_eq!(page(&pipeline, "other").last_error, None);
}

#[test]
fn a_dead_destination_under_load_costs_a_live_one_nothing() {
    const QUEUE_BYTES: usize = 200_000;
    let dead = Server::start(|_, _| Answer(503, ""));
    let live = Server::start(|_, _| OK);
    let config = with_round(to_both(&dead, &live), SHORT_ROUND);
    let pipeline = start(with_batches_of(with_queue_of(config, QUEUE_BYTES), 5));
    let mut expected = Vec::new();
    for _ in 0..20 {
        pipeline.submit(&spans_of(0..10, 2_000).bytes, tally(10, 10));
        expected.extend(names(0..10));
        // At the pace of the live one, and twice what fits into the queue altogether.
        live.next_request();
        live.next_request();
    }
    flush(&pipeline);
    let mut arrived = live.accepted();
    arrived.sort();
    expected.sort();
    assert_eq!(arrived, expected);
    shut_down(&pipeline, SHORT_ROUND);
    assert_eq!(sums(&page(&pipeline, "other")), (0, 200, 0));
    let lost = page(&pipeline, "one").lost;
    let reasons: Vec<&str> = lost.keys().map(|(_, reason)| reason.as_str()).collect();
    assert_eq!(reasons, ["queue_full", "shutdown"]);
    let total = counts(&pipeline);
    assert_eq!((total.ended, total.lost_in_all()), (200, 200));
}

#[test]
fn the_end_waits_no_longer_for_a_dead_one_than_its_grace_and_delivers_the_rest() {
    let gate = Gate::default();
    let (stuck, live) = (stuck(&gate), Server::start(|_, _| OK));
    let pipeline = start(with_batches_of(to_both(&stuck, &live), 2));
    submit(&pipeline, 0..9);
    let began = Instant::now();
    shut_down(&pipeline, Duration::from_millis(500));
    assert!(began.elapsed() < PATIENCE / 2);
    gate.open();
    let mut arrived = live.accepted();
    arrived.sort();
    assert_eq!(arrived, names(0..9));
}

#[test]
fn destinations_can_be_added_and_taken_away_while_spans_wait() {
    let (one, other) = (Server::start(|_, _| OK), Server::start(|_, _| OK));
    let pipeline = start(config_of(vec![route_to("one", &one.url())]));
    submit(&pipeline, 0..2);
    pipeline.reconfigure(to_both(&one, &other)).expect("two targets");
    submit(&pipeline, 2..4);
    pipeline.reconfigure(config_of(vec![route_to("other", &other.url())])).expect("a target");
    submit(&pipeline, 4..6);
    shut_down(&pipeline, PATIENCE);
    let arrived = |server: &Server| {
        let mut arrived = server.accepted();
        arrived.sort();
        arrived
    };
    assert_eq!((arrived(&one), arrived(&other)), (names(0..4), names(2..6)));
    let counts = counts(&pipeline);
    assert_eq!((counts.delivered, counts.queued), (6, 0));
    assert_eq!(sums(&page(&pipeline, "other")), (0, 4, 0));
}

#[test]
fn one_unusable_destination_changes_nothing() {
    let (one, other) = (Server::start(|_, _| OK), Server::start(|_, _| OK));
    let pipeline = start(config(&one.url()));
    let refused = config_of(vec![route_to("a", &other.url()), route_to("b", "ftp://nowhere")]);
    assert!(pipeline.reconfigure(refused).is_err());
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline).delivered, 2);
    assert_eq!((one.accepted(), other.accepted()), (names(0..2), names(0..0)));
    let shown: Vec<String> =
        counts(&pipeline).destinations.iter().map(|page| page.name.clone()).collect();
    assert_eq!(shown, ["sole"]);
}

#[test]
fn what_a_destination_does_not_want_is_filtered_and_what_none_wants_as_well() {
    let (one, other) = (Server::start(|_, _| OK), Server::start(|_, _| OK));
    let named = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Filter { only: Some(Criteria { names, ..Criteria::default() }), except: None }
    };
    let mut config = to_both(&one, &other);
    config.routes[0].filter = named(&["0", "1"]);
    config.routes[1].filter = named(&["1", "2"]);
    let pipeline = start(config);
    submit(&pipeline, 0..5);
    assert_eq!(flush(&pipeline).delivered, 3);
    assert_eq!((one.accepted(), other.accepted()), (names(0..2), names(1..3)));
    let counts = counts(&pipeline);
    assert_eq!((counts.delivered, counts.filtered, counts.lost_in_all()), (3, 2, 0));
    let page = page(&pipeline, "other");
    assert_eq!((sums(&page), page.filtered), ((0, 2, 0), 3));
}
