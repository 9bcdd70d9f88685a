//! An item of a conversation in the Responses API, given or answered, as one message. The Agents SDK
//! has items of its own, which differ in some names; where its model talks to OpenAI by itself, the
//! request is told of in those.
//!
//! What a model does with a built-in tool is shown as a call of a tool of that name. An item of a
//! type that is not known here is its JSON.

use super::Part;
use super::contents::{self, Content, data_uri};
use super::credentials::item_json;
use super::keys::Prefix;
use crate::handoff::Text;
use crate::semconv::view::{View, items, some_text};

/// The fields of an item that this module looks at in any of its types.
struct Item<'a, 'k> {
    view: View<'a, 'k>,
    kind: String,
    role: Option<View<'a, 'k>>,
    id: Option<View<'a, 'k>>,
    call_id: Option<View<'a, 'k>>,
    content: Option<View<'a, 'k>>,
    name: Option<View<'a, 'k>>,
    arguments: Option<View<'a, 'k>>,
    output: Option<View<'a, 'k>>,
}

pub(super) fn item(part: &mut Part<'_>, list: &str, index: usize, view: View<'_, '_>) {
    let prefix = Prefix::new(list, index, "message.");
    let [kind, role, id, call_id, agents_call_id, content, name, arguments, output] = view.pick([
        "type",
        "role",
        "id",
        "call_id",
        "callId",
        "content",
        "name",
        "arguments",
        "output",
    ]);
    let kind = some_text(kind).map(Text::into_string).unwrap_or_default();
    let call_id = call_id.or(agents_call_id);
    let item = Item { view, kind, role, id, call_id, content, name, arguments, output };
    match item.kind.as_str() {
        "message" | "" if role.is_some() => message(part, &prefix, &item),
        "function_call" => call(part, &prefix, &item, name, Arguments::Text(arguments)),
        "custom_tool_call" => {
            call(part, &prefix, &item, name, Arguments::Text(view.get("input")));
        }
        "reasoning" => reasoning(part, &prefix, &item),
        "mcp_call" | "mcp_approval_request" => {
            call(part, &prefix, &item, name, Arguments::Text(arguments));
            let answer = output.or(view.get("error"));
            contents::write(part, &prefix, &outcome(answer));
        }
        "image_generation_call" => image_generation(part, &prefix, &item),
        kind if kind.ends_with("_output") || kind.ends_with("_call_result") => {
            result(part, &prefix, &item);
        }
        kind if kind.ends_with("_call") => built_in(part, &prefix, &item),
        _ => unknown(part, &prefix, &item),
    }
}

fn message(part: &mut Part<'_>, prefix: &Prefix, item: &Item<'_, '_>) {
    part.text(prefix, "role", item.role);
    part.text(prefix, "name", item.name);
    contents::write(part, prefix, &contents::parts(item.content));
}

enum Arguments<'a, 'k> {
    /// As the model wrote them.
    Text(Option<View<'a, 'k>>),
    Json(String),
}

fn call(
    part: &mut Part<'_>,
    message: &Prefix,
    item: &Item<'_, '_>,
    name: Option<View<'_, '_>>,
    arguments: Arguments<'_, '_>,
) {
    part.add(message.key("role"), "assistant");
    let prefix = message.inside("tool_calls", 0, "tool_call.");
    part.text(&prefix, "id", item.call_id.or(item.id));
    match name {
        Some(name) => part.text(&prefix, "function.name", Some(name)),
        None => {
            let name = item.kind.strip_suffix("_call").unwrap_or(&item.kind);
            part.add(prefix.key("function.name"), name.to_owned());
        }
    }
    match arguments {
        Arguments::Text(arguments) => part.text(&prefix, "function.arguments", arguments),
        Arguments::Json(json) => part.add(prefix.key("function.arguments"), json),
    }
}

/// What a model asked a built-in tool for, and what it got from it.
fn built_in(part: &mut Part<'_>, prefix: &Prefix, item: &Item<'_, '_>) {
    let [action, operation, outputs, results] =
        item.view.pick(["action", "operation", "outputs", "results"]);
    let arguments = match (item.arguments, action.or(operation)) {
        (Some(arguments), _) if arguments.text().is_some() => Arguments::Text(Some(arguments)),
        (Some(asked), _) | (None, Some(asked)) => Arguments::Json(asked.json()),
        (None, None) => Arguments::Json(item.view.json_without(&[
            "type", "id", "call_id", "callId", "status", "outputs", "results", "output", "name",
        ])),
    };
    call(part, prefix, item, item.name, arguments);
    let mut contents: Vec<_> = items(outputs).map(output_of_code).collect();
    contents.extend(results.map(Content::Other));
    contents.extend(outcome(item.output));
    contents::write(part, prefix, &contents);
}

/// Code that was run left text behind, or images.
fn output_of_code<'a, 'k>(output: View<'a, 'k>) -> Content<'a, 'k> {
    let [logs, url] = output.pick(["logs", "url"]);
    match (some_text(logs), some_text(url)) {
        (Some(logs), _) => Content::Text(logs),
        (None, Some(url)) => Content::Image { url: Some(url.into_string()), id: None },
        (None, None) => Content::Other(output),
    }
}

fn image_generation(part: &mut Part<'_>, prefix: &Prefix, item: &Item<'_, '_>) {
    let arguments = item.view.json_without(&["type", "id", "status", "result"]);
    call(part, prefix, item, item.name, Arguments::Json(arguments));
    let [result, format] = item.view.pick(["result", "output_format"]);
    if let Some(base64) = some_text(result) {
        let format = some_text(format).map_or("png".to_owned(), Text::into_string);
        let url = data_uri(&["image/", &format].concat(), &base64.to_utf8());
        contents::write(part, prefix, &[Content::Image { url: Some(url), id: None }]);
    }
}

/// What the application's side made of a call.
fn result(part: &mut Part<'_>, prefix: &Prefix, item: &Item<'_, '_>) {
    part.add(prefix.key("role"), "tool");
    part.text(prefix, "tool_call_id", item.call_id);
    contents::write(part, prefix, &outcome(item.output.or(item.view.get("tools"))));
}

fn outcome<'a, 'k>(output: Option<View<'a, 'k>>) -> Vec<Content<'a, 'k>> {
    let contents = contents::parts(output);
    match output {
        Some(output) if contents.is_empty() => vec![Content::Other(output)],
        _ => contents,
    }
}

/// The texts of a summary are paragraphs of one text; the thoughts themselves, where a provider
/// shows them, another.
fn reasoning(part: &mut Part<'_>, prefix: &Prefix, item: &Item<'_, '_>) {
    part.add(prefix.key("role"), "assistant");
    let [summary, encrypted] = item.view.pick(["summary", "encrypted_content"]);
    let joined = |list: Option<View<'_, '_>>| {
        let texts: Vec<_> = items(list)
            .filter_map(|item| item.text().or(item.text_at("text")))
            .map(Text::into_string)
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    };
    let (summary, thoughts) = (joined(summary), joined(item.content));
    let both = summary.is_some() && thoughts.is_some();
    let (first, second) = if both { (summary, thoughts) } else { (summary.or(thoughts), None) };
    let id = item.id.and_then(View::text);
    let encrypted = some_text(encrypted);
    let mut contents = vec![Content::Reasoning { text: first, id, encrypted }];
    contents.extend(second.map(|text| Content::Reasoning {
        text: Some(text),
        id: None,
        encrypted: None,
    }));
    contents::write(part, prefix, &contents);
}

fn unknown(part: &mut Part<'_>, prefix: &Prefix, item: &Item<'_, '_>) {
    match item.role {
        Some(role) => part.text(prefix, "role", Some(role)),
        None if item.kind == "mcp_approval_response" => part.add(prefix.key("role"), "user"),
        None => part.add(prefix.key("role"), "assistant"),
    }
    part.add(prefix.key("content"), item_json(item.view));
}
