use std::io::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn otlp(span_id: &str) -> Json {
    json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [
        { "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": span_id, "name": "a" }
    ] }] }] })
}

fn flat(span_id: &str) -> Json {
    json!({
        "trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": span_id, "parent_span_id": "",
        "name": "h", "kind": "SPAN_KIND_CLIENT",
        "start_time": "2026-11-21T18:55:03.000000001Z", "end_time": "2026-11-21T18:55:04Z",
        "status": { "code": "STATUS_CODE_ERROR", "message": "m" },
        "resource": { "attributes": { "service.name": "s" } }, "scope": { "name": "n" },
        "attributes": {
            "inference.observation_kind": "LLM", "inference.llm.input_tokens": 7,
            "llm.input_messages": "[{\"role\":\"user\",\"content\":\"Hi\"}]",
        },
    })
}

/// The ids of the spans, and the lines that were none.
fn taken(bytes: &[u8]) -> (Vec<String>, Vec<u64>) {
    let (mut spans, mut flaws) = (Vec::new(), Vec::new());
    let end: Result<(), std::io::Error> = read(
        bytes,
        |request| {
            let all = request.resource_spans.iter().flat_map(|group| &group.scope_spans);
            let ids = all
                .flat_map(|group| &group.spans)
                .map(|span| crate::intake::hex::encode(&span.span_id));
            spans.extend(ids);
            Ok(())
        },
        |flaw| flaws.push(flaw.line),
    );
    end.expect("read to its end");
    (spans, flaws)
}

const ONE: &str = "00f067aa0ba902b7";
const TWO: &str = "00f067aa0ba902b8";

#[test]
fn lines_of_both_formats_are_taken_and_broken_ones_are_named() {
    let text = format!(
        "\u{feff}{}\n\n{}\r\n{{\"resourceSpans\":[\n[]\n7\n{}",
        otlp(ONE),
        flat(TWO),
        otlp(ONE)
    );
    let expected = vec![ONE.to_owned(), TWO.to_owned(), ONE.to_owned()];
    assert_eq!(taken(text.as_bytes()), (expected, vec![4, 6]));
}

#[test]
fn a_document_over_several_lines_is_one_and_an_array_is_many() {
    let pretty = serde_json::to_string_pretty(&otlp(ONE)).expect("JSON");
    assert_eq!(taken(pretty.as_bytes()), (vec![ONE.to_owned()], vec![]));
    let many = serde_json::to_string_pretty(&json!([flat(ONE), otlp(TWO)])).expect("JSON");
    assert_eq!(taken(many.as_bytes()), (vec![ONE.to_owned(), TWO.to_owned()], vec![]));
}

#[test]
fn a_first_line_that_is_cut_off_spoils_no_other() {
    let text = format!("{{\"resourceSpans\":[{{\n{}\n{}", otlp(ONE), otlp(TWO));
    assert_eq!(taken(text.as_bytes()), (vec![ONE.to_owned(), TWO.to_owned()], vec![1]));
}

#[test]
fn what_is_gzipped_is_the_same() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writeln!(encoder, "{}", otlp(ONE)).expect("compressed");
    let gzipped = encoder.finish().expect("compressed");
    assert_eq!(taken(&gzipped), (vec![ONE.to_owned()], vec![]));
    let torn = gzipped.get(..gzipped.len() - 9).expect("a part");
    let end: Result<(), std::io::Error> = read(torn, |_| Ok(()), |_| {});
    assert!(end.is_err());
}

fn ours(span_id: &str) -> Json {
    json!({
        "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": span_id, "parentSpanId": null,
        "name": "o", "status": "error", "statusMessage": "m", "otelKind": "CLIENT",
        "startNs": "1700000000000000001", "endNs": "1700000000000000002",
        "attributes": { "n": 1, "f": 1.0, "list": ["a"] },
        "events": [{ "name": "e", "timeNs": "5", "attributes": { "k": true } }],
    })
}

#[test]
fn a_span_as_this_program_writes_it_is_taken_alone_or_in_its_trace() {
    let text = format!("{}\n{}", ours(ONE), json!({ "trace": {}, "spans": [ours(TWO)] }));
    assert_eq!(taken(text.as_bytes()), (vec![ONE.to_owned(), TWO.to_owned()], vec![]));
    let request = span::request(&ours(ONE)).expect("a request");
    let group = request.resource_spans.first().expect("one").scope_spans.first().expect("one");
    let span = group.spans.first().expect("a span");
    assert_eq!((span.kind, span.status.as_ref().map(|status| status.code)), (3, Some(2)));
    assert_eq!((span.start_time_unix_nano % 10, span.end_time_unix_nano % 10), (1, 2));
    assert_eq!(span.events.first().map(|event| event.time_unix_nano), Some(5));
    let attributes = crate::intake::attributes::object(&span.attributes);
    assert_eq!(attributes, json!({ "n": 1, "f": 1.0, "list": ["a"] }));
}

#[test]
fn what_does_not_hold_all_of_a_span_is_refused() {
    let mut listed = ours(ONE);
    listed.as_object_mut().expect("an object").remove("attributes");
    let text = format!("{}\n{listed}", json!({ "trace": {}, "spans": [{ "spanId": ONE }] }));
    assert_eq!(taken(text.as_bytes()), (vec![], vec![1, 2]));
    assert_eq!(taken(b"trace_id,span_id,name\r\n1,2,x\r\n"), (vec![], vec![1]));
}

#[test]
fn halos_own_names_become_everybodys() {
    let request = halo::request(&flat(ONE)).expect("a request");
    let group = request.resource_spans.first().expect("one").scope_spans.first().expect("one");
    let span = group.spans.first().expect("a span");
    let text = |key: &str| crate::intake::attributes::text(&span.attributes, key);
    assert_eq!(text("openinference.span.kind"), Some("LLM"));
    assert_eq!(text("llm.input_messages.0.message.content"), Some("Hi"));
    let tokens = crate::intake::attributes::integer(&span.attributes, "llm.token_count.prompt");
    assert_eq!(tokens, Some(7));
    assert!(span.attributes.iter().all(|attribute| !attribute.key.starts_with("inference.")));
    assert_eq!(span.start_time_unix_nano % 1_000_000_000, 1);
    assert_eq!((span.kind, span.status.as_ref().map(|status| status.code)), (3, Some(2)));
}

proptest! {
    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _: Result<(), std::io::Error> = read(bytes.as_slice(), |_| Ok(()), |_| {});
    }
}
