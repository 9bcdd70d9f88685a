//! Downloads: a file that is written while it is read.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, HeaderValue};
use tokio::sync::mpsc;

use super::State;
use super::api::{Refusal, one};
use super::parameters::{self, Pairs, value};
use super::reply::{Reply, failure, stream};
use crate::export::{Format, Selection, export};
use crate::store::traces::find;

/// Pieces that wait for a slow reader.
const PIECES: usize = 4;

pub async fn download(state: &Arc<State>, pairs: &Pairs) -> Reply {
    let state = Arc::clone(state);
    let pairs = pairs.clone();
    let work = tokio::task::spawn_blocking(move || begin(&state, &pairs));
    match work.await {
        Ok(Ok(reply)) => reply,
        Ok(Err(refusal)) => refusal.reply(),
        Err(_) => failure(StatusCode::INTERNAL_SERVER_ERROR, "The download could not begin."),
    }
}

fn begin(state: &Arc<State>, pairs: &Pairs) -> Result<Reply, Refusal> {
    let name = value(pairs, "format").unwrap_or("otlp-json");
    let format = Format::named(name).ok_or_else(|| {
        Refusal::Bad(format!("There is no format {name:?}: otlp-json, jsonl, halo and csv are."))
    })?;
    let (filter, _) = parameters::list(pairs, &["format", "trace"]).map_err(Refusal::Bad)?;
    let (selection, stem) = match value(pairs, "trace").filter(|id| !id.is_empty()) {
        Some(id) => {
            let found = state.store.read(|connection| find(connection, id))?;
            (Selection::One(one(found, "trace", id)?.key), format!("trace-{id}"))
        }
        None => (Selection::All(filter), "traces".to_owned()),
    };
    let (sender, pieces) = mpsc::channel::<Bytes>(PIECES);
    let store = state.store.clone();
    // A fault breaks the download off, as the status has been sent.
    std::thread::spawn(move || {
        export(&store, &selection, format, |piece| sender.blocking_send(piece.into()).is_ok())
    });
    let mut reply = stream(format.content_type(), pieces);
    let disposition = format!("attachment; filename=\"{stem}.{}\"", format.extension());
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        reply.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(reply)
}
