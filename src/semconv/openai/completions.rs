//! Legacy completions: a prompt or several, and a text for each.

use super::chat::answered;
use super::credentials::response_json;
use super::keys::{JSON_MIME_TYPE, numbered};
use super::usage::usage;
use super::{Part, parameters};
use crate::semconv::view::{View, items, some_text};

/// Prompts that are lists of tokens are in the input alone.
pub(super) fn request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, prompt] = body.pick(["model", "prompt"]);
    part.facts.requested(some_text(model));
    parameters::input(part, body, "llm.invocation_parameters", &["prompt"]);
    let texts = prompt.and_then(View::text).into_iter();
    let texts = texts.chain(items(prompt).filter_map(View::text));
    for (index, text) in texts.enumerate() {
        part.add(numbered("llm.prompts", index, "prompt.text"), text.into_string());
    }
    parameters::gen_ai(part, body);
}

pub(super) fn response(part: &mut Part<'_>, response: View<'_, '_>) {
    let [model, id, choices, tokens] = response.pick(["model", "id", "choices", "usage"]);
    answered(part, model, id);
    part.add("output.value", response_json(response));
    part.add("output.mime_type", JSON_MIME_TYPE);
    for (index, choice) in items(choices).enumerate() {
        let [text, reason] = choice.pick(["text", "finish_reason"]);
        if let Some(text) = text.and_then(View::text) {
            part.add(numbered("llm.choices", index, "completion.text"), text.into_string());
        }
        if let Some(reason) = some_text(reason) {
            part.facts.finished(reason);
        }
    }
    usage(part, tokens);
}
