//! Secrets that are known by their form or by the name they stand under: JSON web tokens, private
//! keys, and values that a text or a key calls a key, a token or a secret.

use super::{byte, byte_before, end_while, end_within};

pub(super) const LABEL: &str = "secret";

/// Ends of names, in lower case and without `_`, `-`, `.` and spaces.
const NAMES: [&str; 17] = [
    "apikey",
    "authorization",
    "accesskey",
    "accountkey",
    "secretkey",
    "subscriptionkey",
    "sharedkey",
    "signingkey",
    "encryptionkey",
    "secret",
    "secretaccesskey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "apitoken",
    "bearer",
    "sharedaccesssignature",
];

/// A shorter one is a word, or a placeholder.
const MIN_SECRET: usize = 16;

/// A secret is random: it shows among the first.
const HEAD_BYTES: usize = 64;

/// What is longer is hidden as far as this.
const MAX_SECRET: usize = 4096;

/// The end of what would be a token's first segment, where one may begin here.
pub(super) fn end_of_jwt_header(bytes: &[u8], at: usize) -> Option<usize> {
    // `{"` in base64, which every header begins with.
    let is_header = bytes.get(at..)?.starts_with(b"eyJ");
    is_header.then(|| end_while(bytes, at, is_base64_url))
}

/// The end of the token whose first segment is from `at` to `end`.
pub(super) fn end_of_jwt(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    /// `{"alg":""}` has 14.
    const MIN_SEGMENT: usize = 12;
    let mut end = end;
    if end - at < MIN_SEGMENT {
        return None;
    }
    let mut segments = 1;
    // Three, the last of which may be empty; five where it is encrypted.
    while segments < 5 && byte(bytes, end) == b'.' {
        let next = end_while(bytes, end + 1, is_base64_url);
        if segments == 1 && next - end <= MIN_SEGMENT && byte(bytes, next) != b'.' {
            return None;
        }
        if next == end + 1 && segments >= 2 {
            // A full stop, or the empty signature of a token without one.
            let ends_here = byte(bytes, next) != b'.';
            end = if segments == 2 && ends_here { next } else { end };
            break;
        }
        end = next;
        segments += 1;
    }
    (segments >= 2).then_some(end)
}

fn is_base64_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// A block in PEM form, with line breaks as they are or escaped; to the end of the text where it is
/// cut off.
pub(super) fn end_of_private_key(text: &str, at: usize) -> Option<usize> {
    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";
    const DASHES: &str = "-----";
    /// `ENCRYPTED PRIVATE KEY`, `PGP PRIVATE KEY BLOCK`, ….
    const MAX_TITLE: usize = 48;
    let title = text.get(at..)?.strip_prefix(BEGIN)?;
    let length = title.find(DASHES).filter(|length| *length <= MAX_TITLE)?;
    if !title.get(..length)?.contains("PRIVATE KEY") {
        return None;
    }
    let body = at + BEGIN.len() + length + DASHES.len();
    let Some(end) = text.get(body..)?.find(END) else { return Some(text.len()) };
    let closing = body + end + END.len();
    let dashes = text.get(closing..)?.find(DASHES).filter(|length| *length <= MAX_TITLE);
    Some(dashes.map_or(closing, |length| closing + length + DASHES.len()))
}

/// The value that is assigned at `at`, which is a `:` or a `=`, to a name that says it is a secret.
pub(super) fn assigned(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    if !is_named(bytes.get(..at)?) {
        return None;
    }
    let mut start =
        end_while(bytes, at + 1, |byte| matches!(byte, b' ' | b'"' | b'\'' | b'\\' | b'='));
    for scheme in [&b"Bearer "[..], b"bearer "] {
        if bytes.get(start..)?.starts_with(scheme) {
            start += scheme.len();
        }
    }
    let head = end_within(bytes, start, HEAD_BYTES, is_part_of_secret);
    if !is_secret(text.get(start..head)?) {
        return None;
    }
    let end = end_within(bytes, start, MAX_SECRET, is_part_of_secret);
    is_secret(text.get(start..end)?).then_some((start, end))
}

/// The token of a Telegram bot, whose `:` is at `at`: a number, and 35 characters.
pub(super) fn telegram_token(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    const SECRET_LENGTH: usize = 35;
    const NUMBER_LENGTHS: std::ops::RangeInclusive<usize> = 8..=10;
    let end = end_while(bytes, at + 1, is_base64_url);
    if end != at + 1 + SECRET_LENGTH || !bytes.get(at + 1..)?.starts_with(b"AA") {
        return None;
    }
    let digits = bytes.get(..at)?.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let start = at - digits;
    let is_escape = (start >= 2 && byte(bytes, start - 2) == b'\\')
        || (start >= 3 && byte(bytes, start - 3) == b'%');
    let is_glued = byte_before(bytes, start).is_ascii_alphanumeric() && !is_escape;
    (NUMBER_LENGTHS.contains(&digits) && !is_glued).then_some((at - digits, end))
}

/// Whether what comes before a `:` or `=` ends in one of the names.
fn is_named(before: &[u8]) -> bool {
    const MAX_NAME: usize = 64;
    let mut name = [0u8; 24];
    let mut length = 0;
    for byte in before.iter().rev().take(MAX_NAME) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' => {
                if let Some(place) = name.len().checked_sub(length + 1) {
                    if let Some(letter) = name.get_mut(place) {
                        *letter = byte.to_ascii_lowercase();
                    }
                    length += 1;
                }
                // What no name ends in is most of all text.
                if length == 1
                    && !matches!(byte.to_ascii_lowercase(), b'y' | b't' | b'n' | b'r' | b'e')
                {
                    return false;
                }
            }
            b'_' | b'-' | b'.' => {}
            b'"' | b'\'' | b' ' | b'\\' if length == 0 => {}
            _ => break,
        }
        if length == name.len() {
            break;
        }
    }
    let written = name.get(name.len() - length..).unwrap_or_default();
    NAMES.iter().any(|known| written.ends_with(known.as_bytes()))
}

/// Whether `text` is all that stands under a key which says that it is a secret.
pub(super) fn is_secret_under(key: &str, text: &str) -> bool {
    is_named(key.as_bytes()) && text.bytes().all(is_part_of_secret) && is_secret(text)
}

fn is_part_of_secret(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~' | b'%')
}

/// Long, and of letters and digits: not a word, a path or a placeholder.
fn is_secret(value: &str) -> bool {
    let value = value.trim_end_matches('.');
    value.len() >= MIN_SECRET
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic())
        && byte_before(value.as_bytes(), 1) != b'/'
}
