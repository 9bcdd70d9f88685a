//! A span's bytes as they are kept: one byte that says how, then the bytes, deflated where that makes
//! them smaller.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

const STORED: u8 = 0;
const DEFLATED: u8 = 1;

/// A compressor is reused: to make one costs more than to compress a span.
pub struct Packer(Compress);

impl Default for Packer {
    fn default() -> Self {
        Self(Compress::new(Compression::fast(), false))
    }
}

impl Packer {
    pub fn pack(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.reset();
        // What does not fit into the size that it had is not worth it.
        let mut packed = Vec::with_capacity(bytes.len() + 1);
        packed.push(DEFLATED);
        let outcome = self.0.compress_vec(bytes, &mut packed, FlushCompress::Finish);
        if matches!(outcome, Ok(Status::StreamEnd)) {
            packed.shrink_to_fit();
            return packed;
        }
        packed.clear();
        packed.push(STORED);
        packed.extend_from_slice(bytes);
        packed
    }
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
}
