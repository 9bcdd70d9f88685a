//! What can be filtered by: the values that there are.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;

use super::StoreError;
use crate::intake::LabelKey;

/// More than anybody picks from.
const MAX_VALUES: usize = 200;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Facets {
    pub services: Vec<String>,
    pub agents: Vec<String>,
    pub users: Vec<String>,
    pub kinds: Vec<String>,
    pub models: Vec<String>,
    pub attribute_keys: Vec<String>,
}

pub fn facets(connection: &Connection) -> Result<Facets, StoreError> {
    Ok(Facets {
        services: values(connection, &LabelKey::Service)?,
        agents: values(connection, &LabelKey::Agent)?,
        users: values(connection, &LabelKey::User)?,
        kinds: values(connection, &LabelKey::Kind)?,
        models: values(connection, &LabelKey::Model)?,
        attribute_keys: attribute_keys(connection)?,
    })
}

/// The values of one key, in their order; the first of many.
pub fn values(connection: &Connection, key: &LabelKey) -> Result<Vec<String>, StoreError> {
    let Some(label) = label_id(connection, key)? else { return Ok(Vec::new()) };
    // From value to value, over whatever number of traces.
    let mut next = connection
        .prepare("SELECT value FROM labels WHERE label = ? AND value > ? ORDER BY value LIMIT 1")?;
    let mut values: Vec<String> = Vec::new();
    // No label is empty.
    let mut last = String::new();
    while values.len() < MAX_VALUES {
        let found =
            next.query_row(params![label, last], |row| row.get::<_, String>(0)).optional()?;
        let Some(value) = found else { break };
        last.clone_from(&value);
        values.push(value);
    }
    Ok(values)
}

pub fn label_id(connection: &Connection, key: &LabelKey) -> rusqlite::Result<Option<i64>> {
    connection
        .query_row("SELECT id FROM label_keys WHERE name = ?", [key.stored_name()], |row| {
            row.get(0)
        })
        .optional()
}

fn attribute_keys(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let mut keys = connection.prepare(
        "SELECT name FROM label_keys k WHERE name >= char(2) \
         AND EXISTS (SELECT 1 FROM labels l WHERE l.label = k.id) ORDER BY name LIMIT 1000",
    )?;
    let names = keys.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}
