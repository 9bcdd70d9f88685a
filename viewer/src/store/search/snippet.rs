//! Where a span has what was searched for: a line of its text around the words.

use opentelemetry_proto::tonic::trace::v1::Span;

use super::query::Query;
use crate::intake::searched_texts;

/// What a line of the list has room for.
const SNIPPET_CHARS: usize = 160;
/// Of them, before the first word: it should be in sight where the line is cut.
const BEFORE_CHARS: usize = 40;
/// Words of one text that are compared; there are more only in very long ones.
const MAX_HITS: usize = 1_000;
const ELLIPSIS: char = '…';

/// One of the words in a text, or the beginning of a phrase.
#[derive(Clone, Copy)]
struct Hit {
    at: usize,
    /// Which word or phrase.
    what: usize,
}

/// The text that has most of what was searched for; its place that has most of it.
pub fn of(span: &Span, query: &Query) -> String {
    let mut best: (usize, &str, usize) = (0, "", 0);
    searched_texts(span, |text| {
        let (count, at) = densest(&hits(text, query));
        if count > best.0 || (best.1.is_empty() && count == best.0) {
            best = (count, text, at);
        }
    });
    around(best.1, best.2)
}

fn hits(text: &str, query: &Query) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (at, run) in runs(text) {
        if hits.len() >= MAX_HITS {
            break;
        }
        if let Some(what) = query.position(run) {
            hits.push(Hit { at, what });
        }
        let rest = text.get(at..).unwrap_or_default();
        for (number, phrase) in query.phrases.iter().enumerate() {
            let begin = phrase.text().trim_start_matches(|char: char| !char.is_alphanumeric());
            if !begin.is_empty() && begins(rest, begin) {
                // Worth more than its words somewhere else.
                let many = begin.split_whitespace().count() + 1;
                hits.extend(
                    (0..many).map(|part| Hit { at, what: usize::MAX - number - part * 64 }),
                );
            }
        }
    }
    hits
}

/// Letters and digits that stand together, and where.
fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split(|char: char| !char.is_alphanumeric()).filter_map(move |run| {
        let start = at;
        // What ends a run may be several bytes long.
        let after = start + run.len();
        at = after
            + text.get(after..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (!run.is_empty()).then_some((start, run))
    })
}

fn begins(text: &str, lower: &str) -> bool {
    let mut chars = text.chars().flat_map(char::to_lowercase);
    lower.chars().all(|char| chars.next() == Some(char))
}

/// How many different hits a line has room for at most, and where it begins.
fn densest(hits: &[Hit]) -> (usize, usize) {
    let mut best = (0, 0);
    for (number, first) in hits.iter().enumerate() {
        let end = first.at + SNIPPET_CHARS - BEFORE_CHARS;
        let inside = hits.iter().skip(number).take_while(|hit| hit.at < end);
        let mut different: Vec<usize> = inside.map(|hit| hit.what).collect();
        different.sort_unstable();
        different.dedup();
        if different.len() > best.0 {
            best = (different.len(), first.at);
        }
    }
    best
}

/// One line, cut at both ends.
fn around(text: &str, at: usize) -> String {
    let head = text.get(..at).unwrap_or_default();
    let mut start = head.char_indices().rev().nth(BEFORE_CHARS - 1).map_or(0, |(start, _)| start);
    if start > 0 {
        // Not within a word, where there is a space.
        let space = text.get(start..at).and_then(|before| before.find(char::is_whitespace));
        start += space.map_or(0, |space| space + 1);
    }
    let mut snippet = String::new();
    if start > 0 {
        snippet.push(ELLIPSIS);
    }
    let mut chars = 0;
    for word in text.get(start..).unwrap_or_default().split_whitespace() {
        for char in (chars > 0).then_some(' ').into_iter().chain(word.chars()) {
            if chars >= SNIPPET_CHARS {
                snippet.push(ELLIPSIS);
                return snippet;
            }
            snippet.push(char);
            chars += 1;
        }
    }
    snippet
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};

    use super::*;

    fn snippet(input: &str, output: &str, query: &str) -> String {
        let text = |key: &str, value: &str| KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) }),
            ..KeyValue::default()
        };
        let attributes = vec![text("input.value", input), text("output.value", output)];
        let span = Span { name: "chat".to_owned(), attributes, ..Span::default() };
        of(&span, &Query::parse(query).expect(query))
    }

    #[test]
    fn it_is_the_line_that_has_most_of_the_words() {
        let far = "x ".repeat(100);
        for (input, output, query, expected) in [
            ("Where is my order?", "Late.", "order", "Where is my order?"),
            ("Where is it?", "Your ORDER\n\tis late", "order late", "Your ORDER is late"),
            ("a b", "c", "chat", "chat"),
            ("The refund", "", "refun*", "The refund"),
            ("Straße in ZÜRICH", "", "zürich", "Straße in ZÜRICH"),
            ("返金してください", "", "返金", "返金してください"),
            ("", "", "nothing", "chat"),
        ] {
            assert_eq!(snippet(input, output, query), expected, "{query}");
        }
        let long = format!("order {far}my blue order {far}");
        let found = snippet(&long, "", "blue order");
        assert!(found.starts_with("…x x") && found.contains("my blue order"), "{found}");
        assert!(found.ends_with('…') && found.chars().count() == 162, "{found}");
        let phrased = format!("b a {far}a b {far}");
        let found = snippet(&phrased, "", "\"a b\"");
        assert!(found.contains("a b") && !found.contains("b a "), "{found}");
    }

    #[test]
    fn a_word_without_spaces_is_cut_between_characters() {
        let found =
            snippet(&format!("{}。order。{}", "ü".repeat(500), "界".repeat(500)), "", "order");
        assert!(found.starts_with('…') && found.contains("。order。"), "{found}");
    }
}
