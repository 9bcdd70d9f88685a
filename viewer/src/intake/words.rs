//! The words of a text, as they are searched for: runs of letters and digits in lower case, each
//! once. Characters of scripts that do not put spaces between words are words of their own.
//!
//! Long texts are read at both ends, where people's words are: a prompt begins with instructions and
//! ends with the question. Runs that no person wrote, such as base64, are left out.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// How much of each end of a text is read.
const END_BYTES: usize = 8 * 1024;
/// Beyond the longest words and ids that anybody would search for.
const MAX_WORD_BYTES: usize = 64;

/// Collects what is searched for in one span, as words with a space between them. One that is used
/// again for the next span need not grow again.
#[derive(Default)]
pub struct Words {
    seen: HashSet<u64, BuildHasherDefault<Ready>>,
    joined: String,
}

impl Words {
    pub fn add(&mut self, text: &str) {
        let (head, tail) = ends(text);
        for part in [head, tail] {
            let lower = part.to_lowercase();
            split(&lower, |word| {
                if self.seen.insert(hash(word)) {
                    self.joined.push_str(word);
                    self.joined.push(' ');
                }
            });
        }
    }

    /// What was added so far; begins anew.
    pub fn take(&mut self) -> String {
        self.seen.clear();
        let joined = self.joined.as_str().into();
        self.joined.clear();
        joined
    }
}

/// FNV-1a. Of two words with the same hash the second would not be found: with 64 bits and the words
/// of one span, nobody meets two unless they look for them.
fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Takes numbers that are hashes already.
#[derive(Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

/// The words of a short text, in their order.
pub fn of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    split(&text.to_lowercase(), |word| words.push(word.to_owned()));
    words
}

/// Both ends of a long text; all of a short one and nothing.
fn ends(text: &str) -> (&str, &str) {
    if text.len() <= 2 * END_BYTES {
        return (text, "");
    }
    let head = floor(text, END_BYTES);
    let tail = floor(text, text.len() - END_BYTES);
    (text.get(..head).unwrap_or(text), text.get(tail..).unwrap_or_default())
}

/// The character boundary at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn split(lower: &str, mut found: impl FnMut(&str)) {
    for run in lower.split(|char: char| !char.is_alphanumeric()) {
        if run.is_ascii() {
            if !run.is_empty() && run.len() <= MAX_WORD_BYTES {
                found(run);
            }
            continue;
        }
        let mut start = 0;
        for (at, char) in run.char_indices().filter(|(_, char)| is_word_alone(*char)) {
            let end = at + char.len_utf8();
            for part in [run.get(start..at), run.get(at..end)].into_iter().flatten() {
                if !part.is_empty() && part.len() <= MAX_WORD_BYTES {
                    found(part);
                }
            }
            start = end;
        }
        let rest = run.get(start..).unwrap_or_default();
        if !rest.is_empty() && rest.len() <= MAX_WORD_BYTES {
            found(rest);
        }
    }
}

/// Han, kana, Thai, Lao, Burmese, Khmer and Hangul: a word's border cannot be seen.
fn is_word_alone(char: char) -> bool {
    matches!(u32::from(char),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case() {
        for (text, expected) in [
            ("Where is ABC-123?", "where is abc 123"),
            (r#"{"city":"Zürich","n":4.5}"#, "city zürich n 4 5"),
            ("返金 order 注文x", "返 金 order 注 文 x"),
            ("", ""),
            ("\u{0}\u{202E}", ""),
        ] {
            assert_eq!(of(text).join(" "), expected, "{text}");
        }
        assert!(of(&"x".repeat(65)).is_empty());
    }

    #[test]
    fn each_word_is_kept_once_and_a_long_text_at_both_ends() {
        let mut words = Words::default();
        words.add("a B b a");
        words.add(&format!("first {} last", "ü ".repeat(20_000)));
        assert_eq!(words.take(), "a b first ü last ");
        words.add("b");
        assert_eq!(words.take(), "b ");
    }
}
