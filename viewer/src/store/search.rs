//! The text search: traces of which one span has all the words. A phrase in quotes, or words that are
//! joined by other characters (`ABC-123`), must be there as they are written; `refun*` is any word
//! that begins so, if it has three letters at least. Words are whole otherwise, whatever their case.
//!
//! Where few traces fulfil the other conditions, each of them is looked into. Else the index leads,
//! from the newest span on.

use rusqlite::{Connection, params, params_from_iter};

use super::filter::{Conditions, Page};
use super::trace::{self, Trace};
use super::traces::{Listed, cut};
use super::{StoreError, keys, spans};
use crate::intake::{searched_texts, words};

/// All words that begin alike are gathered before the first span is found: with less they are too many.
const MIN_STEM_CHARS: usize = 3;
/// Up to here it is quicker to look into each trace.
const FEW: usize = 500;
/// Spans that are looked at for one page. When they are used up, the page ends early and the next goes
/// on from there.
const MAX_VISITED: usize = 100_000;
/// Of those, how many are unpacked to look for a phrase.
const MAX_UNPACKED: usize = 1_500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// As FTS5 wants it.
    expression: String,
    /// In lower case.
    phrases: Vec<String>,
}

impl Query {
    /// `None` when there is no word in it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut terms = Vec::new();
        let mut phrases = Vec::new();
        for (at, part) in text.split('"').enumerate() {
            let is_quoted = at % 2 == 1;
            let pieces: Vec<&str> =
                if is_quoted { vec![part] } else { part.split_whitespace().collect() };
            for piece in pieces {
                let stem = piece.strip_suffix('*').filter(|_| !is_quoted);
                let mut found = words::of(stem.unwrap_or(piece));
                let is_stem = |word: &String| word.chars().count() >= MIN_STEM_CHARS;
                let last = stem.and_then(|_| found.pop_if(|word| is_stem(word)));
                if found.len() > usize::from(last.is_none()) {
                    phrases.push(stem.unwrap_or(piece).trim().to_lowercase());
                }
                terms.extend(found.iter().map(|word| format!("\"{word}\"")));
                terms.extend(last.map(|word| format!("\"{word}\"*")));
            }
        }
        if terms.is_empty() {
            return None;
        }
        Some(Self { expression: terms.join(" AND "), phrases })
    }
}

pub fn traces(
    connection: &Connection,
    conditions: &Conditions,
    text: &str,
    page: Page,
) -> Result<Listed<Trace>, StoreError> {
    let Some(query) = Query::parse(text) else { return Ok(Listed::none()) };
    let search = Search { connection, conditions, query: &query, page };
    match search.candidates()? {
        Some(candidates) => search.among(candidates),
        None => search.newest_first(),
    }
}

/// Whether one span has what is searched for.
pub fn finds(connection: &Connection, span: i64, text: &str) -> Result<bool, StoreError> {
    let Some(query) = Query::parse(text) else { return Ok(false) };
    let found = connection
        .prepare("SELECT 1 FROM words WHERE words MATCH ? AND rowid = ?")?
        .exists(params![query.expression, span])?;
    Ok(found && has_phrases(connection, &query, span)?)
}

struct Search<'a> {
    connection: &'a Connection,
    conditions: &'a Conditions,
    query: &'a Query,
    page: Page,
}

impl Search<'_> {
    /// The traces that fulfil the other conditions, if they are few.
    fn candidates(&self) -> Result<Option<Vec<Trace>>, StoreError> {
        if self.conditions.all.is_empty() {
            return Ok(None);
        }
        let key = self.conditions.key();
        let sql = format!(
            "SELECT {} FROM {} WHERE {} AND {key} < {} ORDER BY {key} DESC LIMIT {}",
            trace::COLUMNS,
            self.conditions.from,
            self.conditions.sql(),
            self.page.before.unwrap_or(i64::MAX),
            FEW + 1
        );
        let mut statement = self.connection.prepare(&sql)?;
        let rows = statement.query_map(params_from_iter(&self.conditions.values), Trace::read)?;
        let candidates = rows.collect::<Result<Vec<_>, _>>()?;
        Ok((candidates.len() <= FEW).then_some(candidates))
    }

    fn among(&self, candidates: Vec<Trace>) -> Result<Listed<Trace>, StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?")?;
        let mut found = Vec::new();
        for trace in candidates {
            if found.len() > self.page.limit {
                break;
            }
            let (first, last) = keys::spans_of(trace.key);
            let mut rows = statement.query(params![self.query.expression, first, last])?;
            while let Some(row) = rows.next()? {
                if self.has_phrases(row.get(0)?)? {
                    found.push(trace);
                    break;
                }
            }
        }
        Ok(cut(found, self.page.limit))
    }

    fn newest_first(&self) -> Result<Listed<Trace>, StoreError> {
        let mut spans = self.connection.prepare(
            "SELECT rowid FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ? \
             ORDER BY rowid DESC",
        )?;
        let mut one = self.connection.prepare(&format!(
            "SELECT {} FROM {} WHERE {} AND {} = ?",
            trace::COLUMNS,
            self.conditions.from,
            self.conditions.sql(),
            self.conditions.key()
        ))?;
        let first = keys::span_key(self.conditions.first_key, 0);
        let last = self.page.before.map_or(i64::MAX, |before| keys::span_key(before, 0) - 1);
        let mut rows = spans.query(params![self.query.expression, first, last])?;
        let mut found: Vec<Trace> = Vec::new();
        let mut current: Option<(i64, Option<Trace>)> = None;
        let (mut visited, mut unpacked) = (0, 0);
        while let Some(row) = rows.next()? {
            let span: i64 = row.get(0)?;
            let key = keys::trace_of(span);
            if current.as_ref().is_none_or(|(seen, _)| *seen != key) {
                let is_exhausted = visited > MAX_VISITED || unpacked > MAX_UNPACKED;
                if let Some((seen, _)) = current.as_ref().filter(|_| is_exhausted) {
                    return Ok(Listed { next: Some(*seen), items: found });
                }
                let values = self.conditions.values.iter().cloned().chain([key.into()]);
                let mut matching = one.query(params_from_iter(values))?;
                let trace = matching.next()?.map(Trace::read).transpose()?;
                current = Some((key, trace));
            }
            visited += 1;
            let Some((_, candidate)) = &mut current else { continue };
            if candidate.is_none() {
                continue;
            }
            unpacked += self.query.phrases.len();
            if self.has_phrases(span)? {
                found.extend(candidate.take());
                if found.len() > self.page.limit {
                    break;
                }
            }
        }
        Ok(cut(found, self.page.limit))
    }

    fn has_phrases(&self, span: i64) -> Result<bool, StoreError> {
        has_phrases(self.connection, self.query, span)
    }
}

fn has_phrases(connection: &Connection, query: &Query, span: i64) -> Result<bool, StoreError> {
    if query.phrases.is_empty() {
        return Ok(true);
    }
    let Some(span) = spans::unpacked(connection, span)? else { return Ok(false) };
    let mut texts = Vec::new();
    searched_texts(&span, |text| texts.push(text.to_lowercase()));
    Ok(query.phrases.iter().all(|phrase| texts.iter().any(|text| text.contains(phrase))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_all_wanted_and_what_is_joined_is_a_phrase() {
        for (text, expression, phrases) in [
            ("Where IS it", r#""where" AND "is" AND "it""#, &[][..]),
            ("order ABC-123", r#""order" AND "abc" AND "123""#, &["abc-123"]),
            (r#""my order" x"#, r#""my" AND "order" AND "x""#, &["my order"]),
            ("refun*", r#""refun"*"#, &[]),
            ("re*", r#""re""#, &[]),
            ("a.refun*", r#""a" AND "refun"*"#, &["a.refun"]),
            (r#"" OR words NEAR("#, r#""or" AND "words" AND "near""#, &["or words near("]),
            ("返金", r#""返" AND "金""#, &["返金"]),
        ] {
            let query = Query::parse(text).expect(text);
            assert_eq!(query.expression, expression, "{text}");
            assert_eq!(query.phrases, phrases, "{text}");
        }
        for empty in ["", "  ", "*", "\"\"", "?!"] {
            assert_eq!(Query::parse(empty), None, "{empty}");
        }
    }
}
