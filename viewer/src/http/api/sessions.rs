//! Sessions: traces of one conversation.

use rusqlite::Connection;
use serde::Serialize;

use super::Refusal;
use crate::http::parameters::{self, Pairs};
use crate::store::sessions::{self, SessionSummary, Turn};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionList {
    sessions: Vec<SessionSummary>,
    cursor: Option<String>,
    is_partial: bool,
}

#[derive(Serialize)]
pub struct WholeSession {
    session: SessionSummary,
    traces: Vec<Turn>,
}

pub fn list(store: &Connection, pairs: &Pairs) -> Result<SessionList, Refusal> {
    let (filter, page) = parameters::list(pairs, &[]).map_err(Refusal::Bad)?;
    let listed = sessions::list(store, &filter, page)?;
    Ok(SessionList {
        sessions: listed.items,
        cursor: listed.next.map(|key| key.to_string()),
        is_partial: listed.is_partial,
    })
}

pub fn one(store: &Connection, id: &str) -> Result<WholeSession, Refusal> {
    let missing = || Refusal::NotFound(format!("There is no session {id:?}."));
    let session = sessions::one(store, id)?.ok_or_else(missing)?;
    Ok(WholeSession { session, traces: sessions::turns(store, id)? })
}
