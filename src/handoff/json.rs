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
            Value::Text(text) => write_text(out, text),
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
        write_text(out, key);
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

/// A string with its quotes.
pub fn write_text(out: &mut Vec<u8>, text: Text<'_>) {
    out.push(b'"');
    match text {
        Text::Latin1(bytes) => write_latin1(out, bytes),
        Text::Utf16(bytes) => write_utf16(out, bytes),
    }
    out.push(b'"');
}

fn write_latin1(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len() + 2);
    let mut rest = bytes;
    loop {
        let (plain, after) = rest.split_at_checked(plain_prefix(rest)).unwrap_or((rest, &[]));
        out.extend_from_slice(plain);
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
}

/// How many bytes at the front can be copied as they are, eight at a time: text is long and nearly
/// always plain.
pub(super) fn plain_prefix(bytes: &[u8]) -> usize {
    let (blocks, tail) = bytes.as_chunks::<8>();
    let plain_blocks = blocks.iter().take_while(|block| is_plain_block(**block)).count();
    let skipped = plain_blocks * 8;
    if plain_blocks == blocks.len() {
        let mut padded = [b' '; 8];
        for (to, from) in padded.iter_mut().zip(tail) {
            *to = *from;
        }
        if is_plain_block(padded) {
            return bytes.len();
        }
    }
    let rest = bytes.get(skipped..).unwrap_or_default();
    skipped + rest.iter().position(|&byte| !is_plain(byte)).unwrap_or(rest.len())
}

/// [`is_plain`] of all eight: the highest bit of a byte of the sum is set where it is not.
fn is_plain_block(block: [u8; 8]) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let word = u64::from_le_bytes(block);
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    let quote = zeros(word ^ (ONES * b'"' as u64));
    let backslash = zeros(word ^ (ONES * b'\\' as u64));
    (control | quote | backslash | word) & HIGH == 0
}

fn is_plain(byte: u8) -> bool {
    (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\'
}

fn write_utf16(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        rest = copy_plain_units(out, rest);
        let (one, after) = rest.split_at_checked(next_unit_run(rest)).unwrap_or((rest, &[]));
        for unit in char::decode_utf16(Text::units(one)) {
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
        rest = after;
    }
}

/// Copies whole blocks of plain ASCII from the front and returns what follows them.
fn copy_plain_units<'a>(out: &mut Vec<u8>, bytes: &'a [u8]) -> &'a [u8] {
    let mut rest = bytes;
    while let Some((block, after)) = rest.split_first_chunk::<UNIT_BLOCK_BYTES>() {
        let mut narrow = [0u8; UNIT_BLOCK_BYTES / 2];
        let mut all_plain = true;
        for (to, [low, high]) in narrow.iter_mut().zip(block.as_chunks::<2>().0) {
            *to = *low;
            all_plain &= (*high == 0) & is_plain(*low);
        }
        if !all_plain {
            break;
        }
        out.extend_from_slice(&narrow);
        rest = after;
    }
    rest
}

const UNIT_BLOCK_BYTES: usize = 32;

/// How many bytes to decode one by one before blocks are tried again: a block, and never the first
/// half of a surrogate pair without the second.
fn next_unit_run(bytes: &[u8]) -> usize {
    let ends_high = |end: usize| {
        bytes.get(..end).and_then(<[u8]>::last).is_some_and(|high| high & 0xfc == 0xd8)
    };
    let mut end = UNIT_BLOCK_BYTES;
    while ends_high(end) {
        end += 2;
    }
    end.min(bytes.len())
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
