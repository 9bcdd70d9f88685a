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
            Measure::Length => text.encode_utf16().count(),
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
