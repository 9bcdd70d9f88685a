//! JSON text as a value of the handoff: what the SDK has written of a request already need not be
//! walked once more on the event loop.

use super::json::plain_prefix;
use super::snapshot::{Begun, Growing, Snapshot, SnapshotWriter};
use super::text::Text;
use super::value::Value;

impl Snapshot {
    /// What `JSON.parse` would make of the text, however deep; `None` where that would throw.
    pub fn from_json(text: Text<'_>) -> Option<Self> {
        let text = text.to_utf8();
        let mut parser = Parser {
            source: Source { text: &text, at: 0 },
            unescaped: Growing::default(),
            writer: SnapshotWriter::with_capacity(text.len()),
        };
        parser.document()?;
        Some(parser.writer.finish())
    }
}

struct Parser<'t> {
    source: Source<'t>,
    /// What the last text with escapes in it was; kept for its memory.
    unescaped: Growing,
    writer: SnapshotWriter,
}

/// The text and how much of it has been read.
struct Source<'t> {
    text: &'t str,
    at: usize,
}

/// A container that has begun.
struct Open {
    begun: Begun,
    end: u8,
}

impl Parser<'_> {
    fn document(&mut self) -> Option<()> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            // At the beginning of a value.
            let opened = match self.source.next()? {
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
                    return self.source.peek().is_none().then_some(());
                };
                if self.source.peek()? == *end {
                    self.source.at += 1;
                    self.writer.end(*begun);
                    open.pop();
                    is_first = false;
                    continue;
                }
                if !is_first && self.source.next()? != b',' {
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
        if self.source.next()? != b'"' {
            return None;
        }
        self.writer.copied_key(self.source.string(&mut self.unescaped)?);
        (self.source.next()? == b':').then_some(())
    }

    fn leaf(&mut self, first: u8) -> Option<()> {
        let value = match first {
            b'"' => Value::Text(self.source.string(&mut self.unescaped)?),
            b'n' => self.source.word("ull", Value::Null)?,
            b't' => self.source.word("rue", Value::Bool(true))?,
            b'f' => self.source.word("alse", Value::Bool(false))?,
            _ => self.source.number()?,
        };
        self.writer.leaf(value);
        Some(())
    }
}

impl<'t> Source<'t> {
    fn word(&mut self, rest: &str, value: Value<'static>) -> Option<Value<'static>> {
        self.text.get(self.at..)?.strip_prefix(rest)?;
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

    /// The opening quote has been read. What has to be put together is put into `unescaped`.
    fn string<'s>(&mut self, unescaped: &'s mut Growing) -> Option<Text<'s>>
    where
        't: 's,
    {
        let plain = self.plain();
        if self.text.as_bytes().get(self.at) == Some(&b'"') {
            self.at += 1;
            return Some(Text::Latin1(plain));
        }
        unescaped.clear();
        unescaped.append(Text::Latin1(plain));
        loop {
            match *self.text.as_bytes().get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(unescaped.text());
                }
                b'\\' => {
                    self.at += 1;
                    self.escape(unescaped)?;
                }
                0..=0x1f => return None,
                _ => {
                    let rest = self.text.get(self.at..)?;
                    let length = rest.bytes().take_while(|byte| !byte.is_ascii()).count();
                    unescaped.append_str(rest.get(..length)?);
                    self.at += length;
                }
            }
            unescaped.append(Text::Latin1(self.plain()));
        }
    }

    /// What can be taken as it stands, up to the next character that cannot.
    fn plain(&mut self) -> &'t [u8] {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let plain = rest.get(..plain_prefix(rest)).unwrap_or_default();
        self.at += plain.len();
        plain
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
