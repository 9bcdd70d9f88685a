//! JSON, rewritten token by token: what no rule touches stays as it was, byte for byte, and what comes
//! out is JSON again. A string that holds JSON itself (a tool call's arguments) is rewritten in the
//! same way inside, and belongs to the paths and keys around it.

use std::borrow::Cow;
use std::cell::Cell;

use super::json_string::{push_string, unescape};
use super::path::{Child, State};
use super::pseudonym::{HIDDEN, is_hidden};
use super::text::redact_text;
use super::{Rules, Whole};

/// Deeper than what anybody writes, and no danger for the thread's stack.
const MAX_DEPTH: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not JSON.
    Malformed,
    /// It may be, and is nested too deep to be looked at.
    TooDeep,
}

/// The JSON without what rules find in it; `None` when that is nothing.
pub(super) fn redact_json(
    rules: &Rules,
    text: &str,
    key: &str,
    states: &[State],
    depth: usize,
    has_failed: &Cell<bool>,
) -> Result<Option<String>, Unread> {
    let mut rewriter =
        Rewriter { rules, text, at: 0, out: String::new(), copied: 0, quiet: false, has_failed };
    rewriter.value(key, states, depth)?;
    rewriter.space();
    if rewriter.at != text.len() {
        return Err(Unread::Malformed);
    }
    if rewriter.copied == 0 {
        return Ok(None);
    }
    rewriter.out.push_str(text.get(rewriter.copied..).unwrap_or_default());
    Ok(Some(rewriter.out))
}

/// Whether it is worth trying to read this as JSON.
pub(super) fn may_be_json(text: &str) -> bool {
    let text = text.trim_ascii();
    matches!(text.as_bytes(), [b'{', .., b'}'] | [b'[', .., b']'] | [b'"', .., b'"'])
}

/// Whether somebody meant this to be JSON, cut off or not: no sentence begins so.
pub(super) fn is_meant_as_json(text: &str) -> bool {
    let mut bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let begins = (bytes.next(), bytes.next());
    matches!(begins, (Some(b'{'), Some(b'"' | b'}')) | (Some(b'['), Some(b'{' | b'[')))
}

struct Rewriter<'a> {
    rules: &'a Rules,
    text: &'a str,
    at: usize,
    out: String,
    /// How much of `text` is in `out`, changed or not; 0 while nothing has changed.
    copied: usize,
    /// Inside a value that is replaced as a whole.
    quiet: bool,
    /// Set when a value had to be hidden because it could not be read.
    has_failed: &'a Cell<bool>,
}

impl<'a> Rewriter<'a> {
    fn value(&mut self, key: &str, states: &[State], depth: usize) -> Result<(), Unread> {
        if depth > MAX_DEPTH {
            return Err(Unread::TooDeep);
        }
        self.space();
        if !self.quiet
            && let Some(whole) = self.rules.whole_in_json(key, states)
        {
            return self.whole(whole, key, depth);
        }
        match self.peek() {
            b'{' => self.object(states, depth),
            b'[' => self.array(key, states, depth),
            b'"' => {
                let start = self.at;
                let text = self.string()?;
                if !self.quiet
                    && let Some(redacted) = self.string_value(&text, key, states, depth)
                {
                    self.replace(start, &redacted);
                }
                Ok(())
            }
            b'-' | b'0'..=b'9' => self.number(key),
            _ => self.word(),
        }
    }

    /// Replaces a value as a whole.
    fn whole(&mut self, whole: &Whole, key: &str, depth: usize) -> Result<(), Unread> {
        let start = self.at;
        let first = self.peek();
        self.quiet = true;
        let text = if first == b'"' {
            Some(self.string()?)
        } else {
            self.value("", &[], depth)?;
            let is_number = matches!(first, b'-' | b'0'..=b'9');
            is_number.then(|| Cow::Borrowed(self.text.get(start..self.at).unwrap_or_default()))
        };
        self.quiet = false;
        // There is nothing in it.
        let is_nothing = first == b'n' || text.as_deref().is_some_and(is_hidden);
        if !is_nothing {
            let hidden = self.rules.hide_whole(whole, key, text.as_deref());
            self.replace(start, &hidden);
        }
        Ok(())
    }

    fn string_value(
        &self,
        text: &str,
        key: &str,
        states: &[State],
        depth: usize,
    ) -> Option<String> {
        let read = if may_be_json(text) {
            redact_json(self.rules, text, key, states, depth + 1, self.has_failed)
        } else {
            Err(Unread::Malformed)
        };
        match read {
            Ok(redacted) => redacted,
            Err(Unread::Malformed) if !(self.rules.needs_structure() && is_meant_as_json(text)) => {
                redact_text(self.rules, text, key)
            }
            Err(_) => {
                self.has_failed.set(true);
                Some(HIDDEN.to_owned())
            }
        }
    }

    fn object(&mut self, states: &[State], depth: usize) -> Result<(), Unread> {
        self.at += 1;
        self.space();
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            self.space();
            let start = self.at;
            let name = self.string()?;
            if !self.quiet
                && let Some(redacted) = redact_text(self.rules, &name, "")
            {
                self.replace(start, &redacted);
            }
            self.space();
            self.expect(b':')?;
            let inner = self.follow(states, Child::Member(&name));
            self.value(&name, &inner, depth + 1)?;
            self.space();
            if self.take(b'}') {
                return Ok(());
            }
            self.expect(b',')?;
        }
    }

    /// What is in it stands under the array's own key.
    fn array(&mut self, key: &str, states: &[State], depth: usize) -> Result<(), Unread> {
        self.at += 1;
        self.space();
        if self.take(b']') {
            return Ok(());
        }
        let mut index = 0;
        loop {
            let inner = self.follow(states, Child::Item(index));
            self.value(key, &inner, depth + 1)?;
            self.space();
            if self.take(b']') {
                return Ok(());
            }
            self.expect(b',')?;
            index += 1;
        }
    }

    fn follow(&self, states: &[State], child: Child<'_>) -> Vec<State> {
        let mut inner = Vec::new();
        if !self.quiet {
            self.rules.follow(states, child, &mut inner);
        }
        inner
    }

    /// One that changes becomes a string.
    fn number(&mut self, key: &str) -> Result<(), Unread> {
        let start = self.at;
        self.take(b'-');
        let whole = self.digits();
        let has_leading_zero =
            whole > 1 && self.text.as_bytes().get(self.at - whole) == Some(&b'0');
        if whole == 0 || has_leading_zero || (self.take(b'.') && self.digits() == 0) {
            return Err(Unread::Malformed);
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            if self.digits() == 0 {
                return Err(Unread::Malformed);
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        if !self.quiet
            && self.rules.can_be_number(text)
            && let Some(redacted) = redact_text(self.rules, text, key)
        {
            self.replace(start, &redacted);
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self) -> Result<(), Unread> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let word = ["true", "false", "null"].iter().find(|word| rest.starts_with(**word));
        self.at += word.ok_or(Unread::Malformed)?.len();
        Ok(())
    }

    /// Reads a string and says what it means.
    fn string(&mut self) -> Result<Cow<'a, str>, Unread> {
        self.expect(b'"')?;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut is_plain = true;
        loop {
            match bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    is_plain = false;
                    self.at += 2;
                }
                Some(0..=0x1f) | None => return Err(Unread::Malformed),
                Some(_) => self.at += 1,
            }
        }
        let raw = self.text.get(start..self.at).ok_or(Unread::Malformed)?;
        self.at += 1;
        if is_plain {
            Ok(Cow::Borrowed(raw))
        } else {
            unescape(raw).map(Cow::Owned).ok_or(Unread::Malformed)
        }
    }

    /// Writes `text` as a string in place of what was read from `start` on.
    fn replace(&mut self, start: usize, text: &str) {
        self.out.push_str(self.text.get(self.copied..start).unwrap_or_default());
        push_string(&mut self.out, text);
        self.copied = self.at;
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// 0 at the end.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, byte: u8) -> Result<(), Unread> {
        if self.take(byte) { Ok(()) } else { Err(Unread::Malformed) }
    }
}
