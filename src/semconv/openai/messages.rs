//! A message of a chat completion, given or answered.

use super::contents::{self, Content};
use super::keys::Prefix;
use super::{Part, tools};
use crate::handoff::Text;
use crate::semconv::view::{View, some_text};

pub(super) fn message(part: &mut Part<'_>, list: &str, index: usize, message: View<'_, '_>) {
    let [role, content, name, call_id, calls, refusal, audio, thoughts, reasoning, function] =
        message.pick([
            "role",
            "content",
            "name",
            "tool_call_id",
            "tool_calls",
            "refusal",
            "audio",
            "reasoning_content",
            "reasoning",
            "function_call",
        ]);
    let prefix = Prefix::new(list, index, "message.");
    part.text(&prefix, "role", role);
    part.text(&prefix, "name", name);
    part.text(&prefix, "tool_call_id", call_id);
    let thoughts = some_text(thoughts).or(some_text(reasoning));
    let is_plain = thoughts.is_none() && refusal.is_none() && audio.is_none();
    if is_plain && content.is_none_or(|content| content.text().is_some()) {
        part.text(&prefix, "content", content);
    } else {
        let contents = contents_of(part, thoughts, content, refusal, audio);
        contents::write(part, &prefix, &contents);
    }
    tools::calls(part, &prefix, calls);
    if let Some(function) = function {
        let [name, arguments] = function.pick(["name", "arguments"]);
        part.text(&prefix, "function_call_name", name);
        part.text(&prefix, "function_call_arguments_json", arguments);
    }
}

fn contents_of<'a, 'k>(
    part: &Part<'_>,
    thoughts: Option<Text<'a>>,
    content: Option<View<'a, 'k>>,
    refusal: Option<View<'a, 'k>>,
    audio: Option<View<'a, 'k>>,
) -> Vec<Content<'a, 'k>> {
    let mut contents = Vec::new();
    if let Some(text) = thoughts {
        let text = Some(text.into_string());
        contents.push(Content::Reasoning { text, id: None, encrypted: None });
    }
    contents.extend(contents::parts(content));
    contents.extend(some_text(refusal).map(Content::Refusal));
    if let Some(audio) = audio {
        let [id, data, transcript] = audio.pick(["id", "data", "transcript"]);
        contents.push(Content::audio(
            some_text(data),
            part.facts.audio_format.as_deref(),
            some_text(transcript),
            some_text(id),
        ));
    }
    contents
}
