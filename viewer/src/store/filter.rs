//! Which traces are wanted, and how that is asked for in SQL. Every condition but text and time is a
//! label, so the rarest label leads and the others are looked up for each trace that it names.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::summary::TraceStatus;
use super::{StoreError, keys};
use crate::intake::LabelKey;
use crate::intake::labels::{ERROR, METADATA};

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// A trace that began in this span of time, both ends included.
    pub from_ms: Option<i64>,
    pub to_ms: Option<i64>,
    pub status: Option<TraceStatus>,
    /// All of them, on any spans of the trace.
    pub labels: Vec<(LabelKey, String)>,
    /// An attribute of this name, or a member of the metadata.
    pub metadata: Vec<(String, String)>,
    /// Words that one span has.
    pub text: Option<String>,
}

/// Where a list goes on: after the trace of this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub limit: usize,
    pub before: Option<i64>,
}

/// Conditions on `traces t`, and what they are bound to.
pub struct Conditions {
    pub from: String,
    pub all: Vec<String>,
    pub values: Vec<Value>,
    /// No trace before this key fulfils them.
    pub first_key: i64,
    /// And none after this one.
    pub last_key: i64,
}

/// Beyond it, a label is common, however common it is.
const COUNTED: i64 = 10_000;
const NANOS_PER_MS: i64 = 1_000_000;

impl Filter {
    /// Without the text. `None` when no trace can fulfil them.
    pub fn conditions(&self, connection: &Connection) -> Result<Option<Conditions>, StoreError> {
        let Some(mut labels) = self.label_ids(connection)? else { return Ok(None) };
        let mut either: Vec<([i64; 2], String)> = Vec::new();
        for (name, value) in &self.metadata {
            let find =
                |name: String| super::facets::label_id(connection, &LabelKey::Attribute(name));
            match (find(name.clone())?, find(format!("{METADATA}{name}"))?) {
                (Some(one), Some(other)) => either.push(([one, other], value.clone())),
                (Some(one), None) | (None, Some(one)) => labels.push((one, value.clone())),
                (None, None) => return Ok(None),
            }
        }
        if labels.len() > 1 {
            let mut counted = Vec::with_capacity(labels.len());
            for label in labels {
                counted.push((count(connection, &label)?, label));
            }
            counted.sort_by_key(|(count, _)| *count);
            labels = counted.into_iter().map(|(_, label)| label).collect();
        }
        let mut conditions = Conditions {
            from: "traces t".to_owned(),
            all: Vec::new(),
            values: Vec::new(),
            first_key: 0,
            last_key: keys::MAX_TRACE_KEY,
        };
        for (at, (label, value)) in labels.into_iter().enumerate() {
            if at == 0 {
                conditions.from = "labels l CROSS JOIN traces t ON t.key = l.trace".to_owned();
                conditions.all.push("l.label = ? AND l.value = ?".to_owned());
            } else {
                conditions.all.push(
                    "EXISTS (SELECT 1 FROM labels o WHERE o.label = ? AND o.value = ? \
                     AND o.trace = t.key)"
                        .to_owned(),
                );
            }
            conditions.values.push(label.into());
            conditions.values.push(value.into());
        }
        for ([one, other], value) in either {
            conditions.all.push(
                "EXISTS (SELECT 1 FROM labels o WHERE o.label IN (?, ?) AND o.value = ? \
                 AND o.trace = t.key)"
                    .to_owned(),
            );
            conditions.values.extend([one.into(), other.into(), value.into()]);
        }
        match self.status {
            Some(TraceStatus::Ok) => {
                conditions.all.push("t.error_count = 0 AND t.root > 0".to_owned());
            }
            Some(TraceStatus::Open) => {
                conditions.all.push("t.error_count = 0 AND t.root = 0".to_owned());
            }
            // A label.
            Some(TraceStatus::Error) | None => {}
        }
        if let Some(from_ms) = self.from_ms {
            let from_ns = from_ms.saturating_mul(NANOS_PER_MS);
            // No trace has a key from before it began.
            conditions.first_key = keys::first_at(from_ns);
            conditions.push_key(">=", conditions.first_key);
            conditions.push("t.start_ns >= ?", from_ns);
        }
        if let Some(to_ms) = self.to_ms {
            let to_ns = to_ms.saturating_add(1).saturating_mul(NANOS_PER_MS);
            conditions.push("t.start_ns < ?", to_ns);
            conditions.last_key = last_before(connection, to_ns)?;
            conditions.push_key("<=", conditions.last_key);
        }
        Ok(Some(conditions))
    }

    fn label_ids(&self, connection: &Connection) -> Result<Option<Vec<(i64, String)>>, StoreError> {
        let mut labels: Vec<&(LabelKey, String)> = self.labels.iter().collect();
        let failed = (LabelKey::Status, ERROR.to_owned());
        if self.status == Some(TraceStatus::Error) {
            labels.push(&failed);
        }
        let mut ids = Vec::with_capacity(labels.len());
        for (key, value) in labels {
            match super::facets::label_id(connection, key)? {
                Some(id) => ids.push((id, value.clone())),
                // No span has ever had it.
                None => return Ok(None),
            }
        }
        Ok(Some(ids))
    }
}

impl Conditions {
    pub fn push(&mut self, condition: &str, value: i64) {
        self.all.push(condition.to_owned());
        self.values.push(value.into());
    }

    /// On the index that leads.
    pub fn push_key(&mut self, operator: &str, key: i64) {
        let column = self.key();
        self.push(&format!("{column} {operator} ?"), key);
    }

    /// The column that the rows come sorted by.
    pub fn key(&self) -> &'static str {
        if self.from.starts_with("labels") { "l.trace" } else { "t.key" }
    }

    pub fn sql(&self) -> String {
        if self.all.is_empty() { "1".to_owned() } else { self.all.join(" AND ") }
    }
}

/// The highest key that a trace which began before `to_ns` may have. A trace has its key from what came
/// of it first, so that it can be later than the trace began: by a moment for most, and those that are
/// placed much later are in an index.
fn last_before(connection: &Connection, to_ns: i64) -> rusqlite::Result<i64> {
    let has_index =
        connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'late_traces'")?.exists([])?;
    if !has_index {
        return Ok(keys::MAX_TRACE_KEY);
    }
    let usual = keys::first_at(to_ns.saturating_add(keys::LATE_NS));
    let late: Option<i64> = connection.query_row(
        &format!(
            "SELECT max(key) FROM traces INDEXED BY late_traces \
             WHERE {} AND key > ? AND start_ns < ?",
            keys::IS_LATE
        ),
        [usual, to_ns],
        |row| row.get(0),
    )?;
    Ok(late.unwrap_or(usual))
}

fn count(connection: &Connection, (label, value): &(i64, String)) -> rusqlite::Result<i64> {
    connection.query_row(
        "SELECT count(*) FROM (SELECT 1 FROM labels WHERE label = ? AND value = ? LIMIT ?)",
        rusqlite::params![label, value, COUNTED],
        |row| row.get(0),
    )
}
