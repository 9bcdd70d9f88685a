//! Spans as the API gives them, one a line.

use rusqlite::Connection;

use crate::store::{StoreError, spans};

pub fn trace(connection: &Connection, trace: i64) -> Result<Vec<u8>, StoreError> {
    let mut lines = Vec::new();
    for (key, _) in spans::keys_of_trace(connection, trace)? {
        let Some(span) = spans::whole(connection, key)? else { continue };
        lines.extend_from_slice(span.to_string().as_bytes());
        lines.push(b'\n');
    }
    Ok(lines)
}
