//! Chat completions.

use super::credentials::response_json;
use super::keys::{INPUT_MESSAGES, JSON_MIME_TYPE, OUTPUT_MESSAGES};
use super::messages::message;
use super::usage::usage;
use super::{Part, parameters, tools};
use crate::handoff::Text;
use crate::semconv::view::{View, items, some_text};

pub(super) fn request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, messages, tools, functions, audio, tier] =
        body.pick(["model", "messages", "tools", "functions", "audio", "service_tier"]);
    part.facts.requested(some_text(model));
    part.facts.audio_format =
        audio.and_then(|audio| audio.text_at("format")).map(Text::into_string);
    let contents = ["messages", "tools", "functions"];
    parameters::input(part, body, "llm.invocation_parameters", &contents);
    for (index, item) in items(messages).enumerate() {
        message(part, INPUT_MESSAGES, index, item);
    }
    tools::definitions(part, tools, functions);
    parameters::gen_ai(part, body);
    service_tier(part, "openai.request.service_tier", tier);
}

pub(super) fn response(part: &mut Part<'_>, response: View<'_, '_>) {
    let [model, id, choices, tokens, tier] =
        response.pick(["model", "id", "choices", "usage", "service_tier"]);
    answered(part, model, id);
    part.add("output.value", response_json(response));
    part.add("output.mime_type", JSON_MIME_TYPE);
    for (index, choice) in items(choices).enumerate() {
        let [answer, reason] = choice.pick(["message", "finish_reason"]);
        if let Some(answer) = answer {
            message(part, OUTPUT_MESSAGES, index, answer);
        }
        if let Some(reason) = some_text(reason) {
            part.facts.finished(reason);
        }
    }
    usage(part, tokens);
    service_tier(part, "openai.response.service_tier", tier);
}

/// A call costs what its tier does.
pub(super) fn service_tier(part: &mut Part<'_>, key: &'static str, tier: Option<View<'_, '_>>) {
    if let Some(tier) = some_text(tier) {
        part.add(key, tier.into_string());
    }
}

/// Who answered, and the answer's id. Viewers take either for an output unless there is one.
pub(super) fn answered(part: &mut Part<'_>, model: Option<View<'_, '_>>, id: Option<View<'_, '_>>) {
    part.facts.answered(some_text(model));
    if let Some(id) = some_text(id) {
        part.add("gen_ai.response.id", id.into_string());
    }
}
