//! A span's way through the rules: every text in it, each by itself, so that a fault hides one value.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

use super::pseudonym::HIDDEN;
use super::{Outcome, Rules};

/// What redaction did, for `stats()`.
#[derive(Debug, Default)]
pub struct Redactions {
    /// Values in which something was replaced.
    redacted: AtomicU64,
    /// Values that were hidden whole because a rule could not be applied.
    failed: AtomicU64,
}

impl Redactions {
    /// Redacted, and failed.
    pub fn counts(&self) -> (u64, u64) {
        (self.redacted.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}

impl Rules {
    /// For attributes that are no span's: of an exporter of somebody else's.
    pub fn apply_to_attributes(&self, attributes: &mut [KeyValue], counts: &Redactions) {
        Pass { rules: self, counts }.attributes(attributes);
    }

    pub fn apply(&self, span: &mut SpanData, counts: &Redactions) {
        let pass = Pass { rules: self, counts };
        pass.attributes(&mut span.attributes);
        if let Some(name) = pass.text("", &span.name) {
            span.name = name.into();
        }
        for event in &mut span.events.events {
            if let Some(name) = pass.text("", &event.name) {
                event.name = name.into();
            }
            pass.attributes(&mut event.attributes);
        }
        for link in &mut span.links.links {
            pass.attributes(&mut link.attributes);
        }
        if let Status::Error { description } = &span.status
            && let Some(description) = pass.text("", description)
        {
            span.status = Status::error(description);
        }
    }
}

/// One span's way through the rules.
struct Pass<'a> {
    rules: &'a Rules,
    counts: &'a Redactions,
}

impl Pass<'_> {
    fn attributes(&self, attributes: &mut [KeyValue]) {
        let says_json = |key: &str| {
            attributes.iter().any(|entry| {
                let is_json =
                    matches!(&entry.value, Value::String(text) if text.as_str().contains("json"));
                entry.key.as_str() == key && is_json
            })
        };
        let is_structured = self.rules.needs_structure();
        let has_json_input = is_structured && says_json("input.mime_type");
        let has_json_output = is_structured && says_json("output.mime_type");
        for entry in attributes {
            let key = entry.key.as_str();
            let is_json = (has_json_input && key == "input.value")
                || (has_json_output && key == "output.value");
            match &mut entry.value {
                Value::String(text) => {
                    if let Some(redacted) = self.value(key, text.as_str(), is_json) {
                        *text = redacted.into();
                    }
                }
                Value::Array(Array::String(items)) => self.items(key, items),
                other => {
                    if let Some(redacted) = self.scalar(key, other) {
                        *other = redacted.into();
                    }
                }
            }
        }
    }

    fn items(&self, key: &str, items: &mut [StringValue]) {
        for item in items {
            if let Some(redacted) = self.value(key, item.as_str(), false) {
                *item = redacted.into();
            }
        }
    }

    /// Numbers, which are looked at as their text, and what only a key's name can hide.
    fn scalar(&self, key: &str, value: &Value) -> Option<String> {
        /// What is counted, not told: a pattern for digits must not make words of it.
        const COUNTED: [&str; 2] = ["llm.", "gen_ai."];
        let text = match value {
            Value::I64(integer) => integer.to_string(),
            Value::F64(float) => float.to_string(),
            _ => {
                let whole = self.rules.whole_under(key)?;
                self.counts.redacted.fetch_add(1, Ordering::Relaxed);
                return Some(self.rules.hide_whole(whole, key, None));
            }
        };
        let is_counted = COUNTED.iter().any(|prefix| key.starts_with(prefix));
        if is_counted || !self.rules.can_be_number(&text) {
            let whole = self.rules.whole_under(key)?;
            self.counts.redacted.fetch_add(1, Ordering::Relaxed);
            return Some(self.rules.hide_whole(whole, key, Some(&text)));
        }
        match self.rules.redact(key, &text, false) {
            Outcome::Redacted(redacted) => {
                self.counts.redacted.fetch_add(1, Ordering::Relaxed);
                Some(redacted)
            }
            _ => None,
        }
    }

    fn text(&self, key: &str, text: &str) -> Option<String> {
        self.value(key, text, false)
    }

    /// What stands in place of a text, if anything does.
    fn value(&self, key: &str, text: &str, is_json: bool) -> Option<String> {
        let outcome = catch_unwind(AssertUnwindSafe(|| self.rules.redact(key, text, is_json)));
        let (count, hidden) = match outcome {
            Ok(Outcome::Unchanged) => return None,
            Ok(Outcome::Redacted(redacted)) => (&self.counts.redacted, redacted),
            Ok(Outcome::Partly(redacted)) => (&self.counts.failed, redacted),
            Ok(Outcome::Failed) | Err(_) => (&self.counts.failed, HIDDEN.to_owned()),
        };
        count.fetch_add(1, Ordering::Relaxed);
        Some(hidden)
    }
}
