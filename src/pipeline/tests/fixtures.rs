//! Configurations, chunks and the sums that always have to agree.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use opentelemetry_sdk::Resource;

use super::super::{FlushReport, Pipeline, Tally};
use crate::batch::BatchLimits;
use crate::config::{Config, Destination, Gate, RouteConfig, SpoolConfig};
use crate::export::{Encoding, ProxyEnv, Target};
use crate::filter::Filter;
use crate::redact::Policy;
use crate::stats::{Counts, Stage};
pub use writer::{Chunk, End, Sample, attributes, end, text};

#[expect(clippy::duplicate_mod, reason = "the tests of a stage see nothing of another's")]
#[path = "../../handoff/tests/writer.rs"]
mod writer;

/// Only a test that fails anyway waits so long.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// A round in which one attempt has room and a second one may have.
pub const SHORT_ROUND: Duration = Duration::from_millis(100);
const MEBIBYTE: usize = 1024 * 1024;

/// Batches close by a flush alone, unless a test says otherwise.
pub fn config(url: &str) -> Config {
    config_of(vec![route_to("sole", url)])
}

pub fn config_of(routes: Vec<RouteConfig>) -> Config {
    Config {
        on_thread: || (),
        resource: Resource::builder_empty().build(),
        gate: Gate::default(),
        max_queue_bytes: 64 * MEBIBYTE,
        routes,
        exit_budget: Duration::from_secs(2),
        quiet: true,
    }
}

pub fn route_to(name: &str, url: &str) -> RouteConfig {
    let target = Target {
        endpoint: url.to_owned(),
        headers: Vec::new(),
        encoding: Encoding::Protobuf,
        gzip: false,
        gzip_level: 0,
        timeout: Duration::from_secs(10),
        ca_pem: None,
        client_cert_pem: None,
        client_key_pem: None,
        user_agent: "test".to_owned(),
        proxy: ProxyEnv::default(),
        extra_ca_pem: None,
    };
    route_into(name, Destination::Collector(Box::new(target)))
}

pub fn route_into(name: &str, destination: Destination) -> RouteConfig {
    RouteConfig {
        name: name.to_owned(),
        endpoint: format!("{name}'s"),
        filter: Filter::default(),
        policy: Policy::default(),
        batch: BatchLimits {
            max_spans: 1_000,
            max_bytes: MEBIBYTE,
            delay: Duration::from_secs(3_600),
        },
        destination,
        spool: None,
    }
}

pub fn with_round(mut config: Config, round: Duration) -> Config {
    for route in &mut config.routes {
        if let Destination::Collector(target) = &mut route.destination {
            target.timeout = round;
        }
    }
    config
}

/// The same, with this directory to wait in.
pub fn with_spool(mut config: Config, dir: &Path, max_bytes: u64) -> Config {
    let spool = SpoolConfig { dir: dir.to_owned(), max_bytes, takes_all: false };
    config.routes.iter_mut().for_each(|route| route.spool = Some(spool.clone()));
    config
}

pub fn with_batches_of(mut config: Config, spans: usize) -> Config {
    config.routes.iter_mut().for_each(|route| route.batch.max_spans = spans);
    config
}

pub fn with_queue_of(mut config: Config, bytes: usize) -> Config {
    config.max_queue_bytes = bytes;
    config
}

pub fn start(config: Config) -> Pipeline {
    Pipeline::start(config).expect("a pipeline")
}

/// Spans named by their numbers, each with that much text in it.
pub fn spans_of(numbers: Range<u8>, text_bytes: usize) -> Chunk {
    let mut chunk = Chunk::interning();
    for number in numbers {
        let content = attributes([("text", text(&"x".repeat(text_bytes)))]);
        chunk.end(&End { name: number.to_string(), attributes: content, ..end(number) });
    }
    chunk
}

pub fn tally(started: usize, ended: usize) -> Tally {
    let count = |spans| u32::try_from(spans).expect("a count");
    Tally { started: count(started), ended: count(ended), ..Tally::default() }
}

/// As JS does it: the spans, and that they began and ended.
pub fn submit(pipeline: &Pipeline, numbers: Range<u8>) {
    let count = numbers.len();
    pipeline.submit(&spans_of(numbers, 10).bytes, tally(count, count));
}

pub fn names(numbers: Range<u8>) -> Vec<String> {
    numbers.map(|number| number.to_string()).collect()
}

pub fn flush(pipeline: &Pipeline) -> FlushReport {
    wait(pipeline, pipeline.flush(), PATIENCE).expect("the flush ends")
}

/// The outcome of a flush that was begun, once there is one.
pub fn wait(pipeline: &Pipeline, flush: u32, timeout: Duration) -> Option<FlushReport> {
    pipeline.shared.take_flush(flush, timeout)
}

pub fn shut_down(pipeline: &Pipeline, grace: Duration) {
    pipeline.begin_shutdown(grace);
    assert!(pipeline.wait_finished(grace + PATIENCE), "the thread ends");
}

/// The counts, in which no span is unaccounted for.
pub fn counts(pipeline: &Pipeline) -> Counts {
    let counts = pipeline.stats();
    let left = counts.spool.left;
    let sum = counts.queued + counts.delivered + counts.filtered + counts.lost_in_all() + left;
    assert_eq!(counts.ended + counts.spool.recovered, sum, "{counts:?}");
    assert!(counts.started >= counts.ended, "{counts:?}");
    counts
}

/// Losses in words, such as `export http_400 3`.
pub fn losses(counts: &Counts) -> Vec<String> {
    let words = |((stage, reason), spans): (&(Stage, String), &u64)| {
        format!("{} {reason} {spans}", stage.name())
    };
    counts.lost.iter().map(words).collect()
}
