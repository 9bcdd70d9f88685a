//! Shortening one text: media first, JSON so that it stays JSON, anything else at its end.

use std::borrow::Cow;

use super::json;
use super::measure::Measure;
use super::media;
use crate::redact::without_half;

/// The text in `most` or less; `None` where it is short enough.
pub(super) fn shortened(text: &str, most: usize, measure: Measure) -> Option<String> {
    if measure.fits(text, most) {
        return None;
    }
    if let Some(json) = json::shortened(text, most, measure) {
        return Some(json);
    }
    Some(match media::in_text(text) {
        Some(lighter) => cut(&lighter, most, measure).into_owned(),
        None => cut(text, most, measure).into_owned(),
    })
}

/// The text in `most_bytes` and, marks included, in `most_length` where that is given. A text of many
/// bytes a character is lengthened by a mark.
pub(super) fn lightened(
    text: &str,
    most_bytes: usize,
    most_length: Option<usize>,
) -> Option<String> {
    let mut budget = most_bytes;
    loop {
        let shorter = shortened(text, budget, Measure::Bytes)?;
        if most_length.is_none_or(|most| Measure::Length.fits(&shorter, most)) {
            return Some(shorter);
        }
        budget = budget / 4 * 3;
    }
}

/// The text without media, where it has any.
pub(super) fn without_media(text: &str) -> Option<String> {
    json::without_media(text).unwrap_or_else(|| media::in_text(text))
}

/// The start of a text and how much is missing, where there is room to say so.
pub(super) fn cut(text: &str, most: usize, measure: Measure) -> Cow<'_, str> {
    if measure.fits(text, most) {
        return Cow::Borrowed(text);
    }
    let whole = Measure::Length.of(text);
    let room = most.checked_sub(measure.of(&mark(whole))).filter(|room| *room >= MIN_START);
    let Some(room) = room else {
        return Cow::Borrowed(without_half(text, measure.start(text, most).len()));
    };
    let start = without_half(text, measure.start(text, room).len());
    Cow::Owned([start, &mark(whole - Measure::Length.of(start))].concat())
}

/// With less of the text before it a mark would be all that is left.
const MIN_START: usize = 4;

fn mark(chars: usize) -> String {
    format!("…[cut {chars} chars]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_says_how_much_is_missing() {
        for (text, most, expected) in [
            ("short", 5, "short"),
            ("abcdefghijklmnopqrstuvwxyz", 25, "abcdefghij…[cut 16 chars]"),
            ("ääääääääääääääääääääääääääää", 27, "ääääääääääää…[cut 16 chars]"),
            ("abcdefghijklmnopqrstuvwxyz", 10, "abcdefghij"),
            ("ab", 1, "a"),
            ("ab", 0, ""),
        ] {
            let cut = cut(text, most, Measure::Length);
            assert!(Measure::Length.of(&cut) <= most);
            assert_eq!(cut, expected, "{text} in {most}");
        }
    }

    #[test]
    fn a_pseudonym_is_left_whole_or_left_out() {
        let text = "ask <email:4ddd3c92> or <email:4ddd3c92>, who knows them all, and nobody else";
        for most in 0..text.len() {
            for measure in [Measure::Length, Measure::Bytes] {
                let cut = cut(text, most, measure);
                assert!(measure.of(&cut) <= most, "{most}: {cut}");
                let rest = cut.replace("<email:4ddd3c92>", "");
                assert!(!rest.contains('<'), "{most}: {cut}");
            }
        }
    }

    #[test]
    fn surrogate_pairs_and_bytes_are_never_halved() {
        let text = "😀".repeat(40);
        for most in 0..90 {
            for measure in [Measure::Length, Measure::Bytes] {
                let cut = cut(&text, most, measure);
                assert!(measure.of(&cut) <= most, "{most} {measure:?}: {cut}");
            }
        }
    }
}
