//! The tools that a model may use, and the calls that it makes of them.

use super::Part;
use super::credentials::tool_json;
use super::keys::{Prefix, numbered};
use crate::semconv::view::{View, items};

/// Tools first, then what they were called before there were tools.
pub(super) fn definitions(
    part: &mut Part<'_>,
    tools: Option<View<'_, '_>>,
    functions: Option<View<'_, '_>>,
) {
    for (index, tool) in items(tools).chain(items(functions)).enumerate() {
        part.add(numbered("llm.tools", index, "tool.json_schema"), tool_json(tool));
    }
}

pub(super) fn calls(part: &mut Part<'_>, message: &Prefix, calls: Option<View<'_, '_>>) {
    for (index, call) in items(calls).enumerate() {
        let [id, function, custom, extra] =
            call.pick(["id", "function", "custom", "extra_content"]);
        let prefix = message.inside("tool_calls", index, "tool_call.");
        part.text(&prefix, "id", id);
        if let Some(function) = function {
            let [name, arguments] = function.pick(["name", "arguments"]);
            part.text(&prefix, "function.name", name);
            part.text(&prefix, "function.arguments", arguments);
        } else if let Some(custom) = custom {
            let [name, input] = custom.pick(["name", "input"]);
            part.text(&prefix, "function.name", name);
            part.text(&prefix, "function.arguments", input);
        }
        let signature = extra
            .and_then(|extra| extra.get("google"))
            .and_then(|google| google.get("thought_signature"));
        part.text(&prefix, "reasoning_signature", signature);
    }
}
