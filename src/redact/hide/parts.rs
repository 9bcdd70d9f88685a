//! Parts of a request or an answer, where a flag does not hide all of it. The JSON of a request
//! repeats what has attributes of its own, and so does the answer of the Responses API, which
//! repeats the request.
//!
//! Where something is to go that has many names, such as instructions, a list says what may stay.

use super::flags::Flags;
use super::images::Images;
use super::kind::SpanKind;
use super::table::Content;
use crate::redact::json::{
    Field, Place, Rewritten, Rules, Verdict, fields, has_beside, looks_like_json, rewrite,
};

const INPUT: Flags = Flags::INPUTS.or(Flags::INPUT_MESSAGES).or(Flags::INPUT_TEXT);

/// What is to go from a value.
pub(super) struct Parts {
    flags: Flags,
    content: Content,
    is_call: bool,
    images: Images,
}

/// What becomes of a value that was looked into.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Looked {
    Keep,
    Change(String),
    Hide,
}

impl Parts {
    pub fn new(content: Content, kind: SpanKind, flags: Flags, max_length: Option<usize>) -> Self {
        let is_given = content != Content::Answer && content != Content::Made;
        let all = is_given && flags.any_of(Flags::INPUT_IMAGES);
        // What is embedded is no message.
        let none_there =
            if kind == SpanKind::Embedding { Flags::INPUT_MESSAGES } else { Flags::NONE };
        let flags = flags.without(none_there);
        Parts { flags, content, is_call: kind.is_call(), images: Images { all, max_length } }
    }

    /// `is_text` where the span says that it is no JSON.
    pub fn look_into(&self, value: &str, is_text: bool) -> Looked {
        if !self.concerns_structure() && self.images.is_nothing() {
            return Looked::Keep;
        }
        let begins = value.trim_ascii_start().starts_with(['{', '[']);
        if begins && looks_like_json(value) {
            match rewrite(value, self) {
                Rewritten::Unchanged => return Looked::Keep,
                Rewritten::Changed(json) => return Looked::Change(json),
                Rewritten::Refused => {}
            }
        }
        let is_message = matches!(self.content, Content::Given | Content::Made);
        if begins && !is_text && !is_message {
            // JSON that was cut, or is no JSON: nobody knows what is in it.
            return Looked::Hide;
        }
        self.images.without(value).map_or(Looked::Keep, Looked::Change)
    }

    fn concerns_structure(&self) -> bool {
        match self.content {
            Content::Request => self
                .flags
                .any_of(Flags::LLM_TOOLS | Flags::LLM_INVOCATION_PARAMETERS | Flags::PROMPTS),
            Content::Answer => self.flags.any_of(
                INPUT
                    | Flags::LLM_TOOLS
                    | Flags::LLM_INVOCATION_PARAMETERS
                    | Flags::PROMPTS
                    | Flags::CHOICES
                    | Flags::EMBEDDINGS_VECTORS
                    | Flags::INPUT_IMAGES,
            ),
            Content::Parameters => self.flags.any_of(INPUT | Flags::PROMPTS | Flags::LLM_TOOLS),
            Content::Given => self.flags.any_of(Flags::LLM_TOOLS),
            Content::Made => self.flags.any_of(Flags::LLM_TOOLS | Flags::INPUTS),
        }
    }

    fn outermost(&self, field: &Field<'_>, fields: &[Field<'_>]) -> Option<Verdict> {
        let key = &*field.key;
        if !self.is_call && self.content != Content::Parameters {
            return None;
        }
        match self.content {
            Content::Request => {
                let is_parameter = !CONTENTS.contains(&key);
                let hides = (is_parameter && self.flags.any_of(Flags::LLM_INVOCATION_PARAMETERS))
                    || (["prompt", "suffix"].contains(&key) && self.flags.any_of(Flags::PROMPTS));
                hides.then_some(Verdict::Hide)
            }
            Content::Parameters => {
                self.flags.any_of(INPUT | Flags::PROMPTS).then(|| harmless_setting(field))
            }
            Content::Answer => self.answered(field, fields),
            Content::Given | Content::Made => None,
        }
    }

    fn answered(&self, field: &Field<'_>, fields: &[Field<'_>]) -> Option<Verdict> {
        let is_response = has_beside(fields, |field| {
            field.key == "object" && field.text().is_some_and(|kind| kind == "response")
        });
        if !is_response || ANSWERED.contains(&&*field.key) {
            return None;
        }
        // From here on it is the request's.
        let is_tools = TOOLS.contains(&&*field.key);
        if self.flags.any_of(Flags::LLM_INVOCATION_PARAMETERS) && !CONTENTS.contains(&&*field.key) {
            return Some(Verdict::Hide);
        }
        if self.flags.any_of(INPUT) && !is_tools {
            return Some(harmless_setting(field));
        }
        if self.flags.any_of(Flags::PROMPTS) && field.key == "prompt" {
            return Some(Verdict::Hide);
        }
        None
    }
}

impl Rules for Parts {
    fn field(&self, place: Place<'_>, field: &Field<'_>, fields: &[Field<'_>]) -> Verdict {
        if place.depth == 0
            && let Some(verdict) = self.outermost(field, fields)
        {
            return verdict;
        }
        let key = &*field.key;
        if self.hides_tools() && TOOLS.contains(&key) && !field.is_plain() {
            return Verdict::Hide;
        }
        let is_inside_answer = self.content == Content::Answer;
        if is_inside_answer
            && place.around == "choices"
            && key == "text"
            && self.flags.any_of(Flags::CHOICES)
        {
            return Verdict::Hide;
        }
        if is_inside_answer
            && ["embedding", "embeddings", "vector"].contains(&key)
            && self.flags.any_of(Flags::EMBEDDINGS_VECTORS)
        {
            return Verdict::Hide;
        }
        if self.images_at(place, key).is_in(field, fields) {
            return Verdict::Hide;
        }
        Verdict::Inside
    }

    fn item(&self, place: Place<'_>, item: &str) -> Verdict {
        if self.hides_tools() && is_definition(item) {
            return Verdict::Hide;
        }
        // A conversation that was made shorter is an answer with messages of the user's.
        let is_of_answer = self.content == Content::Answer && place.around == "output";
        if is_of_answer && self.flags.any_of(INPUT) && is_said_to_model(item) {
            return Verdict::Hide;
        }
        Verdict::Inside
    }

    fn text(&self, place: Place<'_>, text: &str) -> Verdict {
        self.images_at(place, place.around).without(text).map_or(Verdict::Keep, Verdict::Text)
    }
}

impl Parts {
    fn hides_tools(&self) -> bool {
        self.flags.any_of(Flags::LLM_TOOLS)
            || (matches!(self.content, Content::Answer | Content::Made)
                && self.flags.any_of(Flags::INPUTS))
    }

    /// An answer holds images of the request only where it repeats that.
    fn images_at(&self, _place: Place<'_>, key: &str) -> Images {
        const REPEATED: [&str; 3] = ["instructions", "prompt", "input"];
        let is_repeated = self.content == Content::Answer
            && self.flags.any_of(Flags::INPUT_IMAGES)
            && REPEATED.contains(&key);
        Images { all: self.images.all || is_repeated, ..self.images }
    }
}

/// What of a request is no parameter.
const CONTENTS: [&str; 21] = [
    "messages",
    "input",
    "instructions",
    "prompt",
    "system",
    "contents",
    "system_instruction",
    "systemInstruction",
    "tools",
    "functions",
    "model",
    "image",
    "images",
    "mask",
    "file",
    "documents",
    "message",
    "query",
    "texts",
    "preamble",
    "chat_history",
];

/// What of an answer of the Responses API is the model's.
const ANSWERED: [&str; 15] = [
    "id",
    "object",
    "created_at",
    "completed_at",
    "status",
    "error",
    "incomplete_details",
    "model",
    "output",
    "output_text",
    "output_parsed",
    "usage",
    "moderation_results",
    "conversation",
    "previous_response_id",
];

/// Definitions of tools, and which of them are to be used.
const TOOLS: [&str; 14] = [
    "tools",
    "functions",
    "tool_choice",
    "toolChoice",
    "tool_config",
    "toolConfig",
    "tool_definitions",
    "toolDefinitions",
    "function_declarations",
    "functionDeclarations",
    "available_tools",
    "allowed_tools",
    "tool_resources",
    "parallel_tool_definitions",
];

/// A parameter, where inputs are hidden: numbers and the words of a known vocabulary stay. Examples,
/// schemas, stop sequences, metadata and what nobody here knows are as good as input.
fn harmless_setting(field: &Field<'_>) -> Verdict {
    const WORDS: [&str; 22] = [
        "model",
        "type",
        "object",
        "effort",
        "reasoning_effort",
        "summary",
        "generate_summary",
        "verbosity",
        "service_tier",
        "truncation",
        "tool_choice",
        "encoding_format",
        "response_format",
        "output_format",
        "format",
        "voice",
        "size",
        "quality",
        "style",
        "background",
        "moderation",
        "prompt_cache_retention",
    ];
    const GROUPS: [&str; 6] =
        ["reasoning", "text", "audio", "stream_options", "response_format", "format"];
    const MAX_WORD_BYTES: usize = 40;
    let key = &*field.key;
    if field.is_plain() {
        return Verdict::Keep;
    }
    if field.is_text() {
        let is_word = WORDS.contains(&key) && field.value.len() <= MAX_WORD_BYTES;
        return if is_word { Verdict::Keep } else { Verdict::Hide };
    }
    let Some(inner) = GROUPS.contains(&key).then(|| fields(field.value)).flatten() else {
        return Verdict::Hide;
    };
    let kept = inner.iter().map(|field| {
        let value = match harmless_setting(field) {
            Verdict::Keep => field.value.to_owned(),
            Verdict::Json(json) => json,
            _ => crate::redact::json::REDACTED_JSON.to_owned(),
        };
        Some([&serde_json::to_string(&field.key).ok()?, ":", &value].concat())
    });
    match kept.collect::<Option<Vec<_>>>() {
        Some(kept) => Verdict::Json(["{", &kept.join(","), "}"].concat()),
        None => Verdict::Hide,
    }
}

/// Whether an item of a list defines a tool, as MCP servers list them.
fn is_definition(item: &str) -> bool {
    fields(item).is_some_and(|fields| {
        let has = |key: &str| fields.iter().any(|field| field.key == key);
        has("name") && (has("input_schema") || has("inputSchema"))
    })
}

/// Whether an item of a conversation is not the model's.
fn is_said_to_model(item: &str) -> bool {
    fields(item).is_some_and(|fields| {
        fields.iter().any(|field| {
            field.key == "role" && field.text().is_some_and(|role| is_role_of_input(&role))
        })
    })
}

pub(super) fn is_role_of_input(role: &str) -> bool {
    matches!(role, "user" | "system" | "developer" | "tool")
}
