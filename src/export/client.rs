//! The HTTP client: HTTP/1.1 over a small pool of kept-alive connections, directly or through a
//! proxy, in the clear or over rustls. It sends one request and reads one bounded response;
//! retries and redirects are its caller's.
//!
//! The connections, and with https the certificate stores, are set up at the first request.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::header::PROXY_AUTHORIZATION;
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::time::{Instant, timeout_at};

use super::connector::Connector;
use super::fault::Fault;
use super::route::Route;
use super::tls::Tls;

/// OTLP's limit on what a client reads of a response.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;
/// Two deliveries at a time are common, more are not worth a socket in somebody else's process.
const MAX_IDLE_CONNECTIONS: usize = 2;
/// Node's and uvicorn's servers close idle connections after five seconds; a client that lets go
/// earlier does not run into that moment.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// The verdict is in the head; a body that stalls must not hold it up for a whole round.
const BODY_TIMEOUT: Duration = Duration::from_secs(3);

/// Request extension: when the answer must have begun. Without it the client's own timeout holds.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Instant);

/// Response extension: the head arrived but the body did not, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomplete {
    /// It went over the read cap.
    TooLarge,
    /// The connection broke or stalled.
    CutOff,
}

/// A client for one endpoint.
pub struct Client {
    route: Route,
    tls: Option<Tls>,
    timeout: Duration,
    pool: OnceLock<Result<Pool<Connector, Full<Bytes>>, String>>,
}

impl Client {
    /// `tls` must be there when the endpoint or the proxy speaks TLS.
    pub(super) fn new(route: Route, tls: Option<Tls>, timeout: Duration) -> Self {
        Self { route, tls, timeout, pool: OnceLock::new() }
    }

    /// Whether requests to the endpoint along the route meet TLS anywhere.
    pub(super) fn needs_tls(endpoint: &Uri, route: &Route) -> bool {
        let is_https = |uri: &Uri| uri.scheme_str() == Some("https");
        match route {
            Route::Direct => is_https(endpoint),
            Route::Forward(hop) | Route::Tunnel(hop) => is_https(endpoint) || is_https(&hop.uri),
        }
    }

    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, Fault> {
        let deadline = match request.extensions_mut().remove::<Deadline>() {
            Some(Deadline(at)) => at,
            None => Instant::now() + self.timeout,
        };
        if let Route::Forward(hop) = &self.route
            && let Some(authorization) = &hop.authorization
        {
            request.headers_mut().insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        let pool = self.pool.get_or_init(|| self.open_pool()).as_ref();
        let pool = pool.map_err(|why| Fault::Certificate(why.clone()))?;
        let (head, body) = timeout_at(deadline, pool.request(request.map(Full::new)))
            .await
            .map_err(|_| Fault::TimedOut)??
            .into_parts();
        let until = deadline.min(Instant::now() + BODY_TIMEOUT);
        let read = timeout_at(until, read_bounded(body)).await.unwrap_or(Err(Incomplete::CutOff));
        let mut response = Response::from_parts(head, Bytes::new());
        match read {
            Ok(body) => *response.body_mut() = body,
            Err(incomplete) => {
                response.extensions_mut().insert(incomplete);
            }
        }
        Ok(response)
    }

    fn open_pool(&self) -> Result<Pool<Connector, Full<Bytes>>, String> {
        let tls = match &self.tls {
            Some(tls) => Some(Arc::new(tls.client_config().map_err(|error| error.to_string())?)),
            None => None,
        };
        Ok(Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .build(Connector::new(&self.route, tls)))
    }
}

async fn read_bounded(mut body: Incoming) -> Result<Bytes, Incomplete> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Incomplete::CutOff)?.into_data() else {
            continue;
        };
        if read.len() + data.len() > MAX_RESPONSE_BYTES {
            return Err(Incomplete::TooLarge);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

impl fmt::Debug for Client {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Client").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

/// Errors are `Fault`s. A response whose head arrived is never an error: see `Incomplete`.
#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        Ok(self.send(request).await?)
    }
}
