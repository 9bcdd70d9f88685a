//! Sessions: what traces with the same session id add up to. Nothing is kept of them; a session's
//! traces lie together in an index.

use opentelemetry_proto::tonic::trace::v1::Span;
use rusqlite::{Connection, params_from_iter};
use serde::Serialize;

use super::filter::{Filter, Page};
use super::summary::{TokenSums, TraceSummary, millis};
use super::trace::{self, Trace};
use super::traces::{Listed, matching};
use super::{StoreError, keys, spans};
use crate::intake::texts::{self, Direction, INPUT, OUTPUT};

/// The longest that are read back for one session.
const MAX_TURNS: usize = 2_000;
/// Pages of traces that are looked through for one page of sessions.
const MAX_PAGES: usize = 40;
const PAGE: usize = 500;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionSummary {
    pub session_id: String,
    pub user_id: Option<String>,
    pub agents: Vec<String>,
    pub trace_count: usize,
    pub start_ms: f64,
    pub end_ms: f64,
    pub tokens: TokenSums,
    pub cost_usd: Option<f64>,
    /// Spans that failed.
    pub error_count: i64,
    /// What the first trace began with, and the last came to.
    pub input: Option<String>,
    pub output: Option<String>,
}

/// One trace of a session, with all that was asked and answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Turn {
    #[serde(flatten)]
    pub trace: TraceSummary,
    pub full_input: Option<String>,
    pub full_output: Option<String>,
}

/// Sessions of which a trace fulfils the filter, by the newest such trace.
pub fn list(
    connection: &Connection,
    filter: &Filter,
    page: Page,
) -> Result<Listed<SessionSummary>, StoreError> {
    let mut found: Vec<(i64, String)> = Vec::new();
    let mut traces = Page { limit: PAGE, before: page.before };
    for _ in 0..MAX_PAGES {
        let listed = matching(connection, filter, traces)?;
        for trace in listed.items {
            let Some(session) = trace.session else { continue };
            if found.iter().any(|(_, known)| *known == session) {
                continue;
            }
            if page.before.is_some() && was_listed(connection, filter, page, &session)? {
                continue;
            }
            if found.len() == page.limit {
                let next = found.last().map(|(key, _)| *key);
                return summaries(connection, &found, next, false);
            }
            found.push((trace.key, session));
        }
        let Some(next) = listed.next else {
            return summaries(connection, &found, None, false);
        };
        traces.before = Some(next);
        if listed.is_partial {
            break;
        }
    }
    summaries(connection, &found, traces.before, true)
}

/// The session with all of its traces.
pub fn one(connection: &Connection, session: &str) -> Result<Option<SessionSummary>, StoreError> {
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM traces t WHERE t.session = ? ORDER BY t.key",
        trace::COLUMNS
    ))?;
    let mut traces = statement.query_map([session], Trace::read)?;
    let Some(first) = traces.next().transpose()? else { return Ok(None) };
    let mut summary = SessionSummary {
        session_id: session.to_owned(),
        user_id: None,
        agents: Vec::new(),
        trace_count: 0,
        start_ms: millis(first.start_ns),
        end_ms: 0.0,
        tokens: TokenSums::default(),
        cost_usd: None,
        error_count: 0,
        input: first.input.clone(),
        output: None,
    };
    summary.add(first);
    for trace in traces {
        summary.add(trace?);
    }
    Ok(Some(summary))
}

/// The newest of a session's traces, in the order in which they began.
pub fn turns(connection: &Connection, session: &str) -> Result<Vec<Turn>, StoreError> {
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM traces t WHERE t.session = ? ORDER BY t.key DESC LIMIT {MAX_TURNS}",
        trace::COLUMNS
    ))?;
    let traces = statement.query_map([session], Trace::read)?;
    let mut turns = Vec::new();
    for trace in traces {
        let trace = trace?;
        let root = root(connection, &trace)?;
        let text = |direction: &Direction| {
            texts::whole(&root.as_ref()?.attributes, direction).map(str::to_owned)
        };
        turns.push(Turn {
            full_input: text(&INPUT),
            full_output: text(&OUTPUT),
            trace: trace.into(),
        });
    }
    turns.reverse();
    Ok(turns)
}

impl SessionSummary {
    fn add(&mut self, trace: Trace) {
        self.trace_count += 1;
        let (start_ms, end_ms) = (millis(trace.start_ns), millis(trace.end_ns));
        self.start_ms = self.start_ms.min(start_ms);
        self.end_ms = self.end_ms.max(end_ms);
        for agent in &trace.agents {
            if !self.agents.contains(agent) {
                self.agents.push(agent.clone());
            }
        }
        self.error_count += trace.error_count;
        if let Some(cost) = trace.cost {
            self.cost_usd = Some(self.cost_usd.unwrap_or(0.0) + cost);
        }
        let trace = TraceSummary::from(trace);
        self.tokens += trace.tokens;
        self.user_id = self.user_id.take().or(trace.user_id);
        self.output = trace.output.or(self.output.take());
    }
}

fn summaries(
    connection: &Connection,
    found: &[(i64, String)],
    next: Option<i64>,
    is_partial: bool,
) -> Result<Listed<SessionSummary>, StoreError> {
    let mut items = Vec::with_capacity(found.len());
    for (_, session) in found {
        items.extend(one(connection, session)?);
    }
    Ok(Listed { items, next, is_partial })
}

/// Whether a page before this one has the session: one of its newer traces fulfils the filter.
fn was_listed(
    connection: &Connection,
    filter: &Filter,
    page: Page,
    session: &str,
) -> Result<bool, StoreError> {
    let Some(before) = page.before else { return Ok(false) };
    let mut narrow = filter.clone();
    narrow.labels.push((crate::intake::LabelKey::Session, session.to_owned()));
    let mut cursor = None;
    loop {
        let listed = matching(connection, &narrow, Page { limit: PAGE, before: cursor })?;
        let is_newer =
            |trace: &Trace| trace.key >= before && trace.session.as_deref() == Some(session);
        if listed.items.iter().any(is_newer) {
            return Ok(true);
        }
        match listed.next {
            Some(next) if next >= before => cursor = Some(next),
            _ => return Ok(false),
        }
    }
}

/// The span that stands for a trace.
fn root(connection: &Connection, trace: &Trace) -> Result<Option<Span>, StoreError> {
    let (first, last) = keys::spans_of(trace.key);
    let mut statement = connection.prepare(
        "SELECT key FROM spans WHERE key BETWEEN ? AND ? AND name = ? AND start_ns = ? LIMIT 1",
    )?;
    let values: [rusqlite::types::Value; 4] =
        [first.into(), last.into(), trace.name.clone().into(), trace.root_start_ns.into()];
    let key =
        statement.query_map(params_from_iter(values), |row| row.get(0))?.next().transpose()?;
    match key {
        Some(key) => spans::unpacked(connection, key),
        None => Ok(None),
    }
}
