//! One destination as it was configured. Defaults and validation live in JS; what is checked again
//! here is only what would otherwise fail later and further from its cause.

use std::fmt;
use std::time::Duration;

use super::endpoint::Endpoint;

/// How a request body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// `application/x-protobuf`
    Protobuf,
    /// `application/json`
    Json,
}

/// Proxy settings as the caller found them in its environment; `Default` means no proxy.
#[derive(Clone, Default)]
pub struct ProxyEnv {
    /// `HTTPS_PROXY`, for https endpoints.
    pub https_proxy: Option<String>,
    /// `HTTP_PROXY`, for http endpoints.
    pub http_proxy: Option<String>,
    /// `ALL_PROXY`, where the more specific one is missing.
    pub all_proxy: Option<String>,
    /// `NO_PROXY`, by curl's rules. As with curl, localhost is proxied unless it is listed here.
    pub no_proxy: Option<String>,
}

/// One destination. Deliberately without `Debug`: it holds credentials.
#[derive(Clone)]
pub struct Target {
    /// Full URL of the traces endpoint, e.g. `http://127.0.0.1:8799/v1/traces`. Userinfo in it
    /// becomes basic authorization unless `headers` has one.
    pub endpoint: String,
    /// Sent with every request, authorization included.
    pub headers: Vec<(String, String)>,
    /// The encoding to start with; a 415 switches to the other one.
    pub encoding: Encoding,
    /// Whether bodies are sent as gzip.
    pub gzip: bool,
    /// From 0, which only packs, to 9. Level 1 already shrinks spans, which repeat themselves, by
    /// most of what level 6 would, at a fraction of its CPU time.
    pub gzip_level: u32,
    /// The time for one round of a batch, retries and waits included.
    pub timeout: Duration,
    /// Trusted instead of every other root, when set.
    pub ca_pem: Option<Vec<u8>>,
    /// Certificate chain shown to a collector that asks for one; goes with `client_key_pem`.
    pub client_cert_pem: Option<Vec<u8>>,
    /// Private key of the first certificate in `client_cert_pem`, not encrypted.
    pub client_key_pem: Option<Vec<u8>>,
    /// The product, e.g. `catalyst-tracing/0.1.0 OTel-OTLP-Exporter-Rust/0.33.1`.
    pub user_agent: String,
    /// Which proxy to go through, if any.
    pub proxy: ProxyEnv,
    /// Content of `NODE_EXTRA_CA_CERTS`: trusted besides the system's roots.
    pub extra_ca_pem: Option<Vec<u8>>,
}

/// Why a `Target` cannot be used. Becomes a configuration error that names the option.
#[derive(Debug, PartialEq, Eq)]
pub enum TargetError {
    /// The endpoint is not an absolute http or https URL.
    Endpoint(&'static str),
    /// The header of this name cannot be sent. The value is not shown: it may be a credential.
    Header(String),
    /// `ca_pem` holds no usable certificate.
    CaCertificate(String),
    /// The client's certificate and key are unusable, or one of the two is missing.
    ClientCertificate(String),
}

impl Target {
    /// Its endpoint as it may be shown and written down: nothing secret is in it.
    pub fn shown(&self) -> String {
        Endpoint::parse(&self.endpoint).map(|endpoint| endpoint.shown).unwrap_or_default()
    }
}

impl TargetError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Endpoint(_) => "invalid_endpoint",
            Self::Header(_) => "invalid_header",
            Self::CaCertificate(_) => "invalid_ca_certificate",
            Self::ClientCertificate(_) => "invalid_client_certificate",
        }
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Endpoint(why) => write!(
                out,
                "the endpoint {why}; use a full URL such as https://collector.example/v1/traces"
            ),
            Self::Header(name) => write!(
                out,
                "the header {name:?} cannot be sent: names are ASCII tokens, values printable ASCII"
            ),
            Self::CaCertificate(why) => write!(
                out,
                "the CA certificate is unusable ({why}); give a PEM file with CERTIFICATE sections"
            ),
            Self::ClientCertificate(why) => write!(
                out,
                "the client certificate is unusable ({why}); give a PEM certificate chain and the \
                 unencrypted PEM key that belongs to it"
            ),
        }
    }
}

impl std::error::Error for TargetError {}
