//! Megabytes made to hurt: deep, wide, repetitive. That these tests end at all is what they say: one
//! step more than linear in the input, or a recursion, and they would not.

use super::super::{Record, Records, scan};
use super::json::json;
use super::writer::{Chunk, DISCARD, END, PART, Sample};

const MEGABYTE: usize = 1 << 20;

/// A container in a container and so on, `depth` of them, with `key` before each inner one.
fn nested(depth: usize, tag: u8, key: &[u8]) -> Vec<u8> {
    let step = 5 + key.len();
    let mut bytes = Vec::with_capacity(depth * step);
    for level in (0..depth).rev() {
        bytes.push(tag);
        bytes.extend(u32::try_from(level * step).expect("a length").to_le_bytes());
        if level > 0 {
            bytes.extend(key);
        }
    }
    bytes
}

fn part_of(value: &[u8]) -> Vec<u8> {
    let mut chunk = Chunk::inline();
    chunk.bytes.push(PART);
    chunk.framed(|chunk| {
        chunk.bytes.extend([1; 8]);
        chunk.bytes.extend([0, 0]);
        chunk.bytes.extend(value);
    });
    chunk.bytes
}

fn json_of_part(chunk: &[u8]) -> String {
    let mut records = Records::new(chunk);
    match records.next() {
        Some(Ok(Record::Part(part))) => json(part.value, records.keys()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_hundred_thousand_levels_are_read_without_recursion() {
    const DEPTH: usize = 100_000;
    let arrays = json_of_part(&part_of(&nested(DEPTH, 6, &[])));
    assert_eq!(arrays, "[".repeat(DEPTH) + &"]".repeat(DEPTH));
    let objects = json_of_part(&part_of(&nested(DEPTH, 7, &[0, 2, b'a'])));
    assert_eq!(objects, r#"{"a":"#.repeat(DEPTH - 1) + "{}" + &"}".repeat(DEPTH - 1));
}

#[test]
fn the_smallest_values_by_the_million_are_read_once() {
    let array = Sample::Array(vec![Sample::Null; MEGABYTE]);
    let mut chunk = Chunk::inline();
    chunk.part(1, 0, 0, &array);
    assert_eq!(json_of_part(&chunk.bytes).len(), MEGABYTE * 5 + 1);
}

#[test]
fn the_smallest_records_by_the_hundred_thousand_are_read_once() {
    let mut chunk = Chunk::inline();
    for _ in 0..200_000 {
        chunk.discard(1);
    }
    let mut records = Records::new(&chunk.bytes);
    let mut count = 0;
    while let Some(Ok(Record::Discard { .. })) = records.next() {
        count += 1;
    }
    assert_eq!(count, 200_000);
    assert_eq!(scan(&chunk.bytes).ended.len(), 0);
}

#[test]
fn empty_frames_by_the_hundred_thousand_are_skipped_by_scan() {
    for kind in [0, PART, END, DISCARD, 255] {
        let frame = [kind, 0, 0, 0, 0];
        assert_eq!(scan(&frame.repeat(200_000)).ended.len(), 0);
    }
}

#[test]
fn defining_one_key_over_and_over_costs_one_place() {
    let mut value = Chunk::inline();
    value.bytes.push(7);
    value.framed(|chunk| {
        for _ in 0..MEGABYTE / 8 {
            chunk.varint(65_535 * 2 + 1);
            chunk.text("k");
            chunk.bytes.push(0);
        }
    });
    let json = json_of_part(&part_of(&value.bytes));
    assert_eq!(json.len(), MEGABYTE / 8 * r#""k":null,"#.len() + 1);
}

#[test]
fn containers_that_claim_to_be_longer_than_those_around_them_are_refused() {
    let mut value = nested(1_000, 6, &[]);
    // The innermost one claims a byte that belongs to nobody.
    let innermost = value.len() - 4;
    value[innermost] = 1;
    let chunk = part_of(&value);
    assert!(matches!(Records::new(&chunk).next(), Some(Err(_))));
}
