//! Traces and their spans.

use rusqlite::Connection;
use serde::Serialize;
use serde_json::Value as Json;

use super::{Refusal, one as only};
use crate::http::parameters::{self, Pairs};
use crate::store::spans::{self, SpanSummary};
use crate::store::summary::TraceSummary;
use crate::store::traces;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceList {
    traces: Vec<TraceSummary>,
    cursor: Option<String>,
    is_partial: bool,
}

#[derive(Serialize)]
pub struct WholeTrace {
    trace: TraceSummary,
    spans: Vec<SpanSummary>,
}

pub fn list(store: &Connection, pairs: &Pairs) -> Result<TraceList, Refusal> {
    let (filter, page) = parameters::list(pairs, &[]).map_err(Refusal::Bad)?;
    let listed = traces::list(store, &filter, page)?;
    Ok(TraceList {
        traces: listed.items,
        cursor: listed.next.map(|key| key.to_string()),
        is_partial: listed.is_partial,
    })
}

pub fn one(store: &Connection, id: &str) -> Result<WholeTrace, Refusal> {
    let trace = only(traces::find(store, id)?, "trace", id)?;
    Ok(WholeTrace { spans: spans::of_trace(store, trace.key)?, trace: trace.into() })
}

pub fn span(store: &Connection, id: &str, span: &str) -> Result<Json, Refusal> {
    let trace = only(traces::find(store, id)?, "trace", id)?;
    let key = only(spans::find(store, trace.key, span)?, "span", span)?;
    let missing = || Refusal::NotFound(format!("There is no span {span:?}."));
    spans::whole(store, key)?.ok_or_else(missing)
}
