//! Writes a batch of spans into all tables, within one transaction. A span that is there already
//! changes nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::keys;
use super::trace::{self, Trace};
use crate::intake::{Label, LabelKey, Received, Source};

/// What a batch did.
#[derive(Debug, Default)]
pub struct Inserted {
    /// What became of each span, in their order.
    pub outcomes: Vec<Outcome>,
    /// Keys of the traces that are new or changed.
    pub traces: Vec<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Stored,
    Duplicate,
    /// Its trace has as many spans as a trace can have.
    Refused,
}

/// What is looked up again and again, and only ever grows.
#[derive(Default)]
pub struct Known {
    sources: HashMap<Arc<[u8]>, i64>,
    label_keys: HashMap<LabelKey, i64>,
    /// Where the last search for a free key ended, by where it began.
    free_keys: HashMap<i64, i64>,
    /// Another one after every transaction of another process.
    others_version: i64,
}

/// Attributes with changing names, or resources with changing values, must not fill the memory.
const MAX_KNOWN: usize = 10_000;

pub fn insert(
    connection: &Connection,
    known: &mut Known,
    batch: &[&Received],
) -> rusqlite::Result<Inserted> {
    let mut tables = Tables::new(connection)?;
    let mut inserted =
        Inserted { outcomes: vec![Outcome::Refused; batch.len()], traces: Vec::new() };
    let mut words = Vec::with_capacity(batch.len());
    for spans in by_trace(batch) {
        let Some(mut trace) = tables.trace_of(&spans, known)? else { continue };
        let mut labels: HashSet<&Label> = HashSet::new();
        let before = trace.span_count;
        for (at, span) in spans {
            if !trace.has_room() {
                break;
            }
            let key = keys::span_key(trace.key, trace.next_seq);
            let source = known.source(connection, &span.source)?;
            let is_new = tables.add_span(key, source, span)?;
            if let Some(outcome) = inserted.outcomes.get_mut(at) {
                *outcome = if is_new { Outcome::Stored } else { Outcome::Duplicate };
            }
            if is_new {
                trace.add(&span.record);
                labels.extend(&span.labels);
                words.push((key, span.words.as_str()));
            }
        }
        if trace.span_count == before {
            continue;
        }
        trace.save(&mut tables.save_trace)?;
        inserted.traces.push(trace.key);
        for (key, value) in labels {
            let label = known.label_key(connection, key)?;
            tables.add_label.execute(params![label, value, trace.key])?;
        }
    }
    // In another order, the index would be flushed again and again.
    words.sort_unstable();
    for (key, words) in words {
        tables.add_words.execute(params![key, words])?;
    }
    Ok(inserted)
}

type Numbered<'a> = (usize, &'a Received);

/// In the order in which traces come.
fn by_trace<'a>(batch: &[&'a Received]) -> Vec<Vec<Numbered<'a>>> {
    let mut index: HashMap<[u8; 16], usize> = HashMap::new();
    let mut groups: Vec<Vec<Numbered<'a>>> = Vec::new();
    for (number, span) in batch.iter().enumerate() {
        let at = *index.entry(span.record.trace_id).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        if let Some(group) = groups.get_mut(at) {
            group.push((number, span));
        }
    }
    groups
}

struct Tables<'a> {
    find_trace: Statement<'a>,
    find_key: Statement<'a>,
    save_trace: Statement<'a>,
    add_span: Statement<'a>,
    add_payload: Statement<'a>,
    add_label: Statement<'a>,
    add_words: Statement<'a>,
}

impl<'a> Tables<'a> {
    fn new(connection: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            find_trace: connection.prepare(&format!(
                "SELECT {} FROM traces t WHERE t.trace_id = ?",
                trace::COLUMNS
            ))?,
            find_key: connection.prepare("SELECT 1 FROM traces WHERE key = ?")?,
            save_trace: Trace::save_statement(connection)?,
            add_span: connection.prepare(
                "INSERT OR IGNORE INTO spans VALUES \
                 (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            )?,
            add_payload: connection.prepare("INSERT INTO payloads VALUES (?,?)")?,
            add_label: connection.prepare("INSERT OR IGNORE INTO labels VALUES (?,?,?)")?,
            add_words: connection.prepare("INSERT INTO words (rowid, text) VALUES (?,?)")?,
        })
    }

    /// The trace that these spans are of, as it is so far. `None` when its time has no key left.
    fn trace_of(
        &mut self,
        spans: &[Numbered<'_>],
        known: &mut Known,
    ) -> rusqlite::Result<Option<Trace>> {
        let Some((_, first)) = spans.first() else { return Ok(None) };
        let trace_id = first.record.trace_id;
        let found = self.find_trace.query_row([trace_id], Trace::read).optional()?;
        if found.is_some() {
            return Ok(found);
        }
        let start_ns = spans.iter().map(|(_, span)| span.record.start_ns).min().unwrap_or_default();
        let first = keys::first_at(start_ns);
        let mut key = known.free_keys.get(&first).copied().unwrap_or(first);
        while self.find_key.exists([key])? {
            let Some(next) = keys::next(key) else { return Ok(None) };
            key = next;
        }
        if known.free_keys.len() >= MAX_KNOWN {
            known.free_keys.clear();
        }
        known.free_keys.insert(first, key);
        Ok(Some(Trace::new(key, trace_id)))
    }

    /// False when the trace has a span of this id.
    fn add_span(&mut self, key: i64, source: i64, span: &Received) -> rusqlite::Result<bool> {
        let record = &span.record;
        let (from, to) = record.handoff.as_ref().map(|(from, to)| (from, to)).unzip();
        let tokens = &record.tokens;
        let changed = self.add_span.execute(params![
            key,
            record.span_id.cast_signed(),
            record.parent_id.map(u64::cast_signed),
            source,
            record.name,
            record.kind,
            record.start_ns,
            record.end_ns,
            record.status,
            record.status_message,
            record.agent,
            record.model,
            record.tool,
            from,
            to,
            tokens.prompt,
            tokens.completion,
            tokens.total,
            tokens.cache_read,
            tokens.reasoning,
            record.cost,
            record.ttft_ms,
            record.event_count,
        ])?;
        if changed > 0 {
            self.add_payload.execute(params![key, span.payload])?;
        }
        Ok(changed > 0)
    }
}

impl Known {
    fn source(&mut self, connection: &Connection, source: &Source) -> rusqlite::Result<i64> {
        if let Some(id) = self.sources.get(source.encoded.as_slice()) {
            return Ok(*id);
        }
        let mut hasher = DefaultHasher::new();
        source.encoded.hash(&mut hasher);
        let hash = hasher.finish().cast_signed();
        let found = connection
            .query_row(
                "SELECT id FROM sources WHERE hash = ? AND body = ?",
                params![hash, source.encoded],
                |row| row.get(0),
            )
            .optional()?;
        let id = match found {
            Some(id) => id,
            None => {
                connection.execute(
                    "INSERT INTO sources (hash, service, body) VALUES (?,?,?)",
                    params![hash, source.service, source.encoded],
                )?;
                connection.last_insert_rowid()
            }
        };
        if self.sources.len() >= MAX_KNOWN {
            self.sources.clear();
        }
        self.sources.insert(source.encoded.as_slice().into(), id);
        Ok(id)
    }

    fn label_key(&mut self, connection: &Connection, key: &LabelKey) -> rusqlite::Result<i64> {
        if let Some(id) = self.label_keys.get(key) {
            return Ok(*id);
        }
        let name = key.stored_name();
        connection.execute("INSERT OR IGNORE INTO label_keys (name) VALUES (?)", [&name])?;
        let id =
            connection
                .query_row("SELECT id FROM label_keys WHERE name = ?", [&name], |row| row.get(0))?;
        if self.label_keys.len() >= MAX_KNOWN {
            self.label_keys.clear();
        }
        self.label_keys.insert(key.clone(), id);
        Ok(id)
    }

    /// Another process may have deleted what is known. For the beginning of a transaction.
    pub fn forget_after_others(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let version = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
        if version != self.others_version {
            *self = Self { others_version: version, ..Self::default() };
        }
        Ok(())
    }

    /// After a transaction that was rolled back: what it had written is not there.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}
