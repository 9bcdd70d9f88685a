//! JSON's strings: what one means, and how a text is written as one.

/// What a string with escapes means; half a surrogate pair is a replacement character.
pub(super) fn unescape(raw: &str) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut characters = after.chars();
        let plain = match characters.next()? {
            same @ ('"' | '\\' | '/') => Some(same),
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => None,
            _ => return None,
        };
        rest = characters.as_str();
        if let Some(plain) = plain {
            text.push(plain);
            continue;
        }
        let (unit, left) = code_unit(rest)?;
        rest = left;
        let second = rest.strip_prefix("\\u").and_then(code_unit);
        match (unit, second) {
            (0xd800..=0xdbff, Some((low @ 0xdc00..=0xdfff, left))) => {
                let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                text.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = left;
            }
            _ => text.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
    text.push_str(rest);
    Some(text)
}

fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (hex, rest) = text.split_at_checked(4)?;
    if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(hex, 16).ok()?, rest))
}

pub(super) fn push_string(out: &mut String, text: &str) {
    match serde_json::to_string(text) {
        Ok(string) => out.push_str(&string),
        // A string always can be written.
        Err(_) => out.push_str("\"\""),
    }
}
