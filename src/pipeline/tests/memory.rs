//! Spans that are kept in memory instead of being sent.

use std::sync::Arc;
use std::time::Duration;

use super::fixtures::{
    PATIENCE, config, config_of, counts, flush, names, route_into, shut_down, start, submit, wait,
};
use super::server::{Gate, OK, Server};
use crate::config::{Config, Destination};
use crate::export::Memory;

fn kept_in(memory: &Arc<Memory>) -> Config {
    config_of(vec![route_into("memory", Destination::Memory(Arc::clone(memory)))])
}

/// The names of the spans that were kept since the last look.
fn take_names(memory: &Memory) -> Vec<String> {
    let requests = memory.take_json().expect("requests");
    let named = |span: &serde_json::Value| span["name"].as_str().expect("a name").to_owned();
    let spans_of = |json: &String| {
        let request: serde_json::Value = serde_json::from_str(json).expect("JSON");
        let spans = request.pointer("/resourceSpans/0/scopeSpans/0/spans");
        spans.and_then(|spans| spans.as_array()).expect("spans").iter().map(named).collect()
    };
    requests.iter().flat_map(|json: &String| -> Vec<String> { spans_of(json) }).collect()
}

#[test]
fn spans_are_kept_in_order_until_they_are_taken_and_count_as_delivered() {
    let memory = Arc::default();
    let pipeline = start(kept_in(&memory));
    submit(&pipeline, 0..3);
    assert!(pipeline.settle(PATIENCE));
    submit(&pipeline, 3..5);
    assert_eq!(flush(&pipeline).delivered, 2);
    assert_eq!(take_names(&memory), names(0..5));
    assert_eq!(take_names(&memory), names(0..0));
    let counts = counts(&pipeline);
    assert_eq!((counts.delivered, counts.requests, pipeline.held_bytes()), (5, 0, 0));
}

#[test]
fn what_was_not_taken_is_still_there_after_the_end() {
    let memory = Arc::default();
    let pipeline = start(kept_in(&memory));
    submit(&pipeline, 0..2);
    shut_down(&pipeline, PATIENCE);
    assert!(pipeline.settle(Duration::ZERO), "there is nothing left to wait for");
    assert_eq!(take_names(&memory), names(0..2));
}

#[test]
fn nobody_waits_for_the_collector_that_spans_went_to_before() {
    let gate = Gate::default();
    let held = gate.clone();
    let server = Server::start(move |_, _| {
        held.wait();
        OK
    });
    let memory = Arc::default();
    let pipeline = start(config(&server.url()));
    submit(&pipeline, 0..1);
    pipeline.reconfigure(kept_in(&memory)).expect("another destination");
    assert_eq!(server.next_request(), names(0..1));
    submit(&pipeline, 1..3);
    assert!(pipeline.settle(PATIENCE));
    assert_eq!(take_names(&memory), names(1..3));
    assert_eq!(counts(&pipeline).queued, 1, "the collector still holds one back");
    let flushed = pipeline.flush();
    gate.open();
    let report = wait(&pipeline, flushed, PATIENCE).expect("the flush ends");
    assert_eq!(report.delivered, 1);
}
