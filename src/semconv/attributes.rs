//! Attributes in the order in which they were first set; setting one again replaces its value.
//! There is no limit on their number.

use std::collections::HashMap;

use opentelemetry::{Key, KeyValue, Value};

/// Up to here a linear search beats hashing; beyond it, it would become quadratic.
const MAX_LINEAR: usize = 48;

#[derive(Debug, Default)]
pub struct Attributes {
    entries: Vec<KeyValue>,
    /// Filled once there are more than [`MAX_LINEAR`] entries.
    by_key: HashMap<Key, usize>,
}

impl Attributes {
    pub fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        if let Some(entry) = self.find(&key).and_then(|index| self.entries.get_mut(index)) {
            entry.value = value;
            return;
        }
        if self.entries.len() == MAX_LINEAR {
            let known = self.entries.iter().enumerate();
            self.by_key = known.map(|(index, entry)| (entry.key.clone(), index)).collect();
        }
        if self.entries.len() >= MAX_LINEAR {
            self.by_key.insert(key.clone(), self.entries.len());
        }
        self.entries.push(KeyValue::new(key, value));
    }

    fn find(&self, key: &Key) -> Option<usize> {
        if self.entries.len() <= MAX_LINEAR {
            self.entries.iter().position(|entry| entry.key == *key)
        } else {
            self.by_key.get(key).copied()
        }
    }

    pub fn entries(&self) -> &[KeyValue] {
        &self.entries
    }

    pub fn into_entries(self) -> Vec<KeyValue> {
        self.entries
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
}
