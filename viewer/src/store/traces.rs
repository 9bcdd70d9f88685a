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
    /// The page may hold less than there is room for: it took long, and the next goes on.
    pub is_partial: bool,
}

impl<T> Listed<T> {
    pub fn none() -> Self {
        Self { items: Vec::new(), next: None, is_partial: false }
    }

    pub fn ended_early(items: Vec<T>, next: i64) -> Self {
        Self { items, next: Some(next), is_partial: true }
    }

    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Listed<U> {
        let Self { items, next, is_partial } = self;
        Listed { items: items.into_iter().map(change).collect(), next, is_partial }
    }
}

/// Traces that a search found say where.
pub fn list(
    connection: &Connection,
    filter: &Filter,
    page: Page,
) -> Result<Listed<TraceSummary>, StoreError> {
    let Some(text) = &filter.text else {
        return Ok(matching(connection, filter, page)?.map(TraceSummary::from));
    };
    let Some(conditions) = filter.conditions(connection)? else { return Ok(Listed::none()) };
    let found = search::hits(connection, &conditions, text, page)?;
    let mut matches = search::matches(connection, text, &found.items)?.into_iter();
    Ok(found.map(|hit| TraceSummary {
        found: matches.next().flatten(),
        ..TraceSummary::from(hit.trace)
    }))
}

pub fn matching(
    connection: &Connection,
    filter: &Filter,
    page: Page,
) -> Result<Listed<Trace>, StoreError> {
    let Some(conditions) = filter.conditions(connection)? else { return Ok(Listed::none()) };
    match &filter.text {
        Some(text) => Ok(search::hits(connection, &conditions, text, page)?.map(|hit| hit.trace)),
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
    Ok(cut(rows.collect::<Result<_, _>>()?, page.limit, |trace: &Trace| trace.key))
}

/// One more than a page holds has been asked for, to know whether there is a next one.
pub fn cut<T>(mut items: Vec<T>, limit: usize, key: impl Fn(&T) -> i64) -> Listed<T> {
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| has_more).map(key);
    Listed { items, next, is_partial: false }
}
