//! Built-in detectors: where in a text there is personal data or a key.
//!
//! One pass over the bytes. A word is looked at where it begins and then skipped, so that prose costs
//! next to nothing; what has no such beginning (`@`, `+`, `:`) is found by the character itself. A
//! detector prefers to miss a form that nobody writes over hiding identifiers, times and counts.

mod email;
mod iban;
mod ip;
mod keys;
mod number_run;
mod phone;
mod scan;
mod secrets;

pub use self::scan::detect;

/// What a detector is called by users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detector {
    Email,
    Phone,
    Card,
    Iban,
    Ip,
    Jwt,
    PrivateKey,
    ApiKey,
}

const NAMES: [(&str, Detector); 8] = [
    ("email", Detector::Email),
    ("phone", Detector::Phone),
    ("card", Detector::Card),
    ("iban", Detector::Iban),
    ("ip", Detector::Ip),
    ("jwt", Detector::Jwt),
    ("privateKey", Detector::PrivateKey),
    ("apiKey", Detector::ApiKey),
];

impl Detector {
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, detector)| *detector)
    }
}

/// Which detectors are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Detectors(u16);

impl Detectors {
    #[cfg(test)]
    pub fn all() -> Self {
        NAMES.iter().fold(Self::default(), |set, (_, detector)| set.with(*detector))
    }

    #[must_use]
    pub fn with(self, detector: Detector) -> Self {
        Self(self.0 | 1 << detector as u16)
    }

    pub fn has(self, detector: Detector) -> bool {
        self.0 & (1 << detector as u16) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Bytes of a text that are to be hidden.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    pub detector: Detector,
    /// What stands in its place before the colon.
    pub label: &'static str,
}

impl Found {
    /// The same for every way in which this can be written.
    pub fn normalized(&self, text: &str) -> String {
        match self.detector {
            Detector::Email | Detector::Ip => text.to_lowercase(),
            Detector::Phone | Detector::Card => text.chars().filter(char::is_ascii_digit).collect(),
            Detector::Iban => {
                let written = text.chars().filter(char::is_ascii_alphanumeric);
                written.map(|character| character.to_ascii_uppercase()).collect()
            }
            Detector::Jwt | Detector::PrivateKey | Detector::ApiKey => text.to_owned(),
        }
    }
}

/// 0 where there is none.
fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// 0 at the beginning.
fn byte_before(bytes: &[u8], at: usize) -> u8 {
    at.checked_sub(1).map_or(0, |before| byte(bytes, before))
}

/// The first byte from `at` on that `is_part` refuses.
fn end_while(bytes: &[u8], at: usize, is_part: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len())
}

/// The same, but nothing of the kind is longer than `max`: what a text repeats must not be read over and
/// over again to its end.
fn end_within(bytes: &[u8], at: usize, max: usize, is_part: impl Fn(u8) -> bool) -> usize {
    let end = bytes.len().min(at.saturating_add(max));
    end_while(bytes.get(..end).unwrap_or(bytes), at, is_part)
}

fn end_of_word(bytes: &[u8], at: usize) -> usize {
    end_while(bytes, at, |byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests;
