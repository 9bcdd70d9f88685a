//! What traces are filtered by: short values with a name. Every attribute of a span and of its
//! resource is one, unless it is long, made of others, or part of a message or a sum.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;

use super::Source;
use super::attributes::scalar;
use super::record::Record;

/// Filters are for ids and names. Longer values are found by the text search.
const MAX_VALUE_CHARS: usize = 128;
const MAX_KEY_BYTES: usize = 128;
/// Beyond any span that a person named attributes of.
const MAX_LABELS: usize = 256;

/// Nobody filters by these, and they are many.
const LEFT_OUT: [&str; 12] = [
    "llm.input_messages",
    "llm.output_messages",
    "llm.prompts",
    "llm.choices",
    "llm.tools",
    "llm.token_count",
    "llm.cost",
    "gen_ai.usage",
    "retrieval.documents",
    "reranker.",
    "embedding.embeddings",
    "message",
];
const LEFT_OUT_WHOLE: [&str; 4] =
    ["input.value", "output.value", "input.mime_type", "output.mime_type"];

/// The first have columns of their own in lists, and filters by name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LabelKey {
    Service,
    Agent,
    Session,
    User,
    Kind,
    Model,
    Status,
    Attribute(String),
}

impl LabelKey {
    /// Attributes' names cannot begin with what the other keys begin with.
    pub fn stored_name(&self) -> String {
        match self {
            Self::Service => "\u{1}service",
            Self::Agent => "\u{1}agent",
            Self::Session => "\u{1}session",
            Self::User => "\u{1}user",
            Self::Kind => "\u{1}kind",
            Self::Model => "\u{1}model",
            Self::Status => "\u{1}status",
            Self::Attribute(name) => return name.trim_start_matches('\u{1}').to_owned(),
        }
        .to_owned()
    }
}

pub type Label = (LabelKey, String);

/// Begins the names of metadata's members.
pub const METADATA: &str = "metadata.";

/// The value of `Status` where a span failed.
pub const ERROR: &str = "error";

pub fn of_span(span: &Span, record: &Record, source: &Source) -> Vec<Label> {
    let named = [
        (LabelKey::Service, &record.service),
        (LabelKey::Agent, &record.agent),
        (LabelKey::Session, &record.session),
        (LabelKey::User, &record.user),
        (LabelKey::Model, &record.model),
    ];
    let mut labels: Vec<Label> = vec![(LabelKey::Kind, record.kind.clone())];
    labels.extend(named.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))));
    if record.failed() {
        labels.push((LabelKey::Status, ERROR.to_owned()));
    }
    add_all(&mut labels, &span.attributes);
    add_all(&mut labels, source.resource_attributes());
    labels
}

fn add_all(labels: &mut Vec<Label>, attributes: &[KeyValue]) {
    for attribute in attributes {
        let key = attribute.key.as_str();
        if labels.len() >= MAX_LABELS || key.len() > MAX_KEY_BYTES {
            continue;
        }
        let Some(value) = attribute.value.as_ref().and_then(|value| value.value.as_ref()) else {
            continue;
        };
        let Some(text) = scalar(value) else { continue };
        if key == "metadata" {
            add_metadata(labels, &text);
        } else if !is_left_out(key) {
            add(labels, key.to_owned(), text);
        }
    }
}

/// OpenInference's metadata is an object as JSON, whose members are filtered by one by one.
fn add_metadata(labels: &mut Vec<Label>, json: &str) {
    let Ok(serde_json::Value::Object(members)) = serde_json::from_str(json) else { return };
    for (key, value) in members {
        let text = match value {
            serde_json::Value::String(text) => text,
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => value.to_string(),
            _ => continue,
        };
        if labels.len() < MAX_LABELS && key.len() <= MAX_KEY_BYTES {
            add(labels, format!("{METADATA}{key}"), text);
        }
    }
}

fn add(labels: &mut Vec<Label>, key: String, value: String) {
    if !value.is_empty() && value.chars().nth(MAX_VALUE_CHARS).is_none() {
        labels.push((LabelKey::Attribute(key), value));
    }
}

fn is_left_out(key: &str) -> bool {
    LEFT_OUT_WHOLE.contains(&key) || LEFT_OUT.iter().any(|prefix| key.starts_with(prefix))
}
