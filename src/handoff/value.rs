//! A captured JS value, read in place. [`check`] goes over all of it once; after that the views
//! below walk the same bytes again without copying and, since they were checked, without failing
//! (a view over unchecked bytes would merely end early).

use super::keys::Keys;
use super::reader::{Reader, Result};
use super::text::Text;

pub(super) mod tag {
    pub(in crate::handoff) const NULL: u8 = 0;
    pub(in crate::handoff) const FALSE: u8 = 1;
    pub(in crate::handoff) const TRUE: u8 = 2;
    pub(in crate::handoff) const INT: u8 = 3;
    pub(in crate::handoff) const NUMBER: u8 = 4;
    pub(in crate::handoff) const TEXT: u8 = 5;
    pub(in crate::handoff) const ARRAY: u8 = 6;
    pub(in crate::handoff) const OBJECT: u8 = 7;
    pub(in crate::handoff) const BUFFER: u8 = 8;
    pub(in crate::handoff) const TYPED_ARRAY: u8 = 9;
    pub(in crate::handoff) const PART: u8 = 10;
}

/// Beyond it a double does not tell neighbouring integers apart.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// What a typed array holds, as the byte in front of its elements says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Element {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    F32,
    F64,
}

impl Element {
    fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Element::U8,
            1 => Element::I8,
            2 => Element::U16,
            3 => Element::I16,
            4 => Element::U32,
            5 => Element::I32,
            6 => Element::F32,
            7 => Element::F64,
            _ => return None,
        })
    }

    pub(super) fn to_byte(self) -> u8 {
        self as u8
    }

    fn size(self) -> usize {
        match self {
            Element::U8 | Element::I8 => 1,
            Element::U16 | Element::I16 => 2,
            Element::U32 | Element::I32 | Element::F32 => 4,
            Element::F64 => 8,
        }
    }

    /// The elements as the numbers that JS sees.
    pub fn numbers(self, bytes: &[u8]) -> impl Iterator<Item = f64> + '_ {
        bytes.chunks_exact(self.size()).map(move |raw| self.number(raw))
    }

    fn number(self, raw: &[u8]) -> f64 {
        let mut padded = [0u8; 8];
        for (to, from) in padded.iter_mut().zip(raw) {
            *to = *from;
        }
        let [b0, b1, b2, b3, ..] = padded;
        match self {
            Element::U8 => f64::from(b0),
            Element::I8 => f64::from(i8::from_le_bytes([b0])),
            Element::U16 => f64::from(u16::from_le_bytes([b0, b1])),
            Element::I16 => f64::from(i16::from_le_bytes([b0, b1])),
            Element::U32 => f64::from(u32::from_le_bytes([b0, b1, b2, b3])),
            Element::I32 => f64::from(i32::from_le_bytes([b0, b1, b2, b3])),
            Element::F32 => f64::from(f32::from_le_bytes([b0, b1, b2, b3])),
            Element::F64 => f64::from_le_bytes(padded),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    Int(i32),
    Number(f64),
    Text(Text<'a>),
    Array(Raw<'a>),
    Object(Raw<'a>),
    Buffer(&'a [u8]),
    TypedArray(Element, &'a [u8]),
    /// In a span's attributes: the JSON of that span's part.
    Part(u32),
}

/// The body of an array or object, not yet walked.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a>(pub(super) Reader<'a>);

impl<'a> Value<'a> {
    /// Reads one value; a container's body is skipped by its length.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self> {
        Ok(match reader.u8()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            tag::INT => {
                let zigzag = reader.varint()?;
                Value::Int((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
            }
            tag::NUMBER => Value::Number(reader.f64()?),
            tag::TEXT => Value::Text(reader.text()?),
            tag::ARRAY => Value::Array(Self::body(reader)?),
            tag::OBJECT => Value::Object(Self::body(reader)?),
            tag::BUFFER => {
                let length = reader.length()?;
                Value::Buffer(reader.take(length)?)
            }
            tag::TYPED_ARRAY => {
                let Some(element) = Element::from_byte(reader.u8()?) else {
                    return reader.fail("unknown element type");
                };
                let length = reader.length()?;
                if length % element.size() != 0 {
                    return reader.fail("typed array of half elements");
                }
                Value::TypedArray(element, reader.take(length)?)
            }
            tag::PART => Value::Part(reader.varint()?),
            _ => return reader.fail("unknown value tag"),
        })
    }

    fn body(reader: &mut Reader<'a>) -> Result<Raw<'a>> {
        let length = reader.u32()? as usize;
        reader.nested(length).map(Raw)
    }

    pub fn items(self) -> Items<'a> {
        match self {
            Value::Array(Raw(reader)) => Items(reader),
            _ => Items(Reader::new(&[])),
        }
    }

    pub fn fields<'k>(self, keys: &'k Keys<'a>) -> Fields<'a, 'k> {
        match self {
            Value::Object(Raw(reader)) => Fields { reader, keys },
            _ => Fields { reader: Reader::new(&[]), keys },
        }
    }

    /// The last field of that name, as in JS.
    pub fn get(self, name: &str, keys: &Keys<'a>) -> Option<Value<'a>> {
        self.fields(keys).filter(|(key, _)| key.is(name)).last().map(|(_, value)| value)
    }

    pub fn text(self) -> Option<Text<'a>> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number, however JS stored it.
    #[expect(clippy::cast_possible_truncation, reason = "only for whole numbers that fit")]
    pub fn integer(self) -> Option<i64> {
        match self {
            Value::Int(number) => Some(i64::from(number)),
            Value::Number(number) if number.fract() == 0.0 && number.abs() <= MAX_SAFE_INTEGER => {
                Some(number as i64)
            }
            _ => None,
        }
    }

    /// About how long its JSON will be.
    pub fn size_hint(self) -> usize {
        match self {
            Value::Array(Raw(body)) | Value::Object(Raw(body)) => {
                let bytes = body.remaining();
                bytes + bytes / 2
            }
            _ => 0,
        }
    }

    pub fn is_null(self) -> bool {
        matches!(self, Value::Null)
    }
}

/// Goes over one value whole, however deep, with a stack of its own; collects key definitions.
pub(super) fn check<'a>(reader: &mut Reader<'a>, keys: &mut Keys<'a>) -> Result<()> {
    let mut open: Vec<(Reader<'a>, bool)> = Vec::new();
    let mut value = Value::read(reader)?;
    loop {
        match value {
            Value::Array(Raw(body)) => open.push((body, false)),
            Value::Object(Raw(body)) => open.push((body, true)),
            _ => {}
        }
        while open.last().is_some_and(|(body, _)| body.is_empty()) {
            open.pop();
        }
        let Some((body, is_object)) = open.last_mut() else {
            return Ok(());
        };
        if *is_object {
            keys.define(body)?;
        }
        value = Value::read(body)?;
    }
}

#[derive(Debug, Clone)]
pub struct Items<'a>(Reader<'a>);

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        if self.0.is_empty() { None } else { Value::read(&mut self.0).ok() }
    }
}

#[derive(Debug, Clone)]
pub struct Fields<'a, 'k> {
    reader: Reader<'a>,
    keys: &'k Keys<'a>,
}

impl<'a> Iterator for Fields<'a, '_> {
    type Item = (Text<'a>, Value<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.reader.is_empty() {
            return None;
        }
        let key = self.keys.read(&mut self.reader).ok()?;
        let value = Value::read(&mut self.reader).ok()?;
        Some((key, value))
    }
}
