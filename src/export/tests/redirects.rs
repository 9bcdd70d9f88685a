//! Redirects: on the same origin only, and never with another method.

use super::fixtures::{batch, summary};
use super::scripted::{Collector, Seen, ok, with_header};

#[tokio::test(start_paused = true)]
async fn a_redirect_on_the_same_origin_is_followed_with_the_same_body() {
    for code in [307, 308] {
        let collector = Collector::answering([with_header(code, "location", "/v2/traces"), ok()]);
        let report = collector.delivery().deliver(batch(2, 10).await).await;
        assert_eq!(summary(&report, 2), "delivered 2");
        let seen = collector.seen();
        assert_eq!(
            seen.last().map(|seen| seen.uri.as_str()),
            Some("http://collector:4318/v2/traces")
        );
        assert_eq!(seen.iter().map(Seen::names).collect::<Vec<_>>().concat(), ["0", "1", "0", "1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn every_other_redirect_is_refused_and_the_spans_are_lost() {
    for (code, location, requests) in [
        (307, "http://evil:4318/v1/traces", 1),
        (308, "https://collector:4318/v1/traces", 1),
        (307, "http://collector/v1/traces", 1),
        (307, "//evil/v1/traces", 1),
        (301, "/v2/traces", 1),
        (302, "/v2/traces", 1),
        (303, "/v2/traces", 1),
        (307, "/v1/traces", 4),
    ] {
        let collector = Collector::answering([with_header(code, "location", location)]);
        let report = collector.delivery().deliver(batch(2, 10).await).await;
        assert_eq!(summary(&report, 2), "delivered 0, redirect_refused 2", "{code} {location}");
        assert_eq!(collector.seen().len(), requests);
        assert_eq!(collector.notes.warning_codes(), ["redirect_refused"]);
    }
}
