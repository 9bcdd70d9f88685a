//! What changes, as it changes: an event stream of summaries. Changes are gathered for a moment, so
//! that a trace that gets a thousand spans in a second is told of a few times and not a thousand.
//!
//! What another process writes, as `import` does, is not known by its traces: followers are told that
//! they have missed something.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::sync::{Notify, broadcast, mpsc};

use super::State;
use super::reply::{Reply, failure, stream};
use crate::store::{Store, traces};

const GATHER_MS: u64 = 100;
/// How often is asked whether another process has written. The question costs next to nothing.
const OTHERS_MS: u64 = 500;
const GAP: &[u8] = b"event: gap\ndata: {}\n\n";
/// Proxies and browsers give up on streams that say nothing.
const HEARTBEAT_MS: u64 = 15_000;
/// More than anybody reads. What is left out is new in the list when it is loaded again.
const MAX_EVENTS_AT_ONCE: usize = 200;
/// For one that reads slowly. Who falls behind is cut off, connects again and loads the list.
const QUEUE: usize = 1_000;
const MAX_FOLLOWERS: usize = 64;

pub struct Live {
    events: broadcast::Sender<Bytes>,
    changed: Arc<Changed>,
}

#[derive(Default)]
struct Changed {
    traces: Mutex<HashSet<i64>>,
    some: Notify,
}

impl Live {
    /// Hears of changes from now on; `tell` has to run for anybody to be told.
    pub fn new(store: &Store) -> Self {
        let (events, _) = broadcast::channel(QUEUE);
        let changed = Arc::new(Changed::default());
        let live = Self { events, changed: Arc::clone(&changed) };
        let events = live.events.clone();
        store.on_change(move |traces| {
            if events.receiver_count() > 0 {
                changed.lock().extend(traces);
                changed.some.notify_one();
            }
        });
        live
    }

    /// Tells those who follow, for ever.
    pub async fn tell(&self, store: Store) {
        loop {
            self.changed.some.notified().await;
            tokio::time::sleep(Duration::from_millis(GATHER_MS)).await;
            let mut keys: Vec<i64> = self.changed.lock().drain().collect();
            keys.sort_unstable();
            let newest = keys.split_off(keys.len().saturating_sub(MAX_EVENTS_AT_ONCE));
            let store = store.clone();
            let work = tokio::task::spawn_blocking(move || events(&store, &newest));
            for event in work.await.unwrap_or_default() {
                // Fails when nobody follows.
                let _ = self.events.send(event);
            }
        }
    }
}

impl Live {
    /// Tells those who follow what others have written, for ever.
    pub async fn watch_others(&self, store: Store) {
        let mut known = None;
        let mut interval = tokio::time::interval(Duration::from_millis(OTHERS_MS));
        loop {
            // The first comes at once: before anybody follows.
            interval.tick().await;
            let store = store.clone();
            let work = tokio::task::spawn_blocking(move || store.others_version());
            let Ok(Ok(version)) = work.await else { continue };
            if known.replace(version).is_some_and(|known| known != version) {
                // Fails when nobody follows.
                let _ = self.events.send(Bytes::from_static(GAP));
            }
        }
    }
}

impl Changed {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<i64>> {
        self.traces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A trace that was deleted meanwhile, or a store that cannot be read, is no event.
fn events(store: &Store, keys: &[i64]) -> Vec<Bytes> {
    let summaries = store.read(|connection| {
        keys.iter().map(|key| traces::summary(connection, *key)).collect::<Result<Vec<_>, _>>()
    });
    let found = summaries.unwrap_or_default().into_iter().flatten();
    found
        .filter_map(|summary| serde_json::to_string(&summary).ok())
        .map(|json| format!("event: trace\ndata: {json}\n\n").into())
        .collect()
}

pub fn follow(state: &Arc<State>) -> Reply {
    if state.live.events.receiver_count() >= MAX_FOLLOWERS {
        return failure(StatusCode::SERVICE_UNAVAILABLE, "Too many pages follow what is new.");
    }
    let mut events = state.live.events.subscribe();
    let mut ending = state.ending.clone();
    let (sender, chunks) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut heartbeat = tokio::time::interval(Duration::from_millis(HEARTBEAT_MS));
        loop {
            let chunk = tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => event,
                    Err(_) => break,
                },
                // The first comes at once, and says that the stream is there.
                _ = heartbeat.tick() => Bytes::from_static(b": here\n\n"),
                _ = ending.changed() => break,
                () = sender.closed() => break,
            };
            if sender.send(chunk).await.is_err() {
                break;
            }
        }
    });
    stream("text/event-stream", chunks)
}
