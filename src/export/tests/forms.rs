//! How a 415 is dealt with: another encoding, then without compression, and the memory of it.

use super::super::{Encoding, Target};
use super::fixtures::{batch, numbers, summary, target};
use super::scripted::{Collector, ENDPOINT, Seen, ok, status, with_header};

const PROTO: &str = "application/x-protobuf";
const JSON: &str = "application/json";
const PROTO_GZIP: &str = "application/x-protobuf gzip";
const JSON_GZIP: &str = "application/json gzip";

fn taking(forms: &'static [&'static str]) -> Collector {
    Collector::new(|_, seen| if forms.contains(&seen.form().as_str()) { ok() } else { status(415) })
}

#[tokio::test(start_paused = true)]
async fn the_encoding_is_switched_at_once_and_remembered() {
    for (start, forms, expected) in [
        (Encoding::Protobuf, &[JSON_GZIP][..], &[PROTO_GZIP, JSON_GZIP, JSON_GZIP][..]),
        (Encoding::Json, &[PROTO_GZIP], &[JSON_GZIP, PROTO_GZIP, PROTO_GZIP]),
        (Encoding::Protobuf, &[JSON], &[PROTO_GZIP, JSON_GZIP, JSON, JSON]),
        (Encoding::Protobuf, &[PROTO], &[PROTO_GZIP, JSON_GZIP, JSON, PROTO, PROTO]),
    ] {
        let collector = taking(forms);
        let delivery = collector.delivery_with(Target { encoding: start, ..target(ENDPOINT) });
        for _ in 0..2 {
            let report = delivery.deliver(batch(3, 1000).await).await;
            assert_eq!(summary(&report, 3), "delivered 3");
        }
        assert_eq!(collector.forms(), expected);
        assert_eq!(collector.notes.retries(), 0);
        let names: Vec<Vec<String>> = collector.seen().iter().map(Seen::names).collect();
        assert!(names.iter().all(|names| *names == numbers(0..3)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_names_its_codings_is_believed() {
    let collector = Collector::new(|_, seen| {
        if seen.gzipped { with_header(415, "accept-encoding", "identity") } else { ok() }
    });
    let report = collector.delivery().deliver(batch(3, 1000).await).await;
    assert_eq!(summary(&report, 3), "delivered 3");
    assert_eq!(collector.forms(), [PROTO_GZIP, PROTO]);
}

#[tokio::test(start_paused = true)]
async fn when_every_form_is_refused_the_batch_is_lost_and_the_next_costs_one_request() {
    let collector = taking(&[]);
    let delivery = collector.delivery();
    let report = delivery.deliver(batch(3, 1000).await).await;
    assert_eq!(summary(&report, 3), "delivered 0, http_415 3");
    assert_eq!(collector.forms(), [PROTO_GZIP, JSON_GZIP, JSON, PROTO]);
    delivery.deliver(batch(3, 1000).await).await;
    assert_eq!(collector.forms().len(), 5);
    assert_eq!(collector.notes.warning_codes().last(), Some(&"encoding_refused"));
}

#[tokio::test(start_paused = true)]
async fn two_deliveries_at_the_same_time_settle_on_the_same_form() {
    let collector = taking(&[JSON_GZIP]);
    let delivery = collector.delivery();
    let (one, two) = (batch(3, 1000).await, batch(4, 1000).await);
    let (one, two) = tokio::join!(delivery.deliver(one), delivery.deliver(two));
    assert_eq!(summary(&one, 3), "delivered 3");
    assert_eq!(summary(&two, 4), "delivered 4");
    assert!(collector.seen().len() <= 4);
}
