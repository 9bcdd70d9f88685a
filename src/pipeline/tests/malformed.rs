//! Chunks that cannot be read: what is missing is counted, and the pipeline goes on.

use super::fixtures::{config, counts, flush, losses, spans_of, start, submit, tally};
use super::server::{OK, Server};
use crate::pipeline::Tally;

#[test]
fn spans_of_a_malformed_chunk_are_lost_and_those_before_the_fault_arrive() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    let mut chunk = spans_of(0..2, 10);
    chunk.bytes.extend([77, 0, 0, 0, 0]);
    chunk.bytes.extend(spans_of(2..5, 10).bytes);
    pipeline.submit(&chunk.bytes, tally(5, 5));
    assert_eq!(flush(&pipeline).delivered, 2);
    let counts = counts(&pipeline);
    assert_eq!(losses(&counts), ["handoff malformed 3"]);
    assert!(counts.last_error.expect("an error").contains("unknown record"));
    assert_eq!(pipeline.held_bytes(), 0);
}

#[test]
fn bytes_that_are_no_records_are_counted_by_what_they_should_have_held() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    for byte in 0..=255 {
        pipeline.submit(&[byte; 300], tally(1, 1));
    }
    submit(&pipeline, 0..1);
    assert_eq!(flush(&pipeline).delivered, 1);
    assert_eq!(losses(&counts(&pipeline)), ["handoff malformed 256"]);
}

#[test]
fn spans_that_could_not_be_written_are_lost_with_and_without_others() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    pipeline.submit(&[], Tally { unwritten: 1, ..tally(1, 1) });
    pipeline.submit(&spans_of(0..2, 10).bytes, Tally { unwritten: 3, ..tally(5, 5) });
    assert_eq!(flush(&pipeline).delivered, 2);
    let counts = counts(&pipeline);
    assert_eq!(losses(&counts), ["handoff unwritten 4"]);
    assert_eq!((counts.queued, counts.last_error), (0, None));
}

#[test]
fn spans_whose_records_were_cut_off_by_the_end_count_as_unwritten() {
    let two = spans_of(0..2, 10).bytes;
    let unwritten = |ended, unwritten, chunk: &[u8]| {
        Tally { unwritten, ..tally(ended, ended) }.of_last(chunk).unwritten
    };
    assert_eq!(unwritten(3, 0, &two), 1);
    assert_eq!(unwritten(4, 1, &two), 2);
    assert_eq!(unwritten(2, 0, &two), 0);
    assert_eq!(unwritten(1, 0, &[]), 1);
    assert_eq!(unwritten(0, 0, &two), 0);
}

#[test]
fn fewer_spans_than_were_counted_are_a_loss() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    pipeline.submit(&spans_of(0..2, 10).bytes, tally(3, 3));
    assert_eq!(flush(&pipeline).delivered, 2);
    let counts = counts(&pipeline);
    assert_eq!(losses(&counts), ["handoff malformed 1"]);
    assert!(counts.last_error.expect("an error").contains("fewer spans than were counted"));
}
