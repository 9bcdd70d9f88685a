//! The quick look at a text: is there anything in it that a credential stands in or beside?
//!
//! All texts of all spans are looked at, so this is one search for all stems at once, with the
//! processor's vector instructions. Stems are ends of names together with what follows a name,
//! since `max_tokens` and "the key point" are everywhere; first letters, whose case varies, are
//! left out.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub url: bool,
    pub bearer: bool,
    pub name: bool,
}

const URLS: [&str; 2] = ["://", ":\\/\\/"];
const BEARERS: [&str; 2] = ["earer ", "EARER "];
/// With those above at most 64: that is how many are searched for at once without an automaton.
const NAMES: [&str; 52] = [
    // `api_key`, `X-Api-Key`, `secretKey`, `AWS_ACCESS_KEY` and so on
    "key\"",
    "Key\"",
    "KEY\"",
    "key\\",
    "Key\\",
    "KEY\\",
    "key'",
    "Key'",
    "key:",
    "Key:",
    "KEY:",
    "key=",
    "Key=",
    "KEY=",
    "key =",
    "key :",
    // `access_token`, `accessToken`
    "oken\"",
    "oken\\",
    "oken'",
    "oken:",
    "oken=",
    "OKEN\"",
    "OKEN=",
    "OKEN:",
    // `client_secret`
    "ecret\"",
    "ecret\\",
    "ecret'",
    "ecret:",
    "ecret=",
    "ECRET\"",
    "ECRET=",
    "uthorization",
    "UTHORIZATION",
    "assword",
    "ASSWORD",
    "asswd",
    "assphrase",
    "ookie\"",
    "ookie\\",
    "ookie'",
    "ookie:",
    "ookie=",
    "eaders\"",
    "eaders\\",
    "ion_string",
    "ionString",
    "er_url",
    "erUrl",
    "\"env\"",
    "\"env\\",
    "\"jwt",
    "\"pwd",
];

static STEMS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(URLS.iter().chain(&BEARERS).chain(&NAMES)).ok());

pub(super) fn look_for(text: &str) -> Found {
    const ALL: Found = Found { url: true, bearer: true, name: true };
    // Then nothing is quick, and nothing is overlooked.
    let Some(stems) = &*STEMS else { return ALL };
    let mut found = Found::default();
    for stem in stems.find_iter(text) {
        match stem.pattern().as_usize() {
            0..2 => found.url = true,
            2..4 => found.bearer = true,
            _ => found.name = true,
        }
        if found == ALL {
            break;
        }
    }
    found
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
        assert!(look_for("see https://x").url && look_for(r"http:\/\/x").url);
        assert!(look_for("Bearer x").bearer && look_for("bearer x").bearer);
    }
}
