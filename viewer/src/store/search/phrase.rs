//! Whether a span has a phrase as it is written, whatever its case. The index knows words alone, so
//! the span's texts are read; most spans that have all the words do not have the phrase, and are told
//! by their bytes.

use memchr::memmem;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use rusqlite::{Connection, OptionalExtension as _, Statement};

use crate::intake::payload::Unpacker;
use crate::intake::searched_texts;

/// Two letters outside ASCII whose lower case has one of ASCII: `İ` and the Kelvin sign.
const HIDDEN_ASCII: [&[u8]; 2] = ["\u{130}".as_bytes(), "\u{212a}".as_bytes()];

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// In lower case.
    text: String,
    /// The longest part that stands in a text's bytes as it is here, but for the case of ASCII.
    part: String,
}

impl Phrase {
    pub fn new(text: &str) -> Self {
        let text = text.to_lowercase();
        let parts = text.split(|char: char| !is_plain(char));
        let part = parts.max_by_key(|part| part.len()).unwrap_or_default().to_owned();
        Self { text, part }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

/// No other character has it as its lower case, but for capitals of ASCII and `HIDDEN_ASCII`.
fn is_plain(char: char) -> bool {
    char.is_ascii() || (char.is_alphabetic() && !char.is_lowercase())
}

/// Reads spans one after the other.
pub struct Spans<'a> {
    select: Statement<'a>,
    unpacker: Unpacker,
    bytes: Vec<u8>,
    lower: Vec<u8>,
}

impl<'a> Spans<'a> {
    pub fn new(connection: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            select: connection.prepare("SELECT body FROM payloads WHERE key = ?")?,
            unpacker: Unpacker::default(),
            bytes: Vec::new(),
            lower: Vec::new(),
        })
    }

    /// The span, if it has all phrases.
    pub fn with(&mut self, phrases: &[Phrase], key: i64) -> rusqlite::Result<Option<Span>> {
        let (unpacker, bytes) = (&mut self.unpacker, &mut self.bytes);
        let is_there = self
            .select
            .query_row([key], |row| Ok(unpacker.unpack(row.get_ref(0)?.as_blob()?, bytes)))
            .optional()?;
        if is_there != Some(true) || !self.may_have(phrases) {
            return Ok(None);
        }
        let span = Span::decode(self.bytes.as_slice()).ok();
        Ok(span.filter(|span| has(span, phrases)))
    }

    fn may_have(&mut self, phrases: &[Phrase]) -> bool {
        if phrases.is_empty() {
            return true;
        }
        self.lower.clear();
        self.lower.extend(self.bytes.iter().map(u8::to_ascii_lowercase));
        let is_there = |part: &[u8]| memmem::find(&self.lower, part).is_some();
        phrases.iter().all(|phrase| is_there(phrase.part.as_bytes()))
            || HIDDEN_ASCII.iter().any(|letter| memmem::find(&self.bytes, letter).is_some())
    }
}

fn has(span: &Span, phrases: &[Phrase]) -> bool {
    if phrases.is_empty() {
        return true;
    }
    let mut texts = Vec::new();
    searched_texts(span, |text| texts.push(text.to_lowercase()));
    phrases.iter().all(|phrase| texts.iter().any(|text| text.contains(&phrase.text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_part_that_bytes_are_searched_for_is_in_them_whatever_the_case() {
        for (text, part) in [
            ("My Order", "my order"),
            ("Zürich west", "rich west"),
            ("ΣΟΦΟΣ", ""),
            ("返金して", "返金して"),
            ("İstanbul", "stanbul"),
        ] {
            assert_eq!(Phrase::new(text).part, part, "{text}");
        }
    }
}
