//! What is too old or too much goes, the oldest traces first, a few at a time so that nobody who
//! writes waits for long. All that a trace has left in the tables goes with it.

use std::collections::HashSet;
use std::time::Duration;

use rusqlite::{Connection, params};

use super::facets::label_id;
use super::{Store, StoreError, keys, sources, spans};
use crate::intake::{self, Label, Record, Source, labels};

/// Spans that go in one transaction: a few hundredths of a second.
const SPANS_AT_ONCE: i64 = 1_000;
/// Room is made for some more than what is over, or there would be something to do at once again.
const SLACK_PERCENT: u64 = 5;
/// At most so much of the room that spans take is their payloads.
const PAYLOAD_SHARE: u64 = 2;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Traces that began longer ago go.
    pub keep: Option<Duration>,
    /// Beyond this size of the file the oldest traces go.
    pub max_bytes: Option<u64>,
}

/// Deletes what should not be there; says how many traces that were. `now_ns` is since 1970.
pub fn enforce(store: &Store, retention: Retention, now_ns: i64) -> Result<u64, StoreError> {
    let mut deleted = 0;
    if let Some(keep) = retention.keep {
        let age_ns = i64::try_from(keep.as_nanos()).unwrap_or(i64::MAX);
        let before = now_ns.saturating_sub(age_ns);
        loop {
            let gone = store.maintain(move |connection| {
                delete_oldest(connection, Some(keys::first_at(before)), u64::MAX)
            })?;
            deleted += gone;
            if gone == 0 {
                break;
            }
        }
    }
    if let Some(max_bytes) = retention.max_bytes
        && used_bytes(store)? > max_bytes
    {
        let wanted = max_bytes - max_bytes / 100 * SLACK_PERCENT;
        loop {
            let over = used_bytes(store)?.saturating_sub(wanted);
            // In steps, as a span takes more room than its payload does.
            let payloads = over / PAYLOAD_SHARE;
            let gone = match over {
                0 => 0,
                _ => store.maintain(move |connection| delete_oldest(connection, None, payloads))?,
            };
            if gone == 0 {
                break;
            }
            deleted += gone;
        }
    }
    if deleted > 0 {
        sources::delete_unused(store)?;
        store.maintain(|connection| connection.execute_batch("PRAGMA incremental_vacuum;"))?;
    }
    Ok(deleted)
}

/// What the tables take, without what is free in the file.
fn used_bytes(store: &Store) -> Result<u64, StoreError> {
    store.maintain(|connection| {
        let pragma = |name: &str| {
            connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0))
        };
        let pages = pragma("page_count")? - pragma("freelist_count")?;
        Ok(pages.saturating_mul(pragma("page_size")?).unsigned_abs())
    })
}

/// Traces with keys below `before`, up to so many spans and so many bytes of payloads; at least one
/// trace, if there is one.
fn delete_oldest(
    connection: &mut Connection,
    before: Option<i64>,
    max_payload_bytes: u64,
) -> rusqlite::Result<u64> {
    let transaction = connection.transaction()?;
    let traces = oldest(&transaction, before.unwrap_or(i64::MAX), max_payload_bytes)?;
    for trace in &traces {
        delete(&transaction, *trace)?;
    }
    transaction.commit()?;
    Ok(traces.len() as u64)
}

fn oldest(
    connection: &Connection,
    before: i64,
    max_payload_bytes: u64,
) -> rusqlite::Result<Vec<i64>> {
    let mut statement = connection
        .prepare("SELECT key, span_count FROM traces WHERE key < ? ORDER BY key LIMIT ?")?;
    let mut payloads =
        connection.prepare("SELECT total(length(body)) FROM payloads WHERE key BETWEEN ? AND ?")?;
    let rows =
        statement.query_map([before, SPANS_AT_ONCE], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut traces: Vec<i64> = Vec::new();
    let (mut spans, mut bytes) = (0, 0.0);
    for row in rows {
        let (key, count): (i64, i64) = row?;
        if !traces.is_empty() && (spans + count > SPANS_AT_ONCE || bytes > max_payload_bytes as f64)
        {
            break;
        }
        let (first, last) = keys::spans_of(key);
        spans += count;
        bytes += payloads.query_row([first, last], |row| row.get::<_, f64>(0))?;
        traces.push(key);
    }
    Ok(traces)
}

fn delete(connection: &Connection, trace: i64) -> rusqlite::Result<()> {
    for (key, value) in labels_of(connection, trace)? {
        if let Some(label) = label_id(connection, &key)? {
            connection.execute(
                "DELETE FROM labels WHERE label = ? AND value = ? AND trace = ?",
                params![label, value, trace],
            )?;
        }
    }
    let (first, last) = keys::spans_of(trace);
    // By key: the index of words has no ranges to delete.
    connection.execute(
        "DELETE FROM words WHERE rowid IN (SELECT key FROM spans WHERE key BETWEEN ? AND ?)",
        [first, last],
    )?;
    for table in ["spans", "payloads"] {
        connection
            .execute(&format!("DELETE FROM {table} WHERE key BETWEEN ? AND ?"), [first, last])?;
    }
    connection.execute("DELETE FROM traces WHERE key = ?", [trace])?;
    Ok(())
}

/// As they were made when the spans came: nothing else says which there are of a trace.
fn labels_of(connection: &Connection, trace: i64) -> rusqlite::Result<HashSet<Label>> {
    let mut all = HashSet::new();
    let mut sources: Vec<(i64, Source)> = Vec::new();
    for (key, source) in spans::keys_of_trace(connection, trace).map_err(sql)? {
        let Some(span) = spans::unpacked(connection, key).map_err(sql)? else { continue };
        if !sources.iter().any(|(id, _)| *id == source) {
            let whole = spans::source(connection, source).map_err(sql)?;
            sources.push((source, intake::Source::of(whole)));
        }
        let Some((_, source)) = sources.iter().find(|(id, _)| *id == source) else { continue };
        if let Ok(record) = Record::of(&span, source) {
            all.extend(labels::of_span(&span, &record, source));
        }
    }
    Ok(all)
}

/// Within a transaction of the writer there are no other faults.
fn sql(error: StoreError) -> rusqlite::Error {
    match error {
        StoreError::Sql(error) => error,
        other => rusqlite::Error::ToSqlConversionFailure(Box::new(other)),
    }
}
