//! Spans on disk: what is not delivered outlives the pipeline, and what is delivered does not come
//! again. A pipeline that is shut down at once stands for one that was killed: its spool is the same.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::super::Pipeline;
use super::fixtures::{
    PATIENCE, SHORT_ROUND, config, config_of, counts, flush, losses, names, route_to, shut_down,
    spans_of, start, submit, tally, with_batches_of, with_queue_of, with_round, with_spool,
};
use super::server::{Answer, Gate, OK, Server};
use crate::config::Config;

const MEBIBYTE: u64 = 1024 * 1024;

/// A directory that goes with the test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        let name = format!("catalyst-pipeline-{:016x}", fastrand::u64(..));
        Self(std::env::temp_dir().join(name))
    }

    fn files(&self) -> usize {
        std::fs::read_dir(&self.0).map_or(0, Iterator::count)
    }

    fn bytes(&self) -> u64 {
        let entries = std::fs::read_dir(&self.0).expect("a directory").flatten();
        entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn dead() -> Server {
    Server::start(|_, _| Answer(503, ""))
}

fn spooled(url: &str, dir: &Directory) -> Config {
    with_spool(with_round(config(url), SHORT_ROUND), &dir.0, 64 * MEBIBYTE)
}

/// A collector that is away until it is told to come back.
fn away() -> (Server, Arc<AtomicBool>) {
    let is_back = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&is_back);
    let script = move |_: usize, _: &[String]| {
        if answers.load(Ordering::SeqCst) { OK } else { Answer(503, "") }
    };
    (Server::start(script), is_back)
}

/// Waits for these spans, in whichever order they come.
fn next_spans(server: &Server, count: usize) -> Vec<String> {
    let mut spans = BTreeSet::new();
    while spans.len() < count {
        spans.extend(server.next_request());
    }
    let mut spans: Vec<String> = spans.into_iter().collect();
    spans.sort_by_key(|name| name.parse::<u32>().ok());
    spans
}

fn until_delivered(pipeline: &Pipeline, spans: u64) {
    while counts(pipeline).delivered < spans {
        flush(pipeline);
    }
}

#[test]
fn what_is_delivered_leaves_nothing_on_disk() {
    let (dir, server) = (Directory::new(), Server::start(|_, _| OK));
    let pipeline = start(with_batches_of(spooled(&server.url(), &dir), 4));
    submit(&pipeline, 0..10);
    assert_eq!(flush(&pipeline).delivered, 10);
    assert_eq!(next_spans(&server, 10), names(0..10));
    assert_eq!(pipeline.held_bytes(), 0);
    shut_down(&pipeline, PATIENCE);
    assert_eq!(dir.files(), 0);
    let counts = counts(&pipeline);
    assert_eq!((counts.delivered, counts.batches, counts.spool), (10, 3, Default::default()));
}

#[test]
fn spans_of_several_chunks_go_out_as_one_request() {
    let (dir, server) = (Directory::new(), Server::start(|_, _| OK));
    let pipeline = start(spooled(&server.url(), &dir));
    for number in 0..5 {
        submit(&pipeline, number..number + 1);
    }
    assert_eq!(flush(&pipeline).delivered, 5);
    assert_eq!(server.next_request(), names(0..5));
}

#[test]
fn what_a_dead_collector_did_not_take_arrives_after_a_restart_and_once() {
    let dir = Directory::new();
    let (server, is_back) = away();
    let pipeline = start(spooled(&server.url(), &dir));
    submit(&pipeline, 0..4);
    shut_down(&pipeline, Duration::ZERO);
    let left = counts(&pipeline);
    assert_eq!((left.spool.left, left.queued, left.lost_in_all()), (4, 0, 0));
    assert!(dir.files() > 0);

    is_back.store(true, Ordering::SeqCst);
    let pipeline = start(spooled(&server.url(), &dir));
    until_delivered(&pipeline, 4);
    shut_down(&pipeline, PATIENCE);
    let after = counts(&pipeline);
    assert_eq!((after.ended, after.spool.recovered, after.delivered), (0, 4, 4));
    assert_eq!((server.accepted(), dir.files()), (names(0..4), 0));
}

#[test]
fn what_was_given_up_for_good_does_not_come_again() {
    let (dir, refusing) = (Directory::new(), Server::start(|_, _| Answer(400, "")));
    let pipeline = start(spooled(&refusing.url(), &dir));
    submit(&pipeline, 0..3);
    assert_eq!(flush(&pipeline).lost, 3);
    shut_down(&pipeline, PATIENCE);
    assert_eq!(
        (losses(&counts(&pipeline)), dir.files()),
        (vec!["export http_400 3".to_owned()], 0)
    );
}

#[test]
fn a_part_that_was_delivered_before_the_end_does_not_come_again() {
    let dir = Directory::new();
    // A batch that is too large, of whose halves the second one is not taken.
    let is_back = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&is_back);
    let picky = Server::start(move |_, names| match names.len() {
        _ if answers.load(Ordering::SeqCst) => OK,
        4 => Answer(413, ""),
        _ if names.contains(&"0".to_owned()) => OK,
        _ => Answer(503, ""),
    });
    let pipeline = start(spooled(&picky.url(), &dir));
    submit(&pipeline, 0..4);
    while counts(&pipeline).delivered == 0 {
        flush(&pipeline);
    }
    let taken = picky.accepted();
    shut_down(&pipeline, Duration::ZERO);
    assert_eq!(counts(&pipeline).spool.left as usize, 4 - taken.len());
    is_back.store(true, Ordering::SeqCst);
    let pipeline = start(spooled(&picky.url(), &dir));
    until_delivered(&pipeline, 4 - taken.len() as u64);
    let mut all = picky.accepted();
    all.sort();
    assert_eq!(all, names(0..4));
    shut_down(&pipeline, PATIENCE);
}

#[test]
fn what_memory_has_no_room_for_waits_on_disk_and_arrives() {
    let dir = Directory::new();
    let (server, is_back) = away();
    let pipeline = start(with_queue_of(with_batches_of(spooled(&server.url(), &dir), 5), 200_000));
    for number in 0..200 {
        pipeline.submit(&spans_of(number..number + 1, 5_000).bytes, tally(1, 1));
        assert!(flush(&pipeline).lost == 0 && pipeline.held_bytes() <= 200_000);
    }
    assert_eq!((counts(&pipeline).queued, counts(&pipeline).lost_in_all()), (200, 0));
    assert!(dir.bytes() > 1_000_000);
    is_back.store(true, Ordering::SeqCst);
    until_delivered(&pipeline, 200);
    let mut arrived = server.accepted();
    arrived.sort_by_key(|name| name.parse::<u32>().ok());
    assert_eq!((arrived, pipeline.held_bytes()), (names(0..200), 0));
    shut_down(&pipeline, PATIENCE);
    assert_eq!(dir.files(), 0);
}

#[test]
fn the_oldest_on_disk_alone_are_lost_at_the_bound_and_counted() {
    let dir = Directory::new();
    let (server, is_back) = away();
    let config = with_queue_of(with_batches_of(spooled(&server.url(), &dir), 2), 100_000);
    let pipeline = start(with_spool(config, &dir.0, MEBIBYTE));
    for number in 0..250 {
        pipeline.submit(&spans_of(number..number + 1, 10_000).bytes, tally(1, 1));
        flush(&pipeline);
        assert!(dir.bytes() <= MEBIBYTE);
    }
    let evicted = counts(&pipeline).lost_in_all();
    assert!((100..200).contains(&evicted), "{evicted}");
    assert_eq!(losses(&counts(&pipeline)), [format!("spool evicted {evicted}")]);
    is_back.store(true, Ordering::SeqCst);
    until_delivered(&pipeline, 250 - evicted);
    assert!(server.accepted().contains(&"249".to_owned()));
    shut_down(&pipeline, PATIENCE);
}

#[test]
fn a_directory_that_cannot_be_used_costs_nothing_but_the_spool() {
    let (dir, server) = (Directory::new(), Server::start(|_, _| OK));
    std::fs::write(&dir.0, "a file").expect("a file");
    let pipeline = start(spooled(&server.url(), &dir));
    submit(&pipeline, 0..3);
    assert_eq!(flush(&pipeline).delivered, 3);
    let counts = counts(&pipeline);
    assert_eq!(counts.spool.not_spooled, 3);
    assert!(counts.last_error.is_some_and(|error| error.contains("cannot be used")));
    std::fs::remove_file(&dir.0).expect("the file");
}

#[test]
fn the_end_does_not_wait_for_a_collector_that_is_away_when_all_is_on_disk() {
    let (dir, away) = (Directory::new(), dead());
    let pipeline = start(spooled(&away.url(), &dir));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline).pending, 2);
    submit(&pipeline, 2..3);
    let began = std::time::Instant::now();
    assert_eq!(pipeline.flush_at_exit().map(|report| report.pending), Some(3));
    shut_down(&pipeline, PATIENCE);
    assert!(began.elapsed() < PATIENCE / 4);
    assert_eq!(counts(&pipeline).spool.left, 3);
}

#[test]
fn each_destination_has_its_own_and_a_span_left_by_one_is_left_in_all() {
    let (dir, live, away) = (Directory::new(), Server::start(|_, _| OK), dead());
    let both = || {
        let routes = vec![route_to("live", &live.url()), route_to("away", &away.url())];
        with_spool(with_round(config_of(routes), SHORT_ROUND), &dir.0, 64 * MEBIBYTE)
    };
    let pipeline = start(both());
    submit(&pipeline, 0..3);
    flush(&pipeline);
    shut_down(&pipeline, Duration::ZERO);
    let first = counts(&pipeline);
    assert_eq!((first.spool.left, first.delivered, live.accepted()), (3, 0, names(0..3)));
    let pipeline = start(both());
    while counts(&pipeline).spool.recovered == 0 {
        flush(&pipeline);
    }
    shut_down(&pipeline, Duration::ZERO);
    let second = counts(&pipeline);
    assert_eq!((second.spool.recovered, second.spool.left), (3, 3));
    assert_eq!(live.accepted(), names(0..3));
}

#[test]
fn a_collector_that_holds_the_answer_back_until_the_end_may_get_its_spans_twice() {
    let (dir, gate) = (Directory::new(), Gate::default());
    let held = gate.clone();
    let slow = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let pipeline = start(spooled(&slow.url(), &dir));
    submit(&pipeline, 0..2);
    pipeline.flush();
    slow.next_request();
    shut_down(&pipeline, Duration::ZERO);
    assert_eq!(counts(&pipeline).spool.left, 2);
    gate.open();
}

#[test]
fn another_configuration_delivers_what_the_one_before_left_in_the_same_directory() {
    let dir = Directory::new();
    let (server, is_back) = away();
    let pipeline = start(spooled(&server.url(), &dir));
    submit(&pipeline, 0..2);
    flush(&pipeline);
    pipeline.reconfigure(with_batches_of(spooled(&server.url(), &dir), 7)).expect("a target");
    submit(&pipeline, 2..4);
    is_back.store(true, Ordering::SeqCst);
    until_delivered(&pipeline, 4);
    let mut arrived = server.accepted();
    arrived.sort();
    assert_eq!(arrived, names(0..4));
    shut_down(&pipeline, PATIENCE);
    assert_eq!(dir.files(), 0);
}
