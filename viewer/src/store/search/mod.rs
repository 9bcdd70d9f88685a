//! The text search: traces of which one span has all the words. A phrase in quotes, or words that are
//! joined by other characters (`ABC-123`), must be there as they are written; `refun*` is any word
//! that begins so, if it has three letters at least. Words are whole otherwise, whatever their case.
//!
//! Where few traces fulfil the other conditions, each of them is looked into. Else the index leads,
//! from the newest span on. A search that takes long ends early, between two traces, and says so: the
//! next page goes on from there, so that every trace is found in the end.

mod phrase;
mod query;
mod snippet;

use std::time::{Duration, Instant};

use rusqlite::{Connection, params, params_from_iter};
use serde::Serialize;

use super::filter::{Conditions, Page};
use super::trace::{self, Trace};
use super::traces::{Listed, cut};
use super::{StoreError, keys};
use crate::intake::hex;
use phrase::Spans;
pub use query::Query;

/// Up to here it is quicker to look into each trace.
const FEW: usize = 500;
/// With what else an answer needs, nobody waits for more than a tenth of a second.
const MAX_MS: u64 = 50;

/// A trace, and the key of its span that has what was searched for.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub trace: Trace,
    pub span: i64,
}

/// Where a trace has what was searched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Match {
    pub span_id: String,
    /// A line of the span's text, around the words.
    pub text: String,
}

pub fn hits(
    connection: &Connection,
    conditions: &Conditions,
    text: &str,
    page: Page,
) -> Result<Listed<Hit>, StoreError> {
    let deadline = Instant::now() + Duration::from_millis(MAX_MS);
    hits_until(deadline, connection, conditions, text, page)
}

/// Looks into one trace at least.
pub fn hits_until(
    deadline: Instant,
    connection: &Connection,
    conditions: &Conditions,
    text: &str,
    page: Page,
) -> Result<Listed<Hit>, StoreError> {
    let Some(query) = Query::parse(text) else { return Ok(Listed::none()) };
    let Some(expression) = query.expression(connection)? else { return Ok(Listed::none()) };
    let spans = Spans::new(connection)?;
    let mut search =
        Search { connection, conditions, query: &query, expression, page, deadline, spans };
    match search.candidates()? {
        Some(candidates) => search.among(candidates),
        None => search.newest_first(),
    }
}

/// What a list shows of hits.
pub fn matches(
    connection: &Connection,
    text: &str,
    hits: &[Hit],
) -> Result<Vec<Option<Match>>, StoreError> {
    let Some(query) = Query::parse(text) else { return Ok(Vec::new()) };
    let mut spans = Spans::new(connection)?;
    let mut all = Vec::with_capacity(hits.len());
    for hit in hits {
        let span = spans.with(&[], hit.span)?;
        all.push(span.map(|span| Match {
            span_id: hex::encode(&span.span_id),
            text: snippet::of(&span, &query),
        }));
    }
    Ok(all)
}

/// Those of a trace's spans that have what is searched for.
pub fn in_trace(connection: &Connection, trace: i64, text: &str) -> Result<Vec<i64>, StoreError> {
    let Some(query) = Query::parse(text) else { return Ok(Vec::new()) };
    let Some(expression) = query.expression(connection)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare(WITHIN)?;
    let (first, last) = keys::spans_of(trace);
    let mut rows = statement.query(params![expression, first, last])?;
    let mut spans = Spans::new(connection)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let span = row.get(0)?;
        if query.phrases.is_empty() || spans.with(&query.phrases, span)?.is_some() {
            found.push(span);
        }
    }
    Ok(found)
}

const WITHIN: &str = "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?";

struct Search<'a> {
    connection: &'a Connection,
    conditions: &'a Conditions,
    query: &'a Query,
    expression: String,
    page: Page,
    deadline: Instant,
    spans: Spans<'a>,
}

impl Search<'_> {
    /// The traces that fulfil the other conditions, if they are few.
    fn candidates(&self) -> Result<Option<Vec<Trace>>, StoreError> {
        if self.conditions.all.is_empty() {
            return Ok(None);
        }
        let key = self.conditions.key();
        let sql = format!(
            "SELECT {} FROM {} WHERE {} AND {key} < {} ORDER BY {key} DESC LIMIT {}",
            trace::COLUMNS,
            self.conditions.from,
            self.conditions.sql(),
            self.page.before.unwrap_or(i64::MAX),
            FEW + 1
        );
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(&self.conditions.values), Trace::read)?;
        let candidates = rows.collect::<Result<Vec<_>, _>>()?;
        Ok((candidates.len() <= FEW).then_some(candidates))
    }

    fn among(&mut self, candidates: Vec<Trace>) -> Result<Listed<Hit>, StoreError> {
        let mut statement = self.connection.prepare(WITHIN)?;
        let mut found = Vec::new();
        let mut looked_into = None;
        for trace in candidates {
            if found.len() > self.page.limit {
                break;
            }
            if let Some(last) = looked_into.filter(|_| self.is_late()) {
                return Ok(Listed::ended_early(found, last));
            }
            looked_into = Some(trace.key);
            let (first, last) = keys::spans_of(trace.key);
            let mut rows = statement.query(params![self.expression, first, last])?;
            while let Some(row) = rows.next()? {
                let span = row.get(0)?;
                if self.has_phrases(span)? {
                    found.push(Hit { trace, span });
                    break;
                }
            }
        }
        Ok(cut(found, self.page.limit, |hit| hit.trace.key))
    }

    fn newest_first(&mut self) -> Result<Listed<Hit>, StoreError> {
        let mut spans = self.connection.prepare(&format!("{WITHIN} ORDER BY rowid DESC"))?;
        let mut one = self.connection.prepare(&format!(
            "SELECT {} FROM {} WHERE {} AND {} = ?",
            trace::COLUMNS,
            self.conditions.from,
            self.conditions.sql(),
            self.conditions.key()
        ))?;
        let first = keys::span_key(self.conditions.first_key, 0);
        let before = self.page.before.unwrap_or(i64::MAX);
        let (_, last) = keys::spans_of(self.conditions.last_key.min(before.saturating_sub(1)));
        let mut rows = spans.query(params![self.expression, first, last])?;
        let mut found: Vec<Hit> = Vec::new();
        let mut current: Option<(i64, Option<Trace>)> = None;
        while let Some(row) = rows.next()? {
            let span: i64 = row.get(0)?;
            let key = keys::trace_of(span);
            if current.as_ref().is_none_or(|(seen, _)| *seen != key) {
                if let Some((seen, _)) = current.as_ref().filter(|_| self.is_late()) {
                    return Ok(Listed::ended_early(found, *seen));
                }
                let values = self.conditions.values.iter().cloned().chain([key.into()]);
                let mut matching = one.query(params_from_iter(values))?;
                let trace = matching.next()?.map(Trace::read).transpose()?;
                current = Some((key, trace));
            }
            let Some((_, candidate)) = &mut current else { continue };
            if candidate.is_some() && self.has_phrases(span)? {
                found.extend(candidate.take().map(|trace| Hit { trace, span }));
                if found.len() > self.page.limit {
                    break;
                }
            }
        }
        Ok(cut(found, self.page.limit, |hit| hit.trace.key))
    }

    fn is_late(&self) -> bool {
        Instant::now() >= self.deadline
    }

    fn has_phrases(&mut self, span: i64) -> Result<bool, StoreError> {
        let phrases = &self.query.phrases;
        Ok(phrases.is_empty() || self.spans.with(phrases, span)?.is_some())
    }
}
