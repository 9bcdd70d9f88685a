//! Moderations: texts and images, and for each whether it is flagged and as what.

use super::Part;
use super::chat::answered;
use super::contents::{self, Content};
use super::credentials::response_json;
use super::keys::{INPUT_MESSAGES, JSON_MIME_TYPE, Prefix};
use super::parameters;
use crate::semconv::view::{View, some_text};

/// A list of texts is several inputs; one of objects is one input in parts. Either is shown as one
/// message.
pub(super) fn request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, input] = body.pick(["model", "input"]);
    part.facts.requested(some_text(model));
    parameters::input(part, body, "llm.invocation_parameters", &["input"]);
    let contents: Vec<Content<'_, '_>> = contents::parts(input);
    if !contents.is_empty() {
        let prefix = Prefix::new(INPUT_MESSAGES, 0, "message.");
        part.add(prefix.key("role"), "user");
        contents::write(part, &prefix, &contents);
    }
}

/// The answer is no message, only data.
pub(super) fn response(part: &mut Part<'_>, response: View<'_, '_>) {
    let [model, id] = response.pick(["model", "id"]);
    answered(part, model, id);
    part.add("output.value", response_json(response));
    part.add("output.mime_type", JSON_MIME_TYPE);
}
