//! What was typed, as words and phrases, and how the index is asked for it.

use rusqlite::{Connection, OptionalExtension as _};

use super::phrase::Phrase;
use crate::intake::words;

/// With less, the words that begin so are too many.
const MIN_STEM_CHARS: usize = 3;
/// Words that begin alike, which are looked up one by one. Where there are more, the index gathers the
/// spans of all of them before it gives the first.
const MAX_STEM_WORDS: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
    pub phrases: Vec<Phrase>,
}

/// In lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Word(String),
    /// Any word that begins so.
    Stem(String),
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
                    phrases.push(Phrase::new(stem.unwrap_or(piece).trim()));
                }
                terms.extend(found.into_iter().map(Term::Word));
                terms.extend(last.map(Term::Stem));
            }
        }
        if terms.is_empty() {
            return None;
        }
        Some(Self { terms, phrases })
    }

    /// As FTS5 wants it. `None` when no span can have it.
    pub fn expression(&self, connection: &Connection) -> rusqlite::Result<Option<String>> {
        let mut all = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            all.push(match term {
                Term::Word(word) => format!("\"{word}\""),
                Term::Stem(stem) => match words_with(connection, stem)? {
                    None => format!("\"{stem}\"*"),
                    Some(found) if found.is_empty() => return Ok(None),
                    Some(found) => format!("(\"{}\")", found.join("\" OR \"")),
                },
            });
        }
        Ok(Some(all.join(" AND ")))
    }

    /// Which of the words `run` is, or has in it where words have no spaces between them.
    pub fn position(&self, run: &str) -> Option<usize> {
        if run.is_ascii() {
            return self.terms.iter().position(|term| match term {
                Term::Word(word) => run.eq_ignore_ascii_case(word),
                Term::Stem(stem) => {
                    run.get(..stem.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(stem))
                }
            });
        }
        let found = words::of(run);
        self.terms.iter().position(|term| match term {
            Term::Word(word) => found.contains(word),
            Term::Stem(stem) => found.iter().any(|word| word.starts_with(stem.as_str())),
        })
    }
}

/// The words of the index that begin so; `None` when they are very many. From word to word, over
/// whatever number of spans that have it.
fn words_with(connection: &Connection, stem: &str) -> rusqlite::Result<Option<Vec<String>>> {
    let mut next =
        connection.prepare("SELECT term FROM temp.vocabulary WHERE term >= ? LIMIT 1")?;
    let mut found: Vec<String> = Vec::new();
    let mut from = stem.to_owned();
    while found.len() <= MAX_STEM_WORDS {
        let word: Option<String> = next.query_row([&from], |row| row.get(0)).optional()?;
        let Some(word) = word.filter(|word| word.starts_with(stem)) else {
            return Ok(Some(found));
        };
        // Sorts before all that goes on with a letter or a digit.
        from = format!("{word}\u{1}");
        found.push(word);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_all_wanted_and_what_is_joined_is_a_phrase() {
        for (text, terms, phrases) in [
            ("Where IS it", "where is it", &[][..]),
            ("order ABC-123", "order abc 123", &["abc-123"]),
            (r#""my order" x"#, "my order x", &["my order"]),
            ("refun*", "refun*", &[]),
            ("re*", "re", &[]),
            ("a.refun*", "a refun*", &["a.refun"]),
            (r#"" OR words NEAR("#, "or words near", &["or words near("]),
            ("返金", "返 金", &["返金"]),
        ] {
            let query = Query::parse(text).expect(text);
            let found: Vec<String> = query
                .terms
                .iter()
                .map(|term| match term {
                    Term::Word(word) => word.clone(),
                    Term::Stem(stem) => format!("{stem}*"),
                })
                .collect();
            assert_eq!(found.join(" "), terms, "{text}");
            let found: Vec<&str> = query.phrases.iter().map(Phrase::text).collect();
            assert_eq!(found, phrases, "{text}");
        }
        for empty in ["", "  ", "*", "\"\"", "?!"] {
            assert_eq!(Query::parse(empty), None, "{empty}");
        }
    }
}
