//! The bytes of a request body: an encoded batch in the form that the collector takes.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::batch::EncodedBatch;
use super::json;
use super::target::Encoding;

/// How bodies are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// The encoding of the message.
    pub encoding: Encoding,
    /// Whether bodies are sent as gzip.
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
}

/// The batch's bytes cannot be read.
#[derive(Debug)]
pub struct Unreadable;

impl Body {
    /// Writes the batch in the given form; `gzip_level` 0 only packs it, 9 compresses the most.
    pub fn new(batch: &EncodedBatch, form: Form, gzip_level: u32) -> Result<Self, Unreadable> {
        let plain = match form.encoding {
            Encoding::Protobuf => batch.protobuf.clone(),
            Encoding::Json => json::from_protobuf(&batch.protobuf).map_err(|_| Unreadable)?.into(),
        };
        let plain_bytes = plain.len();
        let bytes = if form.gzip { gzip(&plain, gzip_level) } else { plain };
        Ok(Self { form, bytes, plain_bytes })
    }

    /// The request's content type.
    pub fn content_type(&self) -> &'static str {
        match self.form.encoding {
            Encoding::Protobuf => "application/x-protobuf",
            Encoding::Json => "application/json",
        }
    }
}

/// Writing into memory does not fail; what could not be packed would be an empty body, refused.
fn gzip(plain: &[u8], level: u32) -> Bytes {
    let capacity = if level == 0 { plain.len() + plain.len() / 1024 + 64 } else { plain.len() / 4 };
    let mut encoder = GzEncoder::new(Vec::with_capacity(capacity), Compression::new(level));
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn batch(bytes: usize) -> EncodedBatch {
        EncodedBatch { protobuf: vec![7; bytes].into(), spans: 1 }
    }
    const GZIP: Form = Form { encoding: Encoding::Protobuf, gzip: true };

    fn unpacked(body: &Body) -> Vec<u8> {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&body.bytes[..]).read_to_end(&mut plain).expect("gzip");
        plain
    }

    #[test]
    fn a_compressed_body_unpacks_to_the_batch() {
        let body = Body::new(&batch(5000), GZIP, 1).expect("a body");
        assert!(body.bytes.len() < 100);
        assert_eq!(body.plain_bytes, 5000);
        assert_eq!(unpacked(&body), batch(5000).protobuf);
    }

    #[test]
    fn level_0_is_gzip_too_and_only_packs() {
        let body = Body::new(&batch(5000), GZIP, 0).expect("a body");
        assert!((5000..5100).contains(&body.bytes.len()));
        assert_eq!(unpacked(&body), batch(5000).protobuf);
    }

    #[test]
    fn a_batch_that_is_no_protobuf_cannot_become_json() {
        let json = Form { encoding: Encoding::Json, gzip: false };
        assert!(Body::new(&batch(10), json, 1).is_err());
    }
}
