//! JSON as `JSON.stringify` writes it.

use super::super::{Field, Keys, Record, Records, Value, write_json, write_object};
use super::writer::{Chunk, Sample, object, text};

pub fn json(value: Value<'_>, keys: &Keys<'_>) -> String {
    let mut out = Vec::new();
    write_json(&mut out, value, keys);
    String::from_utf8(out).expect("UTF-8")
}

pub fn json_of(sample: &Sample) -> String {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, 0, sample);
    let mut records = Records::new(&chunk.bytes);
    let Some(Ok(Record::Part(part))) = records.next() else { panic!("a part") };
    json(part.value, records.keys())
}

#[test]
fn numbers_are_written_as_js_writes_them() {
    for (number, expected) in [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (0.1, "0.1"),
        (-1.5, "-1.5"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (1.5e300, "1.5e+300"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (5e-324, "5e-324"),
        (f64::MAX, "1.7976931348623157e+308"),
        (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
        (2_147_483_648.0, "2147483648"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (-9_007_199_254_740_993.0, "-9007199254740992"),
        (123_456_789_012_345_680.0, "123456789012345680"),
        (f64::NAN, "null"),
        (f64::INFINITY, "null"),
        (f64::NEG_INFINITY, "null"),
    ] {
        assert_eq!(json_of(&Sample::Number(number)), expected);
    }
}

#[test]
fn strings_are_escaped_where_js_escapes_them_and_nowhere_else() {
    for (content, expected) in [
        ("", r#""""#),
        ("\"\\/", r#""\"\\/""#),
        ("\u{8}\t\n\u{c}\r", r#""\b\t\n\f\r""#),
        ("\0\u{1}\u{b}\u{1f}", r#""\u0000\u0001\u000b\u001f""#),
        ("\u{7f}\u{80}\u{ff}", "\"\u{7f}\u{80}\u{ff}\""),
        ("\u{2028}\u{2029}\u{feff}", "\"\u{2028}\u{2029}\u{feff}\""),
        ("wide \" ✓\n", r#""wide \" ✓\n""#),
        ("😀", r#""😀""#),
    ] {
        assert_eq!(json_of(&text(content)), expected);
        let wide = Sample::Utf16(content.encode_utf16().collect());
        assert_eq!(json_of(&wide), expected, "as UTF-16");
    }
}

#[test]
fn surrogates_without_their_other_half_are_escaped() {
    for (units, expected) in [
        (&[0xd800][..], r#""\ud800""#),
        (&[0xdfff], r#""\udfff""#),
        (&[0xdc00, 0xd800], r#""\udc00\ud800""#),
        (&[0xd83d, 0xd83d, 0xde00], r#""\ud83d😀""#),
        (&[0xd83d, 0x61], r#""\ud83da""#),
    ] {
        assert_eq!(json_of(&Sample::Utf16(units.to_vec())), expected);
    }
}

/// What `JSON.stringify` makes of these units, one by one.
fn escaped(units: &[u16]) -> String {
    let mut json = "\"".to_owned();
    for unit in char::decode_utf16(units.iter().copied()) {
        match unit {
            Ok(character) => {
                let quoted = serde_json::to_string(&character).expect("JSON");
                json += &quoted[1..quoted.len() - 1];
            }
            Err(lone) => json += &format!("\\u{:04x}", lone.unpaired_surrogate()),
        }
    }
    json + "\""
}

#[test]
fn every_byte_is_right_at_every_place_of_a_string() {
    for byte in 0..=255u8 {
        for before in 0..35 {
            for after in [0, 1, 7, 8, 9, 31, 40] {
                let mut bytes = vec![b'a'; before + 1 + after];
                bytes[before] = byte;
                let units: Vec<u16> = bytes.iter().map(|byte| u16::from(*byte)).collect();
                let expected = escaped(&units);
                assert_eq!(json_of(&Sample::Latin1(bytes)), expected, "{byte} at {before}");
                assert_eq!(json_of(&Sample::Utf16(units)), expected, "{byte} at {before}");
            }
        }
    }
}

#[test]
fn surrogates_are_right_at_every_place_of_a_string() {
    const HIGH: u16 = 0xd83d;
    const LOW: u16 = 0xde00;
    for run in [
        &[HIGH][..],
        &[LOW],
        &[HIGH, LOW],
        &[LOW, HIGH],
        &[HIGH, HIGH, LOW],
        &[HIGH, HIGH, HIGH, LOW, LOW],
        &[HIGH, LOW, HIGH, LOW],
        &[HIGH, 0x0a, LOW],
    ] {
        for before in 0..70 {
            for after in [0, 1, 15, 16, 17, 40] {
                let mut units = vec![u16::from(b'a'); before];
                units.extend(run);
                units.extend(vec![u16::from(b'z'); after]);
                let expected = escaped(&units);
                assert_eq!(json_of(&Sample::Utf16(units)), expected, "{run:x?} at {before}");
            }
        }
    }
}

#[test]
fn the_same_escapes_are_written_as_serde_json_writes_them() {
    let all: String = (0..0x2100).filter_map(char::from_u32).collect();
    let expected = serde_json::to_string(&all).expect("JSON");
    assert_eq!(json_of(&text(&all)), expected);
    let latin1: String = (0u8..=255).map(char::from).collect();
    let expected = serde_json::to_string(&latin1).expect("JSON");
    assert_eq!(json_of(&text(&latin1)), expected);
}

#[test]
fn containers_keep_their_order_and_nest() {
    let value = object([
        ("z", Sample::Array(vec![Sample::Array(vec![]), object([]), Sample::Int(1)])),
        ("a", object([("é", Sample::Null), ("✓", Sample::Bool(false)), ("\"", text(""))])),
        ("", Sample::Typed(0, vec![1, 2])),
    ]);
    let expected = r#"{"z":[[],{},1],"a":{"é":null,"✓":false,"\"":""},"":{"0":1,"1":2}}"#;
    assert_eq!(json_of(&value), expected);
}

#[test]
fn fields_can_be_left_out() {
    let value = object([
        ("model", text("gpt")),
        ("messages", Sample::Array(vec![object([("model", Sample::Int(1))])])),
        ("n", Sample::Int(2)),
    ]);
    for (without, expected) in [
        (&[][..], r#"{"model":"gpt","messages":[{"model":1}],"n":2}"#),
        (&["messages"], r#"{"model":"gpt","n":2}"#),
        (&["model", "absent"], r#"{"messages":[{"model":1}],"n":2}"#),
        (&["n", "model", "messages"], "{}"),
    ] {
        let mut chunk = Chunk::interning();
        chunk.part(1, 0, 0, &value);
        let mut records = Records::new(&chunk.bytes);
        let Some(Ok(Record::Part(part))) = records.next() else { panic!("a part") };
        let mut out = Vec::new();
        write_object(&mut out, part.value, records.keys(), |key| {
            if without.iter().any(|name| key.is(name)) { Field::LeaveOut } else { Field::Keep }
        });
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }
}

#[test]
fn text_for_the_wire_is_valid_unicode_whatever_js_held() {
    for (sample, expected) in [
        (Sample::Latin1(b"plain".to_vec()), "plain"),
        (Sample::Latin1(vec![0x41, 0xe9, 0xff, 0x80]), "Aéÿ\u{80}"),
        (Sample::Utf16(vec![0x41, 0xd83d, 0xde00]), "A😀"),
        (Sample::Utf16(vec![0xd83d, 0x41, 0xde00]), "\u{fffd}A\u{fffd}"),
    ] {
        let mut chunk = Chunk::inline();
        chunk.part(1, 0, 0, &sample);
        let Some(Ok(Record::Part(part))) = Records::new(&chunk.bytes).next() else {
            panic!("a part")
        };
        assert_eq!(part.value.text().expect("text").into_string(), expected);
    }
}
