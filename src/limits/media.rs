//! Media in a text as what they are instead of what they hold: type, hash and size. A data URI
//! becomes one without data, which is valid wherever a URL is expected; base64 that stands for
//! itself becomes `<image/png sha256:0123456789abcdef 48213 bytes>`.

use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ring::digest::{Context, SHA256};

/// Smaller ones are not worth it: what takes their place has some 60 characters.
const MIN_BASE64_CHARS: usize = 256;
/// From `data:` to the comma.
const MAX_HEAD_CHARS: usize = 200;
const UNKNOWN_TYPE: &str = "application/octet-stream";

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
static BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
static BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// A text with each data URI in it replaced; `None` where there is none.
pub(super) fn in_text(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut done = 0;
    let mut from = 0;
    while let Some(found) = text.get(from..).and_then(|rest| rest.find("data:")) {
        let at = from + found;
        from = at + "data:".len();
        let Some(uri) = text.get(at..).and_then(DataUri::at_start_of) else { continue };
        let Some(summary) = Summary::of(uri.base64) else { continue };
        out.push_str(text.get(done..at).unwrap_or_default());
        out.push_str(&summary.as_uri(uri.mime_type));
        done = at + uri.len;
        from = done;
    }
    (done > 0).then(|| {
        out.push_str(text.get(done..).unwrap_or_default());
        out
    })
}

/// What stands for a member of a JSON object that is base64 and nothing else; `mime_type` is what a
/// neighbour says of it.
pub(super) fn member(name: &str, text: &str, mime_type: Option<&str>) -> Option<String> {
    let is_named_so = MEMBERS.contains(&name);
    if !is_named_so || text.len() < MIN_BASE64_CHARS || !looks_random(text) {
        return None;
    }
    let summary = Summary::of(text)?;
    let mime_type = summary.sniffed.or(mime_type.filter(|mime_type| is_mime_type(mime_type)));
    Some(summary.in_words(mime_type.unwrap_or(UNKNOWN_TYPE)))
}

/// What APIs call base64 in their JSON.
const MEMBERS: [&str; 7] =
    ["data", "b64_json", "partial_image_b64", "file_data", "base64", "blob", "bytes"];

/// What a member's neighbour is called that says what it is.
pub(super) const TYPE_MEMBERS: [&str; 4] = ["media_type", "mime_type", "mimeType", "mediaType"];

/// Text of one sort of letters is no base64 of anything.
fn looks_random(text: &str) -> bool {
    let some = |is_such: fn(&u8) -> bool| text.bytes().take(MIN_BASE64_CHARS).any(|b| is_such(&b));
    some(u8::is_ascii_uppercase) && some(u8::is_ascii_lowercase) && some(u8::is_ascii_digit)
}

fn is_mime_type(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b))
    };
    text.len() <= 100
        && text.split_once('/').is_some_and(|(kind, subtype)| is_part(kind) && is_part(subtype))
}

struct DataUri<'t> {
    mime_type: Option<&'t str>,
    base64: &'t str,
    len: usize,
}

impl<'t> DataUri<'t> {
    fn at_start_of(text: &'t str) -> Option<Self> {
        let rest = text.get("data:".len()..)?;
        let comma = rest.bytes().take(MAX_HEAD_CHARS).position(|byte| byte == b',')?;
        let head = rest.get(..comma)?.strip_suffix(";base64")?;
        let data = rest.get(comma + 1..)?;
        let end = data.bytes().position(|byte| !is_base64(byte)).unwrap_or(data.len());
        let base64 = data.get(..end).filter(|data| data.len() >= MIN_BASE64_CHARS)?;
        let mime_type = head.split(';').next().filter(|mime_type| is_mime_type(mime_type));
        Some(Self { mime_type, base64, len: "data:".len() + comma + 1 + end })
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)
}

/// What is left of media.
struct Summary {
    /// By its first bytes.
    sniffed: Option<&'static str>,
    hash: String,
    bytes: usize,
}

impl Summary {
    /// `None` for what is no base64. Decodes piece by piece: media are large.
    fn of(base64: &str) -> Option<Self> {
        const PIECE_CHARS: usize = 16 * 1024;
        let engine = if base64.contains(['-', '_']) { &BASE64_URL } else { &BASE64 };
        let mut digest = Context::new(&SHA256);
        let mut bytes = 0;
        let mut sniffed = None;
        let mut buffer = vec![0; PIECE_CHARS];
        for (index, piece) in base64.as_bytes().chunks(PIECE_CHARS).enumerate() {
            let length = engine.decode_slice(piece, &mut buffer).ok()?;
            let decoded = buffer.get(..length)?;
            if index == 0 {
                sniffed = sniff(decoded);
            }
            digest.update(decoded);
            bytes += length;
        }
        let hash = digest.finish();
        let hash = hash.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        Some(Self { sniffed, hash, bytes })
    }

    fn as_uri(&self, mime_type: Option<&str>) -> String {
        let Self { sniffed, hash, bytes } = self;
        let mime_type = mime_type.or(*sniffed).unwrap_or(UNKNOWN_TYPE);
        format!("data:{mime_type};sha256={hash};bytes={bytes},")
    }

    fn in_words(&self, mime_type: &str) -> String {
        let Self { hash, bytes, .. } = self;
        format!("<{mime_type} sha256:{hash} {bytes} bytes>")
    }
}

fn sniff(bytes: &[u8]) -> Option<&'static str> {
    const SIGNATURES: [(&[u8], &str); 9] = [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"ID3", "audio/mpeg"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"PK\x03\x04", "application/zip"),
    ];
    let known = SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start));
    known.map(|(_, mime_type)| *mime_type).or_else(|| {
        let inside = bytes.strip_prefix(b"RIFF")?.get(4..8)?;
        match inside {
            b"WAVE" => Some("audio/wav"),
            b"WEBP" => Some("image/webp"),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png() -> Vec<u8> {
        let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
        bytes.extend((0..40_000u32).map(|number| (number * 31 % 251) as u8));
        bytes
    }

    fn hash(bytes: &[u8]) -> String {
        let digest = ring::digest::digest(&SHA256, bytes);
        digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_data_uri_becomes_one_without_data_that_says_type_hash_and_size() {
        let data = BASE64.encode(png());
        let expected = format!("data:image/png;sha256={};bytes=40008,", hash(&png()));
        for head in ["data:image/png;base64,", "data:image/png;name=a.png;base64,", "data:;base64,"]
        {
            let text = format!("before ({head}{data}) after data: nothing");
            let lighter = in_text(&text).unwrap();
            assert_eq!(lighter, format!("before ({expected}) after data: nothing"));
            assert_eq!(in_text(&lighter), None, "there is nothing left to take out");
        }
    }

    #[test]
    fn base64_for_urls_and_without_padding_is_base64_too() {
        let bytes = &png()[..1_001];
        let data = BASE64_URL.encode(bytes);
        let text = format!("data:image/png;base64,{}", data.trim_end_matches('='));
        let expected = format!("data:image/png;sha256={};bytes=1001,", hash(bytes));
        assert_eq!(in_text(&text), Some(expected));
    }

    #[test]
    fn what_is_no_media_stays() {
        let data = BASE64.encode(png());
        let broken = format!("data:image/png;base64,{}=A", &data[..300]);
        let long_head = format!("data:{};base64,{data}", "x".repeat(300));
        let plain = format!("data:text/plain,{data}");
        for text in ["", "data:", "data:image/png;base64,AAAA", &broken, &long_head, &plain] {
            assert_eq!(in_text(text), None, "{}", text.get(..40).unwrap_or(text));
        }
    }

    #[test]
    fn a_member_is_media_by_its_name_and_its_looks() {
        let data = BASE64.encode(png());
        let png_in_words = format!("<image/png sha256:{} 40008 bytes>", hash(&png()));
        assert_eq!(member("data", &data, None), Some(png_in_words.clone()));
        assert_eq!(member("b64_json", &data, Some("audio/wav")), Some(png_in_words));
        assert_eq!(member("content", &data, None), None);
        assert_eq!(member("data", &data[..200], None), None);
        assert_eq!(member("data", &"a".repeat(400), None), None);
        let unknown = BASE64.encode((0..999u32).map(|n| (n % 250) as u8).collect::<Vec<_>>());
        let said = member("data", &unknown, Some("audio/pcm16")).unwrap();
        assert!(said.starts_with("<audio/pcm16 sha256:"), "{said}");
        let not_said = member("data", &unknown, Some("<script>")).unwrap();
        assert!(not_said.starts_with("<application/octet-stream sha256:"), "{not_said}");
    }
}
