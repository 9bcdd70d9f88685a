//! Whatever is posted to the viewer, in either encoding: it is decoded, every span is looked at,
//! packed and written as JSON.
//!
//! Beyond not panicking: every span is either received or counted as rejected, what is packed comes
//! back as the same span, the words of a span are each there once and have no space or capital in
//! them, and labels are short.
#![no_main]

use std::collections::HashSet;

use catalyst_viewer::intake::{self, Encoding, attributes, payload};
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// In characters, as `labels` has it.
const MAX_LABEL: usize = 300;

fuzz_target!(|body: &[u8]| {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let Ok(request) = intake::decode(body, encoding) else { continue };
        let spans: usize = request
            .resource_spans
            .iter()
            .flat_map(|resource_spans| &resource_spans.scope_spans)
            .map(|scope_spans| scope_spans.spans.len())
            .sum();
        let intake = intake::take(request);
        assert_eq!(intake.received.len() + intake.rejected as usize, spans);
        assert_eq!(intake.reason.is_some(), intake.rejected > 0);
        for received in intake.received {
            let bytes = payload::unpack(&received.payload).expect("what was packed");
            let span = Span::decode(bytes.as_slice()).expect("a span");
            assert_eq!(span.encode_to_vec(), bytes);
            attributes::object(&span.attributes).to_string();
            assert!(received.record.end_ns >= received.record.start_ns);
            let words: Vec<&str> = received.words.split_terminator(' ').collect();
            let distinct: HashSet<&str> = words.iter().copied().collect();
            assert_eq!(distinct.len(), words.len());
            assert!(words.iter().all(|word| !word.is_empty() && !word.contains(char::is_whitespace)));
            for (_, value) in &received.labels {
                assert!(value.chars().count() <= MAX_LABEL);
            }
        }
    }
});
