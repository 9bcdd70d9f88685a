//! What a collector says in a response body: partial success after a 2xx, an explanation after
//! anything else. Both come as protobuf or as JSON, by the response's own content type.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;
use serde_json::Value;

use super::target::Encoding;

/// What a 2xx says about the spans.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// Spans that were refused for good.
    pub rejected: usize,
    /// Why, or a warning when nothing was refused.
    pub message: String,
}

/// The body is not the response message that OTLP describes.
#[derive(Debug, PartialEq, Eq)]
pub struct Garbage;

/// `google.rpc.Status`, as far as it is of use here.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(string, tag = "2")]
    message: String,
}

/// Reads the body of a 2xx. `sent` is the request's encoding, which stands in for a content type
/// that the server left out.
pub fn partial_success(
    content_type: Option<&str>,
    sent: Encoding,
    body: &[u8],
) -> Result<Partial, Garbage> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Partial::default());
    }
    let encoding = match content_type {
        Some(content_type) => encoding_of(content_type).ok_or(Garbage)?,
        None => sent,
    };
    match encoding {
        Encoding::Protobuf => {
            let response = ExportTraceServiceResponse::decode(body).map_err(|_| Garbage)?;
            let partial = response.partial_success.unwrap_or_default();
            let rejected = usize::try_from(partial.rejected_spans.max(0)).unwrap_or(usize::MAX);
            Ok(Partial { rejected, message: partial.error_message })
        }
        Encoding::Json => {
            let response: Value = serde_json::from_slice(body).map_err(|_| Garbage)?;
            let response = response.as_object().ok_or(Garbage)?;
            match response.get("partialSuccess") {
                None | Some(Value::Null) => Ok(Partial::default()),
                Some(Value::Object(partial)) => Ok(Partial {
                    rejected: json_count(partial.get("rejectedSpans"))?,
                    message: match partial.get("errorMessage") {
                        None | Some(Value::Null) => String::new(),
                        Some(Value::String(message)) => message.clone(),
                        Some(_) => return Err(Garbage),
                    },
                }),
                Some(_) => Err(Garbage),
            }
        }
    }
}

/// The explanation in the body of a response that is not a success.
pub fn error_text(content_type: Option<&str>, body: &[u8]) -> Option<String> {
    let content_type = content_type.unwrap_or("text/plain");
    let text = match encoding_of(content_type) {
        Some(Encoding::Protobuf) => RpcStatus::decode(body).ok()?.message,
        Some(Encoding::Json) => {
            let value: Value = serde_json::from_slice(body).ok()?;
            ["message", "error", "detail"]
                .into_iter()
                .find_map(|key| value.get(key)?.as_str().map(str::to_owned))
                .or_else(|| value.get("error")?.get("message")?.as_str().map(str::to_owned))
                .unwrap_or_else(|| value.to_string())
        }
        None if essence(content_type).eq_ignore_ascii_case("text/plain") => {
            std::str::from_utf8(body).ok()?.to_owned()
        }
        None => return None,
    };
    (!text.trim().is_empty()).then_some(text)
}

/// An int64 in JSON: a decimal string by OTLP's rules, a number in practice.
fn json_count(value: Option<&Value>) -> Result<usize, Garbage> {
    let count = match value {
        None | Some(Value::Null) => 0,
        Some(Value::Number(number)) => number.as_i64().ok_or(Garbage)?,
        Some(Value::String(digits)) => digits.parse::<i64>().map_err(|_| Garbage)?,
        Some(_) => return Err(Garbage),
    };
    Ok(usize::try_from(count.max(0)).unwrap_or(usize::MAX))
}

fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn encoding_of(content_type: &str) -> Option<Encoding> {
    match essence(content_type).to_ascii_lowercase().as_str() {
        "application/x-protobuf" | "application/protobuf" => Some(Encoding::Protobuf),
        "application/json" => Some(Encoding::Json),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;

    use super::*;

    fn protobuf(rejected_spans: i64, error_message: &str) -> Vec<u8> {
        let error_message = error_message.to_owned();
        let partial_success = Some(ExportTracePartialSuccess { rejected_spans, error_message });
        ExportTraceServiceResponse { partial_success }.encode_to_vec()
    }

    fn partial(rejected: usize, message: &str) -> Result<Partial, Garbage> {
        Ok(Partial { rejected, message: message.to_owned() })
    }

    #[test]
    fn partial_success_is_read_in_the_encoding_of_the_response() {
        const PROTO: Option<&str> = Some("application/x-protobuf");
        const JSON: Option<&str> = Some("application/json; charset=utf-8");
        let json = |text: &str| text.as_bytes().to_vec();
        for (content_type, sent, body, expected) in [
            (PROTO, Encoding::Protobuf, vec![], partial(0, "")),
            (JSON, Encoding::Protobuf, json(" \n"), partial(0, "")),
            (PROTO, Encoding::Json, protobuf(3, "no"), partial(3, "no")),
            (PROTO, Encoding::Protobuf, protobuf(-3, ""), partial(0, "")),
            (None, Encoding::Protobuf, protobuf(1, ""), partial(1, "")),
            (None, Encoding::Json, json("{}"), partial(0, "")),
            (JSON, Encoding::Protobuf, json(r#"{"partialSuccess":{}}"#), partial(0, "")),
            (JSON, Encoding::Json, json(r#"{"partialSuccess":null}"#), partial(0, "")),
            (
                JSON,
                Encoding::Json,
                json(r#"{"partialSuccess":{"rejectedSpans":"12","errorMessage":"full"}}"#),
                partial(12, "full"),
            ),
            (
                JSON,
                Encoding::Json,
                json(r#"{"partialSuccess":{"rejectedSpans":4}}"#),
                partial(4, ""),
            ),
            (
                JSON,
                Encoding::Json,
                json(r#"{"partialSuccess":{"rejectedSpans":0,"errorMessage":"old"},"x":1}"#),
                partial(0, "old"),
            ),
            (
                JSON,
                Encoding::Json,
                json(r#"{"partialSuccess":{"rejectedSpans":1.5}}"#),
                Err(Garbage),
            ),
            (JSON, Encoding::Json, json(r#"{"partialSuccess":7}"#), Err(Garbage)),
            (JSON, Encoding::Json, json("[]"), Err(Garbage)),
            (JSON, Encoding::Json, json("ok"), Err(Garbage)),
            (PROTO, Encoding::Protobuf, json("ok"), Err(Garbage)),
            (Some("text/html"), Encoding::Protobuf, json("<html>"), Err(Garbage)),
        ] {
            assert_eq!(partial_success(content_type, sent, &body), expected, "{body:?}");
        }
    }

    #[test]
    fn the_servers_explanation_is_found_where_servers_put_it() {
        let status = RpcStatus { message: "bad span".to_owned() }.encode_to_vec();
        for (content_type, body, expected) in [
            (Some("application/x-protobuf"), status.as_slice(), Some("bad span")),
            (Some("application/json"), br#"{"code":3,"message":"no"}"#, Some("no")),
            (Some("application/json"), br#"{"error":{"message":"no"}}"#, Some("no")),
            (Some("application/json"), br#"{"error":"no"}"#, Some("no")),
            (Some("application/json"), br#"{"detail":[1]}"#, Some(r#"{"detail":[1]}"#)),
            (Some("text/plain; charset=utf-8"), b"no", Some("no")),
            (None, b"no", Some("no")),
            (None, b"\xff", None),
            (None, b"  ", None),
            (Some("text/html"), b"<h1>no</h1>", None),
        ] {
            assert_eq!(error_text(content_type, body).as_deref(), expected);
        }
    }
}
