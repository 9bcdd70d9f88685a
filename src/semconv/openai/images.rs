//! Images made, edited or varied.

use super::Part;
use super::contents::{self, Content, data_uri};
use super::credentials::response_json;
use super::keys::{INPUT_MESSAGES, JSON_MIME_TYPE, OUTPUT_MESSAGES, Prefix};
use super::parameters;
use super::usage::usage;
use crate::handoff::Text;
use crate::semconv::draft::Place;
use crate::semconv::view::{View, items, some_text};

pub(super) fn request(part: &mut Part<'_>, body: View<'_, '_>) {
    let [model, prompt, image, mask] = body.pick(["model", "prompt", "image", "mask"]);
    part.facts.requested(some_text(model));
    parameters::input(part, body, "llm.invocation_parameters", &["prompt", "image", "mask"]);
    let mut contents: Vec<_> = some_text(prompt).map(Content::Text).into_iter().collect();
    for given in [image, mask] {
        let one = given.filter(|given| !given.is_list()).into_iter();
        contents.extend(one.chain(items(given)).map(Content::upload));
    }
    if !contents.is_empty() {
        let prefix = Prefix::new(INPUT_MESSAGES, 0, "message.");
        part.add(prefix.key("role"), "user");
        contents::write(part, &prefix, &contents);
    }
}

pub(super) fn response(part: &mut Part<'_>, response: View<'_, '_>) {
    let [model, data, format, tokens] = response.pick(["model", "data", "output_format", "usage"]);
    part.facts.answered(some_text(model));
    part.add("output.value", response_json(response));
    part.add("output.mime_type", JSON_MIME_TYPE);
    let format = some_text(format).map_or("png".to_owned(), Text::into_string);
    let mime_type = ["image/", &format].concat();
    let mut contents = Vec::new();
    for image in items(data) {
        let [base64, url, prompt] = image.pick(["b64_json", "url", "revised_prompt"]);
        contents.extend(some_text(prompt).map(Content::Text));
        let data = some_text(base64).map(|base64| data_uri(&mime_type, &base64.to_utf8()));
        if let Some(url) = data.or(some_text(url).map(Text::into_string)) {
            contents.push(Content::Image { url: Some(url), id: None });
        }
    }
    if !contents.is_empty() {
        let prefix = Prefix::new(OUTPUT_MESSAGES, 0, "message.");
        part.add(prefix.key("role"), "assistant");
        contents::write(part, &prefix, &contents);
    }
    usage(part, tokens);
}

/// Sketches of the image, each instead of the one before, and at last the image.
pub(super) fn event(mut response: Place<'_>, event: View<'_, '_>) {
    const OF_THE_EVENT: [&str; 5] =
        ["type", "b64_json", "partial_image_index", "created_at", "sequence_number"];
    for (key, value) in event.fields() {
        if key.is("b64_json") {
            response.here().field("data").item(0).field("b64_json").set(value);
        } else if key.is("created_at") {
            response.here().field("created").set(value);
        } else if !OF_THE_EVENT.iter().any(|name| key.is(name)) {
            response.here().field(&key.to_utf8()).set(value);
        }
    }
}
