//! Limits on how long a value and how large a span may be, for backends that take no more. They come
//! last, when there is nothing left to hide, and leave a span that can still be read: JSON stays
//! JSON, texts end between characters, media become type, hash and size, and each cut is marked
//! where it was made. What a span is, says and costs (`protected.rs`) is never cut.
//!
//! A span of which something was cut says so: `catalyst.truncated.count` values, and their names in
//! `catalyst.truncated.keys`.

mod json;
mod json_tree;
mod measure;
mod media;
mod protected;
mod text;
mod values;
mod weight;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;

use self::measure::Measure;
use self::values::Part;

/// Without any limit a span passes untouched, and unlooked-at.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Of a text, in UTF-16 code units.
    pub value_length: Option<usize>,
    /// Of a span as it is sent, but for compression.
    pub span_bytes: Option<usize>,
    /// How many spans were cut.
    pub truncated: Arc<AtomicU64>,
}

impl Limits {
    /// The same, counting there what it does.
    #[must_use]
    pub fn counted_in(self, truncated: &Arc<AtomicU64>) -> Self {
        Self { truncated: Arc::clone(truncated), ..self }
    }

    pub fn apply(&self, span: &mut SpanData) {
        let mut cuts = Cuts::default();
        if let Some(most) = self.value_length {
            shorten_values(span, most, &mut cuts);
        }
        if let Some(most) = self.span_bytes {
            weight::fit(span, most, self.value_length, &mut cuts);
        }
        if cuts.count > 0 {
            cuts.mark(span);
            self.truncated.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn shorten_values(span: &mut SpanData, most: usize, cuts: &mut Cuts) {
    values::each_text(span, |part, key, value| {
        if Measure::Length.fits(value.as_str(), most)
            || protected::is_protected(key, value.as_str())
        {
            return;
        }
        if let Some(shorter) = text::shortened(value.as_str(), most, Measure::Length) {
            *value = shorter.into();
            cuts.add(part, key);
        }
    });
}

/// What was cut of one span.
#[derive(Debug, Default)]
struct Cuts {
    count: usize,
    names: Vec<String>,
    name_bytes: usize,
}

impl Cuts {
    const COUNT_KEY: &str = "catalyst.truncated.count";
    const KEYS_KEY: &str = "catalyst.truncated.keys";
    /// More names tell nobody more, and must not make a small span large.
    const MAX_NAMES: usize = 16;
    const MAX_NAME_BYTES: usize = 320;
    const MAX_MARK_BYTES: usize = 448;

    fn add(&mut self, part: Part, key: &str) {
        let name = values::name_of(part, key);
        if self.names.contains(&name) {
            return;
        }
        self.count += 1;
        let bytes = name.len() + 8;
        if self.names.len() < Self::MAX_NAMES && self.name_bytes + bytes <= Self::MAX_NAME_BYTES {
            self.name_bytes += bytes;
            self.names.push(name);
        }
    }

    fn mark_bytes(&self) -> usize {
        if self.count > 0 { Self::MAX_MARK_BYTES } else { 0 }
    }

    /// What an earlier limit said goes, as this one has seen all that is left.
    fn mark(self, span: &mut SpanData) {
        let Self { count, names, .. } = self;
        span.attributes
            .retain(|entry| ![Self::COUNT_KEY, Self::KEYS_KEY].contains(&entry.key.as_str()));
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        span.attributes.push(KeyValue::new(Self::COUNT_KEY, count));
        let names = names.into_iter().map(StringValue::from).collect();
        span.attributes.push(KeyValue::new(Self::KEYS_KEY, Value::Array(Array::String(names))));
    }
}

#[cfg(test)]
mod tests;
