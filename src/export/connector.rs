//! Opens connections along a route: TCP, a proxy's tunnel, TLS. The layers nest differently for each
//! route, so the result is boxed once and looks the same to the pool.

use std::error::Error;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use rustls::ClientConfig;
use tower_service::Service;

use super::route::{Hop, Route};

/// Name lookup, TCP, proxy and TLS together: a host that is up answers well within it, and half of
/// OTLP's default round of ten seconds is left for another try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

type BoxError = Box<dyn Error + Send + Sync>;
type Opening = Pin<Box<dyn Future<Output = Result<Wire, BoxError>> + Send>>;

/// Opens connections; cheap to clone.
#[derive(Clone)]
pub struct Connector {
    open: Arc<dyn Fn(Uri) -> Opening + Send + Sync>,
}

impl Connector {
    /// A connector for one route. `tls` is there whenever the endpoint or the proxy speaks TLS.
    pub fn new(route: &Route, tls: Option<Arc<ClientConfig>>) -> Self {
        match route {
            Route::Direct => first_hop(tls),
            Route::Forward(hop) => first_hop(tls).forwarding_to(hop.uri.clone()),
            Route::Tunnel(hop) => {
                let tunnel = tunnel(hop, first_hop(tls.clone()));
                match tls {
                    Some(tls) => Self::over(HttpsConnector::from((tunnel, tls))),
                    None => Self::over(tunnel),
                }
            }
        }
        .within(CONNECT_TIMEOUT)
    }

    fn over<S>(service: S) -> Self
    where
        S: Service<Uri> + Clone + Send + Sync + 'static,
        S::Response: Read + Write + Connection + Unpin + Send + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
    {
        Self::from_fn(move |uri| {
            let mut service = service.clone();
            Box::pin(async move {
                poll_fn(|context| service.poll_ready(context)).await.map_err(Into::into)?;
                let io = service.call(uri).await.map_err(Into::into)?;
                Ok(Wire { io: Box::new(io), to_proxy: false })
            })
        })
    }

    /// Whatever the destination, connects to the proxy and has requests written in absolute form.
    fn forwarding_to(self, proxy: Uri) -> Self {
        Self::from_fn(move |_| {
            let opening = (self.open)(proxy.clone());
            Box::pin(async move { Ok(Wire { to_proxy: true, ..opening.await? }) })
        })
    }

    fn within(self, limit: Duration) -> Self {
        Self::from_fn(move |uri| {
            let opening = (self.open)(uri);
            Box::pin(async move {
                tokio::time::timeout(limit, opening).await.unwrap_or_else(|_| {
                    let what = format!("no connection within {} s", limit.as_secs());
                    Err(io::Error::new(io::ErrorKind::TimedOut, what).into())
                })
            })
        })
    }

    fn from_fn(open: impl Fn(Uri) -> Opening + Send + Sync + 'static) -> Self {
        Self { open: Arc::new(open) }
    }
}

fn first_hop(tls: Option<Arc<ClientConfig>>) -> Connector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    match tls {
        Some(tls) => Connector::over(HttpsConnector::from((tcp, tls))),
        None => Connector::over(tcp),
    }
}

fn tunnel(hop: &Hop, to_proxy: Connector) -> Tunnel<Connector> {
    let tunnel = Tunnel::new(hop.uri.clone(), to_proxy);
    match &hop.authorization {
        Some(authorization) => tunnel.with_auth(authorization.clone()),
        None => tunnel,
    }
}

impl Service<Uri> for Connector {
    type Response = Wire;
    type Error = BoxError;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Opening {
        (self.open)(uri)
    }
}

/// An open connection.
pub struct Wire {
    io: Box<dyn Io>,
    to_proxy: bool,
}

trait Io: Read + Write + Connection + Unpin + Send {}
impl<T: Read + Write + Connection + Unpin + Send> Io for T {}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        if self.to_proxy { Connected::new().proxy(true) } else { self.io.connected() }
    }
}

impl Read for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.io).poll_read(context, buffer)
    }
}

impl Write for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.io).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.io).poll_write_vectored(context, bytes)
    }
}
