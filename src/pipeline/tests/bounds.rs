//! Memory is bounded: over the bound the newest spans are lost and counted.

use super::fixtures::{
    Chunk, End, PATIENCE, Sample, attributes, config, counts, end, flush, losses, names, shut_down,
    spans_of, start, tally, text, with_batches_of, with_queue_of,
};
use super::server::{Gate, OK, Server};

const QUEUE_BYTES: usize = 100_000;

#[test]
fn over_the_bound_the_newest_are_lost_and_the_oldest_arrive() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let pipeline = start(with_batches_of(with_queue_of(config(&server.url()), QUEUE_BYTES), 5));
    for number in 0..100 {
        let chunk = spans_of(number..number + 1, 5_000);
        pipeline.submit(&chunk.bytes, tally(1, 1));
        assert!(pipeline.held_bytes() <= QUEUE_BYTES + chunk.bytes.len());
    }
    let before = counts(&pipeline);
    gate.open();
    shut_down(&pipeline, PATIENCE);
    let after = counts(&pipeline);
    let lost = after.lost_in_all();
    assert_eq!((after.ended, after.delivered + lost, after.queued), (100, 100, 0));
    assert!(after.delivered >= 10 && lost >= 70, "{after:?}");
    assert!(before.lost_in_all() <= lost);
    assert!(losses(&after).iter().all(|loss| loss.contains(" queue_full ")), "{after:?}");
    let arrived = server.accepted();
    assert_eq!(arrived.len() as u64, after.delivered);
    for oldest in names(0..10) {
        assert!(arrived.contains(&oldest), "{oldest} of {arrived:?}");
    }
}

#[test]
fn there_is_room_again_when_spans_have_left() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(with_queue_of(config(&server.url()), QUEUE_BYTES));
    for round in 0..10 {
        pipeline.submit(&spans_of(0..5, 10_000).bytes, tally(5, 5));
        assert_eq!(flush(&pipeline).delivered, 5, "round {round}");
        assert_eq!(pipeline.held_bytes(), 0);
    }
    assert_eq!(losses(&counts(&pipeline)), [""; 0]);
}

#[test]
fn a_chunk_over_the_bound_is_turned_away_whole() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(with_queue_of(config(&server.url()), QUEUE_BYTES));
    pipeline.submit(&spans_of(0..3, QUEUE_BYTES / 2).bytes, tally(3, 3));
    assert_eq!(losses(&counts(&pipeline)), ["handoff queue_full 3"]);
    assert_eq!(pipeline.held_bytes(), 0);
    pipeline.submit(&spans_of(3..4, 10).bytes, tally(1, 1));
    assert_eq!(flush(&pipeline).delivered, 1);
}

#[test]
fn the_parts_of_a_span_whose_end_is_turned_away_give_their_memory_back() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(with_queue_of(config(&server.url()), QUEUE_BYTES));
    let mut part = Chunk::interning();
    part.part(1, 0, 0, &text(&"x".repeat(20_000)));
    pipeline.submit(&part.bytes, tally(1, 0));
    flush(&pipeline);
    assert!(pipeline.held_bytes() >= 20_000);
    let mut rest = Chunk::interning();
    let large = attributes([("json", Sample::Part(0)), ("own", text(&"x".repeat(QUEUE_BYTES)))]);
    rest.end(&End { parts: 1, attributes: large, ..end(1) });
    pipeline.submit(&rest.bytes, tally(0, 1));
    flush(&pipeline);
    assert_eq!(pipeline.held_bytes(), 0);
    assert_eq!(losses(&counts(&pipeline)), ["handoff queue_full 1"]);
}

#[test]
fn a_span_that_is_given_up_in_a_chunk_that_is_turned_away_gives_its_memory_back() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(with_queue_of(config(&server.url()), QUEUE_BYTES));
    let mut part = Chunk::interning();
    part.part(1, 0, 0, &text(&"x".repeat(20_000)));
    pipeline.submit(&part.bytes, tally(1, 0));
    flush(&pipeline);
    let mut rest = spans_of(2..3, QUEUE_BYTES);
    rest.discard(1);
    pipeline.submit(&rest.bytes, tally(1, 1));
    flush(&pipeline);
    assert_eq!(losses(&counts(&pipeline)), ["handoff queue_full 1"]);
    assert_eq!(pipeline.held_bytes(), 0);
}

#[test]
fn a_value_that_grows_as_json_counts_as_what_it_became() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(with_queue_of(config(&server.url()), QUEUE_BYTES));
    let mut chunk = Chunk::interning();
    let grows = attributes([("bytes", Sample::Typed(0, vec![255; 50_000]))]);
    chunk.end(&End { attributes: grows, ..end(1) }).end(&end(2));
    pipeline.submit(&chunk.bytes, tally(2, 2));
    assert_eq!(flush(&pipeline).delivered, 1);
    assert_eq!(losses(&counts(&pipeline)), ["queue queue_full 1"]);
}

#[test]
fn a_span_over_the_size_of_a_batch_goes_alone() {
    let server = Server::start(|_, _| OK);
    let mut config = config(&server.url());
    config.routes[0].batch.max_bytes = 1_000;
    let pipeline = start(config);
    pipeline.submit(&spans_of(0..1, 10).bytes, tally(1, 1));
    pipeline.submit(&spans_of(1..2, 50_000).bytes, tally(1, 1));
    pipeline.submit(&spans_of(2..3, 10).bytes, tally(1, 1));
    assert_eq!(flush(&pipeline).pending, 0);
    let mut arrived: Vec<_> = (0..3).map(|_| server.next_request()).collect();
    arrived.sort();
    assert_eq!(arrived, [names(0..1), names(1..2), names(2..3)]);
}
