//! How a 413 is dealt with: split, remember, forget after a while.

use std::time::Duration;

use tokio::time::advance;

use super::super::Encoding;
use super::fixtures::{batch, numbers, summary, target};
use super::scripted::{Collector, ENDPOINT, Reply, Seen, ok, status};

fn plain_target() -> super::super::Target {
    super::super::Target { gzip: false, ..target(ENDPOINT) }
}

fn taking_at_most(bytes: usize) -> impl Fn(usize, &Seen) -> Reply {
    move |_, seen| if seen.plain_or_packed.len() > bytes { status(413) } else { ok() }
}

fn taken(collector: &Collector, limit: usize) -> Vec<String> {
    let all = collector.seen();
    all.iter().filter(|seen| seen.plain_or_packed.len() <= limit).flat_map(Seen::names).collect()
}

fn refused_bytes(collector: &Collector, limit: usize) -> usize {
    let sizes = collector.seen().into_iter().map(|seen| seen.plain_or_packed.len());
    sizes.filter(|size| *size > limit).sum()
}

#[tokio::test(start_paused = true)]
async fn a_refused_batch_is_split_until_it_fits_without_sending_the_same_bytes_over_and_over() {
    const LIMIT: usize = 20_000;
    let collector = Collector::new(taking_at_most(LIMIT));
    let delivery = collector.delivery_with(plain_target());
    let whole = batch(512, 1000).await;
    let size = whole.protobuf.len();
    let report = delivery.deliver(whole).await;
    assert_eq!(summary(&report, 512), "delivered 512");
    assert_eq!(taken(&collector, LIMIT), numbers(0..512), "each once and in order");
    assert!(refused_bytes(&collector, LIMIT) < 2 * size);
    assert_eq!(collector.notes.warnings(), "");
}

#[tokio::test(start_paused = true)]
async fn later_batches_are_split_before_they_are_sent() {
    const LIMIT: usize = 20_000;
    let collector = Collector::new(taking_at_most(LIMIT));
    let delivery = collector.delivery_with(plain_target());
    assert_eq!(delivery.size_hint(), None);
    delivery.deliver(batch(100, 1000).await).await;
    let hint = delivery.size_hint().expect("a hint");
    assert!(hint <= LIMIT && hint > LIMIT / 4, "{hint}");
    let before = refused_bytes(&collector, LIMIT);
    for _ in 0..5 {
        let report = delivery.deliver(batch(100, 1000).await).await;
        assert_eq!(summary(&report, 100), "delivered 100");
    }
    assert_eq!(refused_bytes(&collector, LIMIT), before, "no 413 any more");
}

#[tokio::test(start_paused = true)]
async fn after_ten_minutes_a_whole_batch_is_tried_again() {
    let collector =
        Collector::new(|i, seen| if i == 0 { taking_at_most(20_000)(i, seen) } else { ok() });
    let delivery = collector.delivery_with(plain_target());
    delivery.deliver(batch(100, 1000).await).await;
    advance(Duration::from_secs(600)).await;
    let before = collector.seen().len();
    delivery.deliver(batch(100, 1000).await).await;
    assert_eq!(collector.seen().len(), before + 1);
}

#[tokio::test(start_paused = true)]
async fn one_span_over_the_limit_is_lost_alone_and_tried_once() {
    const LIMIT: usize = 2_000;
    let collector = Collector::new(taking_at_most(LIMIT));
    let delivery = collector.delivery_with(plain_target());
    let report = delivery.deliver(batch(1, 5_000).await).await;
    assert_eq!(summary(&report, 1), "delivered 0, too_large 1");
    assert_eq!(collector.seen().len(), 1);
    assert_eq!(collector.notes.warning_codes(), ["too_large"]);
    let report = delivery.deliver(batch(20, 100).await).await;
    assert_eq!(summary(&report, 20), "delivered 20");
}

#[tokio::test(start_paused = true)]
async fn spans_that_fit_are_delivered_beside_one_that_does_not() {
    let collector = Collector::new(|_, seen| {
        if seen.names().iter().any(|name| name == "5") { status(413) } else { ok() }
    });
    let report = collector.delivery().deliver(batch(16, 200).await).await;
    assert_eq!(summary(&report, 16), "delivered 15, too_large 1");
}

#[tokio::test(start_paused = true)]
async fn a_round_that_ends_in_the_middle_hands_back_only_what_was_not_sent() {
    let collector = Collector::new(|i, seen| match i {
        0 => taking_at_most(60_000)(i, seen),
        1 => ok(),
        _ => Reply::Refuse,
    });
    let delivery = collector.delivery_with(plain_target());
    let report = delivery.deliver(batch(100, 1000).await).await;
    let unsent: usize = report.unsent.iter().map(|batch| batch.spans).sum();
    assert_eq!(summary(&report, 100), format!("delivered {}, unsent {unsent}", 100 - unsent));
    assert!(report.unsent.len() > 1 && unsent < 60);
}

#[tokio::test(start_paused = true)]
async fn the_limit_is_learned_for_json_as_well() {
    const LIMIT: usize = 20_000;
    let collector = Collector::new(taking_at_most(LIMIT));
    let json = super::super::Target { encoding: Encoding::Json, ..plain_target() };
    let delivery = collector.delivery_with(json);
    let report = delivery.deliver(batch(100, 1000).await).await;
    assert_eq!(summary(&report, 100), "delivered 100");
    assert_eq!(taken(&collector, LIMIT), numbers(0..100));
}
