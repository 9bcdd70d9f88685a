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
    joined: Vec<u8>,
}

impl Words {
    pub fn add(&mut self, text: &str) {
        let (head, tail) = ends(text);
        for part in [head, tail] {
            each(part, |word| self.add_word(word));
        }
    }

    #[inline]
    fn add_word(&mut self, word: &Word) {
        if self.seen.insert(word.hash()) {
            self.joined.extend_from_slice(word.bytes());
            self.joined.push(b' ');
        }
    }

    /// What was added so far; begins anew.
    pub fn take(&mut self) -> String {
        self.seen.clear();
        let joined = std::str::from_utf8(&self.joined).unwrap_or_default().to_owned();
        self.joined.clear();
        joined
    }
}

/// A word in lower case, followed by zeros.
struct Word {
    padded: [u8; MAX_WORD_BYTES],
    length: usize,
}

impl Word {
    /// `None` for what is no word, as it is too long or empty.
    #[inline]
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut padded = [0; MAX_WORD_BYTES];
        let length = bytes.len();
        padded.get_mut(..length).filter(|_| length > 0)?.copy_from_slice(bytes);
        Some(Self { padded, length })
    }

    /// Most words: up to eight letters and digits of ASCII, with as many bytes of text behind them.
    #[inline]
    fn short(bytes: &[u8], start: usize, end: usize) -> Option<Self> {
        let length = end - start;
        if length > 8 {
            return None;
        }
        let eight = u64::from_le_bytes(*bytes.get(start..)?.first_chunk()?);
        let kept = u64::MAX.checked_shr(64 - 8 * u32::try_from(length).ok()?)?;
        if eight & kept & 0x8080_8080_8080_8080 != 0 {
            return None;
        }
        // The bit that makes letters small is set in digits.
        let lower = (eight | 0x2020_2020_2020_2020) & kept;
        let mut padded = [0; MAX_WORD_BYTES];
        *padded.first_chunk_mut()? = lower.to_le_bytes();
        Some(Self { padded, length })
    }

    fn bytes(&self) -> &[u8] {
        self.padded.get(..self.length).unwrap_or_default()
    }

    /// Eight bytes at a time, each folded into the whole by a product of 128 bits. Of two words with
    /// the same hash the second would not be found: with 64 bits and the words of one span, nobody
    /// meets two unless they look for them.
    #[inline]
    fn hash(&self) -> u64 {
        let (chunks, _) = self.padded.as_chunks::<8>();
        chunks.iter().take(self.length.div_ceil(8)).fold(self.length as u64, |hash, chunk| {
            let mixed = hash.rotate_left(32) ^ u64::from_le_bytes(*chunk) ^ HASH_START;
            let product = u128::from(mixed) * u128::from(HASH_FACTOR);
            (product >> 64) as u64 ^ product as u64
        })
    }
}

/// Without any pattern in their bits: the fractions of two square roots.
const HASH_START: u64 = 0xbb67_ae85_84ca_a73b;
const HASH_FACTOR: u64 = 0x6a09_e667_f3bc_c909;

/// The words of a text, in their order. Most texts are ASCII for the most part, so that only a run of
/// characters that has others in it is looked at as such.
#[inline]
fn each(text: &str, mut found: impl FnMut(&Word)) {
    runs(text.as_bytes(), |bytes, start, end| {
        if let Some(word) = Word::short(bytes, start, end) {
            return found(&word);
        }
        let run = bytes.get(start..end).unwrap_or_default();
        if run.is_ascii() {
            if let Some(mut word) = Word::of(run) {
                word.padded.make_ascii_lowercase();
                found(&word);
            }
        } else if let Ok(run) = std::str::from_utf8(run) {
            split(&run.to_lowercase(), |part| {
                if let Some(word) = Word::of(part.as_bytes()) {
                    found(&word);
                }
            });
        }
    });
}

/// Calls `found` with where each run of ASCII's letters and digits and of other characters than
/// ASCII's begins and ends. Sixty-four bytes at a time: one by one takes several times as long.
#[inline]
fn runs(bytes: &[u8], mut found: impl FnMut(&[u8], usize, usize)) {
    let mut start = None;
    let mut begin = 0;
    for block in bytes.chunks(64) {
        let inside = match block.first_chunk() {
            Some(whole) => inside(whole),
            None => {
                let mut padded = [0; 64];
                padded.iter_mut().zip(block).for_each(|(to, from)| *to = *from);
                inside(&padded)
            }
        };
        let mut borders = inside ^ (inside << 1 | u64::from(start.is_some()));
        while borders != 0 {
            let at = begin + borders.trailing_zeros() as usize;
            borders &= borders - 1;
            match start.take() {
                Some(start) => found(bytes, start, at),
                None => start = Some(at),
            }
        }
        begin += 64;
    }
    if let Some(start) = start {
        found(bytes, start, bytes.len());
    }
}

/// A bit for each byte that is inside a word.
#[inline]
fn inside(block: &[u8; 64]) -> u64 {
    let flags = block.map(|byte| {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        u8::from(is_letter | is_digit | (byte >= 0x80))
    });
    let (eights, _) = flags.as_chunks::<8>();
    // The product brings the lowest bits of eight bytes together in its highest byte.
    eights.iter().rev().fold(0, |bits, eight| {
        bits << 8 | u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
    each(text, |word| words.push(String::from_utf8_lossy(word.bytes()).into_owned()));
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

/// Where a run has other characters than ASCII's: marks between words, words of one character.
fn split(lower: &str, mut found: impl FnMut(&str)) {
    for run in lower.split(|char: char| !char.is_alphanumeric()) {
        let mut start = 0;
        for (at, char) in run.char_indices().filter(|(_, char)| is_word_alone(*char)) {
            let end = at + char.len_utf8();
            for part in [run.get(start..at), run.get(at..end)].into_iter().flatten() {
                found(part);
            }
            start = end;
        }
        found(run.get(start..).unwrap_or_default());
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

    /// As one would write it who has time.
    fn one_by_one(text: &str) -> Vec<String> {
        let mut words = Vec::new();
        let between = |char: char| char.is_ascii() && !char.is_ascii_alphanumeric();
        for run in text.split(between) {
            split(&run.to_lowercase(), |word| words.push(word.to_owned()));
        }
        words.retain(|word| !word.is_empty() && word.len() <= MAX_WORD_BYTES);
        words
    }

    proptest::proptest! {
        #[test]
        fn words_are_the_same_as_if_read_one_by_one(
            text in "([a-zA-Z0-9@`{\\[:/\u{7f}\u{0} .,]{0,12}|[a-z]{60,70}|[\\PC]|[ÄßİΣ’返]){0,40}"
        ) {
            proptest::prop_assert_eq!(of(&text), one_by_one(&text));
        }
    }
}
