//! Attributes in the order in which they were first set; setting one again replaces its value.
//! There is no limit on their number.

use std::collections::HashMap;

use opentelemetry::{Array, Key, KeyValue, Value};

/// Up to here a linear search beats hashing; beyond it, it would become quadratic.
const MAX_LINEAR: usize = 48;

#[derive(Debug, Default)]
pub struct Attributes {
    entries: Vec<KeyValue>,
    /// The place of each of the first entries, once a search has passed [`MAX_LINEAR`].
    by_key: Option<HashMap<Key, usize>>,
    bytes: usize,
}

impl Attributes {
    pub fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        match self.find(&key).and_then(|index| self.entries.get_mut(index)) {
            Some(entry) => {
                self.bytes = self.bytes + size_of_value(&value) - size_of_value(&entry.value);
                entry.value = value;
            }
            None => self.push(KeyValue::new(key, value)),
        }
    }

    /// Sets an attribute that has not been set before: without looking.
    pub fn add(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        let key = key.into();
        debug_assert!(self.entries.iter().all(|entry| entry.key != key), "{key} is set already");
        self.push(KeyValue::new(key, value));
    }

    /// Makes room for some more.
    pub fn reserve(&mut self, more: usize) {
        self.entries.reserve(more);
    }

    fn push(&mut self, entry: KeyValue) {
        self.bytes += size_of_entry(&entry);
        self.entries.push(entry);
    }

    fn find(&mut self, key: &Key) -> Option<usize> {
        if self.entries.len() <= MAX_LINEAR {
            return self.entries.iter().position(|entry| entry.key == *key);
        }
        let by_key = self.by_key.get_or_insert_default();
        let unknown = self.entries.iter().enumerate().skip(by_key.len());
        by_key.extend(unknown.map(|(index, entry)| (entry.key.clone(), index)));
        by_key.get(key).copied()
    }

    /// How much memory they take up, near enough to bound it.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn entries(&self) -> &[KeyValue] {
        &self.entries
    }

    pub fn into_entries(self) -> Vec<KeyValue> {
        self.entries
    }
}

/// Attributes that one kind of part alone sets. While that has come but once they are new, and
/// need not be looked for.
#[derive(Debug)]
pub(super) struct Group<'g> {
    pub attributes: &'g mut Attributes,
    pub is_first: bool,
}

impl Group<'_> {
    pub fn add(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        if self.is_first {
            self.attributes.add(key, value);
        } else {
            self.attributes.set(key, value);
        }
    }
}

pub fn size_of_entry(entry: &KeyValue) -> usize {
    const PER_ENTRY: usize = 16;
    PER_ENTRY + entry.key.as_str().len() + size_of_value(&entry.value)
}

fn size_of_value(value: &Value) -> usize {
    match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::String(items)) => {
            items.iter().map(|item| item.as_str().len() + 8).sum()
        }
        Value::Array(Array::I64(items)) => items.len() * 8,
        Value::Array(Array::F64(items)) => items.len() * 8,
        Value::Array(Array::Bool(items)) => items.len(),
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_set_replaces_the_value_and_keeps_the_place() {
        let mut attributes = Attributes::default();
        attributes.set("a", 1);
        attributes.set("b", 2);
        attributes.set("a", "again");
        let entries = attributes.into_entries();
        assert_eq!(entries, [KeyValue::new("a", "again"), KeyValue::new("b", 2)]);
    }

    #[test]
    fn ten_thousand_attributes_are_all_kept_once() {
        let mut attributes = Attributes::default();
        for round in 0..2 {
            for number in 0..10_000i64 {
                attributes.set(format!("key.{number}"), number + round);
            }
        }
        let entries = attributes.into_entries();
        assert_eq!(entries.len(), 10_000);
        assert!((0..).zip(&entries).all(|(number, entry)| entry.value == Value::I64(number + 1)));
    }

    #[test]
    fn what_was_added_is_found_however_many_there_are() {
        let mut attributes = Attributes::default();
        for number in 0..1_000i64 {
            attributes.add(format!("key.{number}"), number);
            attributes.set(format!("key.{}", number / 2), -number);
        }
        assert_eq!(attributes.entries().len(), 1_000);
    }

    #[test]
    fn the_memory_is_that_of_what_is_there_now() {
        let mut attributes = Attributes::default();
        attributes.add("a", "x".repeat(100));
        attributes.set("b", "y".repeat(50));
        attributes.set("a", "x");
        let bytes: usize = attributes.entries().iter().map(size_of_entry).sum();
        assert_eq!(attributes.bytes(), bytes);
    }
}
