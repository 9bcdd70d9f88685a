//! The quick look at a text: is there anything in it that a credential stands in or beside?
//!
//! All texts of all spans are looked at, so this is one search for all stems at once, with the
//! processor's vector instructions. Stems are parts of names, without first letters, whose case
//! varies; where one is found, the name around it decides, since `max_tokens` and "the key point"
//! are everywhere.

use std::sync::LazyLock;

use aho_corasick::packed::Searcher;

use super::names;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub url: bool,
    pub bearer: bool,
    pub name: bool,
}

const ALL: Found = Found { url: true, bearer: true, name: true };

const URLS: [&str; 2] = ["://", ":\\/\\/"];
const BEARERS: [&str; 2] = ["earer ", "EARER "];
/// Few enough, with those above, to be searched for without an automaton. More than 32 in all, for
/// which the search tells letters apart twice as finely: ordinary words look like fewer stems then,
/// and it is three times as fast.
const NAMES: [&str; 29] = [
    "key",
    "Key",
    "KEY",
    "oken",
    "OKEN",
    "ecret",
    "ECRET",
    "uthoriz",
    "UTHORIZ",
    "assw",
    "assW",
    "ASSW",
    "assphrase",
    "assPhrase",
    "ASSPHRASE",
    "ookie",
    "COOKIE",
    "eaders",
    "EADERS",
    "_string",
    "nString",
    "_STRING",
    "r_url",
    "rUrl",
    "\"env",
    "jwt",
    "Jwt",
    "JWT",
    "pwd",
];

/// `None` on a processor that has no such instructions.
static STEMS: LazyLock<Option<Searcher>> =
    LazyLock::new(|| Searcher::new(URLS.iter().chain(&BEARERS).chain(&NAMES)));

pub(super) fn look_for(text: &str) -> Found {
    match &*STEMS {
        Some(stems) => {
            let found = stems.find_iter(text).map(|stem| (stem.pattern().as_usize(), stem.range()));
            judge(text, found)
        }
        None => judge(text, found_slowly(text)),
    }
}

fn judge(text: &str, stems: impl Iterator<Item = (usize, std::ops::Range<usize>)>) -> Found {
    let mut found = Found::default();
    for (stem, range) in stems {
        match stem {
            0..2 => found.url = true,
            2..4 => found.bearer = true,
            _ => found.name = found.name || names::is_notable(name_around(text, range)),
        }
        if found == ALL {
            break;
        }
    }
    found
}

fn found_slowly(text: &str) -> impl Iterator<Item = (usize, std::ops::Range<usize>)> {
    let stems = URLS.into_iter().chain(BEARERS).chain(NAMES).enumerate();
    stems.flat_map(|(index, stem)| {
        text.match_indices(stem).map(move |(at, _)| (index, at..at + stem.len()))
    })
}

fn name_around(text: &str, stem: std::ops::Range<usize>) -> &str {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
    let (before, rest) = text.split_at_checked(stem.end).unwrap_or((text, ""));
    let front = before.bytes().rev().take_while(is_part).take(names::MAX_BYTES).count();
    let back = rest.bytes().take_while(is_part).take(names::MAX_BYTES).count();
    text.get(stem.end - front..stem.end + back).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_texts_are_passed_over() {
        for text in [
            "The key point is that a token is a part of a word, and a secret is none.",
            r#"{"usage":{"prompt_tokens":3,"total_tokens":5},"max_tokens":100}"#,
            "",
        ] {
            assert_eq!(look_for(text), Found::default(), "{text}");
        }
    }

    #[test]
    fn both_ways_of_searching_find_the_same() {
        assert!(STEMS.is_some());
        for text in ["see https://x", "a Bearer b", r#"{"api_key":1}"#, "max_tokens", "key"] {
            assert_eq!(judge(text, found_slowly(text)), look_for(text), "{text}");
        }
    }

    #[test]
    fn what_may_hold_one_is_seen_whatever_the_spelling() {
        for name in super::super::names::SPELLINGS {
            for text in [
                format!("{{\"{name}\":\"x\"}}"),
                format!("{{\\\"{name}\\\":1}}"),
                format!("{name}: x"),
                format!("{name}=x"),
            ] {
                assert!(look_for(&text).name, "{text}");
            }
        }
        for name in ["headers", "server_url", "serverUrl", "env", "extra_headers"] {
            assert!(look_for(&format!("{{\"{name}\":1}}")).name, "{name}");
        }
        assert!(look_for("see https://x").url && look_for(r"http:\/\/x").url);
        assert!(look_for("Bearer x").bearer && look_for("bearer x").bearer);
    }
}
