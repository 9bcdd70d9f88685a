//! Events of a streamed response put together, for when the stream breaks off: its last event
//! holds the whole response.

use crate::handoff::Text;
use crate::semconv::draft::Place;
use crate::semconv::view::View;

/// The response that an event has with it, if it is the last one.
pub(super) fn whole<'a, 'k>(event: View<'a, 'k>) -> Option<View<'a, 'k>> {
    let [kind, response] = event.pick(["type", "response"]);
    let kind = kind.and_then(View::text)?;
    let is_last = LAST.iter().any(|last| kind.is(last));
    response.filter(|response| is_last && response.is_object())
}

const LAST: [&str; 4] =
    ["response.completed", "response.incomplete", "response.failed", "response.cancelled"];

/// What an event says of a place within its item: a text that goes on, and what it is once done.
struct Piece {
    event: &'static str,
    /// The list in the item that the text is in, and the field of the event that says where.
    list: Option<(&'static str, &'static str)>,
    field: &'static str,
    /// The type of what holds the text, should the event that announces it not have come.
    kind: &'static str,
}

const fn piece(event: &'static str, field: &'static str, kind: &'static str) -> Piece {
    Piece { event, list: None, field, kind }
}

const fn listed(
    event: &'static str,
    list: &'static str,
    index: &'static str,
    field: &'static str,
    kind: &'static str,
) -> Piece {
    Piece { event, list: Some((list, index)), field, kind }
}

/// Each comes as `….delta`, with the next piece in `delta`, and `….done`, with all in `field`.
static PIECES: [Piece; 8] = [
    listed("response.output_text", "content", "content_index", "text", "output_text"),
    piece("response.function_call_arguments", "arguments", "function_call"),
    listed("response.reasoning_summary_text", "summary", "summary_index", "text", "summary_text"),
    listed("response.reasoning_text", "content", "content_index", "text", "reasoning_text"),
    listed("response.refusal", "content", "content_index", "refusal", "refusal"),
    piece("response.custom_tool_call_input", "input", "custom_tool_call"),
    piece("response.mcp_call_arguments", "arguments", "mcp_call"),
    piece("response.code_interpreter_call_code", "code", "code_interpreter_call"),
];

pub(super) fn event(mut response: Place<'_>, event: View<'_, '_>) {
    let Some(kind) = event.text_at("type") else {
        return;
    };
    let name = kind.to_utf8();
    for piece in &PIECES {
        match name.strip_prefix(piece.event) {
            Some(".delta") => return text(response, piece, event, "delta"),
            Some(".done") => return text(response, piece, event, piece.field),
            _ => {}
        }
    }
    match &*name {
        "response.created" | "response.in_progress" | "response.queued" => {
            let Some(given) = event.get("response") else {
                return;
            };
            for (key, value) in given.fields().filter(|(key, _)| !key.is("output")) {
                response.here().field(&key.to_utf8()).set(value);
            }
        }
        "response.output_item.added" | "response.output_item.done" => {
            if let Some(given) = event.get("item") {
                item(response, event).set(given);
            }
        }
        "response.content_part.added" | "response.content_part.done" => {
            inner(item(response, event), event, "content", "content_index");
        }
        "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done" => {
            inner(item(response, event), event, "summary", "summary_index");
        }
        "error" => {
            let mut error = response.here().field("error");
            for (key, value) in event.get("error").unwrap_or(event).fields() {
                if ["code", "message", "param"].iter().any(|name| key.is(name)) {
                    error.here().field(&key.to_utf8()).set(value);
                }
            }
            response.field("status").set_text("failed");
        }
        _ => {}
    }
}

fn item<'d>(response: Place<'d>, event: View<'_, '_>) -> Place<'d> {
    let index = event.get("output_index").and_then(View::integer).unwrap_or(0);
    response.field("output").item(index)
}

fn inner(item: Place<'_>, event: View<'_, '_>, list: &str, index: &str) {
    let [index, part] = event.pick([index, "part"]);
    if let Some(part) = part {
        item.field(list).item(index.and_then(View::integer).unwrap_or(0)).set(part);
    }
}

fn text(response: Place<'_>, piece: &Piece, event: View<'_, '_>, from: &str) {
    let mut item = item(response, event);
    let holder = match piece.list {
        Some((list, index)) => {
            let kind = match piece.kind {
                "summary_text" | "reasoning_text" => "reasoning",
                _ => "message",
            };
            if set_type(item.here(), kind) && kind == "message" {
                item.here().field("role").set_text("assistant");
            }
            let index = event.get(index).and_then(View::integer).unwrap_or(0);
            item.field(list).item(index)
        }
        None => item,
    };
    let mut holder = holder;
    set_type(holder.here(), piece.kind);
    let place = holder.field(piece.field);
    match event.get(from) {
        Some(given) if from == "delta" => place.append(given.text().unwrap_or(Text::EMPTY)),
        Some(given) => place.set(given),
        None => {}
    }
}

/// Says what a place holds unless that is known, and whether it had to.
fn set_type(place: Place<'_>, kind: &str) -> bool {
    let place = place.field("type");
    let is_unknown = place.is_vacant();
    if is_unknown {
        place.set_text(kind);
    }
    is_unknown
}
