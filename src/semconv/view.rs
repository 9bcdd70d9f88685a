//! A captured value together with the keys of its chunk: what a mapping looks at. Whatever is not
//! of the expected type is simply not there.

use crate::handoff::{Field, Fields, Keys, Text, Value, write_object};

use super::values::json_text;

#[derive(Clone, Copy)]
pub(super) struct View<'a, 'k> {
    pub value: Value<'a>,
    pub keys: &'k Keys<'a>,
}

impl<'a, 'k> View<'a, 'k> {
    fn with(self, value: Value<'a>) -> Self {
        View { value, keys: self.keys }
    }

    /// Several fields of an object at the price of one walk; null counts as absent.
    pub fn pick<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        let mut picked = [None; N];
        for (key, value) in self.value.fields(self.keys) {
            for (slot, name) in picked.iter_mut().zip(names) {
                if key.is(name) {
                    *slot = (!value.is_null()).then(|| self.with(value));
                    break;
                }
            }
        }
        picked
    }

    pub fn get(self, name: &str) -> Option<Self> {
        let [field] = self.pick([name]);
        field
    }

    pub fn text_at(self, name: &str) -> Option<Text<'a>> {
        self.get(name).and_then(Self::text)
    }

    pub fn items(self) -> impl Iterator<Item = Self> {
        self.value.items().map(move |value| self.with(value))
    }

    pub fn fields(self) -> Entries<'a, 'k> {
        Entries { fields: self.value.fields(self.keys), keys: self.keys }
    }

    pub fn text(self) -> Option<Text<'a>> {
        self.value.text()
    }

    pub fn bool(self) -> Option<bool> {
        match self.value {
            Value::Bool(bool) => Some(bool),
            _ => None,
        }
    }

    pub fn integer(self) -> Option<i64> {
        self.value.integer()
    }

    pub fn number(self) -> Option<f64> {
        match self.value {
            Value::Int(int) => Some(f64::from(int)),
            Value::Number(number) if number.is_finite() => Some(number),
            _ => None,
        }
    }

    pub fn is_list(self) -> bool {
        matches!(self.value, Value::Array(_))
    }

    pub fn is_object(self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    pub fn json(self) -> String {
        json_text(self.value, self.keys)
    }

    /// The JSON of an object but for the fields of these names.
    pub fn json_without(self, without: &[&str]) -> String {
        let mut out = Vec::new();
        write_object(&mut out, self.value, self.keys, |key| {
            if without.iter().any(|name| key.is(name)) { Field::LeaveOut } else { Field::Keep }
        });
        String::from_utf8(out).unwrap_or_default()
    }
}

pub(super) struct Entries<'a, 'k> {
    fields: Fields<'a, 'k>,
    keys: &'k Keys<'a>,
}

impl<'a, 'k> Iterator for Entries<'a, 'k> {
    type Item = (Text<'a>, View<'a, 'k>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.fields.next()?;
        Some((key, View { value, keys: self.keys }))
    }
}

/// The items of a list that may be absent.
pub(super) fn items<'a, 'k>(
    list: Option<View<'a, 'k>>,
) -> impl Iterator<Item = View<'a, 'k>> + use<'a, 'k> {
    list.into_iter().flat_map(View::items)
}

/// A text that is there and says something.
pub(super) fn some_text<'a>(value: Option<View<'a, '_>>) -> Option<Text<'a>> {
    value.and_then(View::text).filter(|text| !text.is_empty())
}
