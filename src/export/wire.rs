//! The bytes of a request body: an encoded batch in the form that the collector takes.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::batch::EncodedBatch;
use super::json;
use super::target::Encoding;

/// Below this size gzip saves less than a packet.
const MIN_GZIP_BYTES: usize = 1024;
/// Level 1 already shrinks spans, which repeat themselves, by most of what level 6 would, at a
/// fraction of its CPU time; the host's other threads need that more.
const GZIP_LEVEL: u32 = 1;

/// How bodies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// The encoding of the message.
    pub encoding: Encoding,
    /// Whether bodies that are worth it are compressed.
    pub gzip: bool,
}

/// A request body, ready to be sent any number of times.
pub struct Body {
    /// The form it was made for.
    pub form: Form,
    /// What goes out.
    pub bytes: Bytes,
    /// Size before compression.
    pub plain_bytes: usize,
    /// Whether it is compressed, which small bodies are not.
    pub gzipped: bool,
}

/// The batch's bytes cannot be read.
#[derive(Debug)]
pub struct Unreadable;

impl Body {
    /// Writes the batch in the given form.
    pub fn new(batch: &EncodedBatch, form: Form) -> Result<Self, Unreadable> {
        let plain = match form.encoding {
            Encoding::Protobuf => batch.protobuf.clone(),
            Encoding::Json => json::from_protobuf(&batch.protobuf).map_err(|_| Unreadable)?.into(),
        };
        let plain_bytes = plain.len();
        let compressed =
            if form.gzip && plain_bytes >= MIN_GZIP_BYTES { gzip(&plain) } else { None };
        let gzipped = compressed.is_some();
        Ok(Self { form, bytes: compressed.unwrap_or(plain), plain_bytes, gzipped })
    }

    /// The request's content type.
    pub fn content_type(&self) -> &'static str {
        match self.form.encoding {
            Encoding::Protobuf => "application/x-protobuf",
            Encoding::Json => "application/json",
        }
    }
}

/// Writing into memory does not fail; if it ever did, the body would go out uncompressed.
fn gzip(plain: &[u8]) -> Option<Bytes> {
    let into = Vec::with_capacity(plain.len() / 4);
    let mut encoder = GzEncoder::new(into, Compression::new(GZIP_LEVEL));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn batch(bytes: usize) -> EncodedBatch {
        EncodedBatch { protobuf: vec![7; bytes].into(), spans: 1 }
    }
    const GZIP: Form = Form { encoding: Encoding::Protobuf, gzip: true };

    #[test]
    fn small_bodies_are_not_compressed() {
        for (bytes, gzipped) in [(0, false), (1023, false), (1024, true), (9000, true)] {
            let body = Body::new(&batch(bytes), GZIP).expect("a body");
            assert_eq!((body.gzipped, body.plain_bytes), (gzipped, bytes));
        }
        let plain = Form { gzip: false, ..GZIP };
        assert!(!Body::new(&batch(9000), plain).expect("a body").gzipped);
    }

    #[test]
    fn a_compressed_body_unpacks_to_the_batch() {
        let body = Body::new(&batch(5000), GZIP).expect("a body");
        assert!(body.bytes.len() < 100);
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&body.bytes[..]).read_to_end(&mut plain).expect("gzip");
        assert_eq!(plain, batch(5000).protobuf);
    }

    #[test]
    fn a_batch_that_is_no_protobuf_cannot_become_json() {
        let json = Form { encoding: Encoding::Json, gzip: false };
        assert!(Body::new(&batch(10), json).is_err());
    }
}
