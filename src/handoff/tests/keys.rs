//! Keys: interned, inline, redefined, undefined.

use super::super::{Malformed, Record, Records};
use super::json::json;
use super::values::read;
use super::writer::{Chunk, PART, Sample, end, object};

/// The JSON of every part, or the first fault.
fn parts(chunk: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut records = Records::new(chunk);
    let mut found = Vec::new();
    while let Some(record) = records.next() {
        if let Record::Part(part) = record? {
            found.push(json(part.value, records.keys()));
        }
    }
    Ok(found)
}

#[test]
fn a_key_is_used_by_its_number_after_its_definition() {
    let value = object([("role", Sample::Int(1)), ("✓", object([("role", Sample::Int(2))]))]);
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, 0, &value).part(1, 1, 0, &value);
    let expected = r#"{"role":1,"✓":{"role":2}}"#;
    assert_eq!(parts(&chunk.bytes).expect("parts"), [expected, expected]);
    assert_eq!(chunk.bytes.windows(4).filter(|bytes| bytes == b"role").count(), 1);
}

#[test]
fn a_definition_inside_a_value_holds_for_all_that_follows_in_the_chunk() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, 0, &Sample::Array(vec![object([("deep", Sample::Null)])]));
    let mut span = end(1);
    span.attributes.push(("deep".to_owned(), Sample::Int(1)));
    chunk.end(&span);
    let mut records = Records::new(&chunk.bytes);
    assert!(matches!(records.next(), Some(Ok(Record::Part(_)))));
    let Some(Ok(Record::End(end))) = records.next() else { panic!("an end") };
    assert!(end.attributes[0].0.is("deep"));
}

#[test]
fn a_key_may_be_defined_again() {
    for ids in [[1, 2], [1, 1], [5, 3]] {
        let mut chunk = Chunk::inline();
        for (id, name) in ids.into_iter().zip([b'a', b'b']) {
            chunk.bytes.push(PART);
            chunk.framed(|chunk| {
                chunk.bytes.extend([1; 8]);
                chunk.bytes.extend([0, 0, 7, 6, 0, 0, 0]);
                // One field that defines its key, one that uses it.
                chunk.bytes.extend([id * 2 + 1, 2, name, 1, id * 2, 2]);
            });
        }
        let expected = [r#"{"a":false,"a":true}"#, r#"{"b":false,"b":true}"#];
        assert_eq!(parts(&chunk.bytes).expect("parts"), expected, "{ids:?}");
    }
}

#[test]
fn a_key_that_was_not_defined_is_malformed() {
    const UNDEFINED: &str = "key used before it was defined";
    const RANGE: &str = "key id out of range";
    for (key, what) in [
        (&[2][..], UNDEFINED),
        (&[0xfe, 0xff, 0xff, 0xff, 0x0f], UNDEFINED),
        // A definition of number 0, which means "not interned".
        (&[1, 2, b'a'], RANGE),
        (&[0xff, 0xff, 0xff, 0xff, 0x0f, 2, b'a'], RANGE),
        (&[0x81, 0x80, 0x08, 2, b'a'], RANGE),
        (&[3, 8, b'a'], "bytes end too early"),
        (&[0, 8, b'a'], "bytes end too early"),
    ] {
        let mut value = Chunk::inline();
        value.bytes.push(7);
        value.framed(|chunk| {
            chunk.bytes.extend(key);
            chunk.bytes.push(0);
        });
        assert_eq!(read(&value.bytes), Err(what), "{key:?}");
    }
}

#[test]
fn a_key_of_another_chunk_is_unknown() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, 0, &object([("a", Sample::Null)]));
    let first = chunk.bytes.len();
    chunk.part(1, 1, 0, &object([("a", Sample::Null)]));
    assert_eq!(parts(&chunk.bytes).map(|parts| parts.len()), Ok(2));
    let later = parts(&chunk.bytes[first..]);
    assert_eq!(later.map_err(|malformed| malformed.what), Err("key used before it was defined"));
}

#[test]
fn the_largest_number_of_a_key_is_taken() {
    let mut value = Chunk::inline();
    value.bytes.push(7);
    value.framed(|chunk| {
        chunk.varint(65_535 * 2 + 1);
        chunk.text("last");
        chunk.bytes.push(0);
    });
    assert_eq!(read(&value.bytes).as_deref(), Ok(r#"{"last":null}"#));
}
