//! Calls of the OpenAI API, and of those that speak it, as OpenInference's attributes with a short
//! list of OpenTelemetry's `gen_ai.*` beside them.
//!
//! Whatever the caller sent is taken as it is: what has the wrong type is left out, never an error.
//! A request and its response mostly say different things; what both say, and what depends on
//! several parts, is kept in [`OpenAi`] until the span ends.

mod audio;
mod call;
mod chat;
mod chat_stream;
mod completions;
mod contents;
mod credentials;
mod embeddings;
mod facts;
mod images;
mod items;
mod keys;
mod messages;
mod moderations;
mod parameters;
mod provider;
mod responses;
mod responses_stream;
mod tools;
mod usage;

use opentelemetry::{Key, Value};

use super::attributes::{Attributes, Group};
use super::draft::Draft;
use super::kind::PartKind;
use super::view::View;
use crate::handoff::Keys;
use facts::{Facts, Operation};
use keys::Prefix;
use responses_stream::Event;

#[derive(Debug, Default)]
pub(super) struct OpenAi {
    facts: Facts,
    stream: Option<Stream>,
    has_request: bool,
    has_response: bool,
}

/// A short conversation's.
const USUAL_ATTRIBUTES: usize = 60;

/// The response of a stream, as far as it has come.
#[derive(Debug)]
struct Stream {
    operation: Operation,
    draft: Draft,
}

/// How a part says something: where its attributes go, and the facts that outlast it.
struct Part<'p> {
    group: Group<'p>,
    facts: &'p mut Facts,
}

impl Part<'_> {
    fn add(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        self.group.add(key, value);
    }

    /// What is no text is left out.
    fn text(&mut self, prefix: &Prefix, name: &str, value: Option<View<'_, '_>>) {
        if let Some(text) = value.and_then(View::text) {
            self.group.add(prefix.key(name), text.into_string());
        }
    }
}

impl OpenAi {
    pub fn add(&mut self, into: &mut Attributes, kind: PartKind, part: View<'_, '_>) {
        use Operation::{
            Chat, Completion, Embeddings, Images, Moderations, Responses, Speech, Transcription,
        };
        match kind {
            PartKind::Json => {}
            PartKind::ChatRequest => self.request(into, Chat, part),
            PartKind::ChatResponse => self.response(into, Chat, part),
            PartKind::ChatChunk => self.piece(into, Chat, part),
            PartKind::ResponsesRequest => self.request(into, Responses, part),
            PartKind::ResponsesResponse => self.response(into, Responses, part),
            PartKind::ResponsesEvent => self.piece(into, Responses, part),
            PartKind::EmbeddingsRequest => self.request(into, Embeddings, part),
            PartKind::EmbeddingsResponse => self.response(into, Embeddings, part),
            PartKind::CompletionsRequest => self.request(into, Completion, part),
            PartKind::CompletionsResponse => self.response(into, Completion, part),
            PartKind::CompletionsChunk => self.piece(into, Completion, part),
            PartKind::ImagesRequest => self.request(into, Images, part),
            PartKind::ImagesResponse => self.response(into, Images, part),
            PartKind::ImagesEvent => self.piece(into, Images, part),
            PartKind::SpeechRequest => self.request(into, Speech, part),
            PartKind::SpeechResponse => self.response(into, Speech, part),
            PartKind::TranscriptionRequest => self.request(into, Transcription, part),
            PartKind::TranscriptionResponse => self.response(into, Transcription, part),
            PartKind::TranscriptionEvent => self.piece(into, Transcription, part),
            PartKind::ModerationsRequest => self.request(into, Moderations, part),
            PartKind::ModerationsResponse => self.response(into, Moderations, part),
            PartKind::Call => call::call(&mut self.facts, into, part),
            PartKind::Error => call::error(into, part),
        }
    }

    pub fn bytes(&self) -> usize {
        let stream = self.stream.as_ref().map_or(0, |stream| stream.draft.bytes());
        self.facts.bytes() + stream
    }

    pub fn finish(mut self, into: &mut Attributes) {
        if let Some(Stream { operation, draft }) = self.stream.take() {
            let snapshot = draft.finish();
            let keys = Keys::default();
            self.response(into, operation, View { value: snapshot.value(), keys: &keys });
        }
        self.facts.finish(into);
    }

    fn request(&mut self, into: &mut Attributes, operation: Operation, body: View<'_, '_>) {
        self.facts.operation = Some(operation);
        into.reserve(USUAL_ATTRIBUTES);
        let is_first = !std::mem::replace(&mut self.has_request, true);
        let part =
            &mut Part { group: Group { attributes: into, is_first }, facts: &mut self.facts };
        match operation {
            Operation::Chat => chat::request(part, body),
            Operation::Responses => responses::request(part, body),
            Operation::Embeddings => embeddings::request(part, body),
            Operation::Completion => completions::request(part, body),
            Operation::Images => images::request(part, body),
            Operation::Speech => audio::speech_request(part, body),
            Operation::Transcription => audio::transcription_request(part, body),
            Operation::Moderations => moderations::request(part, body),
        }
    }

    /// A whole response makes the pieces that came before it superfluous.
    fn response(&mut self, into: &mut Attributes, operation: Operation, response: View<'_, '_>) {
        self.facts.operation.get_or_insert(operation);
        self.stream = None;
        let is_first = !std::mem::replace(&mut self.has_response, true);
        let part =
            &mut Part { group: Group { attributes: into, is_first }, facts: &mut self.facts };
        match operation {
            Operation::Chat => chat::response(part, response),
            Operation::Responses => responses::response(part, response),
            Operation::Embeddings => embeddings::response(part, response),
            Operation::Completion => completions::response(part, response),
            Operation::Images => images::response(part, response),
            Operation::Speech => audio::speech_response(part, response),
            Operation::Transcription => audio::transcription_response(part, response),
            Operation::Moderations => moderations::response(part, response),
        }
    }

    /// A chunk or event of a stream.
    fn piece(&mut self, into: &mut Attributes, operation: Operation, piece: View<'_, '_>) {
        if self.has_response {
            return;
        }
        let event = (operation == Operation::Responses).then(|| Event::of(piece));
        if let Some(whole) = event.as_ref().and_then(Event::whole) {
            return self.response(into, operation, whole);
        }
        let stream =
            self.stream.get_or_insert_with(|| Stream { operation, draft: Draft::default() });
        if let Some(event) = event {
            return event.add_to(stream.draft.root());
        }
        match stream.operation {
            Operation::Images => images::event(stream.draft.root(), piece),
            Operation::Transcription => audio::transcription_event(stream.draft.root(), piece),
            _ => chat_stream::chunk(stream.draft.root(), piece),
        }
    }
}

#[cfg(test)]
mod tests;
