//! `{ pattern, replace }`: regular expressions as JavaScript writes them, run by Rust's `regex`, whose
//! time grows with the text and never with the cleverness of the pattern.
//!
//! Source is translated so that what both languages have means what it means in JavaScript: `\d`,
//! `\w` and `\b` are about ASCII, `.` stops at every line terminator, and a bracket or `&&` inside a
//! class is a character. What Rust's engine cannot do is refused.

use std::fmt::Write;
use std::ops::Range;

use regex::{Captures, Regex, RegexBuilder, RegexSet};

/// Compiled; a pattern with large repetitions takes megabytes.
const MAX_COMPILED_BYTES: usize = 2 * 1024 * 1024;
const MAX_SOURCE_BYTES: usize = 16 * 1024;

/// All patterns at once, for the many short texts in JSON: to ask each pattern would take ten times as
/// long. A long text is searched faster by each, which looks for its literals.
#[derive(Debug, Default)]
pub struct Sieve(Option<RegexSet>);

impl Sieve {
    const MAX_TEXT_BYTES: usize = 256;

    pub fn new<'a>(patterns: impl Iterator<Item = &'a Pattern>) -> Self {
        let sources: Vec<&str> = patterns.map(Pattern::as_str).collect();
        // Two say no more than they do by themselves.
        let is_worth_it = sources.len() > 2;
        Self(is_worth_it.then(|| RegexSet::new(sources).ok()).flatten())
    }

    /// Whether no pattern matches.
    pub fn is_clean(&self, text: &str) -> bool {
        text.len() <= Self::MAX_TEXT_BYTES
            && self.0.as_ref().is_some_and(|patterns| !patterns.is_match(text))
    }
}

#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    pub replacement: Option<Template>,
}

/// What `String.prototype.replace` takes: `$1`, `$<name>`, `$&`, `$$`.
#[derive(Debug, Clone)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Group(usize),
}

/// A piece of what stands in place of a match.
pub enum Rendered<'a> {
    Text(&'a str),
    /// Bytes of the text that was searched.
    Kept(Range<usize>),
}

impl Pattern {
    /// # Errors
    /// What is wrong, as a clause that follows the pattern.
    pub fn new(source: &str, flags: &str, replace: Option<&str>) -> Result<Self, String> {
        if source.len() > MAX_SOURCE_BYTES {
            return Err(format!("is longer than {MAX_SOURCE_BYTES} bytes"));
        }
        let has = |flag| flags.contains(flag);
        if has('y') {
            return Err("has the flag y, for which there is no use in a rule".to_owned());
        }
        let translated = translate(source, has('s'), has('v'))?;
        let inline: String = ['i', 'm'].into_iter().filter(|flag| has(*flag)).collect();
        let regex = RegexBuilder::new(&format!("(?{inline}:{translated})"))
            .size_limit(MAX_COMPILED_BYTES)
            .build()
            .map_err(|error| describe(&error))?;
        if regex.is_match("") {
            return Err("matches the empty text, so it would be found everywhere".to_owned());
        }
        let replacement = replace.map(|template| Template::parse(template, &regex));
        Ok(Self { regex, replacement })
    }

    /// As the engine takes it, flags included.
    pub fn as_str(&self) -> &str {
        self.regex.as_str()
    }

    pub fn matches<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        self.regex.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty())
    }

    /// What stands in place of the match that begins at `start`.
    pub fn render<'a>(
        &self,
        template: &'a Template,
        text: &str,
        start: usize,
    ) -> Vec<Rendered<'a>> {
        let captures = template.has_groups().then(|| self.regex.captures_at(text, start)).flatten();
        template.render(captures.as_ref())
    }
}

impl Template {
    fn parse(written: &str, regex: &Regex) -> Self {
        let groups = regex.captures_len();
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once('$') {
            text.push_str(before);
            let (piece, length) = reference(after, groups, regex);
            match piece {
                Some(group) => {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                    pieces.push(Piece::Group(group));
                }
                None => text.push('$'),
            }
            rest = after.get(length..).unwrap_or_default();
        }
        text.push_str(rest);
        pieces.push(Piece::Text(text));
        pieces.retain(|piece| *piece != Piece::Text(String::new()));
        Self(pieces)
    }

    fn has_groups(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Group(_)))
    }

    fn render(&self, captures: Option<&Captures<'_>>) -> Vec<Rendered<'_>> {
        let piece = |piece| match piece {
            &Piece::Group(group) => captures?.get(group).map(|found| Rendered::Kept(found.range())),
            Piece::Text(text) => Some(Rendered::Text(text)),
        };
        self.0.iter().filter_map(piece).collect()
    }
}

/// What a `$` with this behind it refers to, and how much of it that takes.
fn reference(after: &str, groups: usize, regex: &Regex) -> (Option<usize>, usize) {
    let bytes = after.as_bytes();
    match bytes.first() {
        Some(b'$') => (None, 1),
        Some(b'&') => (Some(0), 1),
        Some(b'<') => {
            let Some(end) = after.find('>') else { return (None, 0) };
            let name = after.get(1..end).unwrap_or_default();
            let group = regex.capture_names().position(|known| known == Some(name));
            (group, if group.is_some() { end + 1 } else { 0 })
        }
        Some(b'0'..=b'9') => {
            // Two digits if there is such a group, else one.
            let number = |length: usize| {
                let group = after.get(..length)?.parse::<usize>().ok()?;
                (1..groups).contains(&group).then_some((Some(group), length))
            };
            number(2).or_else(|| number(1)).unwrap_or((None, 0))
        }
        _ => (None, 0),
    }
}

/// The last line of the engine's message says what is wrong; the others draw the pattern.
fn describe(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(_) => {
            format!("takes more than {MAX_COMPILED_BYTES} bytes when compiled")
        }
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!("is not understood: {}", last.trim_start_matches("error: "))
        }
    }
}

const NO_LOOK_AROUND: &str = "looks around ((?=, (?!, (?<=, (?<!), which Rust's regex engine does \
                              not do, so that no pattern can take exponential time; match what is \
                              around too, and put it back with $1";
const NO_BACKREFERENCE: &str = "refers back to a group (\\1, \\k<name>), which Rust's regex engine \
                                does not do, so that no pattern can take exponential time";

fn translate(source: &str, dot_takes_all: bool, has_set_notation: bool) -> Result<String, String> {
    let mut out = String::with_capacity(source.len() + 16);
    let mut rest = source.chars().peekable();
    let mut in_class = false;
    while let Some(character) = rest.next() {
        match character {
            '\\' => escape(&mut rest, in_class, &mut out)?,
            '[' if !in_class => {
                in_class = true;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
                if rest.peek() == Some(&']') {
                    return Err("has an empty class ([] or [^]); [\\s\\S] is any character".into());
                }
            }
            '[' if !has_set_notation => out.push_str("\\["),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class && !has_set_notation => {
                out.push('\\');
                out.push(character);
            }
            '-' if in_class && !has_set_notation && rest.peek() == Some(&'-') => {
                out.push_str("\\-");
            }
            '.' if !in_class && !dot_takes_all => out.push_str("[^\\n\\r\\u{2028}\\u{2029}]"),
            '.' if !in_class => out.push_str("(?s:.)"),
            '(' if !in_class => {
                out.push('(');
                let ahead: String = rest.clone().take(3).collect();
                let looks = ["?=", "?!", "?<=", "?<!"];
                if looks.iter().any(|look| ahead.starts_with(look)) {
                    return Err(NO_LOOK_AROUND.to_owned());
                }
            }
            other => out.push(other),
        }
    }
    Ok(out)
}

fn escape(
    rest: &mut std::iter::Peekable<std::str::Chars<'_>>,
    in_class: bool,
    out: &mut String,
) -> Result<(), String> {
    let Some(escaped) = rest.next() else { return Err("ends in a backslash".to_owned()) };
    let class = |out: &mut String, inside: &str, negated: bool| {
        let open = if negated { "[^" } else { "[" };
        let _ = write!(out, "{open}{inside}]");
    };
    match escaped {
        'd' | 'D' => class(out, "0-9", escaped == 'D'),
        'w' | 'W' => class(out, "0-9A-Za-z_", escaped == 'W'),
        's' | 'S' => class(out, "\\s\\u{FEFF}", escaped == 'S'),
        'b' if in_class => out.push_str("\\x08"),
        'b' => out.push_str("(?-u:\\b)"),
        // Unicode's is the one that cannot end inside a character.
        'B' if !in_class => out.push_str("\\B"),
        '1'..='9' if !in_class => return Err(NO_BACKREFERENCE.to_owned()),
        'k' if !in_class && rest.peek() == Some(&'<') => return Err(NO_BACKREFERENCE.to_owned()),
        '0' => out.push_str("\\x00"),
        'c' => {
            let letter = rest.next().filter(char::is_ascii_alphabetic);
            let letter = letter.ok_or("has \\c without a letter")?;
            let _ = write!(out, "\\x{{{:x}}}", letter as u32 % 32);
        }
        // Escapes that mean something else to the engine, or nothing: in JavaScript, the letter.
        other if other.is_ascii_alphabetic() && !"fnrtvxupP".contains(other) => out.push(other),
        other => {
            let must_be_escaped = other.is_ascii_punctuation() && !matches!(other, '<' | '>');
            if other.is_ascii_alphabetic() || must_be_escaped {
                out.push('\\');
            }
            out.push(other);
        }
    }
    Ok(())
}
