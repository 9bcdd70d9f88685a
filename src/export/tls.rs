//! Whom to trust and who to be on a TLS connection. The provider (ring) is handed to rustls
//! explicitly and never installed for the process: the addon is a guest in it.
//!
//! What the user gave is parsed at once, so that a mistake is reported by `setup()`; the system's
//! store is read only when a connection is made.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;
use rustls::crypto::{CryptoProvider, ring};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::target::{Target, TargetError};

/// Parsed certificates and keys.
pub struct Tls {
    provider: Arc<CryptoProvider>,
    trust: Trust,
    identity: Option<Arc<CertifiedKey>>,
}

enum Trust {
    Only(Arc<RootCertStore>),
    SystemAnd(Vec<CertificateDer<'static>>),
}

impl Tls {
    /// Parses what the target says. The flag tells that extra certificates were given and are
    /// unusable; they come from the environment, and must not take the app down.
    pub fn parse(target: &Target) -> Result<(Self, bool), TargetError> {
        let provider = Arc::new(ring::default_provider());
        let identity =
            identity(target, &provider).map_err(TargetError::ClientCertificate)?.map(Arc::new);
        let mut extra_unusable = false;
        let trust = match (&target.ca_pem, &target.extra_ca_pem) {
            (Some(pem), _) => Trust::Only(Arc::new(only(pem).map_err(TargetError::CaCertificate)?)),
            (None, None) => Trust::SystemAnd(Vec::new()),
            (None, Some(pem)) => {
                let extra = certificates(pem).unwrap_or_default();
                extra_unusable = extra.is_empty();
                Trust::SystemAnd(extra)
            }
        };
        Ok((Self { provider, trust, identity }, extra_unusable))
    }

    /// The configuration for connections; reads the system's certificates.
    pub fn client_config(&self) -> Result<ClientConfig, rustls::Error> {
        let roots = match &self.trust {
            Trust::Only(roots) => Arc::clone(roots),
            Trust::SystemAnd(extra) => Arc::new(system_and(extra)),
        };
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let resolver: Arc<dyn ResolvesClientCert> =
                    Arc::new(SingleCertAndKey::from(Arc::clone(identity)));
                builder.with_client_cert_resolver(resolver)
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// Containers often come without a certificate store; Mozilla's list stands in for it.
fn system_and(extra: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots.add_parsable_certificates(extra.iter().cloned());
    roots
}

fn only(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("no certificate in it".to_owned()) } else { Ok(roots) }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|error| error.to_string())
}

fn identity(target: &Target, provider: &CryptoProvider) -> Result<Option<CertifiedKey>, String> {
    let (chain, key) = match (&target.client_cert_pem, &target.client_key_pem) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err("its key is missing".to_owned()),
        (None, Some(_)) => return Err("there is a key without a certificate".to_owned()),
        (Some(chain), Some(key)) => (certificates(chain)?, key),
    };
    if chain.is_empty() {
        return Err("no certificate in it".to_owned());
    }
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("key: {error}"))?;
    CertifiedKey::from_der(chain, key, provider).map(Some).map_err(|error| error.to_string())
}
