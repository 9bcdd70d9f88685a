//! A string as JS held it: Latin-1 bytes or UTF-16 units, lone surrogates and all.

use std::borrow::Cow;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text<'a> {
    /// One byte is one code point below 256.
    Latin1(&'a [u8]),
    /// Little-endian UTF-16 code units; the length is even.
    Utf16(&'a [u8]),
}

impl<'a> Text<'a> {
    pub const EMPTY: Text<'static> = Text::Latin1(&[]);

    pub(super) fn bytes(&self) -> &'a [u8] {
        match self {
            Text::Latin1(bytes) | Text::Utf16(bytes) => bytes,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.bytes().is_empty()
    }

    /// The UTF-16 code units; only meaningful for [`Text::Utf16`].
    pub(super) fn units(bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
        bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair))
    }

    /// UTF-8, lone surrogates as U+FFFD: an attribute on the wire has to be valid Unicode.
    pub fn to_utf8(&self) -> Cow<'a, str> {
        match *self {
            Text::Latin1(bytes) => match str::from_utf8(bytes) {
                Ok(ascii) if bytes.is_ascii() => Cow::Borrowed(ascii),
                _ => Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
            },
            Text::Utf16(bytes) => {
                let mut utf8 = String::with_capacity(bytes.len());
                utf8.extend(
                    char::decode_utf16(Self::units(bytes))
                        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
                );
                Cow::Owned(utf8)
            }
        }
    }

    pub fn into_string(self) -> String {
        self.to_utf8().into_owned()
    }

    /// Whether this is exactly the ASCII string `expected`.
    pub fn is(&self, expected: &str) -> bool {
        match self {
            Text::Latin1(bytes) => *bytes == expected.as_bytes(),
            Text::Utf16(bytes) => {
                bytes.len() == expected.len() * 2
                    && Self::units(bytes).eq(expected.bytes().map(u16::from))
            }
        }
    }
}
