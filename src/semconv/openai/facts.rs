//! What several parts of a span have a say in, and what it comes to when the span ends.

use opentelemetry::{Array, StringValue, Value};

use super::provider::{OPENAI, Provider};
use crate::handoff::Text;
use crate::semconv::attributes::Attributes;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Chat,
    Responses,
    Embeddings,
    Completion,
    Images,
    Speech,
    Transcription,
    Moderations,
}

impl Operation {
    /// One of OpenTelemetry's well-known values, where there is one.
    fn gen_ai_name(self) -> Option<&'static str> {
        Some(match self {
            Operation::Chat | Operation::Responses => "chat",
            Operation::Embeddings => "embeddings",
            Operation::Completion => "text_completion",
            Operation::Images | Operation::Speech | Operation::Transcription => "generate_content",
            Operation::Moderations => return None,
        })
    }
}

#[derive(Debug, Default)]
pub(super) struct Facts {
    pub operation: Option<Operation>,
    pub provider: Option<&'static Provider>,
    request_model: Option<String>,
    response_model: Option<String>,
    finish_reasons: Vec<StringValue>,
    /// The format of the audio that was asked for; the answer does not say.
    pub audio_format: Option<String>,
}

impl Facts {
    pub fn requested(&mut self, model: Option<Text<'_>>) {
        self.request_model = model.map(Text::into_string).or(self.request_model.take());
    }

    pub fn answered(&mut self, model: Option<Text<'_>>) {
        self.response_model = model.map(Text::into_string).or(self.response_model.take());
    }

    pub fn finished(&mut self, reason: Text<'_>) {
        self.finish_reasons.push(reason.into_string().into());
    }

    pub fn bytes(&self) -> usize {
        let texts = [&self.request_model, &self.response_model, &self.audio_format];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let reasons = self.finish_reasons.iter();
        texts + reasons.map(|reason| reason.as_str().len() + 16).sum::<usize>()
    }

    /// Nothing else sets these keys, so they are new.
    pub fn finish(self, into: &mut Attributes) {
        let Some(operation) = self.operation else {
            return self.name_provider(into);
        };
        let is_embedding = operation == Operation::Embeddings;
        into.add("openinference.span.kind", if is_embedding { "EMBEDDING" } else { "LLM" });
        if !is_embedding {
            let Provider { llm_system, llm_provider, .. } = self.provider.unwrap_or(&OPENAI);
            into.add("llm.system", *llm_system);
            into.add("llm.provider", *llm_provider);
        }
        self.name_provider(into);
        if let Some(name) = operation.gen_ai_name() {
            into.add("gen_ai.operation.name", name);
        }
        self.name_models(into, is_embedding);
        if let Some(first) = self.finish_reasons.first() {
            into.add("llm.finish_reason", first.clone());
            let all = Array::String(self.finish_reasons);
            into.add("gen_ai.response.finish_reasons", Value::Array(all));
        }
    }

    fn name_provider(&self, into: &mut Attributes) {
        let known = self.operation.is_some() || self.provider.is_some();
        if known {
            let name = self.provider.unwrap_or(&OPENAI).gen_ai;
            into.add("gen_ai.system", name);
            into.add("gen_ai.provider.name", name);
        }
    }

    fn name_models(&self, into: &mut Attributes, is_embedding: bool) {
        let (requested, answered) = (&self.request_model, &self.response_model);
        if let Some(model) = answered.as_ref().or(requested.as_ref()) {
            let key = if is_embedding { "embedding.model_name" } else { "llm.model_name" };
            into.add(key, model.clone());
        }
        if let (Some(requested), Some(answered)) = (requested, answered)
            && requested != answered
            && !is_embedding
        {
            into.add("llm.request.model_name", requested.clone());
            into.add("llm.response.model_name", answered.clone());
        }
        if let Some(model) = requested {
            into.add("gen_ai.request.model", model.clone());
        }
        if let Some(model) = answered {
            into.add("gen_ai.response.model", model.clone());
        }
    }
}
