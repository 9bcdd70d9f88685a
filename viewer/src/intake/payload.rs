//! A span's bytes as they are kept: one byte that says how, then the bytes, deflated where that makes
//! them smaller.

use std::io::Read as _;

use flate2::{Compress, Compression, FlushCompress, Status};

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

/// `None` for what `pack` did not make.
pub fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let (how, bytes) = packed.split_first()?;
    match *how {
        STORED => Some(bytes.to_vec()),
        DEFLATED => {
            let mut unpacked = Vec::new();
            flate2::read::DeflateDecoder::new(bytes).read_to_end(&mut unpacked).ok()?;
            Some(unpacked)
        }
        _ => None,
    }
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
        assert_eq!(unpack(&[]), None);
        assert_eq!(unpack(&[7, 1, 2]), None);
    }
}
