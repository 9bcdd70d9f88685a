//! Chunks of a streamed chat completion (or of a legacy completion) put together.
//!
//! Chunks name choices, and tool calls in them, by index. What a delta says of a text continues
//! it, unless the text is of those that come whole. Providers differ: some repeat what came whole in
//! every chunk, give several calls the same index, or none at all.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::handoff::Text;
use crate::semconv::draft::Place;
use crate::semconv::view::{View, some_text};

/// How far inside a delta texts are continued. What is deeper comes whole.
const MAX_DEPTH: usize = 4;

pub(super) fn chunk(mut response: Place<'_>, chunk: View<'_, '_>) {
    for (key, value) in chunk.fields() {
        if key.is("choices") {
            for (position, choice) in (0..).zip(value.items()) {
                let index = choice.get("index").and_then(View::integer).unwrap_or(position);
                choice_delta(response.here().field("choices").item(index), choice);
            }
        } else if value.value.is_null() {
            continue;
        } else if key.is("usage") {
            response.here().field("usage").set(value);
        } else if key.is("x_groq") {
            if let Some(usage) = value.get("usage") {
                response.here().field("usage").set(usage);
            }
        } else if key.is("object") && value.text().is_some_and(|text| text.is(CHUNK)) {
            let place = response.here().field("object");
            if place.is_vacant() {
                place.set_text("chat.completion");
            }
        } else {
            // Azure's first chunk is about the prompt, with an empty id and model.
            let place = response.here().field(&key.to_utf8());
            if place.is_vacant() {
                place.set(value);
            }
        }
    }
}

const CHUNK: &str = "chat.completion.chunk";

fn choice_delta(mut choice: Place<'_>, delta: View<'_, '_>) {
    for (key, value) in delta.fields() {
        if key.is("delta") {
            merge(choice.here().field("message"), value, 0);
        } else if key.is("text") {
            if let Some(text) = value.text() {
                choice.here().field("text").append(text);
            }
        } else if !key.is("logprobs") && !value.value.is_null() {
            let place = choice.here().field(&key.to_utf8());
            if !key.is("index") || place.is_vacant() {
                place.set(value);
            }
        }
    }
}

fn merge(mut into: Place<'_>, delta: View<'_, '_>, depth: usize) {
    for (key, value) in delta.fields() {
        if depth > 0 && key.is("index") {
            continue;
        }
        let mut place = into.here().field(&key.to_utf8());
        if value.value.is_null() {
            if place.is_empty() {
                place.set(value);
            }
        } else if let Some(text) = value.text() {
            if key.is("data") && depth > 0 {
                append_base64(place, text);
            } else if continues(key, depth) {
                place.append(text);
            } else if !text.is_empty() || place.is_empty() {
                place.set(value);
            }
        } else if value.is_object() && depth < MAX_DEPTH {
            merge(place, value, depth + 1);
        } else if value.is_list() && depth < MAX_DEPTH {
            for item in value.items() {
                merge_item(place.here(), item, depth + 1);
            }
        } else {
            place.set(value);
        }
    }
}

/// Whether a text under this key is a piece of a longer one. In the message itself most are, also
/// those that are not known here; further inside most come whole.
fn continues(key: Text<'_>, depth: usize) -> bool {
    const WHOLE: [&str; 5] = ["role", "name", "id", "type", "tool_call_id"];
    const PIECES: [&str; 8] =
        ["arguments", "input", "text", "transcript", "content", "summary", "thinking", "reasoning"];
    if depth == 0 {
        !WHOLE.iter().any(|name| key.is(name))
    } else {
        PIECES.iter().any(|name| key.is(name))
    }
}

fn merge_item(mut list: Place<'_>, item: View<'_, '_>, depth: usize) {
    if !item.is_object() {
        return list.next_item().set(item);
    }
    let [index, id, function] = item.pick(["index", "id", "function"]);
    let id = some_text(id);
    let starts = id.is_some() || function.is_some_and(|function| function.get("name").is_some());
    let place = match index.and_then(View::integer) {
        Some(index) => {
            let is_other = match (list.here().item(index).text_at("id"), id) {
                (Some(known), Some(new)) => !known.is_empty() && known.to_utf8() != new.to_utf8(),
                _ => false,
            };
            if is_other { list.next_item() } else { list.item(index) }
        }
        None => match list.here().last_index() {
            Some(last) if !starts => list.item(last),
            _ => list.next_item(),
        },
    };
    merge(place, item, depth);
}

/// Each piece of audio is encoded for itself, so one may end in the middle, with padding.
fn append_base64(mut place: Place<'_>, piece: Text<'_>) {
    const QUANTUM: usize = 4;
    let Some(quantum) = place.here().ending(QUANTUM).filter(|ending| ending.ends_with(b"=")) else {
        return place.append(piece);
    };
    let bytes = BASE64.decode(quantum).and_then(|mut bytes| {
        bytes.extend(BASE64.decode(piece.to_utf8().as_bytes())?);
        Ok(bytes)
    });
    match bytes {
        Ok(bytes) => {
            place.here().shorten(QUANTUM);
            place.append(Text::Latin1(BASE64.encode(bytes).as_bytes()));
        }
        Err(_) => place.append(piece),
    }
}
