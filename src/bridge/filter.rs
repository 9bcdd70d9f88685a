//! A destination's filter as `js/options/filter.ts` wrote it: JSON, checked there.

use std::time::Duration;

use napi::{Error, Result, Status};
use serde_json::{Map, Value};

use crate::filter::{Criteria, Filter, Wanted};

pub(super) fn filter(json: &str) -> Result<Filter> {
    let filter: Map<String, Value> = serde_json::from_str(json)
        .map_err(|error| Error::new(Status::InvalidArg, format!("filter: {error}")))?;
    let criteria = |name: &str| filter.get(name).and_then(Value::as_object).map(criteria);
    Ok(Filter { only: criteria("only"), except: criteria("except") })
}

fn criteria(given: &Map<String, Value>) -> Criteria {
    let list = |name: &str| given.get(name).and_then(Value::as_array).into_iter().flatten();
    let texts =
        |name: &str| list(name).filter_map(|item| Some(item.as_str()?.to_owned())).collect();
    let attributes = given.get("attributes").and_then(Value::as_object).into_iter().flatten();
    Criteria {
        kinds: texts("kinds"),
        names: texts("names"),
        attributes: attributes
            .map(|(key, values)| {
                let values = values.as_array().into_iter().flatten();
                (key.clone(), values.filter_map(wanted).collect())
            })
            .collect(),
        errors_only: given.get("errorsOnly").and_then(Value::as_bool).unwrap_or_default(),
        min_duration: Duration::try_from_secs_f64(
            given.get("minDurationMs").and_then(Value::as_f64).unwrap_or_default() / 1000.0,
        )
        .unwrap_or(Duration::MAX),
    }
}

fn wanted(value: &Value) -> Option<Wanted> {
    Some(match value {
        Value::String(text) => Wanted::Text(text.clone()),
        Value::Bool(flag) => Wanted::Flag(*flag),
        Value::Number(number) => Wanted::Number(number.as_f64()?),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    })
}
