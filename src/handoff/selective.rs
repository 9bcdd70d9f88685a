//! JSON of which some fields are left out or written in another way, such as those that hold a
//! credential. One level at a time, so the caller says how deep that goes.

use super::json::{write_json, write_text};
use super::keys::Keys;
use super::text::Text;
use super::value::Value;

/// What becomes of a field of an object that is not written as it is.
#[derive(Debug, Clone, Copy)]
pub enum Field {
    Keep,
    LeaveOut,
    With(for<'a> fn(&mut Vec<u8>, Value<'a>, &Keys<'a>)),
}

/// An object, each field as `rule` says; what is no object, as it is.
pub fn write_object<'a>(
    out: &mut Vec<u8>,
    value: Value<'a>,
    keys: &Keys<'a>,
    rule: impl Fn(Text<'a>) -> Field,
) {
    if !matches!(value, Value::Object(_)) {
        return write_json(out, value, keys);
    }
    out.push(b'{');
    let mut is_first = true;
    for (key, field) in value.fields(keys) {
        let how = rule(key);
        if matches!(how, Field::LeaveOut) {
            continue;
        }
        if !std::mem::take(&mut is_first) {
            out.push(b',');
        }
        write_text(out, key);
        out.push(b':');
        match how {
            Field::With(write) => write(out, field, keys),
            _ => write_json(out, field, keys),
        }
    }
    out.push(b'}');
}

/// An array, each item by `write`, which also gets what is no array.
pub fn write_array<'a>(
    out: &mut Vec<u8>,
    value: Value<'a>,
    keys: &Keys<'a>,
    write: for<'b> fn(&mut Vec<u8>, Value<'b>, &Keys<'b>),
) {
    if !matches!(value, Value::Array(_)) {
        return write(out, value, keys);
    }
    out.push(b'[');
    for (index, item) in value.items().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item, keys);
    }
    out.push(b']');
}
