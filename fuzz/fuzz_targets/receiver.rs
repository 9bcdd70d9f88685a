//! Whatever is posted to the viewer, in either encoding: it is decoded, every span is looked at,
//! packed and written as JSON.
//!
//! Beyond not panicking: a request that can be decoded as a whole is received, every span of it is
//! either received or counted as rejected, and what is packed comes back as the same span; the words
//! of a span are each there once and have no space or capital in them, and labels are short.
#![no_main]

use std::collections::HashSet;

use catalyst_viewer::intake::{self, Desk, Encoding, Received, attributes, payload};
use libfuzzer_sys::fuzz_target;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// In characters, as `labels` has it.
const MAX_LABEL: usize = 300;

fn unpacked(received: &Received) -> Span {
    let bytes = payload::unpack(&received.payload).expect("what was packed");
    Span::decode(bytes.as_slice()).expect("a span")
}

fuzz_target!(|body: &[u8]| {
    let mut desk = Desk::default();
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let received = intake::receive(body.to_vec().into(), encoding, &mut desk);
        if let (Encoding::Protobuf, Ok(whole)) = (encoding, ExportTraceServiceRequest::decode(body)) {
            let of_resources = whole.resource_spans.into_iter();
            let of_scopes = of_resources.flat_map(|of_resource| of_resource.scope_spans);
            let spans: Vec<Span> = of_scopes.flat_map(|of_scope| of_scope.spans).collect();
            let intake = received.as_ref().expect("what can be decoded as a whole");
            assert_eq!(intake.received.len() + intake.rejected as usize, spans.len());
            let mut rest = spans.iter();
            for received in &intake.received {
                let span = unpacked(received);
                // NaN is not itself.
                assert!(rest.any(|it| it.encode_to_vec() == span.encode_to_vec()));
            }
        }
        let Ok(intake) = received else { continue };
        assert_eq!(intake.reason.is_some(), intake.rejected > 0);
        for received in intake.received {
            let span = unpacked(&received);
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
