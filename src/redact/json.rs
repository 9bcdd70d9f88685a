//! JSON as text: walked and rewritten without being made a tree of values, so that what is kept is
//! kept byte by byte, in its order, numbers and escapes as they were written.
//!
//! What is walked is checked; what is kept whole is only skipped.

use std::borrow::Cow;

use memchr::memchr2;

/// What takes the place of a value that is hidden.
pub const REDACTED: &str = "__REDACTED__";
pub(super) const REDACTED_JSON: &str = "\"__REDACTED__\"";

/// Far beyond what requests and answers nest. Each level is read once more than the one above.
const MAX_DEPTH: usize = 64;

/// A field of an object: its key, and its value as it is written.
#[derive(Debug)]
pub(super) struct Field<'j> {
    pub key: Cow<'j, str>,
    pub value: &'j str,
    written_key: &'j str,
}

impl<'j> Field<'j> {
    pub fn text(&self) -> Option<Cow<'j, str>> {
        text(self.value)
    }

    pub fn is_text(&self) -> bool {
        self.value.starts_with('"')
    }

    pub fn is_object(&self) -> bool {
        self.value.starts_with('{')
    }

    pub fn is_list(&self) -> bool {
        self.value.starts_with('[')
    }

    /// A number, `true`, `false` or `null`.
    pub fn is_plain(&self) -> bool {
        !self.is_text() && !self.is_object() && !self.is_list()
    }
}

/// Where something stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'p> {
    /// 0 for the fields of the outermost object.
    pub depth: usize,
    /// The key of the nearest field around it.
    pub around: &'p str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    Keep,
    Hide,
    /// Fields, items and texts inside are asked about.
    Inside,
    /// This text instead.
    Text(String),
    /// This JSON instead.
    Json(String),
}

pub(super) trait Rules {
    /// What becomes of a field; `fields` are all those of its object.
    fn field(&self, place: Place<'_>, field: &Field<'_>, fields: &[Field<'_>]) -> Verdict;

    /// What becomes of a text that is no field's, or whose field is to be looked into.
    fn text(&self, place: Place<'_>, text: &str) -> Verdict;

    /// What becomes of an item of a list.
    fn item(&self, _place: Place<'_>, _item: &str) -> Verdict {
        Verdict::Inside
    }
}

/// What a rewriting came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rewritten {
    Unchanged,
    Changed(String),
    /// It is no JSON, or nested without end.
    Refused,
}

/// Whether a text can be an object or a list.
pub(super) fn looks_like_json(text: &str) -> bool {
    let text = text.trim_ascii();
    (text.starts_with('{') && text.ends_with('}')) || (text.starts_with('[') && text.ends_with(']'))
}

pub(super) fn rewrite(json: &str, rules: &impl Rules) -> Rewritten {
    let mut writer = Writer { rules, out: String::with_capacity(json.len()), has_changed: false };
    let written = writer.value(json.trim_ascii(), Place { depth: 0, around: "" });
    match written {
        None => Rewritten::Refused,
        Some(()) if writer.has_changed => Rewritten::Changed(writer.out),
        Some(()) => Rewritten::Unchanged,
    }
}

struct Writer<'r, R> {
    rules: &'r R,
    out: String,
    has_changed: bool,
}

impl<R: Rules> Writer<'_, R> {
    fn value(&mut self, written: &str, place: Place<'_>) -> Option<()> {
        if place.depth > MAX_DEPTH {
            return None;
        }
        match written.as_bytes().first()? {
            b'{' => self.object(written, place),
            b'[' => self.list(written, place),
            b'"' => {
                let verdict = self.rules.text(place, &text(written)?);
                self.judged(verdict, written)
            }
            _ => {
                self.out.push_str(written);
                Some(())
            }
        }
    }

    fn object(&mut self, written: &str, place: Place<'_>) -> Option<()> {
        let fields = fields(written)?;
        self.out.push('{');
        for (index, field) in fields.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.out.push_str(field.written_key);
            self.out.push(':');
            let verdict = self.rules.field(place, field, &fields);
            let inside = Place { depth: place.depth + 1, around: &field.key };
            self.judged_value(verdict, field.value, inside)?;
        }
        self.out.push('}');
        Some(())
    }

    fn list(&mut self, written: &str, place: Place<'_>) -> Option<()> {
        self.out.push('[');
        for (index, item) in items(written)?.into_iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            let verdict = self.rules.item(place, item);
            self.judged_value(verdict, item, Place { depth: place.depth + 1, ..place })?;
        }
        self.out.push(']');
        Some(())
    }

    fn judged_value(&mut self, verdict: Verdict, written: &str, place: Place<'_>) -> Option<()> {
        if verdict == Verdict::Inside {
            return self.value(written, place);
        }
        self.judged(verdict, written)
    }

    fn judged(&mut self, verdict: Verdict, written: &str) -> Option<()> {
        match verdict {
            Verdict::Keep | Verdict::Inside => self.out.push_str(written),
            // That there was none is no secret.
            Verdict::Hide if written == "null" => self.out.push_str(written),
            Verdict::Hide => {
                self.has_changed |= written != REDACTED_JSON;
                self.out.push_str(REDACTED_JSON);
            }
            Verdict::Json(json) => {
                self.has_changed |= json != written;
                self.out.push_str(&json);
            }
            Verdict::Text(text) => {
                self.has_changed = true;
                self.out.push_str(&serde_json::to_string(&text).ok()?);
            }
        }
        Some(())
    }
}

/// Objects that define something have few fields; those that do not may have any number.
const MAX_BESIDE: usize = 256;

/// Whether one of the fields of an object is like this.
pub(super) fn has_beside(fields: &[Field<'_>], is_like: impl Fn(&Field<'_>) -> bool) -> bool {
    fields.iter().take(MAX_BESIDE).any(is_like)
}

/// The fields of an object; `None` for what is none.
pub(super) fn fields(written: &str) -> Option<Vec<Field<'_>>> {
    let mut scanner = Scanner::inside(written, '{', '}')?;
    let mut fields = Vec::new();
    while !scanner.is_at_end() {
        if !fields.is_empty() {
            scanner.take(b',')?;
        }
        let written_key = scanner.text()?;
        scanner.take(b':')?;
        let value = scanner.value()?;
        fields.push(Field { key: text(written_key)?, value, written_key });
    }
    Some(fields)
}

/// The items of a list; `None` for what is none.
pub(super) fn items(written: &str) -> Option<Vec<&str>> {
    let mut scanner = Scanner::inside(written, '[', ']')?;
    let mut items = Vec::new();
    while !scanner.is_at_end() {
        if !items.is_empty() {
            scanner.take(b',')?;
        }
        items.push(scanner.value()?);
    }
    Some(items)
}

/// What a written text says. Half a surrogate pair, which is no character, becomes U+FFFD.
pub(super) fn text(written: &str) -> Option<Cow<'_, str>> {
    let inner = written.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        out.push_str(plain);
        let mut characters = escaped.chars();
        let character = match characters.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let (character, after) = unicode(escaped)?;
                out.push(character);
                rest = after;
                continue;
            }
            other @ ('"' | '\\' | '/') => other,
            _ => return None,
        };
        out.push(character);
        rest = characters.as_str();
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

/// The character that `uXXXX`, or two of them, stand for, and what follows.
fn unicode(escaped: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text.get(1..5)?, 16).ok();
    let first = unit(escaped)?;
    let after = escaped.get(5..)?;
    let second = after.strip_prefix('\\').filter(|next| next.starts_with('u')).and_then(unit);
    let pair = [Some(first), second];
    match char::decode_utf16(pair.into_iter().flatten()).next() {
        Some(Ok(character)) if character.len_utf16() == 2 => Some((character, after.get(6..)?)),
        Some(Ok(character)) => Some((character, after)),
        _ => Some((char::REPLACEMENT_CHARACTER, after)),
    }
}

struct Scanner<'j> {
    json: &'j str,
    at: usize,
}

impl<'j> Scanner<'j> {
    fn inside(written: &'j str, open: char, close: char) -> Option<Self> {
        let json = written.strip_prefix(open)?.strip_suffix(close)?;
        Some(Scanner { json, at: 0 })
    }

    fn peek(&mut self) -> Option<u8> {
        let rest = self.json.as_bytes().get(self.at..)?;
        self.at += rest.iter().take_while(|byte| b" \t\r\n".contains(byte)).count();
        self.json.as_bytes().get(self.at).copied()
    }

    fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn text(&mut self) -> Option<&'j str> {
        self.take(b'"')?;
        let start = self.at - 1;
        self.at = end_of_text(self.json.as_bytes(), self.at)?;
        self.json.get(start..self.at)
    }

    fn value(&mut self) -> Option<&'j str> {
        match self.peek()? {
            b'"' => self.text(),
            b'{' | b'[' => {
                let start = self.at;
                self.at = end_of_container(self.json.as_bytes(), start)?;
                self.json.get(start..self.at)
            }
            _ => {
                let rest = self.json.get(self.at..)?;
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let length = rest.bytes().take_while(is_part).count();
                self.at += length;
                rest.get(..length).filter(|scalar| !scalar.is_empty())
            }
        }
    }
}

/// Behind the quote that ends a text whose content begins at `at`.
fn end_of_text(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

fn end_of_container(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = end_of_text(bytes, at + 1)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Nothing;

    impl Rules for Nothing {
        fn field(&self, _: Place<'_>, _: &Field<'_>, _: &[Field<'_>]) -> Verdict {
            Verdict::Inside
        }

        fn text(&self, _: Place<'_>, _: &str) -> Verdict {
            Verdict::Inside
        }
    }

    /// Hides what is called `secret`.
    struct Secret;

    impl Rules for Secret {
        fn field(&self, _: Place<'_>, field: &Field<'_>, _: &[Field<'_>]) -> Verdict {
            if field.key == "secret" { Verdict::Hide } else { Verdict::Inside }
        }

        fn text(&self, _: Place<'_>, text: &str) -> Verdict {
            if text == "loud" { Verdict::Text("quiet \"é\"".to_owned()) } else { Verdict::Keep }
        }
    }

    #[test]
    fn fields_and_texts_are_replaced_where_they_stand() {
        for (json, expected) in [
            (r#"{"secret":1}"#, r#"{"secret":"__REDACTED__"}"#),
            (r#"{ "a" : [ {"secret": {"b":[1,"]"]}} ] }"#, r#"{"a":[{"secret":"__REDACTED__"}]}"#),
            (r#"{"s\u0065cret":"x"}"#, r#"{"s\u0065cret":"__REDACTED__"}"#),
            (r#"["loud",1.50,"\ud800"]"#, r#"["quiet \"é\"",1.50,"\ud800"]"#),
            (r#"{"a":"loud","b":-1e9}"#, r#"{"a":"quiet \"é\"","b":-1e9}"#),
        ] {
            assert_eq!(rewrite(json, &Secret), Rewritten::Changed(expected.to_owned()));
        }
        for json in ["{}", "[]", " [1] ", r#"{"secret":null}"#, r#"{"secret":"__REDACTED__"}"#] {
            assert_eq!(rewrite(json, &Secret), Rewritten::Unchanged);
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let deep = ["[".repeat(100), "]".repeat(100)].concat();
        for json in
            ["", "{", "{]", "[1 2]", "{\"a\"}", "{a:1}", "[\"\\x\"]", "[,]", "{\"a\":}", &deep]
        {
            assert_eq!(rewrite(json, &Nothing), Rewritten::Refused, "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_json_is_read_and_stays_what_it_was(value in arbitrary()) {
            let json = value.to_string();
            prop_assert_eq!(rewrite(&json, &Nothing), Rewritten::Unchanged);
            if let Rewritten::Changed(rewritten) = rewrite(&json, &Secret) {
                serde_json::from_str::<serde_json::Value>(&rewritten).expect("valid JSON");
            }
        }

        #[test]
        fn nothing_that_comes_makes_it_panic(text in "[\\[\\]{}\",:\\\\ua-f0-9 é]{0,40}") {
            let _ = rewrite(&text, &Secret);
        }
    }

    fn arbitrary() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".{0,8}".prop_map(Into::into),
            Just("loud".into()),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            let key = prop_oneof![".{0,6}", Just("secret".to_owned())];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
                prop::collection::vec((key, inner), 0..6)
                    .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
            ]
        })
        .prop_map(|value| serde_json::json!([value]))
    }
}
