//! How long a text is: as OpenTelemetry counts for a value, or as it weighs in a span.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Measure {
    /// UTF-16 code units: `length` in JavaScript, and never less than a text has characters.
    Length,
    /// Of UTF-8.
    Bytes,
}

impl Measure {
    pub fn of(self, text: &str) -> usize {
        match self {
            Measure::Length => utf16_length(text),
            Measure::Bytes => text.len(),
        }
    }

    /// Whether a text is no longer than `most`; without looking at it where that is clear.
    pub fn fits(self, text: &str, most: usize) -> bool {
        text.len() <= most || (self == Measure::Length && self.of(text) <= most)
    }

    /// As many characters from the start as come to `most` or less.
    pub fn start(self, text: &str, most: usize) -> &str {
        let mut room = most;
        let whole = text.char_indices().find(|(_, char)| {
            let size = match self {
                Measure::Length => char.len_utf16(),
                Measure::Bytes => char.len_utf8(),
            };
            match room.checked_sub(size) {
                Some(left) => room = left,
                None => return true,
            }
            false
        });
        whole.map_or(text, |(at, _)| text.get(..at).unwrap_or_default())
    }
}

/// One for each character, and one more for those that UTF-8 has four bytes for.
fn utf16_length(text: &str) -> usize {
    let is_first = |byte: u8| byte & 0b1100_0000 != 0b1000_0000;
    text.bytes().map(|byte| usize::from(is_first(byte)) + usize::from(byte >= 0xf0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_javascript_says() {
        for text in [
            "",
            "a",
            "é",
            "中",
            "😀",
            "a\u{ffff}\u{10000}\u{10ffff}é",
            "\u{7f}\u{80}\u{7ff}\u{800}",
        ] {
            assert_eq!(Measure::Length.of(text), text.encode_utf16().count(), "{text}");
        }
    }
}
