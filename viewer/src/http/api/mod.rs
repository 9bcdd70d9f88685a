//! The JSON API: what the page shows, and anybody else may read. All of it is GET.
//!
//! | path | answer |
//! | --- | --- |
//! | `/api/about` | `{ name, version, pid, store }` |
//! | `/api/traces?…` | `{ traces: [Trace], cursor, isPartial }`, newest first |
//! | `/api/traces/:id` | `{ trace: Trace, spans: [Span] }`, without payloads |
//! | `/api/traces/:id/spans/:span` | a span with everything: `attributes`, `events`, `links`, `resource`, `scope` |
//! | `/api/sessions?…` | `{ sessions: [Session], cursor, isPartial }` |
//! | `/api/sessions/:id` | `{ session, traces: [Trace with fullInput, fullOutput] }`, oldest first |
//! | `/api/facets` | `{ services, agents, users, kinds, models, attributeKeys }` |
//! | `/api/stats?…` | `{ totals, agents, models, tools, handoffs }` |
//! | `/api/export?format=…&…` | a download: `otlp-json`, `jsonl`, `halo` or `csv` |
//! | `/api/live` | an event stream: `trace` events, each with a Trace that is new or has changed; `gap`: ask again |
//!
//! A Trace is `store::summary::TraceSummary`, a Span is `store::spans::SpanSummary`; their fields are
//! in camel case. Ids may be cut short as long as one thing has such an id. `status` of a trace is
//! `error` where a span failed, `open` while its root has not come, else `ok`.
//!
//! Filters, all of which must hold: `range=1h` or `from=` and `to=` (milliseconds since 1970),
//! `service`, `agent`, `session`, `user`, `kind`, `model`, `status`, `attr=key=value` (any number of
//! times; metadata as `metadata.key`), `q` (see `store::search`). Lists take `limit` (at most 500)
//! and the `cursor` of the page before; `cursor` is null on the last one. A search that has
//! to look through very much ends its page early, even an empty one: `isPartial` says so, and the
//! cursor goes on. With `q` each Trace has `match`: the `spanId` of a span that has the words, and
//! `text`, a line of it around them.
//!
//! What goes wrong is `{ "error": sentence }` with a status of 4xx or 5xx.

mod sessions;
mod traces;

use std::sync::Arc;

use http::StatusCode;
use rusqlite::Connection;
use serde::Serialize;
use serde_json::json;

use super::parameters::{self, Pairs};
use super::reply::{Reply, failure, json as json_reply};
use super::{State, export, live};
use crate::store::StoreError;
use crate::store::traces::Found;
use crate::store::{facets, stats};

/// Why there is no answer.
pub enum Refusal {
    /// The request is wrong: a sentence.
    Bad(String),
    NotFound(String),
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refusal {
    pub fn reply(&self) -> Reply {
        match self {
            Self::Bad(sentence) => failure(StatusCode::BAD_REQUEST, sentence),
            Self::NotFound(sentence) => failure(StatusCode::NOT_FOUND, sentence),
            Self::Store(error) => failure(
                StatusCode::INTERNAL_SERVER_ERROR,
                &format!("The store cannot be read: {error}."),
            ),
        }
    }
}

pub async fn answer(state: Arc<State>, path: &str, pairs: Pairs) -> Reply {
    let segments: Vec<String> = path
        .split('/')
        .map(|part| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["about"] => json_reply(&json!({
            "name": "catalyst-tracing",
            "version": env!("CARGO_PKG_VERSION"),
            "pid": std::process::id(),
            "store": state.options.store_name,
        })),
        ["live"] => live::follow(&state),
        ["export"] => export::download(&state, &pairs).await,
        ["traces"] => read(state, move |store| traces::list(store, &pairs)).await,
        ["traces", id] => {
            let id = (*id).to_owned();
            read(state, move |store| traces::one(store, &id)).await
        }
        ["traces", id, "spans", span] => {
            let (id, span) = ((*id).to_owned(), (*span).to_owned());
            read(state, move |store| traces::span(store, &id, &span)).await
        }
        ["sessions"] => read(state, move |store| sessions::list(store, &pairs)).await,
        ["sessions", id] => {
            let id = (*id).to_owned();
            read(state, move |store| sessions::one(store, &id)).await
        }
        ["facets"] => read(state, |store| Ok(facets::facets(store)?)).await,
        ["stats"] => {
            read(state, move |store| {
                let (filter, _) = parameters::list(&pairs, &[]).map_err(Refusal::Bad)?;
                Ok(stats::stats(store, &filter)?)
            })
            .await
        }
        _ => failure(StatusCode::NOT_FOUND, &format!("There is nothing at /api/{path}.")),
    }
}

/// Queries run on a thread where they may take their time.
async fn read<T: Serialize>(
    state: Arc<State>,
    query: impl FnOnce(&Connection) -> Result<T, Refusal> + Send + 'static,
) -> Reply {
    let work = tokio::task::spawn_blocking(move || {
        match state.store.read(|connection| Ok(query(connection))) {
            Ok(Ok(answer)) => json_reply(&answer),
            Ok(Err(refusal)) => refusal.reply(),
            Err(error) => Refusal::Store(error).reply(),
        }
    });
    work.await.unwrap_or_else(|_| {
        failure(StatusCode::INTERNAL_SERVER_ERROR, "The request could not be worked on.")
    })
}

pub fn one<T>(found: Found<T>, what: &str, id: &str) -> Result<T, Refusal> {
    match found {
        Found::One(one) => Ok(one),
        Found::None => Err(Refusal::NotFound(format!("There is no {what} {id:?}."))),
        Found::Several => Err(Refusal::Bad(format!(
            "Several {what}s have an id that begins with {id:?}: give more of it."
        ))),
    }
}
