//! What a span cost, in US dollars: what it says itself, else what its tokens come to in the table of
//! prices that the addon has as well. Unknown is `None`, and never a guess.

use std::sync::LazyLock;

use catalyst_tracing::cost::{Prices, cost_of};
use opentelemetry::{KeyValue, Value};
use opentelemetry_proto::tonic::common::v1::KeyValue as Attribute;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Given;

use crate::intake::Record;
use crate::intake::attributes::{find, first_scalar};

static PRICES: LazyLock<Prices> = LazyLock::new(Prices::default);

/// What a price depends on, besides what a record has.
const KEYS: [&str; 7] = [
    "llm.token_count.prompt_details.cache_write",
    "llm.token_count.prompt_details.audio",
    "llm.token_count.completion_details.audio",
    "openai.request.service_tier",
    "openai.response.service_tier",
    "llm.cost.total",
    "llm.cost.prompt",
];

/// `record` has been read from these attributes, whosever conventions they follow.
pub fn of_span(record: &Record, attributes: &[Attribute]) -> Option<f64> {
    let tokens = &record.tokens;
    let mut given = vec![KeyValue::new("openinference.span.kind", record.kind.clone())];
    let texts = [("llm.model_name", record.model.clone()), ("llm.provider", provider(attributes))];
    given.extend(texts.into_iter().filter_map(|(key, text)| Some(KeyValue::new(key, text?))));
    let counts = [
        ("llm.token_count.prompt", tokens.prompt),
        ("llm.token_count.completion", tokens.completion),
        ("llm.token_count.prompt_details.cache_read", tokens.cache_read),
        ("llm.token_count.completion_details.reasoning", tokens.reasoning),
    ];
    given.extend(counts.into_iter().filter_map(|(key, count)| Some(KeyValue::new(key, count?))));
    given.extend(KEYS.into_iter().filter_map(|key| {
        let value = match find(attributes, key)? {
            Given::StringValue(text) => Value::from(text.clone()),
            Given::IntValue(number) => Value::from(*number),
            Given::DoubleValue(number) => Value::from(*number),
            _ => return None,
        };
        Some(KeyValue::new(key, value))
    }));
    cost_of(&given, &PRICES).filter(|cost| *cost >= 0.0)
}

fn provider(attributes: &[Attribute]) -> Option<String> {
    first_scalar(attributes, &["llm.provider", "gen_ai.provider.name", "gen_ai.system"])
}
