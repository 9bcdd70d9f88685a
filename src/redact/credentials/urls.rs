//! URLs in a text, of any scheme: without who logs in, and without the keys and signatures among
//! their parameters. Works on prose, on JSON as it is written, and on a bare path with a query.

use super::names::is_secret_parameter;
use super::replacing::Replacing;
use crate::redact::json::REDACTED;

/// How many of a URL's parameters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameters {
    /// Those whose names say that they open something.
    Secret,
    /// All: of a server's address that is itself the key to it.
    All,
}

/// Parameters that are called just `key` or `token` are often no secret where they are this short.
const MIN_SECRET_BYTES: usize = 8;

/// The text without them; `None` where there are none.
pub(super) fn without_credentials(text: &str, parameters: Parameters) -> Option<String> {
    let logins = without_logins(text);
    let rest = logins.as_deref().unwrap_or(text);
    without_parameters(rest, parameters).or(logins)
}

fn without_logins(text: &str) -> Option<String> {
    let mut out = Replacing::new(text);
    for start in authorities(text) {
        let rest = text.get(start..).unwrap_or_default();
        let ends = |character| matches!(character, '/' | '?' | '#') || ends_url(character);
        let authority = rest.get(..rest.find(ends).unwrap_or(rest.len())).unwrap_or(rest);
        if let Some(length) = login(text.get(..start).unwrap_or_default(), authority) {
            out.replace(start, start + length);
        }
    }
    out.finish()
}

fn without_parameters(text: &str, parameters: Parameters) -> Option<String> {
    let mut out = Replacing::new(text);
    // A URL among the parameters of another is a part of that.
    let mut end = 0;
    for start in authorities(text) {
        if start < end {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        let url = rest.get(..end_of_url(rest)).unwrap_or(rest);
        end = start + url.len();
        let Some(mark) = url.find(['?', '#']) else { continue };
        match parameters {
            Parameters::All if start + mark + 1 < end => out.replace(start + mark + 1, end),
            Parameters::All => {}
            Parameters::Secret => query(text, start + mark, end, &mut out),
        }
    }
    out.finish()
}

/// The same of what is known to be a path with a query, or a query alone.
pub(super) fn without_secret_parameters(text: &str) -> Option<String> {
    let mut out = Replacing::new(text);
    query(text, text.find(['?', '#']).unwrap_or(0), text.len(), &mut out);
    out.finish()
}

/// Where what follows a `://` begins.
fn authorities(text: &str) -> impl Iterator<Item = usize> {
    let slashes = memchr::memchr_iter(b'/', text.as_bytes());
    slashes.filter(|at| begins_authority(text, *at)).map(|at| at + 1)
}

/// Whether this slash is the second of `://`, or of `:\/\/`, as some write it in JSON.
fn begins_authority(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    before.ends_with(":/") || before.ends_with(":\\/\\")
}

fn ends_url(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '"' | '\'' | '<' | '>' | '`' | '{' | '}' | '|' | '^' | '\\')
}

/// Where a URL ends in prose and in JSON.
fn end_of_url(rest: &str) -> usize {
    for (at, character) in rest.char_indices() {
        // Escapes of a slash and of an ampersand belong to it.
        let after = rest.get(at + character.len_utf8()..).unwrap_or_default();
        let is_escape = character == '\\' && (after.starts_with('/') || after.starts_with("u0026"));
        if ends_url(character) && !is_escape {
            return at;
        }
    }
    rest.len()
}

/// How long the part before the `@` is, if it is one that lets somebody in. The name of a user alone
/// does so on the web, where tokens are given as names, and not with `ssh://git@host`.
fn login(before: &str, authority: &str) -> Option<usize> {
    let at = authority.rfind('@')?;
    let user = authority.get(..at)?;
    let scheme = before.trim_end_matches(['/', '\\']).trim_end_matches(':');
    let letters = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let length = scheme.bytes().rev().take_while(letters).count();
    let scheme = scheme.get(scheme.len() - length..)?;
    let is_web = ["http", "https", "ws", "wss"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
    let has_password = user.split_once(':').is_some_and(|(_, password)| !password.is_empty());
    let is_secret = !scheme.is_empty() && !user.is_empty() && (is_web || has_password);
    is_secret.then_some(at)
}

/// Goes through the parameters between two places.
fn query(text: &str, from: usize, to: usize, out: &mut Replacing<'_>) {
    const AMPERSAND: &str = "\\u0026";
    let mut at = from;
    while let Some(part) = text.get(at..to).filter(|part| !part.is_empty()) {
        let part = part.strip_prefix(AMPERSAND).unwrap_or(part);
        let part = part.trim_start_matches(SEPARATORS);
        let start = to - part.len();
        let length = part.find(|character| character == '\\' || SEPARATORS.contains(&character));
        let length = length.unwrap_or(part.len());
        let parameter = part.get(..length).unwrap_or_default();
        if let Some((name, value)) = parameter.split_once('=')
            && is_worth_hiding(name, value)
        {
            out.replace(start + name.len() + 1, start + length);
        }
        // A backslash that begins nothing is a part of the next one.
        let is_stuck = start + length <= at;
        at = if is_stuck { start + length + 1 } else { start + length };
    }
}

const SEPARATORS: [char; 4] = ['?', '#', '&', ';'];

fn is_worth_hiding(name: &str, value: &str) -> bool {
    is_secret_parameter(name) && value.len() >= MIN_SECRET_BYTES && value != REDACTED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        without_credentials(text, Parameters::Secret).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn a_url_keeps_only_where_it_points() {
        for (text, expected) in [
            ("https://u:p@host/a?b=1", "https://__REDACTED__@host/a?b=1"),
            ("https://ghp_token@host", "https://__REDACTED__@host"),
            ("postgres://me:pass@db:5432/x", "postgres://__REDACTED__@db:5432/x"),
            ("https://u:p%40@a@host.", "https://__REDACTED__@host."),
            (
                "at https://u:p@h, then https://v:q@i!",
                "at https://__REDACTED__@h, then https://__REDACTED__@i!",
            ),
            (r#"{"a":"https:\/\/u:p@h\/x"}"#, r#"{"a":"https:\/\/__REDACTED__@h\/x"}"#),
            ("https://h/x?api_key=12345678&y=2", "https://h/x?api_key=__REDACTED__&y=2"),
            ("https://h/x?y=2&sig=abcd%2Fefgh#top", "https://h/x?y=2&sig=__REDACTED__#top"),
            (
                r#""https://h/?y=1\u0026token=abcdefgh""#,
                r#""https://h/?y=1\u0026token=__REDACTED__""#,
            ),
            (
                "https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA/2026&X-Amz-Signature=abcdef0123",
                "https://b.s3.amazonaws.com/k?X-Amz-Credential=__REDACTED__&X-Amz-Signature=__REDACTED__",
            ),
            ("https://h/#access_token=abcdefgh", "https://h/#access_token=__REDACTED__"),
            (
                "https://h/?next=https://u:p@x/?sig=abcdefgh&token=abcdefgh",
                "https://h/?next=https://__REDACTED__@x/?sig=__REDACTED__&token=__REDACTED__",
            ),
            ("https://u:p@h/?key=AIzaSy1234", "https://__REDACTED__@h/?key=__REDACTED__"),
        ] {
            assert_eq!(cleaned(text), expected);
            assert_eq!(cleaned(expected), expected);
        }
    }

    #[test]
    fn other_urls_and_other_text_stay() {
        for text in [
            "https://example.com/@user/x?page=2&token=3",
            "file:///app/node_modules/@scope/x.js",
            "webpack://@scope/pkg/x.js",
            "ssh://git@github.com/a/b",
            "mail me at a@b.c, see https://example.com and you@example.com",
            "https://h/x?monkey=banana1234&q=api_key",
            "and/or // no URL @ all",
            "https://",
            "://@",
            "",
        ] {
            assert_eq!(without_credentials(text, Parameters::Secret), None, "{text}");
        }
    }

    #[test]
    fn of_an_address_that_is_a_key_all_parameters_go() {
        let cleaned = without_credentials("https://u:p@h/sse?id=1#x", Parameters::All);
        assert_eq!(cleaned.as_deref(), Some("https://__REDACTED__@h/sse?__REDACTED__"));
    }

    #[test]
    fn a_path_keeps_its_harmless_parameters() {
        for (text, expected) in [
            ("/x?api_key=12345678&y=2", Some("/x?api_key=__REDACTED__&y=2")),
            ("y=2&token=12345678", Some("y=2&token=__REDACTED__")),
            ("/x?y=2", None),
            ("", None),
        ] {
            assert_eq!(without_secret_parameters(text).as_deref(), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_comes_out_of_it_and_comes_out_the_same_again(
            text in "([a-z:/@?&=#\\\\é\" ]|://|key=|sig=abcdefgh|u0026){0,30}"
        ) {
            let once = cleaned(&text);
            proptest::prop_assert_eq!(cleaned(&once), once);
        }
    }
}
