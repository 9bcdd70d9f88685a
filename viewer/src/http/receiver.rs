//! OTLP over HTTP: `POST /v1/traces`. Answers when the spans are stored and can be found, in the
//! encoding of the request.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

use http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Incoming;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message as _;

use super::body::{BadBody, Coding};
use super::reply::{Reply, reply};
use super::{State, guard};
use crate::intake::{self, Encoding, Intake};
use crate::store::{StoreError, Written};

pub const PATHS: [&str; 3] = ["/v1/traces", "/otel/v1/traces", "/v1/otel/v1/traces"];

/// Far beyond what a program sends that is not broken.
const MAX_REQUESTS_PER_S: f64 = 5_000.0;

const PROTOBUF_TYPE: &str = "application/x-protobuf";
const JSON_TYPE: &str = "application/json";

/// How many requests may come now: fills up with time.
pub struct Rate(Mutex<(f64, Instant)>);

impl Default for Rate {
    fn default() -> Self {
        Self(Mutex::new((MAX_REQUESTS_PER_S, Instant::now())))
    }
}

impl Rate {
    fn admits(&self, now: Instant) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let gained = now.duration_since(state.1).as_secs_f64() * MAX_REQUESTS_PER_S;
        *state = ((state.0 + gained).min(MAX_REQUESTS_PER_S), now);
        let admits = state.0 >= 1.0;
        if admits {
            state.0 -= 1.0;
        }
        admits
    }
}

pub async fn receive(state: Arc<State>, request: Request<Incoming>) -> Reply {
    let encoding = encoding_of(request.headers());
    match accept(&state, request, encoding).await {
        Ok((rejected, message)) => success(encoding, rejected, message),
        Err(BadBody(status, sentence)) => fault(encoding, status, &sentence),
    }
}

async fn accept(
    state: &Arc<State>,
    request: Request<Incoming>,
    encoding: Option<Encoding>,
) -> Result<(u64, String), BadBody> {
    let refused = |status, sentence: &str| Err(BadBody(status, sentence.to_owned()));
    if !guard::has_token(request.headers(), state.options.token.as_deref()) {
        return refused(
            StatusCode::UNAUTHORIZED,
            "The token is missing or wrong: send it as Authorization: Bearer.",
        );
    }
    let Some(encoding) = encoding else {
        return refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Content-Type must be application/x-protobuf or application/json.",
        );
    };
    if !state.rate.admits(Instant::now()) {
        return refused(StatusCode::TOO_MANY_REQUESTS, "Too many requests in a second.");
    }
    let coding = Coding::of(request.headers())?;
    let body = state.room.read(request.into_body()).await?;
    let intake = state.desks.work(move |desk| {
        let bytes = body.undo(coding, &mut desk.unpacked)?;
        intake::receive(bytes, encoding, desk).map_err(|error| {
            BadBody(StatusCode::BAD_REQUEST, format!("The body is no OTLP trace request: {error}."))
        })
    });
    let Some(intake) = intake.await else {
        return refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The viewer failed on this request; what it printed says why. Please report it.",
        );
    };
    let Intake { received, rejected, reason } = intake?;
    let mut message = reason.map(|reason| reason.to_string()).unwrap_or_default();
    let mut rejected = u64::from(rejected);
    if !received.is_empty() {
        let unavailable = |why: String| {
            BadBody(StatusCode::SERVICE_UNAVAILABLE, format!("The spans cannot be stored: {why}."))
        };
        let receipt = state.store.ingest(received);
        let receipt = receipt.map_err(|error: StoreError| unavailable(error.to_string()))?;
        let Written { refused, .. } = receipt.written().await.map_err(unavailable)?;
        rejected += refused;
        if refused > 0 && message.is_empty() {
            "a trace cannot have more spans than it has".clone_into(&mut message);
        }
    }
    Ok((rejected, message))
}

fn encoding_of(headers: &HeaderMap) -> Option<Encoding> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = value.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase().as_str() {
        PROTOBUF_TYPE | "application/protobuf" => Some(Encoding::Protobuf),
        JSON_TYPE => Some(Encoding::Json),
        _ => None,
    }
}

fn success(encoding: Option<Encoding>, rejected: u64, message: String) -> Reply {
    let rejected_spans = i64::try_from(rejected).unwrap_or(i64::MAX);
    match encoding {
        Some(Encoding::Json) | None => {
            let body = match rejected {
                0 => serde_json::json!({}),
                _ => serde_json::json!({ "partialSuccess": {
                    "rejectedSpans": rejected_spans.to_string(), "errorMessage": message,
                } }),
            };
            reply(StatusCode::OK, JSON_TYPE, body.to_string())
        }
        Some(Encoding::Protobuf) => {
            let partial_success = (rejected > 0)
                .then_some(ExportTracePartialSuccess { rejected_spans, error_message: message });
            let body = ExportTraceServiceResponse { partial_success }.encode_to_vec();
            reply(StatusCode::OK, PROTOBUF_TYPE, body)
        }
    }
}

/// OTLP's form of an error: google.rpc.Status, of which senders read the message.
fn fault(encoding: Option<Encoding>, status: StatusCode, sentence: &str) -> Reply {
    let mut reply = match encoding {
        Some(Encoding::Protobuf) => {
            let mut body = Vec::with_capacity(sentence.len() + 4);
            prost::encoding::string::encode(2, &sentence.to_owned(), &mut body);
            reply(status, PROTOBUF_TYPE, body)
        }
        Some(Encoding::Json) | None => {
            reply(status, JSON_TYPE, serde_json::json!({ "message": sentence }).to_string())
        }
    };
    if matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
        // The rest of the body is not read, so that no further request can come behind it.
        reply.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    reply
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn so_many_requests_are_admitted_in_a_second_and_not_more() {
        let rate = Rate::default();
        let start = Instant::now();
        let admitted = |at_ms: u64| {
            let now = start + Duration::from_millis(at_ms);
            (0..20_000).filter(|_| rate.admits(now)).count()
        };
        assert_eq!(admitted(10), 5_000);
        assert_eq!(admitted(10), 0);
        assert_eq!(admitted(210), 1_000);
        assert_eq!(admitted(99_000), 5_000);
    }
}
