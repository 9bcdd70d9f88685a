//! What is sent again, when, and what never is. Time is paused; chance always draws the longest wait.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, advance};

use super::super::client::Incomplete;
use super::fixtures::{batch, summary};
use super::scripted::{Collector, ENDPOINT, Reply, json, ok, status, with_header};

fn waits_ms(collector: &Collector) -> Vec<u128> {
    let at: Vec<Instant> = collector.seen().iter().map(|seen| seen.at).collect();
    at.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
}

#[tokio::test(start_paused = true)]
async fn retryable_statuses_and_lost_connections_are_retried_with_growing_waits() {
    for (reply, said) in [
        (status(429), &[][..]),
        (status(502), &[]),
        (status(503), &[]),
        (status(504), &[]),
        (Reply::Refuse, &["unreachable"]),
    ] {
        let collector = Collector::answering([reply.clone(), reply.clone(), reply, ok()]);
        let report = collector.delivery().deliver(batch(3, 10).await).await;
        assert_eq!(summary(&report, 3), "delivered 3");
        assert_eq!(waits_ms(&collector), [250, 500, 1000]);
        assert_eq!((collector.notes.requests(), collector.notes.retries()), (4, 3));
        assert_eq!(collector.notes.warning_codes(), said, "once, and only what needs a person");
    }
}

#[tokio::test(start_paused = true)]
async fn every_other_status_is_final() {
    for (code, warning) in [
        (400, "http_status"),
        (401, "unauthorized"),
        (403, "unauthorized"),
        (404, "not_found"),
        (407, "proxy_unauthorized"),
        (408, "http_status"),
        (500, "http_status"),
        (501, "http_status"),
    ] {
        let collector = Collector::answering([status(code), ok()]);
        let report = collector.delivery().deliver(batch(3, 10).await).await;
        assert_eq!(summary(&report, 3), format!("delivered 0, http_{code} 3"));
        assert_eq!(collector.seen().len(), 1);
        assert_eq!(collector.notes.warning_codes(), [warning]);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured_exactly_in_seconds_and_as_a_date() {
    for (value, ms) in [
        ("3", 3000),
        ("0", 0),
        ("Sun, 06 Nov 1994 08:49:41 GMT", 4000),
        ("Sunday, 06-Nov-94 08:49:41 GMT", 4000),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ("nonsense", 250),
    ] {
        for code in [429, 502, 503, 504] {
            let collector = Collector::answering([with_header(code, "retry-after", value), ok()]);
            let report = collector.delivery().deliver(batch(1, 10).await).await;
            assert_eq!(summary(&report, 1), "delivered 1");
            assert_eq!(waits_ms(&collector), [ms], "{code} {value}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_zero_that_keeps_coming_does_not_make_a_busy_loop() {
    let collector = Collector::answering([with_header(503, "retry-after", "0")]);
    let report = collector.delivery().deliver(batch(1, 10).await).await;
    assert_eq!(summary(&report, 1), "delivered 0, unsent 1");
    assert_eq!(waits_ms(&collector), [0, 500, 1000, 2000, 4000]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_round_hands_the_batch_back_and_holds_for_every_batch() {
    let collector = Collector::answering([with_header(429, "retry-after", "60"), ok()]);
    let delivery = collector.delivery();
    let start = Instant::now();
    let report = delivery.deliver(batch(2, 10).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
    assert_eq!(report.retry_not_before, Some(start + Duration::from_secs(60)));
    assert_eq!(report.unsent, [batch(2, 10).await]);
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(collector.notes.warning_codes(), ["collector_busy"]);

    let report = delivery.deliver(batch(1, 10).await).await;
    assert_eq!(summary(&report, 1), "delivered 0, unsent 1");
    assert_eq!(report.retry_not_before, Some(start + Duration::from_secs(60)));
    assert_eq!(collector.seen().len(), 1, "nothing is sent before the time");

    advance(Duration::from_secs(55)).await;
    let report = delivery.deliver(batch(1, 10).await).await;
    assert_eq!(summary(&report, 1), "delivered 1");
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn an_absurd_retry_after_is_capped_at_ten_minutes() {
    let collector = Collector::answering([with_header(503, "retry-after", "86400")]);
    let start = Instant::now();
    let report = collector.delivery().deliver(batch(1, 10).await).await;
    assert_eq!(report.retry_not_before, Some(start + Duration::from_secs(600)));
}

#[tokio::test(start_paused = true)]
async fn the_round_ends_when_the_next_attempt_would_start_after_its_timeout() {
    let collector = Collector::answering([Reply::Refuse]);
    let delivery = collector.delivery();
    let start = Instant::now();
    let report = delivery.deliver(batch(2, 10).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
    assert_eq!(waits_ms(&collector), [250, 500, 1000, 2000, 4000]);
    assert_eq!(start.elapsed(), Duration::from_millis(7750));
    assert_eq!(report.retry_not_before, None, "nobody asked for a wait");
    assert_eq!(collector.notes.warning_codes(), ["unreachable"]);
    assert!(collector.notes.warnings().contains(ENDPOINT));

    let report = delivery.deliver(report.unsent.into_iter().next().expect("a batch")).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_does_not_answer_is_given_the_whole_round_and_the_batch_is_kept() {
    let collector = Collector::answering([Reply::Stall]);
    let start = Instant::now();
    let report = collector.delivery().deliver(batch(2, 10).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
    assert_eq!(start.elapsed(), Duration::from_secs(10));
    assert_eq!(collector.notes.warning_codes(), ["timed_out"]);
}

#[tokio::test(start_paused = true)]
async fn a_bad_certificate_ends_the_round_at_once_and_keeps_the_batch() {
    let collector = Collector::answering([Reply::BadCertificate]);
    let report = collector.delivery().deliver(batch(2, 10).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
    assert_eq!(collector.seen().len(), 1);
    assert_eq!(collector.notes.warning_codes(), ["certificate_refused"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_http_is_final() {
    let collector = Collector::answering([Reply::NoHttp]);
    let report = collector.delivery().deliver(batch(2, 10).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, bad_response 2");
    assert_eq!(collector.notes.warning_codes(), ["not_http"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_over_the_read_cap_is_final_unless_it_is_a_success() {
    for (code, how, expected, warning) in [
        (200, Incomplete::TooLarge, "delivered 2", "odd_response"),
        (200, Incomplete::CutOff, "delivered 2", "odd_response"),
        (503, Incomplete::TooLarge, "delivered 0, response_too_large 2", "response_too_large"),
        (400, Incomplete::TooLarge, "delivered 0, response_too_large 2", "response_too_large"),
        (400, Incomplete::CutOff, "delivered 0, http_400 2", "http_status"),
    ] {
        let collector = Collector::answering([Reply::Incomplete(code, how)]);
        let report = collector.delivery().deliver(batch(2, 10).await).await;
        assert_eq!(summary(&report, 2), expected);
        assert_eq!(collector.notes.warning_codes(), [warning]);
    }
}

#[tokio::test(start_paused = true)]
async fn partial_success_is_counted_and_never_retried() {
    for (body, expected, warnings) in [
        (
            r#"{"partialSuccess":{"rejectedSpans":"2"}}"#,
            "delivered 3, rejected 2",
            &["partial_success"][..],
        ),
        (
            r#"{"partialSuccess":{"rejectedSpans":99}}"#,
            "delivered 0, rejected 5",
            &["partial_success"],
        ),
        (r#"{"partialSuccess":{"errorMessage":"old"}}"#, "delivered 5", &["collector_note"]),
        ("{}", "delivered 5", &[]),
        ("<html>", "delivered 5", &["odd_response"]),
    ] {
        let collector = Collector::answering([json(200, body)]);
        let report = collector.delivery().deliver(batch(5, 10).await).await;
        assert_eq!(summary(&report, 5), expected);
        assert_eq!(collector.notes.warning_codes(), warnings);
        assert_eq!(collector.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_server_says_reaches_the_warning_without_our_token() {
    let body = format!(r#"{{"message":"token {} expired"}}"#, super::fixtures::TOKEN);
    let collector = Collector::answering([json(401, &body)]);
    collector.delivery().deliver(batch(1, 10).await).await;
    let warnings = collector.notes.warnings();
    assert!(warnings.contains("token *** expired") && warnings.contains("check the token"));
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_cannot_be_read_is_sent_as_it_is_but_never_split() {
    let collector = Collector::new(|i, _| if i == 0 { ok() } else { status(413) });
    let delivery = collector.delivery();
    let damaged = super::super::EncodedBatch { protobuf: Bytes::from_static(&[0xFF; 8]), spans: 4 };
    assert_eq!(summary(&delivery.deliver(damaged.clone()).await, 4), "delivered 4");
    let report = delivery.deliver(damaged).await;
    assert_eq!(summary(&report, 4), "delivered 0, unreadable_batch 4");
}

#[tokio::test(start_paused = true)]
async fn every_span_is_accounted_for_whatever_the_collector_answers() {
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let replies: Vec<Reply> = (0..12)
            .map(|_| match random.u8(0..10) {
                0 => Reply::Refuse,
                1 => status(503),
                2 => with_header(429, "retry-after", random.u8(0..20).to_string()),
                3 | 4 => status(413),
                5 => status(415),
                6 => status(400),
                7 => json(200, r#"{"partialSuccess":{"rejectedSpans":"1"}}"#),
                8 => Reply::Stall,
                _ => ok(),
            })
            .collect();
        let collector = Collector::answering(replies);
        let delivery = collector.delivery();
        let (one, two) = (batch(9, 100).await, batch(4, 2000).await);
        let (one, two) = tokio::join!(delivery.deliver(one), delivery.deliver(two));
        summary(&one, 9);
        summary(&two, 4);
    }
}
