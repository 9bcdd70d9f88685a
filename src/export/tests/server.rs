//! A small HTTP/1.1 server on a real socket, in the clear or over TLS, that answers from a script
//! and can misbehave below HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::fixtures::names;

/// What to do about a request.
#[derive(Clone)]
pub enum Act {
    /// These bytes, and the connection stays.
    Send(Vec<u8>),
    /// These bytes, and the connection goes.
    SendAndClose(Vec<u8>),
    /// These bytes, and then nothing more for as long as the client likes.
    SendAndStall(Vec<u8>),
    /// These bytes before the body was read, and the connection goes.
    SendEarlyAndClose(Vec<u8>),
}

pub fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} S\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

pub fn ok() -> Act {
    Act::Send(answer(200, "", ""))
}

#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
}

impl Seen {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn names(&self) -> Vec<String> {
        names(&self.body, self.header("content-type"), self.header("content-encoding") == "gzip")
    }
}

type Script = dyn Fn(usize, &Seen) -> Act + Send + Sync;

/// A running server; stops when dropped.
pub struct Server {
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    running: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Server {
    pub async fn start(script: impl Fn(usize, &Seen) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::on(listener, None, script)
    }

    pub async fn start_tls(
        acceptor: TlsAcceptor,
        script: impl Fn(usize, &Seen) -> Act + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::on(listener, Some(acceptor), script)
    }

    pub fn on(
        listener: TcpListener,
        tls: Option<TlsAcceptor>,
        script: impl Fn(usize, &Seen) -> Act + Send + Sync + 'static,
    ) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let connections = Arc::new(AtomicUsize::new(0));
        let script: Arc<Script> = Arc::new(script);
        let (all, count) = (Arc::clone(&seen), Arc::clone(&connections));
        let running = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (all, script, tls) = (Arc::clone(&all), Arc::clone(&script), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(socket, &all, &*script).await,
                        Some(tls) => match tls.accept(socket).await {
                            Ok(stream) => serve(stream, &all, &*script).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self { port, seen, connections, running }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1/traces", self.port)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("seen").clone()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Ends with `None` when the client is gone.
async fn serve<S>(mut socket: S, all: &Mutex<Vec<Seen>>, script: &Script) -> Option<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut read = Vec::new();
    loop {
        let (head_end, line, headers) = read_head(&mut socket, &mut read).await?;
        let mut seen = Seen { line, headers, body: Bytes::new() };
        let index = all.lock().expect("seen").len();
        let act = script(index, &seen);
        if let Act::SendEarlyAndClose(bytes) = &act {
            all.lock().expect("seen").push(seen);
            socket.write_all(bytes).await.ok()?;
            return socket.shutdown().await.ok();
        }
        let length: usize = seen.header("content-length").parse().unwrap_or(0);
        while read.len() < head_end + length {
            if socket.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        }
        let rest = read.split_off(head_end + length);
        seen.body = read.split_off(head_end).into();
        read = rest;
        all.lock().expect("seen").push(seen);
        match act {
            Act::Send(bytes) => socket.write_all(&bytes).await.ok()?,
            Act::SendAndClose(bytes) | Act::SendEarlyAndClose(bytes) => {
                socket.write_all(&bytes).await.ok()?;
                return socket.shutdown().await.ok();
            }
            Act::SendAndStall(bytes) => {
                socket.write_all(&bytes).await.ok()?;
                return std::future::pending().await;
            }
        }
    }
}

/// The position after the head, the request line, and the headers with lower-case names.
pub async fn read_head<S: AsyncRead + Unpin>(
    socket: &mut S,
    read: &mut Vec<u8>,
) -> Option<(usize, String, Vec<(String, String)>)> {
    loop {
        if let Some(at) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8(read[..at].to_vec()).expect("a head in ASCII");
            let mut lines = head.split("\r\n");
            let line = lines.next().unwrap_or_default().to_owned();
            let headers = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            return Some((at + 4, line, headers));
        }
        if socket.read_buf(read).await.ok()? == 0 {
            return None;
        }
    }
}
