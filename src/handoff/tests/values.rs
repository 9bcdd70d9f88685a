//! Values one by one: every tag, and every way in which one can be wrong.

use super::super::{Malformed, Record, Records};
use super::json::json;
use super::writer::{Chunk, Sample, object, text};

/// The JSON of a value that these bytes are, or why they are none.
pub fn read(value: &[u8]) -> Result<String, &'static str> {
    let mut chunk = Chunk::inline();
    chunk.bytes.push(super::writer::PART);
    chunk.framed(|chunk| {
        chunk.bytes.extend([7; 8]);
        chunk.bytes.extend([0, 0]);
        chunk.bytes.extend(value);
    });
    let mut records = Records::new(&chunk.bytes);
    match records.next().expect("a record") {
        Ok(Record::Part(part)) => Ok(json(part.value, records.keys())),
        Ok(other) => panic!("{other:?}"),
        Err(Malformed { what, .. }) => Err(what),
    }
}

#[test]
fn every_tag_is_read_as_the_format_says() {
    for (bytes, json) in [
        (&[0][..], "null"),
        (&[1], "false"),
        (&[2], "true"),
        (&[3, 0], "0"),
        (&[3, 1], "-1"),
        (&[3, 2], "1"),
        (&[3, 0xff, 0xff, 0xff, 0xff, 0x0f], "-2147483648"),
        (&[3, 0xfe, 0xff, 0xff, 0xff, 0x0f], "2147483647"),
        (&[4, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f], "1.5"),
        (&[5, 0], r#""""#),
        (&[5, 4, b'h', b'i'], r#""hi""#),
        (&[5, 2, 0xe9], r#""é""#),
        (&[5, 3, 0x13, 0x27], r#""✓""#),
        (&[5, 5, 0x3d, 0xd8, 0x00, 0xde], r#""😀""#),
        (&[5, 3, 0x3d, 0xd8], r#""\ud83d""#),
        (&[6, 0, 0, 0, 0], "[]"),
        (&[6, 2, 0, 0, 0, 1, 2], "[false,true]"),
        (&[7, 0, 0, 0, 0], "{}"),
        (&[7, 4, 0, 0, 0, 0, 2, b'a', 0], r#"{"a":null}"#),
        (&[7, 6, 0, 0, 0, 3, 2, b'a', 0, 2, 1], r#"{"a":null,"a":false}"#),
        (&[8, 0], r#"{"type":"Buffer","data":[]}"#),
        (&[8, 2, 0, 255], r#"{"type":"Buffer","data":[0,255]}"#),
        (&[9, 0, 1, 200], r#"{"0":200}"#),
        (&[9, 1, 1, 200], r#"{"0":-56}"#),
        (&[9, 2, 2, 1, 2], r#"{"0":513}"#),
        (&[9, 3, 2, 0xff, 0xff], r#"{"0":-1}"#),
        (&[9, 4, 4, 0xff, 0xff, 0xff, 0xff], r#"{"0":4294967295}"#),
        (&[9, 5, 4, 0xff, 0xff, 0xff, 0xff], r#"{"0":-1}"#),
        (&[9, 6, 4, 0xcd, 0xcc, 0xcc, 0x3d], r#"{"0":0.10000000149011612}"#),
        (&[9, 7, 8, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f], r#"{"0":null}"#),
        (&[9, 0, 0], "{}"),
        (&[10, 5], "null"),
    ] {
        assert_eq!(read(bytes).as_deref(), Ok(json), "{bytes:?}");
    }
}

#[test]
fn what_is_no_value_is_refused() {
    const SHORT: &str = "bytes end too early";
    for (bytes, what) in [
        (&[][..], SHORT),
        (&[11], "unknown value tag"),
        (&[255], "unknown value tag"),
        (&[3], SHORT),
        (&[3, 0x80], SHORT),
        (&[3, 0xff, 0xff, 0xff, 0xff, 0x10], "varint over 32 bits"),
        (&[3, 0xff, 0xff, 0xff, 0xff, 0x80, 0], "varint too long"),
        (&[4, 0, 0, 0, 0, 0, 0, 0], SHORT),
        (&[5, 4, b'h'], SHORT),
        (&[5, 3, 0x13], SHORT),
        (&[5, 0xff, 0xff, 0xff, 0xff, 0x0f], SHORT),
        (&[6, 0, 0, 0], SHORT),
        (&[6, 1, 0, 0, 0], SHORT),
        (&[6, 0xff, 0xff, 0xff, 0xff], SHORT),
        (&[6, 1, 0, 0, 0, 3], SHORT),
        (&[6, 5, 0, 0, 0, 6, 1, 0, 0, 0], SHORT),
        (&[7, 1, 0, 0, 0, 0], SHORT),
        (&[7, 3, 0, 0, 0, 0, 2, b'a'], SHORT),
        (&[8, 3, 1, 2], SHORT),
        (&[9], SHORT),
        (&[9, 8, 0], "unknown element type"),
        (&[9, 2, 3, 0, 0, 0], "typed array of half elements"),
        (&[9, 7, 16, 0, 0, 0, 0, 0, 0, 0, 0], SHORT),
        (&[0, 0], "bytes after the end of a record"),
        (&[6, 0, 0, 0, 0, 0], "bytes after the end of a record"),
    ] {
        assert_eq!(read(bytes), Err(what), "{bytes:?}");
    }
}

#[test]
fn a_value_cut_at_any_byte_is_refused() {
    let value = object([
        ("text", text("plain")),
        ("wide", text("✓ done")),
        ("list", Sample::Array(vec![Sample::Int(-70_000), Sample::Number(0.1), Sample::Null])),
        ("bytes", Sample::Buffer(vec![1, 2, 3])),
        ("numbers", Sample::Typed(3, vec![1, 2, 3, 4])),
        ("inside", object([("a", Sample::Bool(true)), ("text", Sample::Part(300))])),
    ]);
    for mut chunk in [Chunk::inline(), Chunk::interning()] {
        chunk.value(&value);
        assert!(read(&chunk.bytes).is_ok());
        for end in 0..chunk.bytes.len() {
            assert!(read(&chunk.bytes[..end]).is_err(), "cut at {end}");
        }
    }
}

#[test]
fn the_last_field_of_a_name_counts() {
    let mut chunk = Chunk::inline();
    let twice = object([("a", Sample::Int(1)), ("b", Sample::Int(2)), ("a", Sample::Int(3))]);
    chunk.part(1, 0, 0, &twice);
    let mut records = Records::new(&chunk.bytes);
    let Some(Ok(Record::Part(part))) = records.next() else { panic!("a part") };
    let get = |name| part.value.get(name, records.keys()).and_then(super::super::Value::integer);
    assert_eq!((get("a"), get("b"), get("c")), (Some(3), Some(2), None));
}

#[test]
fn a_whole_number_is_an_integer_however_it_was_stored() {
    for (sample, integer) in [
        (Sample::Int(-7), Some(-7)),
        (Sample::Number(7.0), Some(7)),
        (Sample::Number(-0.0), Some(0)),
        (Sample::Number(7.5), None),
        (Sample::Number(9_007_199_254_740_991.0), Some(9_007_199_254_740_991)),
        (Sample::Number(-9_007_199_254_740_991.0), Some(-9_007_199_254_740_991)),
        (Sample::Number(9_007_199_254_740_992.0), None),
        (Sample::Number(1e300), None),
        (Sample::Number(f64::NAN), None),
        (Sample::Number(f64::INFINITY), None),
        (text("7"), None),
        (Sample::Null, None),
    ] {
        let mut chunk = Chunk::inline();
        chunk.part(1, 0, 0, &sample);
        let Some(Ok(Record::Part(part))) = Records::new(&chunk.bytes).next() else {
            panic!("a part")
        };
        assert_eq!(part.value.integer(), integer, "{sample:?}");
    }
}

#[test]
fn items_and_fields_of_what_has_none_are_none() {
    let mut chunk = Chunk::inline();
    chunk.part(1, 0, 0, &text("abc"));
    let mut records = Records::new(&chunk.bytes);
    let Some(Ok(Record::Part(part))) = records.next() else { panic!("a part") };
    assert_eq!(part.value.items().count(), 0);
    assert_eq!(part.value.fields(records.keys()).count(), 0);
    assert!(part.value.get("a", records.keys()).is_none());
    assert!(!part.value.is_null());
}
