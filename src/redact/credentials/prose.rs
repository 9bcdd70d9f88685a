//! Credentials in a text that is no JSON: dumped headers, messages of errors, logs. Prose that only
//! speaks of them stays, because what stands there is not like a key: letters and digits mixed.

use std::borrow::Cow;

use super::names::is_secret;
use super::replacing::Replacing;

/// Shorter ones are words.
const MIN_BEARER_BYTES: usize = 16;
const MIN_VALUE_BYTES: usize = 8;

/// `Bearer …`, wherever it stands; `None` where it does not.
pub(super) fn without_bearers(text: &str) -> Option<String> {
    const SCHEME: &[u8] = b"bearer";
    replaced(text, |rest_from| {
        let at = find_ignoring_case(text.as_bytes(), SCHEME, rest_from)?;
        let from = at + SCHEME.len();
        let spaces = text.get(from..)?.bytes().take_while(|byte| *byte == b' ').count();
        let start = from + spaces;
        let token = token_at(text, start);
        let is_key = spaces > 0 && token.len() >= MIN_BEARER_BYTES && is_mixed(token);
        Some((start, if is_key { start + token.len() } else { start }))
    })
}

/// `api_key: …`, `"password":"…"` and their kind; `None` where there is none.
pub(super) fn without_pairs(text: &str) -> Option<String> {
    replaced(text, |from| {
        let mark = from + memchr::memchr2(b':', b'=', text.as_bytes().get(from..)?)?;
        Some(value_of(text, mark).unwrap_or((mark + 1, mark + 1)))
    })
}

/// Replaces what `next` finds from a given place on: where it starts and ends, which is the same
/// where nothing is to be replaced.
fn replaced(text: &str, next: impl Fn(usize) -> Option<(usize, usize)>) -> Option<String> {
    let mut out = Replacing::new(text);
    let mut from = 0;
    while let Some((start, end)) = next(from) {
        out.replace(start, end);
        from = end.max(from + 1);
    }
    out.finish()
}

/// Where the value stands that belongs to the name in front of this mark, if it is to be hidden.
fn value_of(text: &str, mark: usize) -> Option<(usize, usize)> {
    const QUOTES: [char; 4] = ['"', '\'', '`', '\\'];
    let before = text.get(..mark)?;
    let name = before.trim_end_matches(' ').trim_end_matches(QUOTES);
    let is_quoted = name.len() < before.trim_end_matches(' ').len();
    let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let length = name.bytes().rev().take_while(letters).count();
    if length == 0 || !is_secret(name.get(name.len() - length..)?) {
        return None;
    }
    let after = text.get(mark + 1..)?;
    let opened = after.trim_start_matches(' ').trim_start_matches(QUOTES);
    let start = text.len() - scheme_skipped(opened).len();
    if is_quoted && opened.len() < after.trim_start_matches(' ').len() {
        let rest = text.get(start..)?;
        return Some((start, start + rest.find(QUOTES).unwrap_or(rest.len())));
    }
    let token = token_at(text, start);
    (token.len() >= MIN_VALUE_BYTES && is_mixed(token)).then_some((start, start + token.len()))
}

fn scheme_skipped(value: &str) -> &str {
    for scheme in ["bearer", "basic", "token", "apikey", "digest"] {
        if let Some((word, rest)) = value.split_at_checked(scheme.len())
            && word.eq_ignore_ascii_case(scheme)
            && rest.starts_with(' ')
        {
            return rest.trim_start_matches(' ');
        }
    }
    value
}

/// What a key can be written with; `=` only at its end.
fn token_at(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/!$%*".contains(byte);
    let length = rest.bytes().take_while(is_part).count();
    let padding = rest.bytes().skip(length).take_while(|byte| *byte == b'=').count();
    rest.get(..length + padding).unwrap_or_default()
}

/// Letters and digits, or of a longer one capitals in the middle.
fn is_mixed(token: &str) -> bool {
    const MIN_LETTERS: usize = 16;
    let bytes = token.as_bytes();
    let rises = |pair: &[u8]| matches!(pair, [low, high] if low.is_ascii_lowercase() && high.is_ascii_uppercase());
    bytes.iter().any(u8::is_ascii_alphabetic)
        && (bytes.iter().any(u8::is_ascii_digit)
            || (bytes.len() >= MIN_LETTERS && bytes.windows(2).any(rises)))
}

fn find_ignoring_case(text: &[u8], word: &[u8], from: usize) -> Option<usize> {
    let (small, large) = (*word.first()?, word.first()?.to_ascii_uppercase());
    let mut at = from;
    loop {
        at += memchr::memchr2(small, large, text.get(at..)?)?;
        if text.get(at..at + word.len())?.eq_ignore_ascii_case(word) {
            return Some(at);
        }
        at += 1;
    }
}

/// Both, one after the other.
pub(super) fn without_credentials(text: &str) -> Option<String> {
    let bearers = without_bearers(text);
    let rest = bearers.as_deref().map_or(Cow::Borrowed(text), Cow::Borrowed);
    without_pairs(&rest).or(bearers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_like_a_key_is_hidden() {
        for (text, expected) in [
            ("Authorization: Bearer sk-abcdefgh12345678", "Authorization: Bearer __REDACTED__"),
            ("got 'bearer eyJhbGciOi.J9.abc_123-x'", "got 'bearer __REDACTED__'"),
            ("authorization: Basic dXNlcjpwYXNzMTIz", "authorization: Basic __REDACTED__"),
            ("X-Api-Key: 0123456789abcdef\nHost: x", "X-Api-Key: __REDACTED__\nHost: x"),
            ("api_key=abcd1234efgh, retry", "api_key=__REDACTED__, retry"),
            (r#"failed: {"password":"open sesame","#, r#"failed: {"password":"__REDACTED__","#),
            (r#"{\"apiKey\":\"abc\"}"#, r#"{\"apiKey\":\"__REDACTED__\"}"#),
            ("headers: { 'api-key': 'hello' }", "headers: { 'api-key': '__REDACTED__' }"),
        ] {
            assert_eq!(without_credentials(text).as_deref(), Some(expected));
            assert_eq!(without_credentials(expected), None, "{expected}");
        }
    }

    #[test]
    fn prose_that_speaks_of_keys_stays() {
        for text in [
            "Set the Authorization header: it is required.",
            "The bearer of this letter is authorized. Bearer authentication-is-explained-below",
            "What is a password? password: something that only you know",
            "api_key: required",
            "max_tokens: 12345678abc",
            "Authorization:",
            "bearer",
            "",
        ] {
            assert_eq!(without_credentials(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text in "(bearer |api_key|[:= \"'\\\\aB1é]){0,30}") {
            let _ = without_credentials(&text);
        }
    }
}
