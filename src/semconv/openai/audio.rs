//! Speech from text, and text from speech (transcribed or translated).

use super::Part;
use super::contents::{self, Content};
use super::credentials::response_json;
use super::keys::{INPUT_MESSAGES, JSON_MIME_TYPE, OUTPUT_MESSAGES, Prefix, TEXT_MIME_TYPE};
use super::parameters;
use super::responses::plain_message;
use super::usage::usage;
use crate::handoff::Text;
use crate::semconv::draft::Place;
use crate::semconv::view::{View, some_text};

pub(super) fn speech_request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, input, instructions] = body.pick(["model", "input", "instructions"]);
    part.facts.requested(some_text(model));
    parameters::input(part, body, "llm.invocation_parameters", &["input", "instructions"]);
    let messages = [("system", some_text(instructions)), ("user", some_text(input))];
    let given = messages.into_iter().filter_map(|(role, text)| Some((role, text?)));
    for (index, (role, text)) in given.enumerate() {
        plain_message(part, index, role, text);
    }
}

/// JS keeps the audio to itself and says what it is and how long.
pub(super) fn speech_response(part: &mut Part<'_>, response: View<'_, '_>) {
    part.add("output.value", response_json(response));
    part.add("output.mime_type", JSON_MIME_TYPE);
    let prefix = Prefix::new(OUTPUT_MESSAGES, 0, "message.");
    part.add(prefix.key("role"), "assistant");
    let mime_type = response.text_at("contentType").map(Text::into_string);
    let audio = Content::Audio { url: None, mime_type, transcript: None, id: None };
    contents::write(part, &prefix, &[audio]);
}

pub(super) fn transcription_request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, prompt, file] = body.pick(["model", "prompt", "file"]);
    part.facts.requested(some_text(model));
    parameters::input(part, body, "llm.invocation_parameters", &["prompt", "file"]);
    let mut contents: Vec<_> = some_text(prompt).map(Content::Text).into_iter().collect();
    contents.extend(file.map(Content::upload));
    if !contents.is_empty() {
        let prefix = Prefix::new(INPUT_MESSAGES, 0, "message.");
        part.add(prefix.key("role"), "user");
        contents::write(part, &prefix, &contents);
    }
}

/// The answer is the text itself, or an object that holds it.
pub(super) fn transcription_response(part: &mut Part<'_>, response: View<'_, '_>) {
    let text = response.text().or(response.text_at("text"));
    if let Some(text) = response.text() {
        part.add("output.value", text.into_string());
        part.add("output.mime_type", TEXT_MIME_TYPE);
    } else {
        part.add("output.value", response_json(response));
        part.add("output.mime_type", JSON_MIME_TYPE);
    }
    if let Some(text) = text {
        let prefix = Prefix::new(OUTPUT_MESSAGES, 0, "message.");
        part.add(prefix.key("role"), "assistant");
        part.add(prefix.key("content"), text.into_string());
    }
    usage(part, response.get("usage"));
}

pub(super) fn transcription_event(mut response: Place<'_>, event: View<'_, '_>) {
    let [kind, delta] = event.pick(["type", "delta"]);
    let is = |name| kind.and_then(View::text).is_some_and(|kind| kind.is(name));
    if is("transcript.text.delta") {
        let piece = delta.and_then(View::text).unwrap_or(Text::EMPTY);
        response.field("text").append(piece);
    } else if is("transcript.text.segment") {
        response.field("segments").next_item().set(event);
    } else if is("transcript.text.done") {
        for (key, value) in event.fields() {
            if !key.is("type") && !key.is("logprobs") {
                response.here().field(&key.to_utf8()).set(value);
            }
        }
    }
}
