//! Reads a segment, of which nothing is taken for granted: it may be cut off, overwritten, filled
//! with zeros, or no segment at all.

pub use super::format::Unreadable;
use super::format::{DONE, MARKER, RECORD_HEADER_BYTES, RecordHeader, SegmentHeader, payload_crc};

/// A record that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// Where its header begins.
    pub at: u64,
    pub is_done: bool,
    pub spans: u32,
    pub payload: &'a [u8],
}

/// What there is in a segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan<'a> {
    /// In the order in which they were written.
    pub records: Vec<Found<'a>>,
    /// Stretches of bytes that are no record, and records whose payload is not what was written.
    pub damaged: usize,
    /// Spans in those, where a header still tells of them, that had not been delivered.
    pub damaged_spans: u64,
    /// Where the spans may be sent.
    pub destination: String,
    pub created_ms: u64,
    pub pid: u32,
    pub(super) salt: u64,
}

impl Scan<'_> {
    /// The spans of records that are waiting.
    pub fn waiting_spans(&self) -> u64 {
        self.records.iter().filter(|found| !found.is_done).map(|found| u64::from(found.spans)).sum()
    }
}

/// Reads everything that can be read.
///
/// # Errors
/// When the bytes do not begin like a segment of this version.
pub fn scan(bytes: &[u8]) -> Result<Scan<'_>, Unreadable> {
    let (header, begin) = SegmentHeader::read(bytes)?;
    let SegmentHeader { created_ms, pid, salt, destination } = header;
    let mut found = Scan { destination, created_ms, pid, salt, ..Scan::default() };
    let mut at = begin;
    let mut is_lost = false;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(header) = RecordHeader::read(salt, at as u64, rest) else {
            // One stretch, however many bytes of it look like a beginning.
            found.damaged += usize::from(!is_lost);
            is_lost = true;
            at += 1 + next_marker(rest.get(1..).unwrap_or_default());
            continue;
        };
        is_lost = false;
        let length = RECORD_HEADER_BYTES + header.payload_bytes as usize;
        let payload = rest.get(RECORD_HEADER_BYTES..length);
        let payload = payload.filter(|bytes| payload_crc(salt, bytes) == header.payload_crc);
        match payload {
            Some(payload) => {
                found.records.push(Found {
                    at: at as u64,
                    is_done: header.is_done,
                    spans: header.spans,
                    payload,
                });
                at += length;
            }
            None if header.is_done => at += length.min(rest.len()),
            None => {
                found.damaged += 1;
                found.damaged_spans += u64::from(header.spans);
                // The length may lie beyond the end, or over records that came later.
                at += RECORD_HEADER_BYTES;
                at += next_marker(bytes.get(at..).unwrap_or_default());
            }
        }
    }
    Ok(found)
}

/// How far away the next byte is that a record could begin with, or the end.
fn next_marker(bytes: &[u8]) -> usize {
    let [first, ..] = MARKER;
    let mut from = 0;
    while let Some(near) =
        bytes.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == first))
    {
        from += near;
        if bytes.get(from..).is_some_and(|rest| rest.starts_with(&MARKER)) {
            return from;
        }
        from += 1;
    }
    bytes.len()
}

/// The byte that stands for "done", for whoever writes it.
pub(super) const DONE_BYTE: [u8; 1] = [DONE];
