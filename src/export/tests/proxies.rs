//! Through a proxy: absolute form for http, a tunnel for https, and credentials for the proxy alone.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::super::*;
use super::fixtures::{Notes, TOKEN, batch, numbers, single_attempt, summary, target};
use super::server::{Server, answer, ok, read_head};
use super::tls::Authority;

/// A proxy that opens tunnels, wherever to, and keeps the heads of the requests for them.
struct Tunnels {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
    running: JoinHandle<()>,
}

impl Drop for Tunnels {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Tunnels {
    async fn start(to_port: u16, status: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let all = Arc::clone(&heads);
        let running = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let mut read = Vec::new();
                let Some((end, line, headers)) = read_head(&mut client, &mut read).await else {
                    continue;
                };
                assert_eq!(end, read.len(), "nothing is sent before the tunnel stands");
                all.lock().expect("heads").push(format!("{line} {headers:?}"));
                let answered = client.write_all(&answer(status, "", "")).await;
                if answered.is_err() || status != 200 {
                    continue;
                }
                let mut server =
                    TcpStream::connect(("127.0.0.1", to_port)).await.expect("a server");
                tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
            }
        });
        Self { port, heads, running }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("heads").clone()
    }
}

fn through(endpoint: &str, proxy: String, no_proxy: &str) -> (Delivery, Arc<Notes>) {
    let notes: Arc<Notes> = Arc::default();
    let proxy = ProxyEnv {
        all_proxy: Some(proxy),
        no_proxy: Some(no_proxy.to_owned()),
        ..ProxyEnv::default()
    };
    let target = Target { proxy, ..target(endpoint) };
    (Delivery::new(target, notes.clone()).expect("a delivery"), notes)
}

#[tokio::test]
async fn an_http_request_goes_to_the_proxy_in_absolute_form_with_its_credentials() {
    let proxy = Server::start(|_, _| ok()).await;
    let url = format!("http://user:pass@127.0.0.1:{}", proxy.port);
    let (delivery, _) = through("http://collector.invalid:4318/v1/traces", url, "");
    for _ in 0..2 {
        let report = delivery.deliver(batch(2, 1).await).await;
        assert_eq!(summary(&report, 2), "delivered 2");
    }
    let seen = &proxy.seen()[1];
    assert_eq!(seen.line, "POST http://collector.invalid:4318/v1/traces HTTP/1.1");
    assert_eq!(seen.header("host"), "collector.invalid:4318");
    assert_eq!(seen.header("proxy-authorization"), "Basic dXNlcjpwYXNz");
    assert_eq!(seen.header("authorization"), format!("Bearer {TOKEN}"));
    assert_eq!(proxy.connections(), 1);
}

#[tokio::test]
async fn an_https_request_goes_through_a_tunnel_and_the_proxy_sees_nothing_of_it() {
    let authority = Authority::new();
    let server =
        Server::start_tls(authority.acceptor("collector.invalid", None), |_, _| ok()).await;
    let proxy = Tunnels::start(server.port, 200).await;
    let notes: Arc<Notes> = Arc::default();
    let target = Target {
        ca_pem: Some(authority.pem()),
        proxy: ProxyEnv {
            https_proxy: Some(format!("http://user:pass@127.0.0.1:{}", proxy.port)),
            ..ProxyEnv::default()
        },
        ..target("https://collector.invalid/v1/traces")
    };
    let delivery = Delivery::new(target, notes).expect("a delivery");
    let report = delivery.deliver(batch(3, 10).await).await;
    assert_eq!(summary(&report, 3), "delivered 3");
    let seen = &server.seen()[0];
    assert_eq!(seen.names(), numbers(0..3));
    assert_eq!(
        (seen.line.as_str(), seen.header("proxy-authorization")),
        ("POST /v1/traces HTTP/1.1", "")
    );
    let heads = proxy.heads();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with("CONNECT collector.invalid:443 HTTP/1.1"), "{heads:?}");
    assert!(heads[0].contains("Basic dXNlcjpwYXNz") && !heads[0].contains(TOKEN), "{heads:?}");
}

#[tokio::test]
async fn a_tunnel_that_is_refused_keeps_the_spans() {
    let proxy = Tunnels::start(0, 407).await;
    let notes: Arc<Notes> = Arc::default();
    let target = Target {
        proxy: ProxyEnv {
            https_proxy: Some(format!("http://127.0.0.1:{}", proxy.port)),
            ..ProxyEnv::default()
        },
        ..target("https://collector.invalid/v1/traces")
    };
    let delivery = single_attempt(target, notes.clone());
    let report = delivery.deliver(batch(3, 10).await).await;
    assert_eq!(summary(&report, 3), "delivered 0, unsent 3");
    assert!(notes.warnings().contains("proxy authorization required"), "{}", notes.warnings());
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named_as_the_cause() {
    for endpoint in ["http://127.0.0.1:4318/v1/traces", "https://127.0.0.1:4318/v1/traces"] {
        let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let proxy =
            ProxyEnv { all_proxy: Some(format!("http://127.0.0.1:{port}")), ..ProxyEnv::default() };
        let notes: Arc<Notes> = Arc::default();
        let delivery = single_attempt(Target { proxy, ..target(endpoint) }, notes.clone());
        delivery.deliver(batch(1, 1).await).await;
        let warnings = notes.warnings();
        assert!(warnings.contains("nothing listens at the proxy"), "{warnings}");
    }
}

#[tokio::test]
async fn a_host_in_no_proxy_is_reached_directly() {
    let server = Server::start(|_, _| ok()).await;
    let (delivery, notes) = through(&server.url(), "http://127.0.0.1:9".to_owned(), "127.0.0.1");
    let report = delivery.deliver(batch(2, 1).await).await;
    assert_eq!(summary(&report, 2), "delivered 2");
    assert_eq!(notes.warnings(), "");
}

#[tokio::test]
async fn a_proxy_setting_that_cannot_be_used_is_ignored_and_said_so() {
    let server = Server::start(|_, _| ok()).await;
    let (delivery, notes) = through(&server.url(), "socks5://127.0.0.1:9".to_owned(), "");
    let report = delivery.deliver(batch(2, 1).await).await;
    assert_eq!(summary(&report, 2), "delivered 2");
    assert_eq!(notes.warning_codes(), ["proxy_ignored"]);
}
