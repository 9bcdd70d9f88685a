//! What holds for any bytes, and for any value.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::{Keys, Record, Records, scan};
use super::json::{json, json_of};
use super::writer::{Chunk, End, Moment, Sample, end, text};

/// Reads everything that there is to read and returns the number of records and of bytes of JSON.
fn read_all(chunk: &[u8]) -> (usize, usize) {
    let mut records = Records::new(chunk);
    let (mut count, mut length) = (0, 0);
    while let Some(Ok(record)) = records.next() {
        count += 1;
        let mut walk = |value| length += json(value, records.keys()).len();
        match record {
            Record::Part(part) => walk(part.value),
            Record::Discard { .. } => {}
            Record::Written(written) => {
                length += json(written.snapshot().value(), &Keys::default()).len();
            }
            Record::End(end) => {
                end.attributes.iter().for_each(|(_, value)| walk(*value));
                let events = end.events.iter().flat_map(|event| &event.attributes);
                let links = end.links.iter().flat_map(|link| &link.attributes);
                events.chain(links).for_each(|(_, value)| walk(*value));
            }
        }
    }
    (count, length)
}

/// Any value of the format.
pub fn sample() -> impl Strategy<Value = Sample> {
    let leaf = prop_oneof![
        Just(Sample::Null),
        any::<bool>().prop_map(Sample::Bool),
        any::<i32>().prop_map(Sample::Int),
        any::<f64>().prop_map(Sample::Number),
        vec(any::<u8>(), 0..20).prop_map(Sample::Latin1),
        vec(any::<u16>(), 0..20).prop_map(Sample::Utf16),
        vec(any::<u8>(), 0..20).prop_map(Sample::Buffer),
        (0..8u8, vec(any::<[u8; 8]>(), 0..4))
            .prop_map(|(element, items)| Sample::Typed(element, items.concat())),
        any::<u32>().prop_map(Sample::Part),
    ];
    leaf.prop_recursive(5, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Sample::Array),
            vec((".{0,6}", inner), 0..8).prop_map(Sample::Object),
        ]
    })
}

/// Any value that JSON and the format write alike: no number whose text differs between JS and Rust.
pub fn plain() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..8).prop_map(Json::from),
            vec((any::<String>(), inner), 0..8)
                .prop_map(|fields| Json::Object(fields.into_iter().collect())),
        ]
    })
}

fn sample_of(json: &Json) -> Sample {
    match json {
        Json::Null => Sample::Null,
        Json::Bool(bool) => Sample::Bool(*bool),
        Json::Number(number) => match number.as_i64().map(i32::try_from) {
            Some(Ok(int)) => Sample::Int(int),
            _ => Sample::Number(number.as_f64().expect("a number")),
        },
        Json::String(content) => text(content),
        Json::Array(items) => Sample::Array(items.iter().map(sample_of).collect()),
        Json::Object(fields) => Sample::Object(
            fields.iter().map(|(key, value)| (key.clone(), sample_of(value))).collect(),
        ),
    }
}

fn span() -> impl Strategy<Value = End> {
    let entries = || vec(("[a-z]{1,4}", sample()), 0..6);
    let moment = || {
        prop_oneof![
            (0.0..1e9).prop_map(Moment::SinceAnchor),
            (0.0..1e10, 0..1_000_000_000u32).prop_map(|(s, n)| Moment::Absolute(s, n)),
        ]
    };
    let optional = || proptest::option::of(".{0,8}");
    (
        any::<(u8, u8, bool, u8, u8)>(),
        (moment(), moment(), ".{0,8}", optional(), optional(), any::<Option<[u32; 3]>>()),
        entries(),
        vec((moment(), ".{0,8}".prop_map(String::from), entries()), 0..3),
        vec((any::<u8>(), any::<u8>(), ".{0,8}".prop_map(String::from), entries()), 0..3),
    )
        .prop_map(
            |(
                small,
                (start, stop, name, status_message, trace_state, dropped),
                own,
                events,
                links,
            )| {
                let (span_id, parent_span_id, parent_is_remote, kind, status) = small;
                let timed = End { start, end: stop, dropped, ..end(span_id) };
                let named = End { name, status_message, trace_state, kind, status, ..timed };
                End { parent_span_id, parent_is_remote, attributes: own, events, links, ..named }
            },
        )
}

fn chunk() -> impl Strategy<Value = Chunk> {
    let record = prop_oneof![
        (any::<u8>(), any::<u32>(), any::<u8>(), sample())
            .prop_map(|(id, index, kind, value)| (Some((id, index, kind, value)), None)),
        span().prop_map(|end| (None, Some(end))),
        any::<u8>().prop_map(|_| (None, None)),
    ];
    (any::<bool>(), vec(record, 0..6)).prop_map(|(intern, records)| {
        let mut chunk = if intern { Chunk::interning() } else { Chunk::inline() };
        for record in &records {
            match record {
                (Some((id, index, kind, value)), _) => chunk.part(*id, *index, *kind, value),
                (None, Some(end)) => chunk.end(end),
                (None, None) => chunk.discard(1),
            };
        }
        chunk
    })
}

proptest! {
    #[test]
    fn any_bytes_are_records_or_malformed(bytes in vec(any::<u8>(), 0..2_000)) {
        read_all(&bytes);
        scan(&bytes);
    }

    /// Random bytes rarely get past a frame; these always do.
    #[test]
    fn any_body_in_a_frame_is_a_record_or_malformed(
        kind in 0..5u8,
        body in vec(any::<u8>(), 0..2_000),
    ) {
        let mut chunk = Chunk::inline();
        chunk.bytes.push(kind);
        chunk.framed(|chunk| chunk.bytes.extend(body));
        read_all(&chunk.bytes);
        scan(&chunk.bytes);
    }

    #[test]
    fn a_valid_chunk_is_read_whole_and_scan_sees_its_ends(chunk in chunk()) {
        let mut records = Records::new(&chunk.bytes);
        let mut ended = Vec::new();
        while let Some(record) = records.next() {
            if let Record::End(end) = record.expect("a valid record") {
                ended.push(end.span_id);
            }
        }
        prop_assert_eq!(scan(&chunk.bytes).ended, ended);
    }

    #[test]
    fn a_valid_chunk_with_one_wrong_byte_does_no_harm(
        chunk in chunk(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = chunk.bytes;
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_all(&bytes);
        scan(&bytes);
    }

    #[test]
    fn any_value_becomes_valid_json(value in sample()) {
        let json = json_of(&value);
        // Without looking into strings: lone surrogates are fine in JSON and not in Rust.
        let read = serde_json::from_str::<serde::de::IgnoredAny>(&json);
        prop_assert!(read.is_ok(), "{}", json);
    }

    #[test]
    fn keys_make_no_difference_whether_interned_or_not(value in sample()) {
        let mut chunk = Chunk::inline();
        chunk.part(1, 0, 0, &value);
        let mut records = Records::new(&chunk.bytes);
        let Some(Ok(Record::Part(part))) = records.next() else { panic!("a part") };
        prop_assert_eq!(json(part.value, records.keys()), json_of(&value));
    }

    #[test]
    fn plain_values_are_written_as_serde_json_writes_them(value in plain()) {
        prop_assert_eq!(json_of(&sample_of(&value)), value.to_string());
    }

    #[test]
    fn numbers_come_back_as_the_same_double(number in any::<f64>()) {
        let json = json_of(&Sample::Number(number));
        if number.is_finite() {
            prop_assert_eq!(json.parse::<f64>().expect("a number"), number);
        } else {
            prop_assert_eq!(json, "null");
        }
    }
}
