//! IBANs: a country's length and the check digits must fit.

use super::{byte, byte_before};

/// How long the IBANs of each country are (SWIFT's registry).
const LENGTHS: [(&[u8; 2], usize); 89] = [
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HN", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

/// The end of the IBAN that begins at `at`, with single spaces or dashes between groups or without.
pub(super) fn end(bytes: &[u8], at: usize) -> Option<usize> {
    if !byte(bytes, at + 2).is_ascii_digit() || !byte(bytes, at + 3).is_ascii_digit() {
        return None;
    }
    let country = [byte(bytes, at).to_ascii_uppercase(), byte(bytes, at + 1).to_ascii_uppercase()];
    let (_, length) = LENGTHS.iter().find(|(known, _)| **known == country)?;
    if byte_before(bytes, at).is_ascii_alphanumeric() {
        return None;
    }
    let mut written = Vec::with_capacity(*length);
    let mut end = at;
    while written.len() < *length {
        let next = byte(bytes, end);
        if next.is_ascii_alphanumeric() {
            written.push(next);
        } else if !matches!(next, b' ' | b'-') || matches!(byte_before(bytes, end), b' ' | b'-') {
            return None;
        }
        end += 1;
    }
    (!byte(bytes, end).is_ascii_alphanumeric() && is_checked(&written)).then_some(end)
}

/// ISO 7064: with the first four characters at the end and letters as numbers, it is 1 modulo 97.
fn is_checked(written: &[u8]) -> bool {
    let (head, account) = written.split_at(4.min(written.len()));
    let remainder = account.iter().chain(head).fold(0u32, |sum, byte| match byte {
        b'0'..=b'9' => (sum * 10 + u32::from(byte - b'0')) % 97,
        letter => (sum * 100 + u32::from(letter.to_ascii_uppercase() - b'A') + 10) % 97,
    });
    remainder == 1
}
