//! The server on this machine: receives spans, answers questions, shows the page. HTTP/1.1 on
//! loopback; `guard` keeps other people's pages out.

mod api;
mod assets;
mod body;
mod export;
mod guard;
mod live;
pub mod parameters;
mod receiver;
mod reply;

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ALLOW, HeaderValue};
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::intake::Desks;
use crate::store::Store;
use live::Live;
pub use reply::SERVER;
use reply::{Reply, failure};

/// Beyond what programs of one developer open. Further ones wait until one is closed.
const MAX_CONNECTIONS: usize = 512;
/// Also how long a connection may be idle: longer than exporters pause, whose next request would meet
/// its end.
const MAX_HEADER_MS: u64 = 75_000;
/// What is under way when the server ends has this long.
const MAX_ENDING_MS: u64 = 3_000;

#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What senders must have.
    pub token: Option<String>,
    /// A name of this machine, besides localhost.
    pub host_name: Option<String>,
    /// How the store is called where it is shown.
    pub store_name: String,
}

struct State {
    options: Options,
    store: Store,
    live: Live,
    room: body::Room,
    desks: Desks,
    rate: receiver::Rate,
    /// Changes when the server ends.
    ending: watch::Receiver<()>,
}

/// Serves until `end` resolves, and then until what is under way is done.
pub async fn serve(
    listeners: Vec<TcpListener>,
    store: Store,
    options: Options,
    end: impl Future<Output = ()>,
) {
    let (ended, ending) = watch::channel(());
    let state = Arc::new(State {
        live: Live::new(&store),
        options,
        store: store.clone(),
        room: body::Room::default(),
        desks: Desks::default(),
        rate: receiver::Rate::default(),
        ending,
    });
    let mut tasks = JoinSet::new();
    let teller = Arc::clone(&state);
    let watched = store.clone();
    tasks.spawn(async move { teller.live.tell(watched).await });
    let watcher = Arc::clone(&state);
    tasks.spawn(async move { watcher.live.watch_others(store).await });
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    for listener in listeners {
        tasks.spawn(accept(listener, Arc::clone(&state), Arc::clone(&places)));
    }
    end.await;
    // Closes the listeners, so that nobody comes any more.
    tasks.shutdown().await;
    drop(ended);
    let all = u32::try_from(MAX_CONNECTIONS).unwrap_or(u32::MAX);
    let _ =
        tokio::time::timeout(Duration::from_millis(MAX_ENDING_MS), places.acquire_many(all)).await;
}

async fn accept(listener: TcpListener, state: Arc<State>, places: Arc<Semaphore>) {
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let state = Arc::clone(&state);
                tokio::spawn(async move {
                    converse(stream, state).await;
                    drop(place);
                });
            }
            // Out of file descriptors, most likely: others close theirs meanwhile.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// One connection. Its faults are the other side's.
async fn converse(stream: TcpStream, state: Arc<State>) {
    let _ = stream.set_nodelay(true);
    let mut ending = state.ending.clone();
    let service = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Infallible>(answer(state, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(MAX_HEADER_MS))
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = ending.changed() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Reply {
    if let Err(refusal) = guard::check(request.headers(), state.options.host_name.as_deref()) {
        return *refusal;
    }
    let path = request.uri().path();
    if receiver::PATHS.contains(&path) {
        return match *request.method() {
            Method::POST => receiver::receive(state, request).await,
            _ => not_allowed("POST"),
        };
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return not_allowed("GET, HEAD");
    }
    match path.strip_prefix("/api/") {
        Some(path) => {
            let pairs = parameters::pairs(request.uri().query());
            api::answer(state, path, pairs).await
        }
        None => assets::serve(path, request.headers()),
    }
}

fn not_allowed(methods: &'static str) -> Reply {
    let sentence = format!("Only {methods} is possible here.");
    let mut reply = failure(StatusCode::METHOD_NOT_ALLOWED, &sentence);
    reply.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    reply
}
