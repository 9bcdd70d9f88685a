//! The tables, and how a connection is set up. `traces` has one row for what the list shows; `spans`
//! what a tree shows; `payloads` everything, packed. `labels` has what is filtered by, `words` what
//! is searched for.
//!
//! All keys are integers that sort by time (`keys`), so that a trace's rows lie together, the newest
//! come first in every index, and new ones go to the end.

use rusqlite::Connection;

use super::{StoreError, keys};

/// Raised with every change to the tables; a store of a later version is left alone.
const VERSION: i64 = 1;
/// Says what kind of file it is: "Caty".
const APPLICATION_ID: i64 = 0x4361_7479;

/// New rows go to the end of nearly every table, so that little is read again; what is, the system's
/// own cache of the file has.
const WRITER_CACHE_KIB: u64 = 8 * 1024;
const READER_CACHE_KIB: u64 = 2 * 1024;
/// Long enough for a large batch on a slow disk.
const BUSY_TIMEOUT_MS: u64 = 10_000;

const TABLES: &str = "
    CREATE TABLE sources (
        id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, service TEXT, body BLOB NOT NULL
    );
    CREATE INDEX sources_by_hash ON sources (hash);

    CREATE TABLE traces (
        key INTEGER PRIMARY KEY, trace_id BLOB NOT NULL UNIQUE, next_seq INTEGER NOT NULL,
        root INTEGER NOT NULL, root_start_ns INTEGER NOT NULL,
        name TEXT NOT NULL, input TEXT, output TEXT, service TEXT,
        start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
        session TEXT, user TEXT, agents TEXT NOT NULL,
        span_count INTEGER NOT NULL, error_count INTEGER NOT NULL,
        llm_calls INTEGER NOT NULL, tool_calls INTEGER NOT NULL,
        prompt INTEGER NOT NULL, completion INTEGER NOT NULL, total INTEGER NOT NULL,
        cache_read INTEGER NOT NULL, reasoning INTEGER NOT NULL, cost REAL
    );
    CREATE INDEX open_traces ON traces (key) WHERE root = 0;
    CREATE INDEX traces_by_session ON traces (session, key) WHERE session IS NOT NULL;

    CREATE TABLE spans (
        key INTEGER PRIMARY KEY, span_id INTEGER NOT NULL, parent_id INTEGER,
        source INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
        start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL,
        status INTEGER NOT NULL, status_message TEXT NOT NULL,
        agent TEXT, model TEXT, tool TEXT, handoff_from TEXT, handoff_to TEXT,
        prompt INTEGER, completion INTEGER, total INTEGER, cache_read INTEGER, reasoning INTEGER,
        cost REAL, ttft_ms REAL, event_count INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX spans_by_id ON spans (key >> 18, span_id);

    CREATE TABLE payloads (key INTEGER PRIMARY KEY, body BLOB NOT NULL);

    CREATE TABLE label_keys (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE labels (
        label INTEGER NOT NULL, value TEXT NOT NULL, trace INTEGER NOT NULL,
        PRIMARY KEY (label, value, trace)
    ) WITHOUT ROWID;

    CREATE VIRTUAL TABLE words USING fts5 (
        text, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
    );
    -- What a transaction brings is sorted in memory as a whole, and merged less often.
    INSERT INTO words (words, rank) VALUES ('hashsize', 16777216);
    INSERT INTO words (words, rank) VALUES ('automerge', 8);
";

pub enum Role {
    Writer,
    Reader,
}

/// Settings of one connection, which SQLite does not keep in the file.
pub fn configure(connection: &Connection, role: Role) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_millis(BUSY_TIMEOUT_MS))?;
    let cache_kib = match role {
        Role::Writer => WRITER_CACHE_KIB,
        Role::Reader => READER_CACHE_KIB,
    };
    connection.execute_batch(&format!(
        "PRAGMA cache_size = -{cache_kib};
         PRAGMA temp_store = MEMORY;
         PRAGMA trusted_schema = OFF;
         PRAGMA foreign_keys = OFF;
         PRAGMA recursive_triggers = OFF;"
    ))?;
    if matches!(role, Role::Reader) {
        connection.execute_batch(
            "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, words, instance);
             PRAGMA query_only = ON;",
        )?;
    }
    Ok(())
}

/// Makes the tables where there are none. A crash leaves all of them or none.
pub fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version > VERSION {
        return Err(StoreError::Newer { version });
    }
    if version == 0 {
        let tables: i64 =
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 {
            return Err(StoreError::Foreign);
        }
        // Before the first table, or it has no effect.
        connection.execute_batch("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL;")?;
    }
    // What is acknowledged survives a crash of this process; a power cut may take the last moment.
    // The log is trimmed, so that one large import does not keep it large.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = NORMAL;
         PRAGMA wal_autocheckpoint = 2000;
         PRAGMA journal_size_limit = 67108864;",
    )?;
    if version == 0 {
        let transaction = connection.transaction()?;
        transaction.execute_batch(TABLES)?;
        transaction.execute_batch(&format!(
            "PRAGMA user_version = {VERSION}; PRAGMA application_id = {APPLICATION_ID};"
        ))?;
        transaction.commit()?;
    }
    // Stores of earlier days do not have it, and are as good without it, if slower.
    connection.execute_batch(&format!(
        "CREATE INDEX IF NOT EXISTS late_traces ON traces (key, start_ns) WHERE {};",
        keys::IS_LATE
    ))?;
    Ok(())
}

/// Whether this version can read what is there.
pub fn check(connection: &Connection) -> Result<(), StoreError> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let kind: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    match version {
        VERSION if kind == APPLICATION_ID => Ok(()),
        version if version > VERSION && kind == APPLICATION_ID => {
            Err(StoreError::Newer { version })
        }
        _ => Err(StoreError::Foreign),
    }
}
