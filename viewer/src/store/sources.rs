//! Sources that no span has any more. Every start of an app can be a source of its own, so that they
//! add up. To find them takes a look at all spans: a reader does it, and the writer deletes what it
//! found if nothing has been written meanwhile.

use rusqlite::Connection;

use super::{Store, StoreError};

/// Fewer are not worth the look.
const MANY: i64 = 50;

pub fn delete_unused(store: &Store) -> Result<(), StoreError> {
    let before = store.maintain(|connection| written(connection))?;
    let unused = store.read(|connection| Ok(unused(connection)?))?;
    if unused.is_empty() {
        return Ok(());
    }
    store.maintain(move |connection| {
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        if written(&transaction)? != before {
            // The next time will do.
            return Ok(());
        }
        let mut statement = transaction.prepare("DELETE FROM sources WHERE id = ?")?;
        for id in unused {
            statement.execute([id])?;
        }
        drop(statement);
        transaction.commit()
    })
}

fn unused(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let count: i64 = connection.query_row("SELECT count(*) FROM sources", [], |row| row.get(0))?;
    if count < MANY {
        return Ok(Vec::new());
    }
    let mut statement =
        connection.prepare("SELECT id FROM sources WHERE id NOT IN (SELECT source FROM spans)")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    ids.collect()
}

/// Differs after whatever this process or another has written.
fn written(connection: &Connection) -> rusqlite::Result<(u64, i64)> {
    let others = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
    Ok((connection.total_changes(), others))
}
