//! Which spans a destination gets. A pure decision about a span as it was recorded, before anything
//! in it is hidden. All criteria that are given must hold; of several values for one, any will do.

use std::time::Duration;

use opentelemetry::trace::Status;
use opentelemetry::{Array, Value};
use opentelemetry_sdk::trace::SpanData;

const KIND: &str = "openinference.span.kind";

/// Lets pass what meets `only`, but for what meets `except`. By default everything passes.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub only: Option<Criteria>,
    pub except: Option<Criteria>,
}

/// Empty lists ask for nothing.
#[derive(Debug, Clone, Default)]
pub struct Criteria {
    /// OpenInference's kinds, such as `LLM`.
    pub kinds: Vec<String>,
    /// `*` stands for any text.
    pub names: Vec<String>,
    pub attributes: Vec<(String, Vec<Wanted>)>,
    pub errors_only: bool,
    pub min_duration: Duration,
}

/// A value that an attribute may have; of an attribute with several, one must be it.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// `*` stands for any text.
    Text(String),
    Number(f64),
    Flag(bool),
}

impl Filter {
    /// Whether there is nothing that it holds back.
    pub fn is_open(&self) -> bool {
        self.only.is_none() && self.except.is_none()
    }

    pub fn lets_pass(&self, span: &SpanData) -> bool {
        self.only.as_ref().is_none_or(|only| only.meets(span))
            && !self.except.as_ref().is_some_and(|except| except.meets(span))
    }
}

impl Criteria {
    fn meets(&self, span: &SpanData) -> bool {
        if self.errors_only && !matches!(span.status, Status::Error { .. }) {
            return false;
        }
        if !self.min_duration.is_zero() {
            let lasted = span.end_time.duration_since(span.start_time).unwrap_or_default();
            if lasted < self.min_duration {
                return false;
            }
        }
        (self.names.is_empty() || self.names.iter().any(|name| fits(name, &span.name)))
            && (self.kinds.is_empty() || self.has_kind(span))
            && self.attributes.iter().all(|(key, wanted)| {
                value_of(span, key).is_some_and(|value| wanted.iter().any(|one| one.is(value)))
            })
    }

    fn has_kind(&self, span: &SpanData) -> bool {
        let Some(Value::String(kind)) = value_of(span, KIND) else { return false };
        self.kinds.iter().any(|wanted| wanted == kind.as_str())
    }
}

impl Wanted {
    fn is(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Text(pattern), Value::String(text)) => fits(pattern, text.as_str()),
            (Self::Text(pattern), Value::Array(Array::String(texts))) => {
                texts.iter().any(|text| fits(pattern, text.as_str()))
            }
            (Self::Number(wanted), Value::F64(number)) => same(*wanted, *number),
            (Self::Number(wanted), Value::I64(number)) => same(*wanted, in_js(*number)),
            (Self::Number(wanted), Value::Array(Array::F64(numbers))) => {
                numbers.iter().any(|number| same(*wanted, *number))
            }
            (Self::Number(wanted), Value::Array(Array::I64(numbers))) => {
                numbers.iter().any(|number| same(*wanted, in_js(*number)))
            }
            (Self::Flag(wanted), Value::Bool(flag)) => wanted == flag,
            (Self::Flag(wanted), Value::Array(Array::Bool(flags))) => flags.contains(wanted),
            _ => false,
        }
    }
}

#[expect(clippy::float_cmp, reason = "both were written by somebody, and neither was computed")]
fn same(one: f64, other: f64) -> bool {
    one == other
}

#[expect(clippy::cast_precision_loss, reason = "JS numbers are doubles, on both sides")]
fn in_js(number: i64) -> f64 {
    number as f64
}

fn value_of<'a>(span: &'a SpanData, key: &str) -> Option<&'a Value> {
    let entry = span.attributes.iter().find(|entry| entry.key.as_str() == key)?;
    Some(&entry.value)
}

/// Whether the text is what the pattern says, in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(start) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let end = pieces.pop().unwrap_or_default();
    for piece in pieces {
        // The first place will do: whatever is before it, a `*` stands for.
        let Some(at) = left.find(piece) else { return false };
        left = left.get(at + piece.len()..).unwrap_or_default();
    }
    left.ends_with(end)
}

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;

    use super::*;
    use crate::testing::span;

    fn llm_span() -> SpanData {
        let texts = Array::String(vec!["a".into(), "gold".into()]);
        SpanData {
            attributes: vec![
                KeyValue::new(KIND, "LLM"),
                KeyValue::new("user.tier", "gold-1"),
                KeyValue::new("tries", 3),
                KeyValue::new("cached", true),
                KeyValue::new("tag.tags", Value::Array(texts)),
            ],
            end_time: std::time::UNIX_EPOCH + Duration::from_millis(500),
            status: Status::error("no"),
            ..span("ChatCompletion.create")
        }
    }

    fn text(text: &str) -> Wanted {
        Wanted::Text(text.to_owned())
    }

    fn with(key: &str, wanted: &[Wanted]) -> Criteria {
        Criteria { attributes: vec![(key.to_owned(), wanted.to_vec())], ..Criteria::default() }
    }

    fn named(names: &[&str]) -> Criteria {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Criteria { names, ..Criteria::default() }
    }

    fn of_kind(kinds: &[&str]) -> Criteria {
        let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        Criteria { kinds, ..Criteria::default() }
    }

    fn lasting(ms: u64) -> Criteria {
        Criteria { min_duration: Duration::from_millis(ms), ..Criteria::default() }
    }

    #[test]
    fn a_span_meets_what_is_said_of_it() {
        for (criteria, expected) in [
            (Criteria::default(), true),
            (of_kind(&["TOOL", "LLM"]), true),
            (of_kind(&["TOOL"]), false),
            (of_kind(&["llm"]), false),
            (named(&["x", "Chat*"]), true),
            (named(&["chat*"]), false),
            (with("user.tier", &[text("gold*")]), true),
            (with("user.tier", &[text("gold")]), false),
            (with("user.tier", &[text("x"), text("gold-1")]), true),
            (with("tag.tags", &[text("gold")]), true),
            (with("tries", &[Wanted::Number(3.0)]), true),
            (with("tries", &[Wanted::Number(3.5)]), false),
            (with("tries", &[text("3")]), false),
            (with("cached", &[Wanted::Flag(true)]), true),
            (with("cached", &[Wanted::Flag(false)]), false),
            (with("absent", &[text("*")]), false),
            (lasting(500), true),
            (lasting(501), false),
            (Criteria { errors_only: true, ..Criteria::default() }, true),
            (Criteria { names: vec!["x".to_owned()], ..of_kind(&["LLM"]) }, false),
        ] {
            assert_eq!(criteria.meets(&llm_span()), expected, "{criteria:?}");
        }
        assert!(!Criteria { errors_only: true, ..Criteria::default() }.meets(&span("fine")));
        assert!(!of_kind(&["LLM"]).meets(&span("without a kind")));
    }

    #[test]
    fn what_is_excepted_does_not_pass_whatever_else_holds() {
        let only = Some(of_kind(&["LLM"]));
        let filter = |except: Option<Criteria>| Filter { only: only.clone(), except };
        assert!(Filter::default().lets_pass(&span("any")));
        assert!(filter(None).lets_pass(&llm_span()));
        assert!(!filter(None).lets_pass(&span("any")));
        assert!(!filter(Some(named(&["*create"]))).lets_pass(&llm_span()));
        assert!(filter(Some(named(&["*other"]))).lets_pass(&llm_span()));
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "äöü", true),
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*a", "a", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxcyyb", false),
            ("*b*", "abc", true),
            ("*aab", "aaab", true),
            ("**", "a", true),
            ("ä*ü", "äöü", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
    }
}
