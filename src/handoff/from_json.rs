//! JSON text as a value of the handoff: what the SDK has written of a request already need not be
//! walked once more on the event loop.

use super::snapshot::{Begun, Growing, Snapshot, SnapshotWriter};
use super::text::Text;
use super::value::Value;

impl Snapshot {
    /// What `JSON.parse` would make of the text, however deep; `None` where that would throw.
    pub fn from_json(text: Text<'_>) -> Option<Self> {
        let utf8 = text.to_utf8();
        let mut parser = Parser { text: &utf8, at: 0, writer: SnapshotWriter::default() };
        parser.document()?;
        Some(parser.writer.finish())
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    writer: SnapshotWriter,
}

/// A container that has begun.
struct Open {
    begun: Begun,
    end: u8,
}

impl<'t> Parser<'t> {
    fn document(&mut self) -> Option<()> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            // At the beginning of a value.
            let opened = match self.next()? {
                b'{' => Some(Open { begun: self.writer.begin_object(), end: b'}' }),
                b'[' => Some(Open { begun: self.writer.begin_array(), end: b']' }),
                other => {
                    self.leaf(other)?;
                    None
                }
            };
            let mut is_first = opened.is_some();
            open.extend(opened);
            // Behind a value, or behind the beginning of a container.
            loop {
                let Some(Open { begun, end }) = open.last() else {
                    return self.peek().is_none().then_some(());
                };
                if self.peek()? == *end {
                    self.at += 1;
                    self.writer.end(*begun);
                    open.pop();
                    is_first = false;
                    continue;
                }
                if !is_first && self.next()? != b',' {
                    return None;
                }
                if *end == b'}' {
                    self.key()?;
                }
                break;
            }
        }
    }

    fn key(&mut self) -> Option<()> {
        if self.next()? != b'"' {
            return None;
        }
        let key = self.string()?;
        self.writer.copied_key(key.text());
        (self.next()? == b':').then_some(())
    }

    fn leaf(&mut self, first: u8) -> Option<()> {
        let value = match first {
            b'"' => {
                let string = self.string()?;
                self.writer.text(string.text());
                return Some(());
            }
            b'n' => self.word("ull", Value::Null)?,
            b't' => self.word("rue", Value::Bool(true))?,
            b'f' => self.word("alse", Value::Bool(false))?,
            _ => self.number()?,
        };
        self.writer.leaf(value);
        Some(())
    }

    fn word(&mut self, rest: &str, value: Value<'static>) -> Option<Value<'static>> {
        self.rest().strip_prefix(rest)?;
        self.at += rest.len();
        Some(value)
    }

    /// Its first character has been read.
    fn number(&mut self) -> Option<Value<'static>> {
        let all = self.text.get(self.at - 1..)?;
        let length = length_of_number(all.as_bytes())?;
        self.at += length - 1;
        let number = all.get(..length)?;
        match number.parse() {
            Ok(int) => Some(Value::Int(int)),
            Err(_) => number.parse().ok().map(Value::Number),
        }
    }

    /// The opening quote has been read.
    fn string(&mut self) -> Option<Growing> {
        let mut string = Growing::default();
        loop {
            let rest = self.rest();
            let length = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
            string.append_str(rest.get(..length)?);
            self.at += length;
            match self.byte()? {
                b'"' => return Some(string),
                b'\\' => self.escape(&mut string)?,
                _ => return None,
            }
        }
    }

    fn escape(&mut self, string: &mut Growing) -> Option<()> {
        let byte = match self.byte()? {
            b'b' => 0x08,
            b't' => b'\t',
            b'n' => b'\n',
            b'f' => 0x0c,
            b'r' => b'\r',
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return None;
                }
                let unit = u16::from_str_radix(digits, 16).ok()?;
                self.at += 4;
                string.append_unit(unit);
                return Some(());
            }
            byte @ (b'"' | b'\\' | b'/') => byte,
            _ => return None,
        };
        string.append(Text::Latin1(&[byte]));
        Some(())
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.text.as_bytes().get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// The byte behind white space.
    fn next(&mut self) -> Option<u8> {
        self.peek()?;
        self.byte()
    }

    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }
}

/// As JSON has numbers, which is stricter than Rust.
fn length_of_number(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        (count > 0).then_some(from + count)
    };
    let start = usize::from(bytes.first() == Some(&b'-'));
    let mut end = digits(start)?;
    if bytes.get(start) == Some(&b'0') && end > start + 1 {
        return None;
    }
    if bytes.get(end) == Some(&b'.') {
        end = digits(end + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let has_sign = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits(end + 1 + usize::from(has_sign))?;
    }
    Some(end)
}
