//! Whole records and chunks of them, and what `scan` sees of the same bytes.

use super::super::{Dropped, End, Record, Records, scan};
use super::writer::{self, Chunk, Moment, Sample, attributes, end, object, text};

/// What a chunk holds, in words, up to its first fault.
fn outline(chunk: &[u8]) -> Vec<String> {
    let mut records = Records::new(chunk);
    let mut found = Vec::new();
    while let Some(record) = records.next() {
        found.push(match record {
            Ok(Record::Part(part)) => format!("part {} of {}", part.index, part.span_id[0]),
            Ok(Record::End(end)) => format!("end of {}", end.span_id[0]),
            Ok(Record::Discard { span_id }) => format!("discard {}", span_id[0]),
            Ok(Record::Written(part)) => format!("written {} of {}", part.index, part.span_id[0]),
            Err(malformed) => malformed.what.to_owned(),
        });
    }
    found
}

fn rich() -> writer::End {
    writer::End {
        parent_span_id: 9,
        parent_is_remote: true,
        kind: 2,
        status: 2,
        start: Moment::Absolute(1_600_000_000.0, 7),
        name: "chat ✓".to_owned(),
        scope: ("library".to_owned(), "1.2.3".to_owned()),
        status_message: Some("it failed".to_owned()),
        trace_state: Some("vendor=1".to_owned()),
        dropped: Some([1, 200, 3]),
        parts: 2,
        attributes: attributes([
            ("a", Sample::Int(1)),
            ("object", object([("a", Sample::Array(vec![text("é")]))])),
            ("json", Sample::Part(1)),
        ]),
        events: vec![
            (Moment::SinceAnchor(2.0), "first".to_owned(), attributes([("a", text("1"))])),
            (Moment::Absolute(1_600_000_001.0, 5), "second".to_owned(), Vec::new()),
        ],
        links: vec![(4, 1, "k=v".to_owned(), attributes([("a", Sample::Null)]))],
        ..end(3)
    }
}

fn with_end(chunk: &[u8], check: impl FnOnce(&End<'_>)) {
    match Records::new(chunk).next() {
        Some(Ok(Record::End(end))) => check(&end),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_end_is_read_field_by_field() {
    for mut chunk in [Chunk::inline(), Chunk::interning()] {
        chunk.end(&rich());
        with_end(&chunk.bytes, |end| {
            assert_eq!(end.trace_id, [0xaa; 16]);
            assert_eq!((end.span_id, end.parent_span_id), ([3; 8], [9; 8]));
            assert!(end.flags.parent_is_remote());
            assert_eq!((end.kind, end.status, end.trace_flags, end.parts), (2, 2, 1, 2));
            assert_eq!(end.start_nanos, 1_600_000_000_000_000_007);
            assert_eq!(end.end_nanos, 1_700_000_000_003_000_000);
            let texts = [end.name, end.scope_name, end.scope_version];
            assert_eq!(texts.map(|text| text.into_string()), ["chat ✓", "library", "1.2.3"]);
            let texts = [end.status_message, end.trace_state];
            assert_eq!(texts.map(|text| text.into_string()), ["it failed", "vendor=1"]);
            assert_eq!(end.dropped, Dropped { attributes: 1, events: 200, links: 3 });
            let keys: Vec<_> = end.attributes.iter().map(|(key, _)| key.into_string()).collect();
            assert_eq!(keys, ["a", "object", "json"]);
            let events: Vec<_> = end
                .events
                .iter()
                .map(|event| (event.name.into_string(), event.nanos, event.attributes.len()))
                .collect();
            assert_eq!(
                events,
                [
                    ("first".to_owned(), 1_700_000_000_002_000_000, 1),
                    ("second".to_owned(), 1_600_000_001_000_000_005, 0)
                ]
            );
            let [link] = &end.links[..] else { panic!("a link") };
            assert_eq!((link.trace_id, link.span_id, link.trace_flags), ([4; 16], [4; 8], 1));
            assert!(link.trace_state.is("k=v") && link.attributes.len() == 1);
        });
    }
}

#[test]
fn what_an_end_leaves_out_is_empty() {
    let mut chunk = Chunk::inline();
    chunk.end(&end(1));
    with_end(&chunk.bytes, |end| {
        assert!(end.status_message.is_empty() && end.trace_state.is_empty());
        assert!(!end.flags.parent_is_remote());
        assert!(end.attributes.is_empty() && end.events.is_empty() && end.links.is_empty());
        assert_eq!(end.parent_span_id, [0; 8]);
        assert_eq!(end.dropped, Dropped::default());
    });
}

#[test]
fn records_come_in_order_and_scan_sees_the_same_ends() {
    let mut chunk = Chunk::interning();
    chunk.part(1, 0, 0, &text("a")).end(&rich()).discard(4).part(2, 1, 1, &object([]));
    chunk.end(&end(1)).end(&end(2));
    let expected = ["part 0 of 1", "end of 3", "discard 4", "part 1 of 2", "end of 1", "end of 2"];
    assert_eq!(outline(&chunk.bytes), expected);
    assert_eq!(scan(&chunk.bytes).ended, [[3; 8], [1; 8], [2; 8]]);
}

#[test]
fn an_empty_chunk_holds_nothing() {
    assert!(Records::new(&[]).next().is_none());
    assert!(scan(&[]).ended.is_empty());
}

#[test]
fn after_a_malformed_record_nothing_more_is_believed() {
    let mut chunk = Chunk::inline();
    chunk.end(&end(1));
    chunk.bytes.push(5);
    chunk.framed(|_| {});
    chunk.end(&end(2));
    assert_eq!(outline(&chunk.bytes), ["end of 1", "unknown record"]);
}

#[test]
fn a_chunk_cut_at_any_byte_yields_only_whole_records() {
    let mut chunk = Chunk::interning();
    let mut ends = vec![0];
    for span in [rich(), end(2)] {
        chunk.part(span.span_id, 0, 0, &object([("a", text("é"))]));
        ends.push(chunk.bytes.len());
        chunk.end(&span);
        ends.push(chunk.bytes.len());
        chunk.discard(span.span_id);
        ends.push(chunk.bytes.len());
    }
    let whole = outline(&chunk.bytes);
    for cut in 0..chunk.bytes.len() {
        let bytes = &chunk.bytes[..cut];
        let found = outline(bytes);
        let complete = ends.iter().filter(|end| **end <= cut).count() - 1;
        assert_eq!(found[..complete], whole[..complete], "cut at {cut}");
        let rest = if ends.contains(&cut) { &[][..] } else { &["bytes end too early"] };
        assert_eq!(found[complete..], *rest, "cut at {cut}");
        let ended = whole[..complete].iter().filter(|record| record.starts_with("end")).count();
        assert_eq!(scan(bytes).ended.len(), ended, "cut at {cut}");
    }
}

#[test]
fn a_record_whose_body_is_cut_within_its_frame_is_malformed() {
    let mut chunk = Chunk::inline();
    chunk.end(&rich());
    let body = chunk.bytes[5..].to_vec();
    for cut in 0..body.len() {
        let mut chunk = Chunk::inline();
        chunk.bytes.push(writer::END);
        chunk.framed(|chunk| chunk.bytes.extend(&body[..cut]));
        assert_eq!(outline(&chunk.bytes).len(), 1);
        assert!(matches!(Records::new(&chunk.bytes).next(), Some(Err(_))), "cut at {cut}");
    }
}

#[test]
fn bytes_behind_a_records_content_are_malformed() {
    let mut chunk = Chunk::inline();
    chunk.bytes.push(writer::DISCARD);
    chunk.framed(|chunk| chunk.bytes.extend([1; 9]));
    assert_eq!(outline(&chunk.bytes), ["bytes after the end of a record"]);
}

#[test]
fn counts_that_claim_too_much_are_malformed_and_reserve_nothing() {
    let mut chunk = Chunk::inline();
    chunk.end(&end(1));
    let body = chunk.bytes[5..].to_vec();
    // The last three bytes are the numbers of attributes, events and links, all zero.
    for list in 1..=3 {
        let before = body.len() - list;
        for count in [1, 100, u32::MAX] {
            let mut chunk = Chunk::inline();
            chunk.bytes.push(writer::END);
            chunk.framed(|chunk| {
                chunk.bytes.extend(&body[..before]);
                chunk.varint(count);
                chunk.bytes.extend(&body[before + 1..]);
            });
            assert!(matches!(Records::new(&chunk.bytes).next(), Some(Err(_))), "{list} {count}");
        }
    }
}

#[test]
fn a_fault_says_what_and_where() {
    let mut chunk = Chunk::inline();
    chunk.end(&end(1));
    chunk.bytes.truncate(40);
    let fault = Records::new(&chunk.bytes).next().expect("a record").expect_err("a fault");
    assert_eq!(fault.to_string(), "malformed handoff bytes: bytes end too early at offset 5");
}
