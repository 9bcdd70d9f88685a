//! The headers of segments and records as bytes. The parent module documents them.

use flate2::Crc;

pub(super) const VERSION: u16 = 1;
pub(super) const RECORD_HEADER_BYTES: usize = 24;
/// Not UTF-8, so that hardly any text contains it.
pub(super) const MARKER: [u8; 4] = [0xF7, b'r', b'e', b'c'];
/// Where in a record's header its state is.
pub(super) const STATE_OFFSET: u64 = 4;
pub(super) const DONE: u8 = b'd';
const WAITING: u8 = b'w';

const MAGIC: [u8; 8] = *b"CATSPOOL";
const FIXED_BYTES: usize = 32;
const CRC_BYTES: usize = 4;
/// A URL and a name are shorter; what is longer would not fit the header's length.
const MAX_DESTINATION_BYTES: usize = 4096;

/// What a segment says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub created_ms: u64,
    pub pid: u32,
    pub salt: u64,
    pub destination: String,
}

/// Why bytes are no segment that can be read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// Written by a later version of this package, whose it stays.
    Newer(u16),
    /// No segment, or its header is damaged.
    Damaged,
}

/// What a record says of itself, and the bytes that the header takes up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordHeader {
    pub is_done: bool,
    pub spans: u32,
    pub payload_bytes: u32,
    pub payload_crc: u32,
}

impl SegmentHeader {
    pub(super) fn write(&self) -> Vec<u8> {
        let destination = shortened(&self.destination);
        let length = FIXED_BYTES + destination.len() + CRC_BYTES;
        let mut bytes = Vec::with_capacity(length);
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend(self.created_ms.to_le_bytes());
        bytes.extend(self.pid.to_le_bytes());
        bytes.extend(self.salt.to_le_bytes());
        bytes.extend(destination.as_bytes());
        bytes.extend(crc(&[&bytes]).to_le_bytes());
        bytes
    }

    /// Reads the header that `bytes` begin with, and how long it is.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize), Unreadable> {
        let mut fields = Fields(bytes);
        if fields.take::<8>() != Some(MAGIC) {
            return Err(Unreadable::Damaged);
        }
        let read = |fields: &mut Fields<'_>| {
            let version = u16::from_le_bytes(fields.take()?);
            if version > VERSION {
                return Some(Err(Unreadable::Newer(version)));
            }
            let length = usize::from(u16::from_le_bytes(fields.take()?));
            let header = Self {
                created_ms: u64::from_le_bytes(fields.take()?),
                pid: u32::from_le_bytes(fields.take()?),
                salt: u64::from_le_bytes(fields.take()?),
                destination: {
                    let text = fields.slice(length.checked_sub(FIXED_BYTES + CRC_BYTES)?)?;
                    std::str::from_utf8(text).ok()?.to_owned()
                },
            };
            let checked = bytes.get(..length.checked_sub(CRC_BYTES)?)?;
            (u32::from_le_bytes(fields.take()?) == crc(&[checked])).then_some(Ok((header, length)))
        };
        read(&mut fields).unwrap_or(Err(Unreadable::Damaged))
    }
}

/// A destination that is as long as it may be, cut where a character ends.
fn shortened(text: &str) -> &str {
    let mut end = text.len().min(MAX_DESTINATION_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

impl RecordHeader {
    /// The record's bytes, header and payload; `None` for a payload that is too long for one.
    pub(super) fn record(salt: u64, at: u64, payload: &[u8], spans: u32) -> Option<Vec<u8>> {
        let header = Self {
            is_done: false,
            spans,
            payload_bytes: u32::try_from(payload.len()).ok()?,
            payload_crc: payload_crc(salt, payload),
        };
        let mut bytes = Vec::with_capacity(RECORD_HEADER_BYTES + payload.len());
        bytes.extend(MARKER);
        bytes.extend([WAITING, 0, 0, 0]);
        bytes.extend(header.numbers());
        bytes.extend(header.crc(salt, at).to_le_bytes());
        bytes.extend(payload);
        Some(bytes)
    }

    /// Reads the header that `bytes` begin with, if it is one and belongs to this place.
    pub(super) fn read(salt: u64, at: u64, bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        if fields.take()? != MARKER {
            return None;
        }
        let [state, ..] = fields.take::<4>()?;
        let header = Self {
            is_done: state == DONE,
            spans: u32::from_le_bytes(fields.take()?),
            payload_bytes: u32::from_le_bytes(fields.take()?),
            payload_crc: u32::from_le_bytes(fields.take()?),
        };
        (u32::from_le_bytes(fields.take()?) == header.crc(salt, at)).then_some(header)
    }

    fn numbers(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        let numbers = [self.spans, self.payload_bytes, self.payload_crc];
        for (place, byte) in bytes.iter_mut().zip(numbers.into_iter().flat_map(u32::to_le_bytes)) {
            *place = byte;
        }
        bytes
    }

    fn crc(self, salt: u64, at: u64) -> u32 {
        crc(&[&salt.to_le_bytes(), &at.to_le_bytes(), &MARKER, &self.numbers()])
    }
}

pub(super) fn payload_crc(salt: u64, payload: &[u8]) -> u32 {
    crc(&[&salt.to_le_bytes(), payload])
}

/// A fuzzer would have to guess it, and would see nothing of what is behind.
fn crc(parts: &[&[u8]]) -> u32 {
    if cfg!(fuzzing) {
        return 0;
    }
    let mut crc = Crc::new();
    for part in parts {
        crc.update(part);
    }
    crc.sum()
}

/// Bytes from the front of a slice.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn slice(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.slice(N)?.try_into().ok()
    }
}
