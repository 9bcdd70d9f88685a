//! IP addresses, except those that say nothing about anybody: loopback and unspecified.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::{byte, byte_before, end_while, end_within};

/// An IPv6 address that ends in an IPv4 address, and a little more to see that it does not go on.
const MAX_BYTES: usize = 48;

/// The end of the IPv4 address that begins at `at`.
pub(super) fn end_of_v4(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    // After a letter and a slash it is a version: `Chrome/120.0.0.0`.
    let is_version =
        byte_before(bytes, at) == b'/' && at >= 2 && byte(bytes, at - 2).is_ascii_alphabetic();
    if is_version || byte_before(bytes, at) == b'.' {
        return None;
    }
    let end = end_within(bytes, at, MAX_BYTES, |byte| byte.is_ascii_digit() || byte == b'.');
    let written = text.get(at..end)?;
    let shown = written.strip_suffix('.').unwrap_or(written);
    let address: Ipv4Addr = shown.parse().ok()?;
    let end = at + shown.len();
    let goes_on = byte(bytes, end).is_ascii_alphanumeric() || byte(bytes, end) == b'_';
    (!goes_on && !address.is_loopback() && !address.is_unspecified()).then_some(end)
}

/// The end of the IPv6 address that begins at `at`, its zone included.
pub(super) fn end_of_v6(text: &str, at: usize) -> Option<usize> {
    /// In front of the first colon.
    const MAX_GROUP: usize = 4;
    let bytes = text.as_bytes();
    let first = end_within(bytes, at, MAX_GROUP + 1, |byte| byte.is_ascii_hexdigit());
    if byte(bytes, first) != b':' || first - at > MAX_GROUP {
        return None;
    }
    let before = byte_before(bytes, at);
    if before.is_ascii_alphanumeric() || matches!(before, b':' | b'.' | b'_') {
        return None;
    }
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let end = end_within(bytes, at, MAX_BYTES, is_part);
    let written = text.get(at..end)?.trim_end_matches('.');
    let shown = match written.strip_suffix(':') {
        Some(shorter) if !shorter.ends_with(':') => shorter,
        _ => written,
    };
    let end = at + shown.len();
    let address: Ipv6Addr = shown.parse().ok()?;
    let goes_on = byte(bytes, end).is_ascii_alphanumeric() || byte(bytes, end) == b'_';
    if goes_on || address.is_loopback() || address.is_unspecified() || !is_meant(shown) {
        return None;
    }
    Some(match byte(bytes, end) {
        b'%' => end_while(bytes, end + 1, |byte| byte.is_ascii_alphanumeric()),
        _ => end,
    })
}

/// `a::b` is an address, and much more often a name in a program.
fn is_meant(shown: &str) -> bool {
    !shown.contains("::")
        || (shown.bytes().any(|byte| byte.is_ascii_digit())
            && shown.split(':').any(|group| group.len() >= 3))
}
