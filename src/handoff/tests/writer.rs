//! Writes chunks for tests, straight from the description of the format and sharing nothing with
//! the decoder. Also used by the tests of the stages that read chunks.

#![allow(dead_code, reason = "compiled into each of those stages, none of which needs all of it")]

use std::collections::HashMap;

/// A value as JS captured it.
#[derive(Debug, Clone, PartialEq)]
pub enum Sample {
    Null,
    Bool(bool),
    Int(i32),
    Number(f64),
    Latin1(Vec<u8>),
    Utf16(Vec<u16>),
    Array(Vec<Sample>),
    Object(Vec<(String, Sample)>),
    Buffer(Vec<u8>),
    /// The element's number and the bytes.
    Typed(u8, Vec<u8>),
    Part(u32),
}

/// Text as JS would hold it: in one byte a character where that is possible.
pub fn text(text: &str) -> Sample {
    match text.chars().map(|c| u8::try_from(u32::from(c))).collect() {
        Ok(bytes) => Sample::Latin1(bytes),
        Err(_) => Sample::Utf16(text.encode_utf16().collect()),
    }
}

pub fn object<const N: usize>(fields: [(&str, Sample); N]) -> Sample {
    Sample::Object(fields.map(|(key, value)| (key.to_owned(), value)).into())
}

/// The bytes of a chunk, and the keys that it has interned when it does so.
#[derive(Debug, Clone, Default)]
pub struct Chunk {
    pub bytes: Vec<u8>,
    interned: Option<HashMap<String, u32>>,
}

pub const PART: u8 = 1;
pub const END: u8 = 2;
pub const DISCARD: u8 = 3;
pub const WRITTEN: u8 = 4;

impl Chunk {
    /// Every key is written out.
    pub fn inline() -> Self {
        Self::default()
    }

    /// A key is written once and then named by its number.
    pub fn interning() -> Self {
        Self { interned: Some(HashMap::new()), ..Self::default() }
    }

    pub fn varint(&mut self, value: u32) {
        let mut rest = value;
        while rest > 0x7f {
            self.bytes.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }

    pub fn length(&mut self, length: usize) {
        self.varint(u32::try_from(length).expect("a length"));
    }

    pub fn f64(&mut self, value: f64) {
        self.bytes.extend(value.to_le_bytes());
    }

    pub fn text(&mut self, content: &str) {
        self.units(&text(content));
    }

    /// Of text alone: the header and what it holds.
    fn units(&mut self, text: &Sample) {
        match text {
            Sample::Latin1(bytes) => self.sized(bytes.len() * 2, bytes),
            Sample::Utf16(units) => {
                let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                self.sized(units.len() * 2 + 1, &bytes);
            }
            other => panic!("{other:?} is no text"),
        }
    }

    fn sized(&mut self, header: usize, bytes: &[u8]) {
        self.length(header);
        self.bytes.extend(bytes);
    }

    pub fn key(&mut self, name: &str) {
        let Some(interned) = &mut self.interned else {
            self.bytes.push(0);
            return self.text(name);
        };
        let next = u32::try_from(interned.len()).expect("a number of keys") + 1;
        match interned.get(name) {
            Some(&id) => self.varint(id * 2),
            None => {
                interned.insert(name.to_owned(), next);
                self.varint(next * 2 + 1);
                self.text(name);
            }
        }
    }

    /// Whatever `write` adds, behind its length in four bytes.
    pub fn framed(&mut self, write: impl FnOnce(&mut Self)) {
        let at = self.bytes.len();
        self.bytes.extend([0; 4]);
        write(self);
        let length = u32::try_from(self.bytes.len() - at - 4).expect("a length");
        self.bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
    }

    pub fn value(&mut self, value: &Sample) {
        match value {
            Sample::Null => self.bytes.push(0),
            Sample::Bool(value) => self.bytes.push(1 + u8::from(*value)),
            Sample::Int(int) => {
                self.bytes.push(3);
                self.varint(((int << 1) ^ (int >> 31)).cast_unsigned());
            }
            Sample::Number(number) => {
                self.bytes.push(4);
                self.f64(*number);
            }
            Sample::Latin1(_) | Sample::Utf16(_) => {
                self.bytes.push(5);
                self.units(value);
            }
            Sample::Array(items) => {
                self.bytes.push(6);
                self.framed(|chunk| items.iter().for_each(|item| chunk.value(item)));
            }
            Sample::Object(fields) => {
                self.bytes.push(7);
                self.framed(|chunk| {
                    for (key, value) in fields {
                        chunk.key(key);
                        chunk.value(value);
                    }
                });
            }
            Sample::Buffer(bytes) => {
                self.bytes.push(8);
                self.sized(bytes.len(), bytes);
            }
            Sample::Typed(element, bytes) => {
                self.bytes.extend([9, *element]);
                self.sized(bytes.len(), bytes);
            }
            Sample::Part(index) => {
                self.bytes.push(10);
                self.varint(*index);
            }
        }
    }

    pub fn part(&mut self, span_id: u8, index: u32, kind: u8, value: &Sample) -> &mut Self {
        self.bytes.push(PART);
        self.framed(|chunk| {
            chunk.bytes.extend([span_id; 8]);
            chunk.varint(index);
            chunk.bytes.push(kind);
            chunk.value(value);
        });
        self
    }

    /// A part whose value is the JSON in `json`.
    pub fn written(&mut self, span_id: u8, index: u32, kind: u8, json: &Sample) -> &mut Self {
        self.bytes.push(WRITTEN);
        self.framed(|chunk| {
            chunk.bytes.extend([span_id; 8]);
            chunk.varint(index);
            chunk.bytes.push(kind);
            chunk.units(json);
        });
        self
    }

    pub fn discard(&mut self, span_id: u8) -> &mut Self {
        self.bytes.push(DISCARD);
        self.framed(|chunk| chunk.bytes.extend([span_id; 8]));
        self
    }

    pub fn end(&mut self, end: &End) -> &mut Self {
        self.bytes.push(END);
        self.framed(|chunk| end.write(chunk));
        self
    }
}

/// A moment in either of its forms.
#[derive(Debug, Clone, Copy)]
pub enum Moment {
    SinceAnchor(f64),
    Absolute(f64, u32),
}

impl Moment {
    fn is_absolute(self) -> bool {
        matches!(self, Moment::Absolute(..))
    }

    fn write(self, chunk: &mut Chunk) {
        match self {
            Moment::SinceAnchor(millis) => chunk.f64(millis),
            Moment::Absolute(seconds, nanos) => {
                chunk.f64(seconds);
                chunk.bytes.extend(nanos.to_le_bytes());
            }
        }
    }
}

pub type Attributes = Vec<(String, Sample)>;

pub fn attributes<const N: usize>(entries: [(&str, Sample); N]) -> Attributes {
    entries.map(|(key, value)| (key.to_owned(), value)).into()
}

/// What an END record says. Identifiers are one byte repeated.
#[derive(Debug, Clone)]
pub struct End {
    pub span_id: u8,
    pub parent_span_id: u8,
    pub parent_is_remote: bool,
    pub kind: u8,
    pub status: u8,
    pub trace_flags: u8,
    pub anchor: f64,
    pub start: Moment,
    pub end: Moment,
    pub name: String,
    pub scope: (String, String),
    pub status_message: Option<String>,
    pub trace_state: Option<String>,
    /// Attributes, events, links.
    pub dropped: Option<[u32; 3]>,
    pub parts: u32,
    pub attributes: Attributes,
    pub events: Vec<(Moment, String, Attributes)>,
    /// Identifiers, flags, trace state, attributes.
    pub links: Vec<(u8, u8, String, Attributes)>,
}

/// 2023-11-14, a whole number of milliseconds.
pub const ANCHOR_MS: f64 = 1_700_000_000_000.0;

/// A span that took two milliseconds and says nothing else.
pub fn end(span_id: u8) -> End {
    End {
        span_id,
        parent_span_id: 0,
        parent_is_remote: false,
        kind: 0,
        status: 0,
        trace_flags: 1,
        anchor: ANCHOR_MS,
        start: Moment::SinceAnchor(1.0),
        end: Moment::SinceAnchor(3.0),
        name: "span".to_owned(),
        scope: ("scope".to_owned(), String::new()),
        status_message: None,
        trace_state: None,
        dropped: None,
        parts: 0,
        attributes: Vec::new(),
        events: Vec::new(),
        links: Vec::new(),
    }
}

impl End {
    fn write(&self, chunk: &mut Chunk) {
        chunk.bytes.extend([0xaa; 16]);
        chunk.bytes.extend([self.span_id; 8]);
        chunk.bytes.extend([self.parent_span_id; 8]);
        let flags = [
            self.parent_is_remote,
            self.start.is_absolute(),
            self.end.is_absolute(),
            self.status_message.is_some(),
            self.trace_state.is_some(),
            self.dropped.is_some(),
        ];
        let flags = flags.iter().enumerate().map(|(bit, set)| u8::from(*set) << bit).sum();
        chunk.bytes.extend([flags, self.kind, self.status, self.trace_flags]);
        chunk.f64(self.anchor);
        self.start.write(chunk);
        self.end.write(chunk);
        chunk.text(&self.name);
        chunk.key(&self.scope.0);
        chunk.key(&self.scope.1);
        for optional in [&self.status_message, &self.trace_state] {
            optional.iter().for_each(|content| chunk.text(content));
        }
        self.dropped.iter().flatten().for_each(|count| chunk.varint(*count));
        chunk.varint(self.parts);
        write_attributes(chunk, &self.attributes);
        chunk.length(self.events.len());
        for (at, name, attributes) in &self.events {
            chunk.bytes.push(u8::from(at.is_absolute()));
            at.write(chunk);
            chunk.key(name);
            write_attributes(chunk, attributes);
        }
        chunk.length(self.links.len());
        for (id, flags, state, attributes) in &self.links {
            chunk.bytes.extend([*id; 24]);
            chunk.bytes.push(*flags);
            chunk.text(state);
            write_attributes(chunk, attributes);
        }
    }
}

fn write_attributes(chunk: &mut Chunk, attributes: &Attributes) {
    chunk.length(attributes.len());
    for (key, value) in attributes {
        chunk.key(key);
        chunk.value(value);
    }
}
