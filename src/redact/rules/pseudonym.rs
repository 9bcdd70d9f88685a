//! What stands in place of a value: the same for the same value, so that a conversation stays
//! readable, and of no use to whoever does not have the key.
//!
//! `<email:3f2a91c0>` is a label and 32 bits of a keyed hash. With 64 bits nobody would read them;
//! with 16, one in two conversations with 300 addresses has two people under one name. With 32 that
//! takes 77,000.

use std::sync::OnceLock;

use ring::hmac::{HMAC_SHA256, Key, sign};
use ring::rand::{SecureRandom, SystemRandom};

/// Hides a whole value: where a rule cannot be applied, and for what has no text.
pub const HIDDEN: &str = "__REDACTED__";

const HEX_DIGITS: usize = 8;
const MAX_LABEL: usize = 40;

/// One for all threads and configurations of a process.
static PROCESS_KEY: OnceLock<Option<Key>> = OnceLock::new();

/// `None` where the system has no random numbers: then everything is hidden alike.
#[derive(Clone)]
pub struct Pseudonyms(Option<Key>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Pseudonyms")
    }
}

impl Pseudonyms {
    pub fn keyed(secret: Option<&str>) -> Self {
        Self(match secret {
            Some(secret) => Some(Key::new(HMAC_SHA256, secret.as_bytes())),
            None => PROCESS_KEY.get_or_init(random_key).clone(),
        })
    }

    /// For a value in the form that is the same however it is written.
    pub fn of(&self, label: &str, value: &str) -> String {
        let Some(key) = &self.0 else { return HIDDEN.to_owned() };
        let tag = sign(key, value.as_bytes());
        let head = tag.as_ref().iter().take(HEX_DIGITS / 2);
        let hex: String = head.map(|byte| format!("{byte:02x}")).collect();
        format!("<{label}:{hex}>")
    }
}

fn random_key() -> Option<Key> {
    let mut bytes = [0u8; 32];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(Key::new(HMAC_SHA256, &bytes))
}

/// A name as a label: lower case, with `_` for what labels cannot have.
pub fn label_of(name: &str) -> String {
    let plain = name.chars().take(MAX_LABEL);
    plain
        .map(|character| match character.to_ascii_lowercase() {
            letter @ ('a'..='z' | '0'..='9') => letter,
            _ => '_',
        })
        .collect()
}

/// The end of a pseudonym that begins at `at`.
fn end_of_pseudonym(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?.strip_prefix(b"<")?;
    let is_label = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    let label = rest.iter().take(MAX_LABEL).take_while(|byte| is_label(byte)).count();
    let (hex, close) = rest.get(label..)?.strip_prefix(b":")?.split_at_checked(HEX_DIGITS)?;
    let is_hex = |byte: &u8| matches!(byte, b'a'..=b'f' | b'0'..=b'9');
    let is_one = label > 0 && hex.iter().all(is_hex) && close.first() == Some(&b'>');
    is_one.then_some(at + 1 + label + 1 + HEX_DIGITS + 1)
}

/// Whether a whole value has been hidden already.
pub fn is_hidden(text: &str) -> bool {
    text.is_empty() || text == HIDDEN || end_of_pseudonym(text.as_bytes(), 0) == Some(text.len())
}

/// Whether these bytes are part of a pseudonym.
pub fn is_inside(text: &str, start: usize, end: usize) -> bool {
    around(text, start).is_some_and(|(_, close)| end <= close && start < close)
}

/// The start of a text up to `end`, or up to the pseudonym that would be halved there: half of one
/// says who nobody is.
pub fn without_half(text: &str, end: usize) -> &str {
    let whole = around(text, end).filter(|(at, close)| *at < end && end < *close);
    text.get(..whole.map_or(end, |(at, _)| at)).unwrap_or_default()
}

/// Where the pseudonym begins and ends whose sign `<` is the last one at or before `place`, if any.
fn around(text: &str, place: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let reach = MAX_LABEL + HEX_DIGITS + 3;
    let from = place.saturating_sub(reach);
    let sign = (from..=place).rev().find(|at| bytes.get(*at) == Some(&b'<'))?;
    Some((sign, end_of_pseudonym(bytes, sign)?))
}
