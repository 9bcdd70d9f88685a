//! A cursor over untrusted bytes: every read either succeeds within bounds or is [`Malformed`].

use std::fmt;

use super::text::Text;

/// Why a chunk was refused. The position is for whoever debugs the writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    pub what: &'static str,
    pub at: usize,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed handoff bytes: {} at offset {}", self.what, self.at)
    }
}

impl std::error::Error for Malformed {}

pub(super) type Result<T> = std::result::Result<T, Malformed>;

#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn fail<T>(&self, what: &'static str) -> Result<T> {
        Err(Malformed { what, at: self.at })
    }

    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let end = self.at.checked_add(length);
        match end.and_then(|end| self.bytes.get(self.at..end)) {
            Some(taken) => {
                self.at += length;
                Ok(taken)
            }
            None => self.fail("bytes end too early"),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
            Some(taken) => {
                self.at += N;
                Ok(*taken)
            }
            None => self.fail("bytes end too early"),
        }
    }

    pub(super) fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn f64(&mut self) -> Result<f64> {
        self.array().map(f64::from_le_bytes)
    }

    pub(super) fn id8(&mut self) -> Result<[u8; 8]> {
        self.array()
    }

    pub(super) fn id16(&mut self) -> Result<[u8; 16]> {
        self.array()
    }

    #[inline]
    pub(super) fn varint(&mut self) -> Result<u32> {
        match self.bytes.get(self.at) {
            Some(&byte) if byte < 0x80 => {
                self.at += 1;
                Ok(u32::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u32> {
        let mut value = 0u32;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8()?;
            let bits = u32::from(byte & 0x7f);
            if shift == 28 && bits > 0x0f {
                return self.fail("varint over 32 bits");
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        self.fail("varint too long")
    }

    /// A varint that has to fit `usize`, for lengths.
    pub(super) fn length(&mut self) -> Result<usize> {
        self.varint().map(|length| length as usize)
    }

    pub(super) fn text(&mut self) -> Result<Text<'a>> {
        let header = self.varint()?;
        let length = (header >> 1) as usize;
        if header & 1 == 0 {
            self.take(length).map(Text::Latin1)
        } else {
            self.take(length * 2).map(Text::Utf16)
        }
    }

    /// The next `length` bytes as a cursor of their own.
    pub(super) fn nested(&mut self, length: usize) -> Result<Reader<'a>> {
        self.take(length).map(Reader::new)
    }
}
