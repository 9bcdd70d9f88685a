//! Reads a request's body and undoes its compression, within bounds: of one body, and of all that are
//! in memory at the same time.

use std::io::Read;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::sync::{Semaphore, SemaphorePermit};

/// OTLP's own bound for a request, before compression.
pub const MAX_BODY_BYTES: usize = 64 << 20;
/// Of all requests together, as they come in.
const MAX_BYTES_UNDER_WAY: usize = 256 << 20;
/// Nobody on this machine needs longer.
const MAX_READING_MS: u64 = 30_000;

/// What is wrong with the body, and the status that says so.
#[derive(Debug, PartialEq, Eq)]
pub struct BadBody(pub StatusCode, pub String);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
    Deflate,
}

/// The memory that bodies may take.
pub struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(MAX_BYTES_UNDER_WAY))
    }
}

/// A body as it came, and the room that it takes as long as it is here.
pub struct Received<'a> {
    pub bytes: Bytes,
    _room: Vec<SemaphorePermit<'a>>,
}

impl Room {
    pub async fn read(&self, body: Incoming) -> Result<Received<'_>, BadBody> {
        let limit = Duration::from_millis(MAX_READING_MS);
        tokio::time::timeout(limit, self.read_all(body)).await.unwrap_or_else(|_| {
            Err(bad(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive."))
        })
    }

    async fn read_all(&self, mut body: Incoming) -> Result<Received<'_>, BadBody> {
        let mut bytes = BytesMut::new();
        let mut room = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                bad(StatusCode::BAD_REQUEST, &format!("The body broke off: {error}."))
            })?;
            let Ok(chunk) = frame.into_data() else { continue };
            if bytes.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(too_large());
            }
            let permits = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            let permit = self.0.try_acquire_many(permits).map_err(|_| {
                bad(StatusCode::SERVICE_UNAVAILABLE, "Too many requests are under way.")
            })?;
            room.push(permit);
            bytes.extend_from_slice(&chunk);
        }
        Ok(Received { bytes: bytes.freeze(), _room: room })
    }
}

impl Coding {
    pub fn of(headers: &HeaderMap) -> Result<Self, BadBody> {
        let Some(value) = headers.get(http::header::CONTENT_ENCODING) else {
            return Ok(Self::Identity);
        };
        match value.to_str().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "deflate" => Ok(Self::Deflate),
            other => Err(bad(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                &format!("Content-Encoding {other:?} is not understood: gzip, deflate or none is."),
            )),
        }
    }

    pub fn undo(self, body: Bytes, max_bytes: usize) -> Result<Bytes, BadBody> {
        match self {
            Self::Identity => Ok(body),
            Self::Gzip => inflate(flate2::read::MultiGzDecoder::new(body.as_ref()), max_bytes),
            Self::Deflate => inflate(flate2::read::ZlibDecoder::new(body.as_ref()), max_bytes),
        }
    }
}

/// A small body can grow a thousandfold: no more than is allowed is ever made.
fn inflate(decoder: impl Read, max_bytes: usize) -> Result<Bytes, BadBody> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX - 1);
    decoder.take(limit + 1).read_to_end(&mut bytes).map_err(|error| {
        bad(StatusCode::BAD_REQUEST, &format!("The body cannot be decompressed: {error}."))
    })?;
    if bytes.len() > max_bytes { Err(too_large()) } else { Ok(bytes.into()) }
}

fn too_large() -> BadBody {
    bad(
        StatusCode::PAYLOAD_TOO_LARGE,
        "The body is over 64 MiB, decompressed: send less at a time.",
    )
}

fn bad(status: StatusCode, sentence: &str) -> BadBody {
    BadBody(status, sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzipped(bytes: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("compressed");
        encoder.finish().expect("compressed").into()
    }

    #[test]
    fn a_bomb_is_refused_and_garbage_is_told_apart() {
        let limit = 1 << 16;
        let undo = |coding: Coding, body: Bytes| coding.undo(body, limit);
        assert_eq!(undo(Coding::Gzip, gzipped(b"hello")), Ok(Bytes::from_static(b"hello")));
        assert_eq!(
            undo(Coding::Gzip, gzipped(&vec![0; limit])).map(|bytes| bytes.len()),
            Ok(limit)
        );
        let bomb = gzipped(&vec![0; limit + 1]);
        assert!(bomb.len() < 1 << 10);
        let status = |outcome: Result<Bytes, BadBody>| outcome.expect_err("an error").0.as_u16();
        assert_eq!(status(undo(Coding::Gzip, bomb)), 413);
        assert_eq!(status(undo(Coding::Gzip, Bytes::from_static(b"no gzip"))), 400);
        assert_eq!(status(undo(Coding::Deflate, Bytes::from_static(b"no zlib"))), 400);
        let whole = gzipped(b"hello");
        assert_eq!(status(undo(Coding::Gzip, whole.slice(..whole.len() - 3))), 400);
    }
}
