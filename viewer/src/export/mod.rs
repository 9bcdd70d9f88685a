//! Traces as files. A trace is written whole, one after the other, so that neither the store nor the
//! memory is held for longer than one of them takes.

mod csv;
pub mod halo;
mod jsonl;
mod otlp;

use std::fmt;

use crate::store::filter::{Filter, Page};
use crate::store::traces::matching;
use crate::store::{Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OTLP's JSON, one request a line: as OpenTelemetry's file exporters write it.
    OtlpJson,
    /// All that is known of a span, one a line.
    Jsonl,
    /// What HALO reads, one span a line.
    Halo,
    /// What a table has room for, one span a line.
    Csv,
}

/// Which traces.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    One(i64),
    All(Filter),
}

/// Whoever reads has gone, or the store failed.
#[derive(Debug)]
pub enum ExportError {
    Gone,
    Store(StoreError),
}

impl From<StoreError> for ExportError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

const PAGE: usize = 200;

impl Format {
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "otlp-json" => Some(Self::OtlpJson),
            "jsonl" => Some(Self::Jsonl),
            "halo" => Some(Self::Halo),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    /// What a file of it ends in.
    pub fn extension(self) -> &'static str {
        match self {
            Self::OtlpJson => "otlp.jsonl",
            Self::Jsonl => "jsonl",
            Self::Halo => "halo.jsonl",
            Self::Csv => "csv",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::OtlpJson | Self::Jsonl | Self::Halo => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    fn head(self) -> Vec<u8> {
        match self {
            Self::OtlpJson | Self::Jsonl | Self::Halo => Vec::new(),
            Self::Csv => csv::head(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OtlpJson => "otlp-json",
            Self::Jsonl => "jsonl",
            Self::Halo => "halo",
            Self::Csv => "csv",
        })
    }
}

/// Hands each piece of the file to `sink`, which says whether it wants more.
pub fn export(
    store: &Store,
    selection: &Selection,
    format: Format,
    mut sink: impl FnMut(Vec<u8>) -> bool,
) -> Result<(), ExportError> {
    let mut put = |piece: Vec<u8>| {
        if piece.is_empty() || sink(piece) { Ok(()) } else { Err(ExportError::Gone) }
    };
    put(format.head())?;
    let filter = match selection {
        Selection::One(trace) => return put(piece(store, *trace, format)?),
        Selection::All(filter) => filter,
    };
    let mut page = Page { limit: PAGE, before: None };
    loop {
        let listed = store.read(|connection| matching(connection, filter, page))?;
        for trace in &listed.items {
            put(piece(store, trace.key, format)?)?;
        }
        let Some(next) = listed.next else { return Ok(()) };
        page.before = Some(next);
    }
}

fn piece(store: &Store, trace: i64, format: Format) -> Result<Vec<u8>, StoreError> {
    store.read(|connection| match format {
        Format::OtlpJson => otlp::trace(connection, trace),
        Format::Jsonl => jsonl::trace(connection, trace),
        Format::Halo => halo::trace(connection, trace),
        Format::Csv => csv::trace(connection, trace),
    })
}
