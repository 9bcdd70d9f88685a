//! The Responses API.

use super::chat::{answered, service_tier};
use super::credentials::response_json;
use super::items::item;
use super::keys::{INPUT_MESSAGES, JSON_MIME_TYPE, OUTPUT_MESSAGES, Prefix};
use super::usage::usage;
use super::{Part, parameters, tools};
use crate::handoff::Text;
use crate::semconv::view::{View, items, some_text};

/// The instructions are the first message, a system's.
pub(super) fn request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, instructions, input, tools, previous, conversation, prompt, tier] = body.pick([
        "model",
        "instructions",
        "input",
        "tools",
        "previous_response_id",
        "conversation",
        "prompt",
        "service_tier",
    ]);
    part.facts.requested(some_text(model));
    let contents = ["input", "instructions", "tools"];
    parameters::input(part, body, "llm.invocation_parameters", &contents);
    let mut index = 0;
    if let Some(text) = some_text(instructions) {
        plain_message(part, index, "system", text);
        index += 1;
    }
    if let Some(text) = input.and_then(View::text) {
        plain_message(part, index, "user", text);
    }
    for each in items(input) {
        match each.text() {
            Some(text) => plain_message(part, index, "user", text),
            None => item(part, INPUT_MESSAGES, index, each),
        }
        index += 1;
    }
    tools::definitions(part, tools, None);
    parameters::gen_ai(part, body);
    service_tier(part, "openai.request.service_tier", tier);
    if let Some(id) = some_text(previous) {
        part.add("openai.previous_response_id", id.into_string());
    }
    if let Some(id) = conversation.and_then(|given| given.text().or(given.text_at("id"))) {
        part.add("gen_ai.conversation.id", id.into_string());
    }
    if let Some(prompt) = prompt {
        template(part, prompt);
    }
}

pub(super) fn plain_message(part: &mut Part<'_>, index: usize, role: &'static str, text: Text<'_>) {
    let prefix = Prefix::new(INPUT_MESSAGES, index, "message.");
    part.add(prefix.key("role"), role);
    part.add(prefix.key("content"), text.into_string());
}

/// A prompt that OpenAI keeps; what it says is not known here.
fn template(part: &mut Part<'_>, prompt: View<'_, '_>) {
    let [id, version, variables] = prompt.pick(["id", "version", "variables"]);
    for (key, value) in [
        ("prompt.id", some_text(id).map(Text::into_string)),
        ("llm.prompt_template.version", some_text(version).map(Text::into_string)),
        ("llm.prompt_template.variables", variables.map(View::json)),
    ] {
        if let Some(value) = value {
            part.add(key, value);
        }
    }
}

pub(super) fn response(part: &mut Part<'_>, response: View<'_, '_>) {
    let [model, id, output, tokens, status, incomplete, error, tier] = response.pick([
        "model",
        "id",
        "output",
        "usage",
        "status",
        "incomplete_details",
        "error",
        "service_tier",
    ]);
    answered(part, model, id);
    part.add("output.value", response_json(response));
    part.add("output.mime_type", JSON_MIME_TYPE);
    for (index, each) in items(output).enumerate() {
        item(part, OUTPUT_MESSAGES, index, each);
    }
    let reason = incomplete.and_then(|details| details.text_at("reason"));
    let status = some_text(status).filter(|status| !is_under_way(*status));
    if let Some(reason) = reason.or(status) {
        part.facts.finished(reason);
    }
    if let Some(code) = error.and_then(|error| error.text_at("code")) {
        part.group.attributes.set("error.type", code.into_string());
        part.group.attributes.set("openai.error.code", code.into_string());
    }
    usage(part, tokens);
    service_tier(part, "openai.response.service_tier", tier);
}

fn is_under_way(status: Text<'_>) -> bool {
    status.is("queued") || status.is("in_progress")
}
