//! Whatever crosses from JS, meant or not: it is decoded, every value is written as JSON and as an
//! attribute, and the whole is assembled into spans.
//!
//! Beyond not panicking: JSON is always JSON, `scan` finds every END that the decoder does, spans
//! come out as often as ends went in, no span has an
//! attribute twice, and memory that parts take up is given back exactly.
#![no_main]

use std::cell::Cell;
use std::collections::BTreeSet;

use catalyst_tracing::assembly::{Assembly, size_of_span};
use catalyst_tracing::handoff::{End, Keys, Record, Records, Value, scan};
use catalyst_tracing::semconv::{Derivation, PartKind, attribute_value, json_text};
use libfuzzer_sys::fuzz_target;

/// Enough for every kind of part that there is and for one that there is not.
const PART_KINDS: u8 = 32;

fuzz_target!(|chunk: &[u8]| {
    let ended = decode(chunk);
    let scanned = scan(chunk).ended;
    assert!(scanned.starts_with(&ended), "scan missed an end");
    assemble(chunk, ended.len());
});

/// Walks everything that can be read and returns the spans that ended.
fn decode(chunk: &[u8]) -> Vec<[u8; 8]> {
    let mut records = Records::new(chunk);
    let mut ended = Vec::new();
    while let Some(record) = records.next() {
        match record {
            Ok(Record::Part(part)) => map(part.value, records.keys()),
            Ok(Record::Written(part)) => map(part.snapshot().value(), &Keys::default()),
            Ok(Record::End(end)) => {
                ended.push(end.span_id);
                walk_end(&end, records.keys());
            }
            Ok(Record::Discard { .. }) => {}
            Err(malformed) => assert!(malformed.at <= chunk.len()),
        }
    }
    ended
}

/// As every kind of part.
fn map(value: Value<'_>, keys: &Keys<'_>) {
    walk(value, keys);
    for kind in (0..PART_KINDS).filter_map(PartKind::from_byte) {
        let mut derivation = Derivation::default();
        derivation.add(kind, value, keys);
        derivation.finish();
    }
}

fn walk_end(end: &End<'_>, keys: &Keys<'_>) {
    let events = end.events.iter().flat_map(|event| &event.attributes);
    let links = end.links.iter().flat_map(|link| &link.attributes);
    for (key, value) in end.attributes.iter().chain(events).chain(links) {
        key.to_utf8();
        walk(*value, keys);
    }
}

fn walk(value: Value<'_>, keys: &Keys<'_>) {
    let json = json_text(value, keys);
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&json) {
        // The one thing that serde_json cannot read and we can write.
        assert!(error.to_string().contains("recursion limit"), "{error}: {json}");
    }
    let _ = attribute_value(value, keys);
    value.items().for_each(drop);
    for (key, _) in value.fields(keys) {
        value.get(&key.to_utf8(), keys);
    }
}

fn assemble(chunk: &[u8], ended: usize) {
    let held = Cell::new(0isize);
    let keep = |change| held.set(held.get() + change);
    let mut assembly = Assembly::default();
    let mut finished = 0;
    let _ = assembly.read(
        chunk,
        |span| {
            finished += 1;
            assert!(span.end_time >= span.start_time);
            assert!(size_of_span(&span) > 0);
            let keys: BTreeSet<_> = span.attributes.iter().map(|entry| &entry.key).collect();
            assert_eq!(keys.len(), span.attributes.len(), "an attribute came twice");
        },
        keep,
    );
    assert_eq!(finished, ended, "a span came out for every end");
    let mut records = Records::new(chunk);
    while let Some(Ok(record)) = records.next() {
        let span_id = match record {
            Record::Part(part) => part.span_id,
            Record::Written(part) => part.span_id,
            Record::End(_) | Record::Discard { .. } => continue,
        };
        held.set(held.get() - assembly.forget(&span_id).cast_signed());
    }
    assert_eq!(assembly.waiting_spans(), 0);
    assert_eq!(held.get(), 0, "memory of parts was not given back");
}
