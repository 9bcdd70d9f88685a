//! How a model was asked: the request without what it was asked about.

use opentelemetry::{Array, Value};

use super::Part;
use super::credentials::request_json;
use super::keys::JSON_MIME_TYPE;
use crate::semconv::view::{View, items};

/// The whole request, and its parameters: all but the fields named `contents`.
pub(super) fn input(part: &mut Part<'_>, body: View<'_, '_>, key: &'static str, contents: &[&str]) {
    part.add(key, request_json(body, contents));
    part.add("input.value", request_json(body, &[]));
    part.add("input.mime_type", JSON_MIME_TYPE);
}

/// Those that OpenTelemetry has keys for.
pub(super) fn gen_ai(part: &mut Part<'_>, body: View<'_, '_>) {
    let [temperature, top_p, frequency, presence, max, max_old, max_output, seed, count, stop] =
        body.pick([
            "temperature",
            "top_p",
            "frequency_penalty",
            "presence_penalty",
            "max_completion_tokens",
            "max_tokens",
            "max_output_tokens",
            "seed",
            "n",
            "stop",
        ]);
    for (key, value) in [
        ("gen_ai.request.temperature", temperature),
        ("gen_ai.request.top_p", top_p),
        ("gen_ai.request.frequency_penalty", frequency),
        ("gen_ai.request.presence_penalty", presence),
    ] {
        if let Some(number) = value.and_then(View::number) {
            part.add(key, number);
        }
    }
    for (key, value) in [
        ("gen_ai.request.max_tokens", max.or(max_old).or(max_output)),
        ("gen_ai.request.seed", seed),
        ("gen_ai.request.choice.count", count),
    ] {
        if let Some(number) = value.and_then(View::integer) {
            part.add(key, number);
        }
    }
    let texts = stop.and_then(View::text).into_iter();
    let texts = texts.chain(items(stop).filter_map(View::text));
    let stops: Vec<_> = texts.map(|text| text.into_string().into()).collect();
    if !stops.is_empty() {
        part.add("gen_ai.request.stop_sequences", Value::Array(Array::String(stops)));
    }
}
