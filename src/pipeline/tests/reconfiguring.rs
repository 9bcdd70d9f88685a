//! Another destination while the first one is busy.

use super::super::{Pipeline, StartError};
use super::fixtures::{
    PATIENCE, config, counts, flush, losses, names, shut_down, start, submit, wait,
    with_batches_of, with_queue_of,
};
use super::server::{Gate, OK, Server};

fn slow(gate: &Gate) -> Server {
    let held = gate.clone();
    Server::start(move |_, _| {
        held.wait();
        OK
    })
}

/// A pipeline whose collector has taken a request and does not answer, with more waiting behind it.
fn busy(server: &Server) -> Pipeline {
    let pipeline = start(with_batches_of(config(&server.url()), 2));
    submit(&pipeline, 0..3);
    assert_eq!(server.next_request(), names(0..2));
    pipeline
}

#[test]
fn what_was_held_goes_where_it_was_meant_to_and_the_rest_to_the_new_place() {
    let gate = Gate::default();
    let old = slow(&gate);
    let new = Server::start(|_, _| OK);
    let pipeline = busy(&old);
    pipeline.reconfigure(config(&new.url())).expect("a new target");
    submit(&pipeline, 3..5);
    let flushed = pipeline.flush();
    assert_eq!(new.next_request(), names(3..5), "the new one does not wait for the old one");
    gate.open();
    let report = wait(&pipeline, flushed, PATIENCE).expect("the flush ends");
    assert_eq!((report.delivered, report.lost, report.pending), (5, 0, 0));
    let mut arrived = old.accepted();
    arrived.sort();
    assert_eq!(arrived, names(0..3));
    assert_eq!((counts(&pipeline).delivered, pipeline.held_bytes()), (5, 0));
}

#[test]
fn an_unusable_target_is_refused_and_the_old_one_stays() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    let refused = pipeline.reconfigure(with_queue_of(config("ftp://nowhere"), 1));
    assert!(matches!(refused, Err(StartError::Target(_))));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline).delivered, 2);
    assert_eq!(server.next_request(), names(0..2));
}

#[test]
fn many_changes_in_a_row_lose_nothing() {
    let servers: Vec<Server> = (0..5).map(|_| Server::start(|_, _| OK)).collect();
    let pipeline = start(config(&servers[0].url()));
    for round in 0..20u8 {
        let server = &servers[usize::from(round) % servers.len()];
        pipeline.reconfigure(config(&server.url())).expect("a target");
        submit(&pipeline, round * 2..round * 2 + 2);
    }
    shut_down(&pipeline, PATIENCE);
    let mut arrived: Vec<String> = servers.iter().flat_map(Server::accepted).collect();
    arrived.sort_by_key(|name| name.parse::<u8>().ok());
    assert_eq!(arrived, names(0..40));
    assert_eq!(counts(&pipeline).delivered, 40);
}

#[test]
fn the_new_bound_on_memory_holds_from_then_on() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..2);
    assert_eq!(flush(&pipeline).delivered, 2);
    pipeline.reconfigure(with_queue_of(config(&server.url()), 10)).expect("a target");
    submit(&pipeline, 2..4);
    assert_eq!(losses(&counts(&pipeline)), ["handoff queue_full 2"]);
}

#[test]
fn nothing_can_be_changed_after_the_end() {
    let server = Server::start(|_, _| OK);
    let pipeline = start(config(&server.url()));
    shut_down(&pipeline, PATIENCE);
    let refused = pipeline.reconfigure(config(&server.url()));
    assert!(matches!(refused, Err(StartError::Thread(_))));
}
