//! Trust and identity on TLS connections.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::super::*;
use super::fixtures::{Notes, batch, numbers, single_attempt, summary, target};
use super::server::{Server, ok};

/// A certificate authority and what it issues.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }

    pub fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    /// A certificate and its key, both PEM.
    pub fn issue(&self, name: &str) -> (Vec<u8>, Vec<u8>) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem().into_bytes(), key.serialize_pem().into_bytes())
    }

    /// A server side for this name; with `clients`, only for clients whom that authority knows.
    pub fn acceptor(&self, name: &str, clients: Option<&Authority>) -> TlsAcceptor {
        let provider = Arc::new(ring::default_provider());
        let (certificate, key) = self.issue(name);
        let chain = vec![CertificateDer::from_pem_slice(&certificate).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_slice(&key).expect("a key");
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .expect("versions");
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(clients.0.der().clone()).expect("a root");
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let config = builder.with_single_cert(chain, key).expect("a server configuration");
        TlsAcceptor::from(Arc::new(config))
    }
}

fn tls_target(server: &Server) -> Target {
    let endpoint = format!("https://localhost:{}/v1/traces", server.port);
    Target { timeout: Duration::from_secs(5), ..target(&endpoint) }
}

async fn deliver(target: Target) -> (String, Vec<&'static str>) {
    let notes: Arc<Notes> = Arc::default();
    let delivery = Delivery::new(target, notes.clone()).expect("a delivery");
    let report = delivery.deliver(batch(3, 10).await).await;
    (summary(&report, 3), notes.warning_codes())
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_was_given() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.acceptor("localhost", None), |_, _| ok()).await;
    for target in [
        Target { ca_pem: Some(authority.pem()), ..tls_target(&server) },
        Target { extra_ca_pem: Some(authority.pem()), ..tls_target(&server) },
    ] {
        assert_eq!(deliver(target).await, ("delivered 3".to_owned(), vec![]));
    }
    assert_eq!(server.seen()[0].names(), numbers(0..3));
}

#[tokio::test]
async fn a_certificate_that_does_not_verify_sends_nothing_and_keeps_the_spans() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let known = Server::start_tls(ours.acceptor("localhost", None), |_, _| ok()).await;
    let misnamed = Server::start_tls(ours.acceptor("elsewhere", None), |_, _| ok()).await;
    for target in [
        tls_target(&known),
        Target { ca_pem: Some(theirs.pem()), ..tls_target(&known) },
        Target { ca_pem: Some(theirs.pem()), extra_ca_pem: Some(ours.pem()), ..tls_target(&known) },
        Target { ca_pem: Some(ours.pem()), ..tls_target(&misnamed) },
    ] {
        let expected = ("delivered 0, unsent 3".to_owned(), vec!["certificate_refused"]);
        assert_eq!(deliver(target).await, expected);
    }
    assert!(known.seen().is_empty() && misnamed.seen().is_empty());
}

#[tokio::test]
async fn a_client_certificate_is_shown_to_a_server_that_asks_for_one() {
    let (ours, clients) = (Authority::new(), Authority::new());
    let acceptor = ours.acceptor("localhost", Some(&clients));
    let server = Server::start_tls(acceptor, |_, _| ok()).await;
    let without = Target { ca_pem: Some(ours.pem()), ..tls_target(&server) };
    let (certificate, key) = clients.issue("client");
    let with =
        Target { client_cert_pem: Some(certificate), client_key_pem: Some(key), ..without.clone() };
    assert_eq!(deliver(with).await, ("delivered 3".to_owned(), vec![]));
    assert_eq!(deliver(without).await.0, "delivered 0, unsent 3");
}

#[tokio::test]
async fn unusable_extra_certificates_are_ignored_and_said_so() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.acceptor("localhost", None), |_, _| ok()).await;
    let target = Target { extra_ca_pem: Some(b"nonsense".to_vec()), ..tls_target(&server) };
    assert_eq!(deliver(target).await.1, ["extra_ca_ignored", "certificate_refused"]);
}

#[tokio::test]
async fn plain_http_on_a_tls_port_and_the_other_way_round_lose_nothing_silently() {
    let authority = Authority::new();
    let tls = Server::start_tls(authority.acceptor("localhost", None), |_, _| ok()).await;
    let (outcome, warnings) = deliver(target(&tls.url())).await;
    assert_eq!((outcome.as_str(), warnings), ("delivered 0, bad_response 3", vec!["not_http"]));

    let plain = Server::start(|_, _| ok()).await;
    let target = Target { ca_pem: Some(authority.pem()), ..tls_target(&plain) };
    let delivery = single_attempt(target, Arc::default());
    let report = delivery.deliver(batch(3, 10).await).await;
    assert_eq!(summary(&report, 3), "delivered 0, unsent 3");
}

#[test]
fn unusable_certificates_and_keys_are_refused_at_once() {
    let authority = Authority::new();
    let (certificate, key) = authority.issue("client");
    let (_, other_key) = authority.issue("client");
    let https = || target("https://h/");
    let client = |certificate: Option<&[u8]>, key: Option<&[u8]>| Target {
        client_cert_pem: certificate.map(<[u8]>::to_vec),
        client_key_pem: key.map(<[u8]>::to_vec),
        ..https()
    };
    for (target, code) in [
        (Target { ca_pem: Some(b"nonsense".to_vec()), ..https() }, "invalid_ca_certificate"),
        (Target { ca_pem: Some(key.clone()), ..https() }, "invalid_ca_certificate"),
        (client(Some(&certificate), None), "invalid_client_certificate"),
        (client(None, Some(&key)), "invalid_client_certificate"),
        (client(Some(&certificate), Some(&other_key)), "invalid_client_certificate"),
        (client(Some(&key), Some(&key)), "invalid_client_certificate"),
        (client(Some(&certificate), Some(b"nonsense")), "invalid_client_certificate"),
    ] {
        let Err(error) = Delivery::new(target, Arc::new(Notes::default())) else {
            panic!("{code} was not found");
        };
        assert_eq!(error.code(), code);
    }
}
