//! Events of a streamed response put together, for when the stream breaks off: its last event
//! holds the whole response.

use crate::handoff::Text;
use crate::semconv::draft::Place;
use crate::semconv::view::View;

/// An event's fields that this module looks at in any of its types: there are many events.
pub(super) struct Event<'a, 'k> {
    view: View<'a, 'k>,
    kind: Text<'a>,
    delta: Option<View<'a, 'k>>,
    output_index: Option<View<'a, 'k>>,
    content_index: Option<View<'a, 'k>>,
    summary_index: Option<View<'a, 'k>>,
    response: Option<View<'a, 'k>>,
    item: Option<View<'a, 'k>>,
    part: Option<View<'a, 'k>>,
}

/// What an event says of a place within its item: a text that goes on, and what it is once done.
struct Piece {
    event: &'static str,
    /// The list in the item that the text is in, if it is in one.
    list: Option<&'static str>,
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
    field: &'static str,
    kind: &'static str,
) -> Piece {
    Piece { event, list: Some(list), field, kind }
}

/// Each comes as `….delta`, with the next piece in `delta`, and `….done`, with all in `field`.
static PIECES: [Piece; 8] = [
    listed("response.output_text", "content", "text", "output_text"),
    piece("response.function_call_arguments", "arguments", "function_call"),
    listed("response.reasoning_summary_text", "summary", "text", "summary_text"),
    listed("response.reasoning_text", "content", "text", "reasoning_text"),
    listed("response.refusal", "content", "refusal", "refusal"),
    piece("response.custom_tool_call_input", "input", "custom_tool_call"),
    piece("response.mcp_call_arguments", "arguments", "mcp_call"),
    piece("response.code_interpreter_call_code", "code", "code_interpreter_call"),
];

const LAST: [&str; 4] =
    ["response.completed", "response.incomplete", "response.failed", "response.cancelled"];

impl<'a, 'k> Event<'a, 'k> {
    pub fn of(view: View<'a, 'k>) -> Self {
        let [kind, delta, output_index, content_index, summary_index, response, item, part] = view
            .pick([
                "type",
                "delta",
                "output_index",
                "content_index",
                "summary_index",
                "response",
                "item",
                "part",
            ]);
        let kind = kind.and_then(View::text).unwrap_or(Text::EMPTY);
        Event {
            view,
            kind,
            delta,
            output_index,
            content_index,
            summary_index,
            response,
            item,
            part,
        }
    }

    /// The response that the last event has with it.
    pub fn whole(&self) -> Option<View<'a, 'k>> {
        let is_last = || LAST.iter().any(|last| self.kind.is(last));
        self.response.filter(|response| response.is_object() && is_last())
    }

    pub fn add_to(&self, mut response: Place<'_>) {
        let name = self.kind.to_utf8();
        for piece in &PIECES {
            match name.strip_prefix(piece.event) {
                Some(".delta") => return self.text(response, piece, self.delta, false),
                Some(".done") => {
                    return self.text(response, piece, self.view.get(piece.field), true);
                }
                _ => {}
            }
        }
        match &*name {
            "response.created" | "response.in_progress" | "response.queued" => {
                let fields = self.response.into_iter().flat_map(View::fields);
                for (key, value) in fields.filter(|(key, _)| !key.is("output")) {
                    response.here().field(&key.to_utf8()).set(value);
                }
            }
            "response.output_item.added" | "response.output_item.done" => {
                if let Some(given) = self.item {
                    self.item_in(response).set(given);
                }
            }
            "response.content_part.added" | "response.content_part.done" => {
                self.add_part(response, "content", self.content_index);
            }
            "response.reasoning_summary_part.added" | "response.reasoning_summary_part.done" => {
                self.add_part(response, "summary", self.summary_index);
            }
            "error" => self.add_error(response),
            _ => {}
        }
    }

    fn item_in<'d>(&self, response: Place<'d>) -> Place<'d> {
        response.field("output").item(index(self.output_index))
    }

    fn add_part(&self, response: Place<'_>, list: &str, at: Option<View<'_, '_>>) {
        if let Some(part) = self.part {
            self.item_in(response).field(list).item(index(at)).set(part);
        }
    }

    fn add_error(&self, mut response: Place<'_>) {
        let mut error = response.here().field("error");
        for (key, value) in self.view.get("error").unwrap_or(self.view).fields() {
            if ["code", "message", "param"].iter().any(|name| key.is(name)) {
                error.here().field(&key.to_utf8()).set(value);
            }
        }
        response.field("status").set_text("failed");
    }

    fn text(&self, response: Place<'_>, piece: &Piece, given: Option<View<'_, '_>>, is_done: bool) {
        let mut item = self.item_in(response);
        let mut holder = match piece.list {
            Some(list) => {
                let is_reasoning = matches!(piece.kind, "summary_text" | "reasoning_text");
                let kind = if is_reasoning { "reasoning" } else { "message" };
                if set_type(item.here(), kind) && !is_reasoning {
                    item.here().field("role").set_text("assistant");
                }
                let at = if list == "summary" { self.summary_index } else { self.content_index };
                item.field(list).item(index(at))
            }
            None => item,
        };
        set_type(holder.here(), piece.kind);
        let place = holder.field(piece.field);
        match given {
            Some(whole) if is_done => place.set(whole),
            Some(more) => place.append(more.text().unwrap_or(Text::EMPTY)),
            None => {}
        }
    }
}

fn index(given: Option<View<'_, '_>>) -> i64 {
    given.and_then(View::integer).unwrap_or(0)
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
