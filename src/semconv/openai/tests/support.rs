//! Parts from JSON, and a look at what came of them.

use std::fmt;

use opentelemetry::KeyValue;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::writer::{Chunk, Sample, text};
use crate::handoff::{Record, Records};
use crate::semconv::{Derivation, PartKind};

/// Each part comes in a chunk of its own, which is gone when the next one comes.
pub fn derivation(parts: &[(PartKind, Sample)]) -> Derivation {
    let mut derivation = Derivation::default();
    for (kind, sample) in parts {
        let mut chunk = Chunk::interning();
        chunk.part(1, 0, *kind as u8, sample);
        let mut records = Records::new(&chunk.bytes);
        let Some(Ok(Record::Part(part))) = records.next() else { panic!("a part") };
        derivation.add(*kind, part.value, records.keys());
    }
    derivation
}

pub fn derive<const N: usize>(parts: [(PartKind, &str); N]) -> Derived {
    let parts = parts.map(|(kind, json)| (kind, sample(json)));
    Derived(derivation(&parts).finish().into_entries())
}

/// One request, or one response, or one stream of that kind.
pub fn derive_all(kind: PartKind, parts: &[&str]) -> Derived {
    let parts: Vec<_> = parts.iter().map(|json| (kind, sample(json))).collect();
    Derived(derivation(&parts).finish().into_entries())
}

pub struct Derived(pub Vec<KeyValue>);

impl Derived {
    pub fn get(&self, key: &str) -> Option<String> {
        let entry = self.0.iter().find(|entry| entry.key.as_str() == key);
        entry.map(|entry| entry.value.to_string())
    }

    /// `key = value` for every key that begins so, without that beginning.
    pub fn under(&self, prefix: &str) -> Vec<String> {
        let entries = self.0.iter();
        let entries = entries.filter_map(|entry| {
            let rest = entry.key.as_str().strip_prefix(prefix)?;
            Some(format!("{rest} = {}", entry.value))
        });
        entries.collect()
    }

    pub fn output(&self) -> Vec<String> {
        self.under("llm.output_messages.")
    }

    pub fn input(&self) -> Vec<String> {
        self.under("llm.input_messages.")
    }

    #[track_caller]
    pub fn has<const N: usize>(&self, expected: [(&str, &str); N]) {
        for (key, value) in expected {
            assert_eq!(self.get(key).as_deref(), Some(value), "{key}");
        }
    }

    #[track_caller]
    pub fn lacks<const N: usize>(&self, keys: [&str; N]) {
        for key in keys {
            assert_eq!(self.get(key), None, "{key}");
        }
    }
}

pub fn sample(json: &str) -> Sample {
    serde_json::from_str::<Json>(json).unwrap_or_else(|error| panic!("{error}: {json}")).0
}

/// JSON whose fields stay in order.
struct Json(Sample);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Json)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Sample;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Sample, E> {
        Ok(Sample::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Sample, E> {
        Ok(Sample::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Sample, E> {
        Ok(i32::try_from(value).map_or(Sample::Number(value as f64), Sample::Int))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Sample, E> {
        Ok(i32::try_from(value).map_or(Sample::Number(value as f64), Sample::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Sample, E> {
        Ok(Sample::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Sample, E> {
        Ok(text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Sample, A::Error> {
        let mut list = Vec::new();
        while let Some(Json(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Sample::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Sample, A::Error> {
        let mut list = Vec::new();
        while let Some((key, Json(value))) = fields.next_entry::<String, Json>()? {
            list.push((key, value));
        }
        Ok(Sample::Object(list))
    }
}
