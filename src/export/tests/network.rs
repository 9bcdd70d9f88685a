//! The client on real sockets: connections, broken ones too, and what arrives at the other end.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::trace::SpanExporter as _;
use tokio::net::TcpListener;

use super::super::client::Client;
use super::super::route::Route;
use super::super::*;
use super::fixtures::{Notes, TOKEN, batch, numbers, single_attempt, span, summary, target};
use super::server::{Act, Seen, Server, answer, ok};

fn delivery(endpoint: &str) -> (Delivery, Arc<Notes>) {
    let notes: Arc<Notes> = Arc::default();
    let delivery = Delivery::new(target(endpoint), notes.clone()).expect("a delivery");
    (delivery, notes)
}

#[tokio::test]
async fn a_request_carries_what_otlp_asks_for_and_the_configured_headers() {
    let server = Server::start(|_, _| ok()).await;
    let (delivery, _) = delivery(&server.url());
    let report = delivery.deliver(batch(30, 100).await).await;
    assert_eq!(summary(&report, 30), "delivered 30");
    let seen = &server.seen()[0];
    assert_eq!(seen.line, "POST /v1/traces HTTP/1.1");
    assert_eq!(seen.names(), numbers(0..30));
    for (name, value) in [
        ("content-type", "application/x-protobuf".to_owned()),
        ("content-encoding", "gzip".to_owned()),
        ("authorization", format!("Bearer {TOKEN}")),
        ("user-agent", "catalyst-tracing/0.0.0 OTel-OTLP-Exporter-Rust/0.33.1".to_owned()),
        ("host", format!("127.0.0.1:{}", server.port)),
    ] {
        assert_eq!(seen.header(name), value);
    }
}

#[tokio::test]
async fn userinfo_in_the_endpoint_becomes_authorization_unless_there_is_one() {
    let server = Server::start(|_, _| ok()).await;
    for (headers, expected) in [
        (vec![], "Basic dTpw"),
        (vec![("Authorization".to_owned(), "Bearer x".to_owned())], "Bearer x"),
    ] {
        let endpoint = format!("http://u:p@127.0.0.1:{}/", server.port);
        let target = Target { headers, ..target(&endpoint) };
        let delivery = Delivery::new(target, Arc::new(Notes::default())).expect("a delivery");
        delivery.deliver(batch(1, 1).await).await;
        assert_eq!(server.seen().last().expect("a request").header("authorization"), expected);
    }
}

#[tokio::test]
async fn a_connection_is_kept_and_used_again() {
    let server = Server::start(|_, _| ok()).await;
    let (delivery, _) = delivery(&server.url());
    for _ in 0..5 {
        delivery.deliver(batch(1, 10).await).await;
    }
    assert_eq!((server.seen().len(), server.connections()), (5, 1));
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_costs_no_span() {
    let server = Server::start(|i, _| {
        // The second request arrives on the kept connection, and the server hangs up on it.
        if i == 1 { Act::SendAndClose(Vec::new()) } else { ok() }
    })
    .await;
    let (delivery, notes) = delivery(&server.url());
    for _ in 0..2 {
        let report = delivery.deliver(batch(3, 10).await).await;
        assert_eq!(summary(&report, 3), "delivered 3");
    }
    assert_eq!((notes.retries(), server.connections()), (1, 2));
}

#[tokio::test]
async fn concurrent_deliveries_do_not_wait_for_one_another() {
    let server =
        Server::start(|i, _| if i == 0 { Act::SendAndStall(Vec::new()) } else { ok() }).await;
    let (delivery, _) = delivery(&server.url());
    let delivery = Arc::new(delivery);
    let stalled = {
        let (delivery, batch) = (Arc::clone(&delivery), batch(3, 1000).await);
        tokio::spawn(async move { delivery.deliver(batch).await })
    };
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(summary(&delivery.deliver(batch(1, 1).await).await, 1), "delivered 1");
    assert!(!stalled.is_finished());
    stalled.abort();
}

#[tokio::test]
async fn localhost_is_found_on_either_address_family() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(listener) = TcpListener::bind(address).await else {
            eprintln!("skipped: this machine cannot listen on {address}");
            continue;
        };
        let family = listener.local_addr().expect("an address").is_ipv6();
        let server = Server::on(listener, None, |_, _| ok());
        for host in ["localhost", address.trim_end_matches(":0")] {
            let bare = host.trim_matches(|c| c == '[' || c == ']');
            let known = tokio::net::lookup_host((bare, server.port)).await.map(Iterator::collect);
            let known: Vec<std::net::SocketAddr> = known.unwrap_or_default();
            if known.iter().all(|known| known.is_ipv6() != family) {
                eprintln!("skipped: {host} has no address of that family on this machine");
                continue;
            }
            let (delivery, _) = delivery(&format!("http://{host}:{}/v1/traces", server.port));
            let report = delivery.deliver(batch(1, 1).await).await;
            assert_eq!(summary(&report, 1), "delivered 1", "{host} on {address}");
        }
    }
}

#[tokio::test]
async fn a_refused_connection_keeps_the_spans_and_says_where_it_was_refused() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let notes: Arc<Notes> = Arc::default();
    let endpoint = format!("http://user:hunter22@127.0.0.1:{port}/v1/traces?key=hunter22");
    let delivery = single_attempt(target(&endpoint), notes.clone());
    let report = delivery.deliver(batch(2, 1).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
    let warnings = notes.warnings();
    assert!(warnings.contains(&format!("127.0.0.1:{port}/v1/traces")), "{warnings}");
    assert!(warnings.contains("nothing listens there"), "{warnings}");
    assert!(warnings.contains("CATALYST_OTLP_ENDPOINT"), "{warnings}");
    assert!(warnings.to_lowercase().contains("refused"), "{warnings}");
    assert!(!warnings.contains("hunter22"));
}

#[tokio::test]
async fn an_unknown_host_keeps_the_spans() {
    let notes: Arc<Notes> = Arc::default();
    let target = Target {
        timeout: Duration::from_millis(500),
        ..target("http://nowhere.invalid/v1/traces")
    };
    let delivery = Delivery::new(target, notes.clone()).expect("a delivery");
    let report = delivery.deliver(batch(2, 1).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
}

#[tokio::test]
async fn a_success_counts_even_if_its_body_is_cut_off_stalls_or_is_too_long() {
    let head = |length: usize| format!("HTTP/1.1 200 S\r\ncontent-length: {length}\r\n\r\n");
    let long = 5 * 1024 * 1024;
    for (act, timeout_ms) in [
        (Act::SendAndClose((head(100) + "cut").into_bytes()), 10_000),
        (Act::SendAndStall(head(100).into_bytes()), 300),
        (Act::Send((head(long) + &"x".repeat(long)).into_bytes()), 10_000),
    ] {
        let server = Server::start(move |_, _| act.clone()).await;
        let notes: Arc<Notes> = Arc::default();
        let timeout = Duration::from_millis(timeout_ms);
        let target = Target { timeout, ..target(&server.url()) };
        let delivery = Delivery::new(target, notes.clone()).expect("a delivery");
        let report = delivery.deliver(batch(2, 1).await).await;
        assert_eq!(summary(&report, 2), "delivered 2");
        assert_eq!(notes.warning_codes(), ["odd_response"]);
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_with_an_endless_body_is_not_read_to_its_end() {
    let long = 5 * 1024 * 1024;
    let server = Server::start(move |_, _| Act::Send(answer(503, "", &"x".repeat(long)))).await;
    let (delivery, _) = delivery(&server.url());
    let report = delivery.deliver(batch(2, 1).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, response_too_large 2");
}

#[tokio::test]
async fn a_server_that_refuses_before_it_has_read_a_large_body_is_understood() {
    let early = answer(413, "connection: close\r\n", "");
    let server = Server::start(move |_, seen: &Seen| {
        let length: usize = seen.header("content-length").parse().expect("a length");
        if length > 100_000 { Act::SendEarlyAndClose(early.clone()) } else { ok() }
    })
    .await;
    let target = Target { gzip: false, ..target(&server.url()) };
    let delivery = Delivery::new(target, Arc::new(Notes::default())).expect("a delivery");
    let report = delivery.deliver(batch(30, 10_000).await).await;
    assert_eq!(summary(&report, 30), "delivered 30");
}

#[tokio::test]
async fn a_peer_that_does_not_speak_http_is_told_apart_from_one_that_is_away() {
    let server = Server::start(|_, _| Act::SendAndClose(b"SSH-2.0-OpenSSH_9\r\n".to_vec())).await;
    let (delivery, notes) = delivery(&server.url());
    let report = delivery.deliver(batch(2, 1).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, bad_response 2");
    assert_eq!(notes.warning_codes(), ["not_http"]);
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_when_the_round_is_over() {
    let server = Server::start(|_, _| Act::SendAndStall(Vec::new())).await;
    let target = Target { timeout: Duration::from_millis(100), ..target(&server.url()) };
    let notes: Arc<Notes> = Arc::default();
    let delivery = Delivery::new(target, notes.clone()).expect("a delivery");
    let report = delivery.deliver(batch(2, 1).await).await;
    assert_eq!(summary(&report, 2), "delivered 0, unsent 2");
    assert_eq!(notes.warning_codes(), ["timed_out"]);
}

#[tokio::test]
async fn headers_that_only_we_can_know_are_left_out_and_said_so() {
    let server = Server::start(|_, _| ok()).await;
    let notes: Arc<Notes> = Arc::default();
    let mut target = target(&server.url());
    target.headers.push(("Content-Encoding".to_owned(), "br".to_owned()));
    target.headers.push(("X-Tenant".to_owned(), "a".to_owned()));
    let delivery = Delivery::new(target, notes.clone()).expect("a delivery");
    delivery.deliver(batch(1, 1).await).await;
    let seen = &server.seen()[0];
    assert_eq!((seen.header("content-encoding"), seen.header("x-tenant")), ("gzip", "a"));
    assert_eq!(notes.warning_codes(), ["header_ignored"]);
}

#[test]
fn a_target_that_cannot_work_is_refused_with_its_cause() {
    let with_header = |name: &str, value: &str| Target {
        headers: vec![(name.to_owned(), value.to_owned())],
        ..target("http://h/")
    };
    for (target, code, text) in [
        (target("h:1/x"), "invalid_endpoint", "full URL"),
        (target("grpc://h/x"), "invalid_endpoint", "http or https"),
        (with_header("a b", "x"), "invalid_header", "a b"),
        (with_header("x", "secret\n"), "invalid_header", "\"x\""),
    ] {
        let Err(error) = Delivery::new(target, Arc::new(Notes::default())) else {
            panic!("{code} was not found");
        };
        let message = error.to_string();
        assert_eq!(error.code(), code);
        assert!(message.contains(text) && !message.contains("secret"), "{message}");
    }
}

#[tokio::test]
async fn the_client_serves_the_fields_own_exporter_too() {
    let server = Server::start(|_, _| ok()).await;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new(Route::Direct, None, Duration::from_secs(5)))
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(server.url())
        .build()
        .expect("an exporter");
    exporter.export(vec![span("a", vec![])]).await.expect("an export");
    assert_eq!(server.seen()[0].names(), ["a"]);
}
