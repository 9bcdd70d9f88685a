//! Values that outlive their chunk, or that this side has made: in the format of the handoff with
//! every key written out, so they are read like any other value.

use super::keys::Keys;
use super::reader::Reader;
use super::text::Text;
use super::value::{Fields, Items, Value, tag};

/// One value, whole.
#[derive(Debug, Clone, Default)]
pub struct Snapshot(Vec<u8>);

impl Snapshot {
    pub fn of<'a>(value: Value<'a>, keys: &Keys<'a>) -> Self {
        let mut writer = SnapshotWriter::default();
        writer.value(value, keys);
        writer.finish()
    }

    /// Its keys are in it: read it with `Keys::default()`.
    pub fn value(&self) -> Value<'_> {
        Value::read(&mut Reader::new(&self.0)).unwrap_or(Value::Null)
    }

    pub fn size(&self) -> usize {
        self.0.len()
    }
}

/// Text that comes piece by piece, kept as JS had the pieces: a surrogate pair that was cut in two
/// is whole again.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    bytes: Vec<u8>,
    is_wide: bool,
}

impl Growing {
    pub fn append(&mut self, text: Text<'_>) {
        match text {
            Text::Latin1(bytes) if self.is_wide => self.bytes.extend(widened(bytes)),
            Text::Latin1(bytes) => self.bytes.extend_from_slice(bytes),
            Text::Utf16(bytes) => {
                if !self.is_wide {
                    self.bytes = widened(&self.bytes).collect();
                    self.is_wide = true;
                }
                self.bytes.extend_from_slice(bytes);
            }
        }
    }

    /// Takes that many characters off the end.
    pub fn shorten(&mut self, length: usize) {
        let bytes = if self.is_wide { length * 2 } else { length };
        self.bytes.truncate(self.bytes.len().saturating_sub(bytes));
    }

    pub fn append_str(&mut self, text: &str) {
        if text.is_ascii() {
            self.append(Text::Latin1(text.as_bytes()));
        } else {
            self.append(Text::Utf16(&utf16(text)));
        }
    }

    pub(super) fn append_unit(&mut self, unit: u16) {
        match u8::try_from(unit) {
            Ok(byte) => self.append(Text::Latin1(&[byte])),
            Err(_) => self.append(Text::Utf16(&unit.to_le_bytes())),
        }
    }

    pub fn text(&self) -> Text<'_> {
        if self.is_wide { Text::Utf16(&self.bytes) } else { Text::Latin1(&self.bytes) }
    }

    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.is_wide = false;
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn widened(bytes: &[u8]) -> impl Iterator<Item = u8> + '_ {
    bytes.iter().flat_map(|&byte| [byte, 0])
}

/// The length of a container goes in front of it, once it is known: here.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Begun(usize);

#[derive(Debug, Default)]
pub struct SnapshotWriter {
    bytes: Vec<u8>,
}

impl SnapshotWriter {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes) }
    }

    pub fn begin_array(&mut self) -> Begun {
        self.begin(tag::ARRAY)
    }

    pub fn begin_object(&mut self) -> Begun {
        self.begin(tag::OBJECT)
    }

    fn begin(&mut self, tag: u8) -> Begun {
        self.bytes.extend_from_slice(&[tag, 0, 0, 0, 0]);
        Begun(self.bytes.len())
    }

    pub fn end(&mut self, Begun(body): Begun) {
        let length = u32::try_from(self.bytes.len() - body).unwrap_or(u32::MAX);
        if let Some(place) = self.bytes.get_mut(body - 4..body) {
            place.copy_from_slice(&length.to_le_bytes());
        }
    }

    pub fn key(&mut self, key: &str) {
        self.bytes.push(0);
        if key.is_ascii() {
            self.bare_text(Text::Latin1(key.as_bytes()));
        } else {
            self.bare_text(Text::Utf16(&utf16(key)));
        }
    }

    pub(super) fn copied_key(&mut self, key: Text<'_>) {
        self.bytes.push(0);
        self.bare_text(key);
    }

    pub fn text(&mut self, text: Text<'_>) {
        self.bytes.push(tag::TEXT);
        self.bare_text(text);
    }

    pub fn str(&mut self, text: &str) {
        let mut growing = Growing::default();
        growing.append_str(text);
        self.text(growing.text());
    }

    pub fn snapshot(&mut self, snapshot: &Snapshot) {
        match snapshot.0.as_slice() {
            [] => self.bytes.push(tag::NULL),
            bytes => self.bytes.extend_from_slice(bytes),
        }
    }

    /// Copies a value, however deep, without recursion.
    pub fn value<'a>(&mut self, value: Value<'a>, keys: &Keys<'a>) {
        enum Inside<'a, 'k> {
            Items(Items<'a>),
            Fields(Fields<'a, 'k>),
        }
        let mut open: Vec<(Inside<'a, '_>, Begun)> = Vec::new();
        let mut value = value;
        loop {
            match value {
                Value::Array(_) => open.push((Inside::Items(value.items()), self.begin_array())),
                Value::Object(_) => {
                    open.push((Inside::Fields(value.fields(keys)), self.begin_object()));
                }
                leaf => self.leaf(leaf),
            }
            value = loop {
                let Some((inside, begun)) = open.last_mut() else {
                    return;
                };
                let next = match inside {
                    Inside::Items(items) => items.next(),
                    Inside::Fields(fields) => fields.next().map(|(key, value)| {
                        self.copied_key(key);
                        value
                    }),
                };
                if let Some(next) = next {
                    break next;
                }
                let begun = *begun;
                self.end(begun);
                open.pop();
            };
        }
    }

    pub(super) fn leaf(&mut self, value: Value<'_>) {
        match value {
            Value::Bool(false) => self.bytes.push(tag::FALSE),
            Value::Bool(true) => self.bytes.push(tag::TRUE),
            Value::Int(int) => {
                self.bytes.push(tag::INT);
                self.varint(((int << 1) ^ (int >> 31)).cast_unsigned());
            }
            Value::Number(number) => {
                self.bytes.push(tag::NUMBER);
                self.bytes.extend_from_slice(&number.to_le_bytes());
            }
            Value::Text(text) => self.text(text),
            Value::Buffer(bytes) => {
                self.bytes.push(tag::BUFFER);
                self.sized(0, bytes);
            }
            Value::TypedArray(element, bytes) => {
                self.bytes.extend_from_slice(&[tag::TYPED_ARRAY, element.to_byte()]);
                self.sized(0, bytes);
            }
            // A reference means nothing away from its span.
            Value::Null | Value::Part(_) | Value::Array(_) | Value::Object(_) => {
                self.bytes.push(tag::NULL);
            }
        }
    }

    fn bare_text(&mut self, text: Text<'_>) {
        match text {
            Text::Latin1(bytes) => self.sized(1, bytes),
            Text::Utf16(bytes) => {
                self.varint(length(bytes.len() | 1));
                self.bytes.extend_from_slice(bytes);
            }
        }
    }

    fn sized(&mut self, shift: u32, bytes: &[u8]) {
        self.varint(length(bytes.len() << shift));
        self.bytes.extend_from_slice(bytes);
    }

    fn varint(&mut self, value: u32) {
        let mut rest = value;
        while let low @ 0x80.. = rest {
            self.bytes.push((low & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.extend(u8::try_from(rest));
    }

    pub fn finish(self) -> Snapshot {
        Snapshot(self.bytes)
    }
}

/// Everything in the process together is held far below 4 GiB.
fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text_of(pieces: &[Text<'_>]) -> String {
        let mut growing = Growing::default();
        pieces.iter().for_each(|piece| growing.append(*piece));
        growing.text().into_string()
    }

    #[test]
    fn pieces_of_either_width_become_one_text() {
        let wide = [0x3b, 0x26];
        assert_eq!(text_of(&[Text::Latin1(b"a"), Text::Latin1(b"\xe9")]), "a\u{e9}");
        assert_eq!(text_of(&[Text::Latin1(b"\xe9"), Text::Utf16(&wide)]), "\u{e9}\u{263b}");
        assert_eq!(text_of(&[Text::Utf16(&wide), Text::Latin1(b"\xe9")]), "\u{263b}\u{e9}");
    }

    #[test]
    fn a_surrogate_pair_cut_in_two_is_whole_again() {
        let [high, low] = [[0x3d, 0xd8], [0x00, 0xde]];
        assert_eq!(text_of(&[Text::Utf16(&high), Text::Utf16(&low)]), "\u{1f600}");
    }
}
