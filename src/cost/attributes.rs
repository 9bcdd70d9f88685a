//! Cost as attributes of a span: `llm.cost.*` from `llm.token_count.*`, on spans of the kinds `LLM`
//! and `EMBEDDING`. Other kinds may repeat what the calls beneath them used.
//!
//! A span that says anything of its cost is left as it is.

use opentelemetry::{KeyValue, Value};

use super::price::{Cost, Usage};
use super::table::{Call, Prices};

const COST: &str = "llm.cost.";
const TOTAL: &str = "llm.cost.total";

/// What of a span's attributes its cost depends on.
#[derive(Debug, Default)]
struct Facts<'a> {
    kind: &'a str,
    model: Option<&'a str>,
    embedding_model: Option<&'a str>,
    provider: Option<&'a str>,
    request_tier: Option<&'a str>,
    response_tier: Option<&'a str>,
    prompt: Option<u64>,
    completion: Option<u64>,
    details: Usage,
    has_cost: bool,
    total: Option<f64>,
}

impl<'a> Facts<'a> {
    fn of(attributes: &'a [KeyValue]) -> Self {
        let mut facts = Self::default();
        for KeyValue { key, value, .. } in attributes {
            match key.as_str() {
                "openinference.span.kind" => facts.kind = text(value).unwrap_or_default(),
                "llm.model_name" => facts.model = text(value),
                "embedding.model_name" => facts.embedding_model = text(value),
                "llm.provider" => facts.provider = text(value),
                "openai.request.service_tier" => facts.request_tier = text(value),
                "openai.response.service_tier" => facts.response_tier = text(value),
                "llm.token_count.prompt" => facts.prompt = count(value),
                "llm.token_count.completion" => facts.completion = count(value),
                "llm.token_count.prompt_details.cache_read" => {
                    facts.details.cache_read = count(value).unwrap_or_default();
                }
                "llm.token_count.prompt_details.cache_write" => {
                    facts.details.cache_write = count(value).unwrap_or_default();
                }
                "llm.token_count.prompt_details.audio" => {
                    facts.details.audio_input = count(value).unwrap_or_default();
                }
                "llm.token_count.completion_details.reasoning" => {
                    facts.details.reasoning = count(value).unwrap_or_default();
                }
                "llm.token_count.completion_details.audio" => {
                    facts.details.audio_output = count(value).unwrap_or_default();
                }
                key if key.starts_with(COST) => {
                    facts.has_cost = true;
                    if key == TOTAL {
                        facts.total = number(value);
                    }
                }
                _ => {}
            }
        }
        facts
    }

    fn is_model_call(&self) -> bool {
        self.kind == "LLM" || self.kind == "EMBEDDING"
    }

    fn computed(&self, prices: &Prices) -> Option<(Usage, Cost)> {
        let is_embedding = self.kind == "EMBEDDING";
        let model = if is_embedding { self.embedding_model.or(self.model) } else { self.model };
        let usage = Usage {
            prompt: self.prompt?,
            completion: self.completion.unwrap_or_default(),
            ..self.details
        };
        let tier = self.response_tier.or(self.request_tier);
        let call = Call { model: model?, provider: self.provider, tier };
        Some((usage, prices.cost(call, &usage)?))
    }
}

/// What the call of this span cost in all, in US dollars: what the span says, else what its tokens
/// come to.
pub fn cost_of(attributes: &[KeyValue], prices: &Prices) -> Option<f64> {
    let facts = Facts::of(attributes);
    if !facts.is_model_call() {
        return None;
    }
    if facts.has_cost {
        return facts.total.filter(|total| total.is_finite());
    }
    facts.computed(prices).map(|(_, cost)| cost.total)
}

/// Adds what the call of this span cost, where that is known and the span does not say.
pub fn add_cost(attributes: &mut Vec<KeyValue>, prices: &Prices) {
    let facts = Facts::of(attributes);
    if facts.has_cost || !facts.is_model_call() {
        return;
    }
    let Some((usage, cost)) = facts.computed(prices) else {
        return;
    };
    let answers = facts.completion.is_some();
    let entries = [
        (true, "llm.cost.prompt", cost.prompt),
        (answers, "llm.cost.completion", cost.completion),
        (true, TOTAL, cost.total),
        (true, "llm.cost.prompt_details.input", cost.input),
        (usage.cache_read > 0, "llm.cost.prompt_details.cache_read", cost.cache_read),
        (usage.cache_write > 0, "llm.cost.prompt_details.cache_write", cost.cache_write),
        (usage.audio_input > 0, "llm.cost.prompt_details.audio", cost.audio_input),
        (answers, "llm.cost.completion_details.output", cost.output),
        (usage.reasoning > 0, "llm.cost.completion_details.reasoning", cost.reasoning),
        (usage.audio_output > 0, "llm.cost.completion_details.audio", cost.audio_output),
    ];
    let known = entries.into_iter().filter(|(is_part, ..)| *is_part);
    attributes.extend(known.map(|(_, key, dollars)| KeyValue::new(key, dollars)));
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) if !text.as_str().is_empty() => Some(text.as_str()),
        _ => None,
    }
}

fn count(value: &Value) -> Option<u64> {
    match value {
        Value::I64(tokens) => u64::try_from(*tokens).ok(),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::F64(number) => Some(*number),
        #[expect(clippy::cast_precision_loss, reason = "it came from a JS number")]
        Value::I64(number) => Some(*number as f64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(given: &[(&'static str, Value)]) -> Vec<KeyValue> {
        given.iter().map(|(key, value)| KeyValue::new(*key, value.clone())).collect()
    }

    fn chat(more: &[(&'static str, Value)]) -> Vec<KeyValue> {
        let mut all = attributes(&[
            ("openinference.span.kind", "LLM".into()),
            ("llm.provider", "openai".into()),
            ("llm.model_name", "gpt-4o-2024-08-06".into()),
            ("llm.token_count.prompt", 1_000.into()),
            ("llm.token_count.completion", 100.into()),
        ]);
        for entry in attributes(more) {
            all.retain(|other| other.key != entry.key);
            all.push(entry);
        }
        all
    }

    fn added(mut given: Vec<KeyValue>) -> Vec<(String, f64)> {
        let before = given.len();
        add_cost(&mut given, &Prices::default());
        let new = given.into_iter().skip(before);
        new.map(|entry| (entry.key.to_string(), number(&entry.value).unwrap())).collect()
    }

    fn named(list: &[(&str, f64)]) -> Vec<(String, f64)> {
        list.iter().map(|(key, dollars)| ((*key).to_owned(), *dollars)).collect()
    }

    #[test]
    fn a_chat_has_the_cost_of_its_prompt_and_its_completion() {
        let expected = [
            ("llm.cost.prompt", 0.0025),
            ("llm.cost.completion", 0.001),
            ("llm.cost.total", 0.0035),
            ("llm.cost.prompt_details.input", 0.0025),
            ("llm.cost.completion_details.output", 0.001),
        ];
        assert_eq!(added(chat(&[])), named(&expected));
    }

    #[test]
    fn cached_and_reasoning_tokens_are_parts_with_prices_of_their_own() {
        let given = chat(&[
            ("llm.model_name", "o3".into()),
            ("llm.token_count.prompt_details.cache_read", 800.into()),
            ("llm.token_count.completion_details.reasoning", 60.into()),
        ]);
        let expected = [
            ("llm.cost.prompt", 0.0008),
            ("llm.cost.completion", 0.0008),
            ("llm.cost.total", 0.0016),
            ("llm.cost.prompt_details.input", 0.0004),
            ("llm.cost.prompt_details.cache_read", 0.0004),
            ("llm.cost.completion_details.output", 0.00032),
            ("llm.cost.completion_details.reasoning", 0.00048),
        ];
        assert_eq!(added(given), named(&expected));
    }

    #[test]
    fn embeddings_cost_what_goes_in() {
        let given = attributes(&[
            ("openinference.span.kind", "EMBEDDING".into()),
            ("embedding.model_name", "text-embedding-3-small".into()),
            ("llm.token_count.prompt", 1_000_000.into()),
        ]);
        let expected = [
            ("llm.cost.prompt", 0.02),
            ("llm.cost.total", 0.02),
            ("llm.cost.prompt_details.input", 0.02),
        ];
        assert_eq!(added(given), named(&expected));
    }

    #[test]
    fn the_tier_that_answered_counts_before_the_one_that_was_asked_for() {
        for (request, response, total) in [
            ("flex", "flex", Some(0.001)),
            ("flex", "default", Some(0.002)),
            ("auto", "priority", Some(0.0035)),
            ("auto", "scale", None),
        ] {
            let given = chat(&[
                ("llm.model_name", "o3".into()),
                ("llm.token_count.completion", 0.into()),
                ("openai.request.service_tier", request.into()),
                ("openai.response.service_tier", response.into()),
            ]);
            assert_eq!(cost_of(&given, &Prices::default()), total, "{request} {response}");
        }
    }

    #[test]
    fn what_the_span_says_of_its_cost_stays_and_nothing_is_added() {
        let given = chat(&[("llm.cost.total", 0.5.into())]);
        assert_eq!(cost_of(&given, &Prices::default()), Some(0.5));
        assert_eq!(added(given), []);
        let whole = chat(&[("llm.cost.total", 2.into())]);
        assert_eq!(cost_of(&whole, &Prices::default()), Some(2.0));
        let part = chat(&[("llm.cost.prompt", 0.5.into())]);
        assert_eq!(cost_of(&part, &Prices::default()), None);
        assert_eq!(added(part), []);
    }

    #[test]
    fn there_is_no_cost_where_something_is_not_known() {
        for given in [
            chat(&[("openinference.span.kind", "AGENT".into())]),
            chat(&[("llm.model_name", "gpt-9".into())]),
            chat(&[("llm.model_name", 4.into())]),
            chat(&[("llm.token_count.prompt", "1000".into())]),
            chat(&[("llm.token_count.prompt", (-1).into())]),
            attributes(&[("openinference.span.kind", "LLM".into())]),
            Vec::new(),
        ] {
            assert_eq!(cost_of(&given, &Prices::default()), None, "{given:?}");
            assert_eq!(added(given), []);
        }
    }
}
