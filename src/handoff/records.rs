//! Records: what a chunk is made of. [`Records`] yields them one by one, each checked whole before
//! it is seen; [`scan`] only counts, for a chunk that has to be turned away.

use super::keys::Keys;
use super::reader::{Malformed, Reader, Result};
use super::snapshot::Snapshot;
use super::text::Text;
use super::value::{Value, check};

mod kind {
    pub(super) const PART: u8 = 1;
    pub(super) const END: u8 = 2;
    pub(super) const DISCARD: u8 = 3;
    pub(super) const WRITTEN: u8 = 4;
}

#[derive(Debug)]
pub enum Record<'a> {
    Part(Part<'a>),
    End(Box<End<'a>>),
    Discard { span_id: [u8; 8] },
    Written(Written<'a>),
}

/// A snapshot of a value, taken before its span ended.
#[derive(Debug)]
pub struct Part<'a> {
    pub span_id: [u8; 8],
    pub index: u32,
    /// What the value is; `semconv` knows the kinds.
    pub kind: u8,
    pub value: Value<'a>,
}

/// A snapshot that came as JSON; whether it is any has not been looked at.
#[derive(Debug)]
pub struct Written<'a> {
    pub span_id: [u8; 8],
    pub index: u32,
    pub kind: u8,
    json: Text<'a>,
}

impl Written<'_> {
    /// What it holds: JSON's value, or the text itself where it is none.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::from_json(self.json)
            .unwrap_or_else(|| Snapshot::of(Value::Text(self.json), &Keys::default()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndFlags(u8);

impl EndFlags {
    const PARENT_IS_REMOTE: u8 = 1;
    const ABSOLUTE_START: u8 = 2;
    const ABSOLUTE_END: u8 = 4;
    const STATUS_MESSAGE: u8 = 8;
    const TRACE_STATE: u8 = 16;
    const DROPPED: u8 = 32;

    fn has(self, bit: u8) -> bool {
        self.0 & bit != 0
    }

    pub fn parent_is_remote(self) -> bool {
        self.has(Self::PARENT_IS_REMOTE)
    }
}

/// What a span was too large for where it was recorded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    pub attributes: u32,
    pub events: u32,
    pub links: u32,
}

/// A span, complete but for its parts. Times are nanoseconds since 1970.
#[derive(Debug)]
pub struct End<'a> {
    pub trace_id: [u8; 16],
    pub span_id: [u8; 8],
    pub parent_span_id: [u8; 8],
    pub flags: EndFlags,
    pub kind: u8,
    pub status: u8,
    pub trace_flags: u8,
    pub start_nanos: u64,
    pub end_nanos: u64,
    pub name: Text<'a>,
    pub scope_name: Text<'a>,
    pub scope_version: Text<'a>,
    pub status_message: Text<'a>,
    pub trace_state: Text<'a>,
    pub dropped: Dropped,
    pub parts: u32,
    pub attributes: Vec<(Text<'a>, Value<'a>)>,
    pub events: Vec<EventRecord<'a>>,
    pub links: Vec<LinkRecord<'a>>,
}

#[derive(Debug)]
pub struct EventRecord<'a> {
    pub nanos: u64,
    pub name: Text<'a>,
    pub attributes: Vec<(Text<'a>, Value<'a>)>,
}

#[derive(Debug)]
pub struct LinkRecord<'a> {
    pub trace_id: [u8; 16],
    pub span_id: [u8; 8],
    pub trace_flags: u8,
    pub trace_state: Text<'a>,
    pub attributes: Vec<(Text<'a>, Value<'a>)>,
}

/// The records of one chunk. After a malformed one nothing more comes: what follows cannot be
/// trusted to begin where it seems to.
pub struct Records<'a> {
    reader: Reader<'a>,
    keys: Keys<'a>,
}

impl<'a> Records<'a> {
    pub fn new(chunk: &'a [u8]) -> Self {
        Self { reader: Reader::new(chunk), keys: Keys::default() }
    }

    /// The keys defined so far, which the values of the record just read may use.
    pub fn keys(&self) -> &Keys<'a> {
        &self.keys
    }

    #[expect(clippy::should_implement_trait, reason = "an Iterator could not lend its keys")]
    pub fn next(&mut self) -> Option<std::result::Result<Record<'a>, Malformed>> {
        if self.reader.is_empty() {
            return None;
        }
        let record = self.read();
        if record.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(record)
    }

    fn read(&mut self) -> Result<Record<'a>> {
        let (record_kind, mut body) = frame(&mut self.reader)?;
        let record = match record_kind {
            kind::PART => Record::Part(self.part(&mut body)?),
            kind::END => Record::End(Box::new(self.end(&mut body)?)),
            kind::DISCARD => Record::Discard { span_id: body.id8()? },
            kind::WRITTEN => Record::Written(Written {
                span_id: body.id8()?,
                index: body.varint()?,
                kind: body.u8()?,
                json: body.text()?,
            }),
            _ => return body.fail("unknown record"),
        };
        if body.is_empty() { Ok(record) } else { body.fail("bytes after the end of a record") }
    }

    fn part(&mut self, body: &mut Reader<'a>) -> Result<Part<'a>> {
        let span_id = body.id8()?;
        let index = body.varint()?;
        let kind = body.u8()?;
        Ok(Part { span_id, index, kind, value: self.value(body)? })
    }

    fn value(&mut self, body: &mut Reader<'a>) -> Result<Value<'a>> {
        let mut ahead = *body;
        check(&mut ahead, &mut self.keys)?;
        Value::read(body)
    }

    fn key(&mut self, body: &mut Reader<'a>) -> Result<Text<'a>> {
        let mut ahead = *body;
        self.keys.define(&mut ahead)?;
        self.keys.read(body)
    }

    fn end(&mut self, body: &mut Reader<'a>) -> Result<End<'a>> {
        let trace_id = body.id16()?;
        let span_id = body.id8()?;
        let parent_span_id = body.id8()?;
        let flags = EndFlags(body.u8()?);
        let kind = body.u8()?;
        let status = body.u8()?;
        let trace_flags = body.u8()?;
        let anchor = body.f64()?;
        let start_nanos = time(body, anchor, flags.has(EndFlags::ABSOLUTE_START))?;
        let end_nanos = time(body, anchor, flags.has(EndFlags::ABSOLUTE_END))?;
        Ok(End {
            trace_id,
            span_id,
            parent_span_id,
            flags,
            kind,
            status,
            trace_flags,
            start_nanos,
            end_nanos,
            name: body.text()?,
            scope_name: self.key(body)?,
            scope_version: self.key(body)?,
            status_message: optional(body, flags.has(EndFlags::STATUS_MESSAGE))?,
            trace_state: optional(body, flags.has(EndFlags::TRACE_STATE))?,
            dropped: dropped(body, flags.has(EndFlags::DROPPED))?,
            parts: body.varint()?,
            attributes: self.attributes(body)?,
            events: self.list(body, |records, body| records.event(body, anchor))?,
            links: self.list(body, Self::link)?,
        })
    }

    fn attributes(&mut self, body: &mut Reader<'a>) -> Result<Vec<(Text<'a>, Value<'a>)>> {
        self.list(body, |records, body| Ok((records.key(body)?, records.value(body)?)))
    }

    fn event(&mut self, body: &mut Reader<'a>, anchor: f64) -> Result<EventRecord<'a>> {
        let absolute = body.u8()? != 0;
        Ok(EventRecord {
            nanos: time(body, anchor, absolute)?,
            name: self.key(body)?,
            attributes: self.attributes(body)?,
        })
    }

    fn link(&mut self, body: &mut Reader<'a>) -> Result<LinkRecord<'a>> {
        Ok(LinkRecord {
            trace_id: body.id16()?,
            span_id: body.id8()?,
            trace_flags: body.u8()?,
            trace_state: body.text()?,
            attributes: self.attributes(body)?,
        })
    }

    fn list<T>(
        &mut self,
        body: &mut Reader<'a>,
        mut item: impl FnMut(&mut Self, &mut Reader<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let count = body.length()?;
        // The count is a claim. Every item takes a byte at the least, so this bounds the memory.
        if count > body.remaining() {
            return body.fail("a count larger than the record");
        }
        let mut items = Vec::with_capacity(count.min(64));
        for _ in 0..count {
            items.push(item(self, body)?);
        }
        Ok(items)
    }
}

fn frame<'a>(reader: &mut Reader<'a>) -> Result<(u8, Reader<'a>)> {
    let kind = reader.u8()?;
    let length = reader.u32()? as usize;
    Ok((kind, reader.nested(length)?))
}

fn optional<'a>(body: &mut Reader<'a>, present: bool) -> Result<Text<'a>> {
    if present { body.text() } else { Ok(Text::EMPTY) }
}

fn dropped(body: &mut Reader<'_>, present: bool) -> Result<Dropped> {
    if !present {
        return Ok(Dropped::default());
    }
    Ok(Dropped { attributes: body.varint()?, events: body.varint()?, links: body.varint()? })
}

const NANOS_PER_MILLI: u64 = 1_000_000;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// Whole milliseconds and their fractions become nanoseconds apart: as one `f64` product they
/// would be off by hundreds of nanoseconds. Everything saturates, so any bits are safe.
fn time(body: &mut Reader<'_>, anchor_ms: f64, absolute: bool) -> Result<u64> {
    let nanos = if absolute {
        let seconds = body.f64()?;
        let nanos = body.u32()?;
        whole(seconds).saturating_mul(NANOS_PER_SECOND).saturating_add(u64::from(nanos))
    } else {
        let since_anchor = body.f64()?;
        millis_to_nanos(anchor_ms).saturating_add(millis_to_nanos(since_anchor))
    };
    Ok(nanos.min(i64::MAX.cast_unsigned()))
}

fn millis_to_nanos(millis: f64) -> u64 {
    let fraction = (millis.fract() * 1e6).round();
    whole(millis).saturating_mul(NANOS_PER_MILLI).saturating_add(whole(fraction))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` from float saturates, and NaN gives 0"
)]
fn whole(number: f64) -> u64 {
    number.trunc() as u64
}

/// What a chunk that is turned away holds: the spans that ended or were given up in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Scan {
    pub ended: Vec<[u8; 8]>,
    pub discarded: Vec<[u8; 8]>,
}

const SPAN_ID_OFFSET_IN_END: usize = 16;

/// Walks record by record without reading their insides: what overload costs the event loop.
pub fn scan(chunk: &[u8]) -> Scan {
    let mut reader = Reader::new(chunk);
    let mut found = Scan::default();
    while let Ok((record_kind, mut body)) = frame(&mut reader) {
        if record_kind == kind::END
            && body.take(SPAN_ID_OFFSET_IN_END).is_ok()
            && let Ok(span_id) = body.id8()
        {
            found.ended.push(span_id);
        } else if record_kind == kind::DISCARD
            && let Ok(span_id) = body.id8()
        {
            found.discarded.push(span_id);
        }
    }
    found
}
