//! Writes a captured value as the text that `JSON.stringify` would have given: its key order, its
//! number format, its escapes. No recursion, so depth costs heap and not stack.

use super::keys::Keys;
use super::reader::Reader;
use super::text::Text;
use super::value::{Element, Raw, Value};

/// An array or object whose end has not been reached.
struct Open<'a> {
    body: Reader<'a>,
    is_object: bool,
    is_first: bool,
}

pub fn write_json<'a>(out: &mut Vec<u8>, value: Value<'a>, keys: &Keys<'a>) {
    let mut open: Vec<Open<'a>> = Vec::new();
    let mut value = value;
    loop {
        match value {
            Value::Null | Value::Part(_) => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::Int(number) => {
                out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
            Value::Number(number) => write_number(out, number),
            Value::Text(text) => write_string(out, text),
            Value::Buffer(bytes) => write_buffer(out, bytes),
            Value::TypedArray(element, bytes) => write_typed_array(out, element, bytes),
            Value::Array(Raw(body)) => {
                out.push(b'[');
                open.push(Open { body, is_object: false, is_first: true });
            }
            Value::Object(Raw(body)) => {
                out.push(b'{');
                open.push(Open { body, is_object: true, is_first: true });
            }
        }
        value = loop {
            let Some(top) = open.last_mut() else {
                return;
            };
            if let Some(next) = next_in(out, top, keys) {
                break next;
            }
            out.push(if top.is_object { b'}' } else { b']' });
            open.pop();
        };
    }
}

/// An object without the fields of the given names.
pub fn write_json_without<'a>(
    out: &mut Vec<u8>,
    value: Value<'a>,
    without: &[&str],
    keys: &Keys<'a>,
) {
    out.push(b'{');
    let kept = value.fields(keys).filter(|(key, _)| !without.iter().any(|name| key.is(name)));
    for (index, (key, field)) in kept.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(out, key);
        out.push(b':');
        write_json(out, field, keys);
    }
    out.push(b'}');
}

/// Writes the comma and key in front of the next value of `top`, and returns that value.
fn next_in<'a>(out: &mut Vec<u8>, top: &mut Open<'a>, keys: &Keys<'a>) -> Option<Value<'a>> {
    if top.body.is_empty() {
        return None;
    }
    if !std::mem::take(&mut top.is_first) {
        out.push(b',');
    }
    if top.is_object {
        let key = keys.read(&mut top.body).unwrap_or(Text::EMPTY);
        write_string(out, key);
        out.push(b':');
    }
    Some(Value::read(&mut top.body).unwrap_or(Value::Null))
}

/// JS writes a number that is not finite as `null`, and `-0` as `0`.
fn write_number(out: &mut Vec<u8>, number: f64) {
    if number.is_finite() {
        out.extend_from_slice(ryu_js::Buffer::new().format_finite(number).as_bytes());
    } else {
        out.extend_from_slice(b"null");
    }
}

/// What `Buffer.prototype.toJSON` makes of it.
fn write_buffer(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(br#"{"type":"Buffer","data":["#);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(itoa::Buffer::new().format(*byte).as_bytes());
    }
    out.extend_from_slice(b"]}");
}

/// `JSON.stringify` sees a typed array as an object with the indices as keys.
fn write_typed_array(out: &mut Vec<u8>, element: Element, bytes: &[u8]) {
    out.push(b'{');
    for (index, number) in element.numbers(bytes).enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(itoa::Buffer::new().format(index).as_bytes());
        out.extend_from_slice(b"\":");
        write_number(out, number);
    }
    out.push(b'}');
}

fn write_string(out: &mut Vec<u8>, text: Text<'_>) {
    out.push(b'"');
    match text {
        Text::Latin1(bytes) => write_latin1(out, bytes),
        Text::Utf16(bytes) => write_utf16(out, bytes),
    }
    out.push(b'"');
}

fn write_latin1(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len());
    let mut rest = bytes;
    while let Some(plain) = rest.iter().position(|&byte| !is_plain(byte)) {
        let (before, after) = rest.split_at(plain);
        out.extend_from_slice(before);
        let Some((&special, after)) = after.split_first() else {
            return;
        };
        if special < 0x80 {
            write_escape(out, u16::from(special));
        } else {
            push_char(out, char::from(special));
        }
        rest = after;
    }
    out.extend_from_slice(rest);
}

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte < 0x80 && byte != b'"' && byte != b'\\'
}

fn write_utf16(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len());
    for unit in char::decode_utf16(Text::units(bytes)) {
        match unit {
            Ok(character) => match u8::try_from(character) {
                Ok(byte) if is_plain(byte) => out.push(byte),
                Ok(byte) if byte < 0x80 => write_escape(out, u16::from(byte)),
                _ => push_char(out, character),
            },
            // A lone surrogate has no UTF-8; well-formed `JSON.stringify` escapes it.
            Err(lone) => write_unicode_escape(out, lone.unpaired_surrogate()),
        }
    }
}

fn push_char(out: &mut Vec<u8>, character: char) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn write_escape(out: &mut Vec<u8>, unit: u16) {
    let short = match unit {
        0x08 => b'b',
        0x09 => b't',
        0x0a => b'n',
        0x0c => b'f',
        0x0d => b'r',
        0x22 => b'"',
        0x5c => b'\\',
        _ => return write_unicode_escape(out, unit),
    };
    out.extend_from_slice(&[b'\\', short]);
}

fn write_unicode_escape(out: &mut Vec<u8>, unit: u16) {
    let digit = |shift: u16| {
        let nibble = (unit >> shift) & 0xf;
        char::from_digit(u32::from(nibble), 16).unwrap_or('0') as u8
    };
    out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
}
