//! JSON as a tree that refers to its text. Takes what `JSON.parse` takes, as far as the structure
//! goes: whoever reads it afterwards must be able to.

use std::borrow::Cow;

#[derive(Debug, PartialEq)]
pub(super) enum Node<'t> {
    /// A number, `true`, `false`, `null`; or what is nested too deep to be looked into.
    Plain(&'t str),
    /// What is between the quotes, with its escapes.
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    /// Names have their escapes too.
    Map(Vec<(&'t str, Node<'t>)>),
}

/// Beyond what any reader in the field takes.
const MAX_DEPTH: usize = 256;

/// An object or list and nothing else; `None` for any other text.
pub(super) fn parse(text: &str) -> Option<Node<'_>> {
    let mut parser = Parser { text, at: 0 };
    parser.skip_space();
    if !matches!(parser.peek()?, b'{' | b'[') {
        return None;
    }
    let node = parser.value(0)?;
    parser.skip_space();
    (parser.at == text.len()).then_some(node)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Whether `byte` came, which is passed then.
    fn takes(&mut self, byte: u8) -> bool {
        let comes = self.peek() == Some(byte);
        self.at += usize::from(comes);
        comes
    }

    fn value(&mut self, depth: usize) -> Option<Node<'t>> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.map(depth),
            b'[' => self.list(depth),
            b'"' => Some(Node::Text(Cow::Borrowed(self.string()?))),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn map(&mut self, depth: usize) -> Option<Node<'t>> {
        self.at += 1;
        let mut fields = Vec::new();
        self.skip_space();
        if self.takes(b'}') {
            return Some(Node::Map(fields));
        }
        loop {
            self.skip_space();
            let name = self.string()?;
            self.skip_space();
            if !self.takes(b':') {
                return None;
            }
            self.skip_space();
            fields.push((name, self.value(depth + 1)?));
            self.skip_space();
            if self.takes(b'}') {
                return Some(Node::Map(fields));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Node<'t>> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.takes(b']') {
            return Some(Node::List(items));
        }
        loop {
            self.skip_space();
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.takes(b']') {
                return Some(Node::List(items));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<&'t str> {
        if !self.takes(b'"') {
            return None;
        }
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    match self.peek()? {
                        b'u' => {
                            let digits = self.text.as_bytes().get(self.at + 1..self.at + 5)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            self.at += 5;
                        }
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
                        _ => return None,
                    }
                }
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
        let string = self.text.get(start..self.at)?;
        self.at += 1;
        Some(string)
    }

    fn word(&mut self, word: &str) -> Option<Node<'t>> {
        let text = self.text.get(self.at..self.at + word.len()).filter(|text| *text == word)?;
        self.at += word.len();
        Some(Node::Plain(text))
    }

    fn number(&mut self) -> Option<Node<'t>> {
        let start = self.at;
        self.takes(b'-');
        if !self.takes(b'0') {
            self.digits()?;
        }
        if self.takes(b'.') {
            self.digits()?;
        }
        if self.takes(b'e') || self.takes(b'E') {
            let _ = self.takes(b'+') || self.takes(b'-');
            self.digits()?;
        }
        self.text.get(start..self.at).map(Node::Plain)
    }

    /// One or more.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_json_if_json_parse_takes_it_and_it_is_an_object_or_a_list() {
        for json in [
            "{}",
            "[]",
            " [ ] ",
            r#"{"a":1}"#,
            r#"{"a":1,"a":-0.5e+10,"":null}"#,
            r#"["\u00e9\"\\\/",true,false,[[{}]]]"#,
            "[0,1.5,1E5]",
        ] {
            assert!(parse(json).is_some(), "{json}");
            assert!(serde_json::from_str::<serde_json::Value>(json).is_ok(), "{json}");
        }
        for other in [
            "",
            "1",
            "\"a\"",
            "null",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "[01]",
            "[1.]",
            "[-]",
            "[1e]",
            "[tru]",
            "[\"a]",
            "[\"\\x\"]",
            "[\"\\u12\"]",
            "[\"\u{1}\"]",
            "{} {}",
            "[1] x",
            "{a:1}",
            "[1 2]",
            "[Once upon a time]",
        ] {
            assert_eq!(parse(other), None, "{other}");
            assert!(
                serde_json::from_str::<serde_json::Value>(other).is_err()
                    || !other.starts_with(['{', '[']),
                "{other}"
            );
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_no_json_and_no_danger() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(parse(&deep(MAX_DEPTH)).is_some());
        assert_eq!(parse(&deep(1_000_000)), None);
    }
}
