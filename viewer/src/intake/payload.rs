//! A span's bytes as they are kept: one byte that says how, then the bytes, deflated where that makes
//! them smaller.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

const STORED: u8 = 0;
const DEFLATED: u8 = 1;

/// Of room to compress in, between spans.
const MAX_KEPT_BYTES: usize = 1 << 20;

/// A compressor is reused: to make one costs more than to compress a span.
pub struct Packer {
    compressor: Compress,
    deflated: Vec<u8>,
}

impl Default for Packer {
    fn default() -> Self {
        Self { compressor: Compress::new(Compression::fast(), false), deflated: Vec::new() }
    }
}

impl Packer {
    pub fn pack(&mut self, bytes: &[u8]) -> Vec<u8> {
        let deflates = self.deflate(bytes) && self.deflated.len() < bytes.len();
        let (how, kept) =
            if deflates { (DEFLATED, self.deflated.as_slice()) } else { (STORED, bytes) };
        let mut packed = Vec::with_capacity(kept.len() + 1);
        packed.push(how);
        packed.extend_from_slice(kept);
        if self.deflated.capacity() > MAX_KEPT_BYTES {
            self.deflated = Vec::new();
        }
        packed
    }

    /// There is always room to the end: of what zlib-rs could not write out, `reset` frees only a part,
    /// and after some 64 KiB of it, nothing can be compressed.
    fn deflate(&mut self, bytes: &[u8]) -> bool {
        self.compressor.reset();
        self.deflated.clear();
        self.deflated.reserve(most_deflated(bytes.len()));
        let outcome =
            self.compressor.compress_vec(bytes, &mut self.deflated, FlushCompress::Finish);
        let ends = matches!(outcome, Ok(Status::StreamEnd));
        if !ends {
            *self = Self::default();
        }
        ends
    }
}

/// What so many bytes can become at most: nine bits each where they are noise, and what blocks cost.
fn most_deflated(length: usize) -> usize {
    length + length / 8 + length / 64 + 16
}

/// Reused as well, for one span after the other.
pub struct Unpacker(Decompress);

/// What most spans fit into.
const USUAL_BYTES: usize = 8 * 1024;

impl Default for Unpacker {
    fn default() -> Self {
        Self(Decompress::new(false))
    }
}

impl Unpacker {
    /// Puts them into `bytes`, in place of what was there. False for what `pack` did not make.
    pub fn unpack(&mut self, packed: &[u8], bytes: &mut Vec<u8>) -> bool {
        bytes.clear();
        match packed.split_first() {
            Some((&STORED, stored)) => {
                bytes.extend_from_slice(stored);
                true
            }
            Some((&DEFLATED, deflated)) => self.inflate(deflated, bytes),
            _ => false,
        }
    }

    fn inflate(&mut self, deflated: &[u8], bytes: &mut Vec<u8>) -> bool {
        self.0.reset(false);
        loop {
            if bytes.len() == bytes.capacity() {
                bytes.reserve(bytes.len().max(USUAL_BYTES));
            }
            let taken = usize::try_from(self.0.total_in()).unwrap_or(usize::MAX);
            let rest = deflated.get(taken..).unwrap_or_default();
            match self.0.decompress_vec(rest, bytes, FlushDecompress::None) {
                Ok(Status::StreamEnd) => return true,
                // It wanted more room; where it had some, the end is missing.
                Ok(_) if bytes.len() == bytes.capacity() => {}
                _ => return false,
            }
        }
    }
}

/// `None` for what `pack` did not make.
pub fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    Unpacker::default().unpack(packed, &mut bytes).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let mut packer = Packer::default();
        let noise: Vec<u8> =
            (0..5000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for bytes in [b"".to_vec(), b"x".to_vec(), b"again ".repeat(1000), noise] {
            let packed = packer.pack(&bytes);
            assert!(packed.len() <= bytes.len() + 1);
            assert_eq!(unpack(&packed), Some(bytes));
        }
        let packed = packer.pack(&b"again ".repeat(10_000));
        assert_eq!(unpack(packed.get(..packed.len() - 1).expect("a part")), None);
        assert_eq!(unpack(&[]), None);
        assert_eq!(unpack(&[7, 1, 2]), None);
    }

    #[test]
    fn thousands_of_spans_that_do_not_become_smaller_are_kept() {
        let mut packer = Packer::default();
        let mut random = 1u64;
        for length in (90..180).cycle().take(5000) {
            let noise: Vec<u8> = std::iter::repeat_with(|| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (random >> 56) as u8
            })
            .take(length)
            .collect();
            let packed = packer.pack(&noise);
            assert_eq!(packed.len(), length + 1);
            assert_eq!(unpack(&packed), Some(noise));
        }
    }
}
