//! The list of traces, newest first, and one of them by its id.

use rusqlite::{Connection, params_from_iter};

use super::filter::{Conditions, Filter, Page};
use super::summary::TraceSummary;
use super::trace::{self, Trace};
use super::{StoreError, search};

/// One page of a list, and where the next begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub next: Option<i64>,
}

impl<T> Listed<T> {
    pub fn none() -> Self {
        Self { items: Vec::new(), next: None }
    }
}

pub fn list(
    connection: &Connection,
    filter: &Filter,
    page: Page,
) -> Result<Listed<TraceSummary>, StoreError> {
    let found = matching(connection, filter, page)?;
    Ok(Listed {
        items: found.items.into_iter().map(TraceSummary::from).collect(),
        next: found.next,
    })
}

pub fn matching(
    connection: &Connection,
    filter: &Filter,
    page: Page,
) -> Result<Listed<Trace>, StoreError> {
    let Some(conditions) = filter.conditions(connection)? else { return Ok(Listed::none()) };
    match &filter.text {
        Some(text) => search::traces(connection, &conditions, text, page),
        None => select(connection, conditions, page),
    }
}

/// The summary of one trace, as long as it is there.
pub fn summary(connection: &Connection, key: i64) -> Result<Option<TraceSummary>, StoreError> {
    Ok(trace::by_key(connection, key)?.map(TraceSummary::from))
}

/// What an id or its beginning leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<T> {
    One(T),
    None,
    Several,
}

/// `prefix` is the beginning of an id in hex, or all of it.
pub fn find(connection: &Connection, prefix: &str) -> Result<Found<Trace>, StoreError> {
    let Some((first, last)) = bounds(prefix) else { return Ok(Found::None) };
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM traces t WHERE t.trace_id BETWEEN ? AND ? LIMIT 2",
        trace::COLUMNS
    ))?;
    let mut rows = statement.query_map([first, last], Trace::read)?;
    Ok(match (rows.next().transpose()?, rows.next()) {
        (None, _) => Found::None,
        (Some(trace), None) => Found::One(trace),
        _ => Found::Several,
    })
}

/// The first of the traces whose ids begin so.
pub fn beginning(
    connection: &Connection,
    prefix: &str,
    limit: usize,
) -> Result<Vec<TraceSummary>, StoreError> {
    let Some((first, last)) = bounds(prefix) else { return Ok(Vec::new()) };
    let mut statement = connection.prepare(&format!(
        "SELECT {} FROM traces t WHERE t.trace_id BETWEEN ? AND ? ORDER BY t.trace_id LIMIT {limit}",
        trace::COLUMNS
    ))?;
    let rows = statement.query_map([first, last], Trace::read)?;
    Ok(rows.map(|trace| trace.map(TraceSummary::from)).collect::<Result<_, _>>()?)
}

/// The lowest and the highest id that begin like this.
fn bounds(prefix: &str) -> Option<([u8; 16], [u8; 16])> {
    let is_hex = prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
    if prefix.is_empty() || prefix.len() > 32 || !is_hex {
        return None;
    }
    let first = u128::from_str_radix(&format!("{prefix:0<32}"), 16).ok()?;
    let last = u128::from_str_radix(&format!("{prefix:f<32}"), 16).ok()?;
    Some((first.to_be_bytes(), last.to_be_bytes()))
}

fn select(
    connection: &Connection,
    mut conditions: Conditions,
    page: Page,
) -> Result<Listed<Trace>, StoreError> {
    if let Some(before) = page.before {
        conditions.push_key("<", before);
    }
    let sql = format!(
        "SELECT {} FROM {} WHERE {} ORDER BY {} DESC LIMIT {}",
        trace::COLUMNS,
        conditions.from,
        conditions.sql(),
        conditions.key(),
        page.limit.saturating_add(1)
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map(params_from_iter(&conditions.values), Trace::read)?;
    Ok(cut(rows.collect::<Result<_, _>>()?, page.limit))
}

/// One more than a page holds has been asked for, to know whether there is a next one.
pub fn cut(mut items: Vec<Trace>, limit: usize) -> Listed<Trace> {
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| has_more).map(|trace| trace.key);
    Listed { items, next }
}
