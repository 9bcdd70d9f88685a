//! Reads a request's body and undoes its compression, within bounds: of one body, and of all that are
//! in memory at the same time.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// OTLP's own bound for a request, before compression.
const MAX_BODY_BYTES: usize = 64 << 20;
/// Of all requests together, as they come in.
const MAX_BYTES_UNDER_WAY: usize = 256 << 20;
/// Room that is made before anything has come, for who says how much will come.
const MAX_BYTES_AHEAD: u64 = 1 << 20;
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
pub struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MAX_BYTES_UNDER_WAY)))
    }
}

/// A body as it came, and the room that it takes as long as it is here.
pub struct Received {
    bytes: Bytes,
    _room: Option<OwnedSemaphorePermit>,
}

impl Received {
    /// The body without its compression. What came is gone afterwards, and its room is free.
    pub fn undo(self, coding: Coding, room: &mut BytesMut) -> Result<Bytes, BadBody> {
        coding.undo(self.bytes, MAX_BODY_BYTES, room)
    }
}

impl Room {
    pub async fn read(&self, body: Incoming) -> Result<Received, BadBody> {
        let limit = Duration::from_millis(MAX_READING_MS);
        tokio::time::timeout(limit, self.read_all(body)).await.unwrap_or_else(|_| {
            Err(bad(StatusCode::REQUEST_TIMEOUT, "The body took too long to arrive."))
        })
    }

    async fn read_all(&self, mut body: Incoming) -> Result<Received, BadBody> {
        let ahead = body.size_hint().lower().min(MAX_BYTES_AHEAD);
        let mut bytes = BytesMut::with_capacity(usize::try_from(ahead).unwrap_or_default());
        let mut room: Option<OwnedSemaphorePermit> = None;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                bad(StatusCode::BAD_REQUEST, &format!("The body broke off: {error}."))
            })?;
            let Ok(chunk) = frame.into_data() else { continue };
            if bytes.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(too_large());
            }
            let permits = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
            let more = Arc::clone(&self.0).try_acquire_many_owned(permits).map_err(|_| {
                bad(StatusCode::SERVICE_UNAVAILABLE, "Too many requests are under way.")
            })?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
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

    fn undo(self, body: Bytes, max_bytes: usize, room: &mut BytesMut) -> Result<Bytes, BadBody> {
        use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
        match self {
            Self::Identity => Ok(body),
            Self::Gzip => inflate(MultiGzDecoder::new(body.as_ref()), max_bytes, room),
            Self::Deflate => inflate(ZlibDecoder::new(body.as_ref()), max_bytes, room),
        }
    }
}

/// A small body can grow a thousandfold: no more than is allowed is ever made. What is made is in
/// `room`, which can be used again when it is dropped.
fn inflate(decoder: impl Read, max_bytes: usize, room: &mut BytesMut) -> Result<Bytes, BadBody> {
    room.clear();
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX - 1);
    std::io::copy(&mut decoder.take(limit + 1), &mut room.writer()).map_err(|error| {
        bad(StatusCode::BAD_REQUEST, &format!("The body cannot be decompressed: {error}."))
    })?;
    if room.len() > max_bytes { Err(too_large()) } else { Ok(room.split().freeze()) }
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
        let mut room = BytesMut::new();
        let mut undo = |coding: Coding, body: Bytes| coding.undo(body, limit, &mut room);
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
