//! The pass over a text's bytes: which of them may begin something, and who looks at it then.

use super::{
    Detector, Detectors, Found, byte, email, end_of_word, iban, ip, keys, number_run, phone,
    secrets,
};

/// What a byte can be the beginning, or the sign, of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    None,
    Letter,
    Digit,
    At,
    Percent,
    Plus,
    Parenthesis,
    Dash,
    Colon,
    Equals,
}

static SIGNS: [Sign; 256] = signs();

const fn signs() -> [Sign; 256] {
    let mut signs = [Sign::None; 256];
    let mut byte = 0usize;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "it is below 256")]
        #[expect(clippy::indexing_slicing, reason = "it is below 256, and runs in the compiler")]
        {
            signs[byte] = sign(byte as u8);
        }
        byte += 1;
    }
    signs
}

const fn sign(byte: u8) -> Sign {
    match byte {
        b'0'..=b'9' => Sign::Digit,
        b'a'..=b'z' | b'A'..=b'Z' => Sign::Letter,
        b'@' => Sign::At,
        b'%' => Sign::Percent,
        b'+' => Sign::Plus,
        b'(' => Sign::Parenthesis,
        b'-' => Sign::Dash,
        b':' => Sign::Colon,
        b'=' => Sign::Equals,
        _ => Sign::None,
    }
}

/// A text with what is on, and what has been found in it.
struct Scan<'a> {
    text: &'a str,
    on: Detectors,
    /// The key under which the text stands says that it is a telephone number.
    is_phone: bool,
    /// Where no token begins, as has been found out.
    no_jwt_before: usize,
    found: &'a mut Vec<Found>,
}

/// Adds what is found in `text`, in no particular order, possibly one within another. `key` is the
/// name under which the text stands, or empty.
pub fn detect(text: &str, key: &str, on: Detectors, found: &mut Vec<Found>) {
    let is_phone = !key.is_empty() && on.has(Detector::Phone) && phone::is_key(key);
    let mut scan = Scan { text, on, is_phone, no_jwt_before: 0, found };
    if !key.is_empty() && on.has(Detector::ApiKey) && secrets::is_secret_under(key, text) {
        scan.add(0, text.len(), Detector::ApiKey, secrets::LABEL);
    }
    scan.run();
}

impl Scan<'_> {
    fn run(&mut self) {
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let next = match SIGNS.get(usize::from(*byte)).unwrap_or(&Sign::None) {
                Sign::None => at + 1,
                Sign::Letter => self.word(at),
                Sign::Digit => self.digits(at),
                Sign::At => self.email(at, 1),
                Sign::Percent => self.percent(at),
                Sign::Plus | Sign::Parenthesis => self.number(at).unwrap_or(at + 1),
                Sign::Dash => self.pem(at),
                Sign::Colon => self.colon(at),
                Sign::Equals => self.assignment(at),
            };
            at = next.max(at + 1);
        }
    }

    fn add(&mut self, start: usize, end: usize, detector: Detector, label: &'static str) {
        self.found.push(Found { start, end, detector, label });
    }

    /// Only entered where a word begins.
    fn word(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let end = end_of_word(bytes, at);
        if let Some(end) = self.key_at(at) {
            return end;
        }
        // As it stands in text that was escaped: `\nsk-…`.
        let is_escape = at > 0 && byte(bytes, at - 1) == b'\\' && b"nrt".contains(&byte(bytes, at));
        if is_escape {
            return self.key_at(at + 1).unwrap_or(end);
        }
        if self.on.has(Detector::Iban)
            && let Some(end) = iban::end(bytes, at)
        {
            self.add(at, end, Detector::Iban, "iban");
            return end;
        }
        if self.on.has(Detector::Ip)
            && let Some(end) = ip::end_of_v6(self.text, at)
        {
            self.add(at, end, Detector::Ip, "ip");
            return end;
        }
        end
    }

    /// A word that begins with a digit.
    fn digits(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        if self.on.has(Detector::Ip)
            && let Some(end) = ip::end_of_v6(self.text, at)
        {
            self.add(at, end, Detector::Ip, "ip");
            return end;
        }
        if let Some(end) = self.key_at(at) {
            return end;
        }
        self.number(at).unwrap_or_else(|| end_of_word(bytes, at))
    }

    fn key_at(&mut self, at: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        if self.on.has(Detector::Jwt)
            && at >= self.no_jwt_before
            && let Some(header) = secrets::end_of_jwt_header(bytes, at)
        {
            if let Some(end) = secrets::end_of_jwt(bytes, at, header) {
                self.add(at, end, Detector::Jwt, "jwt");
                return Some(end);
            }
            // Nor does one begin later in the same segment.
            self.no_jwt_before = header;
        }
        if self.on.has(Detector::ApiKey)
            && let Some((end, label)) = keys::at(bytes, at)
        {
            self.add(at, end, Detector::ApiKey, label);
            return Some(end);
        }
        None
    }

    fn email(&mut self, at: usize, length: usize) -> usize {
        if self.on.has(Detector::Email)
            && let Some((start, end)) = email::around(self.text, at, at + length)
        {
            self.add(start, end, Detector::Email, "email");
            return end;
        }
        at + length
    }

    /// `%40` is an `@` in a URL, and the two digits of any other are not the beginning of a word.
    fn percent(&mut self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (first, second) = (byte(bytes, at + 1), byte(bytes, at + 2));
        if (first, second) == (b'4', b'0') {
            return self.email(at, 3);
        }
        if !first.is_ascii_hexdigit() || !second.is_ascii_hexdigit() {
            return at + 1;
        }
        self.key_at(at + 3).unwrap_or(at + 3)
    }

    fn number(&mut self, at: usize) -> Option<usize> {
        let mut run = number_run::Run::read(self.text.as_bytes(), at)?;
        run.follows_found = self.found.last().is_some_and(|found| found.end == at);
        let first = self.found.len();
        run.find(self.text, self.on, self.is_phone, self.found);
        // What follows a number that was found is looked at again.
        let end = self.found.iter().skip(first).map(|found| found.end).max();
        Some(end.unwrap_or_else(|| end_of_word(self.text.as_bytes(), run.end())))
    }

    fn pem(&mut self, at: usize) -> usize {
        if self.on.has(Detector::PrivateKey)
            && let Some(end) = secrets::end_of_private_key(self.text, at)
        {
            self.add(at, end, Detector::PrivateKey, "private_key");
            return end;
        }
        at + 1
    }

    fn colon(&mut self, at: usize) -> usize {
        if self.on.has(Detector::Ip)
            && byte(self.text.as_bytes(), at + 1) == b':'
            && let Some(end) = ip::end_of_v6(self.text, at)
        {
            self.add(at, end, Detector::Ip, "ip");
            return end;
        }
        if self.on.has(Detector::ApiKey)
            && let Some((start, end)) = secrets::telegram_token(self.text.as_bytes(), at)
        {
            self.add(start, end, Detector::ApiKey, "telegram_key");
            return end;
        }
        self.assignment(at)
    }

    fn assignment(&mut self, at: usize) -> usize {
        if self.on.has(Detector::ApiKey)
            && let Some((start, end)) = secrets::assigned(self.text, at)
        {
            self.add(start, end, Detector::ApiKey, secrets::LABEL);
            return end;
        }
        at + 1
    }
}
