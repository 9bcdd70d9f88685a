//! Several requests as one. One after the other they would be a request already, with the resource in
//! it as often as there were requests; here spans of one resource and one scope come together. Only
//! the frames are read: what is inside a span is copied as it is.

use bytes::{BufMut, Bytes, BytesMut};
use prost::encoding::{decode_varint, encode_varint, encoded_len_varint};

/// Of `resource_spans` in a request. All other fields have other tags.
const RESOURCE_SPANS: u64 = (1 << 3) | LENGTH_DELIMITED;
/// Of `scope_spans` in `ResourceSpans`, and of `spans` in `ScopeSpans`.
const NESTED: u64 = (2 << 3) | LENGTH_DELIMITED;
const LENGTH_DELIMITED: u64 = 2;

/// The requests as one, in their order.
pub fn concatenate(requests: &[Bytes]) -> Bytes {
    match requests {
        [] => Bytes::new(),
        [one] => one.clone(),
        several => merge(several).unwrap_or_else(|| several.concat().into()),
    }
}

/// A message but for one repeated field, and the contents of that field.
struct Home<T> {
    head: Vec<u8>,
    nested: Vec<T>,
}

type Scope<'a> = Home<&'a [u8]>;
type Resource<'a> = Home<Scope<'a>>;

/// `None` when a request is not as opentelemetry-otlp writes it.
fn merge(requests: &[Bytes]) -> Option<Bytes> {
    let mut resources: Vec<Resource<'_>> = Vec::new();
    for request in requests {
        let (other, all) = take_apart(request, RESOURCE_SPANS)?;
        if !other.is_empty() {
            return None;
        }
        for resource_spans in all {
            let (head, scopes) = take_apart(resource_spans, NESTED)?;
            let resource = home(&mut resources, head);
            for scope_spans in scopes {
                let (head, spans) = take_apart(scope_spans, NESTED)?;
                home(&mut resource.nested, head).nested.extend(spans);
            }
        }
    }
    let mut out = BytesMut::with_capacity(requests.iter().map(Bytes::len).sum());
    for resource in &resources {
        let scopes: Vec<usize> = resource.nested.iter().map(scope_bytes).collect();
        let bytes = resource.head.len() + scopes.iter().map(|bytes| framed(*bytes)).sum::<usize>();
        frame(&mut out, RESOURCE_SPANS, bytes);
        out.put_slice(&resource.head);
        for (scope, bytes) in resource.nested.iter().zip(scopes) {
            frame(&mut out, NESTED, bytes);
            out.put_slice(&scope.head);
            for span in &scope.nested {
                frame(&mut out, NESTED, span.len());
                out.put_slice(span);
            }
        }
    }
    Some(out.freeze())
}

/// The one with this head, which is the last one as a rule.
fn home<T>(homes: &mut Vec<Home<T>>, head: Vec<u8>) -> &mut Home<T> {
    let at = homes.iter().rposition(|home| home.head == head).unwrap_or_else(|| {
        homes.push(Home { head, nested: Vec::new() });
        homes.len() - 1
    });
    #[expect(clippy::indexing_slicing, reason = "it was found, or pushed, just now")]
    &mut homes[at]
}

/// The contents of all fields with this tag, and the bytes of all others.
fn take_apart(message: &[u8], wanted: u64) -> Option<(Vec<u8>, Vec<&[u8]>)> {
    let (mut others, mut found) = (Vec::new(), Vec::new());
    let mut rest = message;
    while !rest.is_empty() {
        let before = rest;
        let tag = decode_varint(&mut rest).ok()?;
        if tag & 7 != LENGTH_DELIMITED {
            return None;
        }
        let length = usize::try_from(decode_varint(&mut rest).ok()?).ok()?;
        let (content, behind) = rest.split_at_checked(length)?;
        rest = behind;
        if tag == wanted {
            found.push(content);
        } else {
            others.extend(before.get(..before.len() - rest.len())?);
        }
    }
    Some((others, found))
}

fn scope_bytes(scope: &Scope<'_>) -> usize {
    scope.head.len() + scope.nested.iter().map(|span| framed(span.len())).sum::<usize>()
}

/// Tag and length before so many bytes, and the bytes.
fn framed(bytes: usize) -> usize {
    1 + encoded_len_varint(bytes as u64) + bytes
}

fn frame(out: &mut BytesMut, tag: u64, bytes: usize) {
    encode_varint(tag, out);
    encode_varint(bytes as u64, out);
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{
        AnyValue, InstrumentationScope, KeyValue, any_value,
    };
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
    use prost::Message;

    use super::*;

    fn scope(name: &str, spans: &[&str]) -> ScopeSpans {
        let span = |name: &&str| Span { name: (*name).to_owned(), ..Span::default() };
        ScopeSpans {
            scope: Some(InstrumentationScope { name: name.to_owned(), ..Default::default() }),
            spans: spans.iter().map(span).collect(),
            schema_url: "http://schema".to_owned(),
        }
    }

    fn request(service: &str, scope_spans: Vec<ScopeSpans>) -> ExportTraceServiceRequest {
        let value = Some(any_value::Value::StringValue(service.to_owned()));
        let attribute = KeyValue {
            key: "service.name".to_owned(),
            value: Some(AnyValue { value }),
            ..KeyValue::default()
        };
        let resource = Resource { attributes: vec![attribute], ..Resource::default() };
        ExportTraceServiceRequest {
            resource_spans: vec![ResourceSpans {
                resource: Some(resource),
                scope_spans,
                schema_url: String::new(),
            }],
        }
    }

    fn bytes(request: &ExportTraceServiceRequest) -> Bytes {
        request.encode_to_vec().into()
    }

    #[test]
    fn spans_of_one_resource_and_scope_come_together_in_their_order() {
        let merged = concatenate(&[
            bytes(&request("s", vec![scope("a", &["1", "2"]), scope("b", &["3"])])),
            bytes(&request("s", vec![scope("a", &["4"])])),
            bytes(&request("s", vec![scope("c", &[&"5".repeat(1000)])])),
            bytes(&request("other", vec![scope("a", &["6"])])),
        ]);
        let read = ExportTraceServiceRequest::decode(merged).expect("a request");
        let mut expected = request(
            "s",
            vec![
                scope("a", &["1", "2", "4"]),
                scope("b", &["3"]),
                scope("c", &[&"5".repeat(1000)]),
            ],
        );
        expected.resource_spans.extend(request("other", vec![scope("a", &["6"])]).resource_spans);
        assert_eq!(read, expected);
    }

    #[test]
    fn bytes_that_cannot_be_taken_apart_are_put_one_after_the_other() {
        for odd in [&b"\x0A\x7F"[..], b"\x12\x01x", b"\x08\x01", b"\xFF"] {
            let parts = [Bytes::from_static(b"\x0A\x00"), Bytes::copy_from_slice(odd)];
            assert_eq!(concatenate(&parts), parts.concat());
        }
    }

    #[test]
    fn nothing_and_one_are_as_they_were() {
        assert!(concatenate(&[]).is_empty());
        assert_eq!(concatenate(&[Bytes::from_static(b"any")]), "any");
    }
}
