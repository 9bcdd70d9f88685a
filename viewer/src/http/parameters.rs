//! What a query string asks for. A parameter that is unknown or cannot be read is refused by name:
//! a filter that is passed over shows what was not asked for.

use std::time::{SystemTime, UNIX_EPOCH};

use percent_encoding::percent_decode_str;

use crate::intake::LabelKey;
use crate::store::filter::{Filter, Page};
use crate::store::summary::TraceStatus;

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 500;

const MS_PER_S: i64 = 1000;

/// In their order, decoded.
pub type Pairs = Vec<(String, String)>;

pub fn pairs(query: Option<&str>) -> Pairs {
    query
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// The filter and the page of a list; fails with a sentence. Names in `others` are left to the
/// caller.
pub fn list(pairs: &Pairs, others: &[&str]) -> Result<(Filter, Page), String> {
    let mut filter = Filter::default();
    let mut page = Page { limit: DEFAULT_LIMIT, before: None };
    for (name, value) in pairs {
        // As a form sends what was not filled in.
        if value.is_empty() {
            continue;
        }
        match name.as_str() {
            "range" => filter.from_ms = Some(now_ms().saturating_sub(range_ms(value)?)),
            "from" => filter.from_ms = Some(millis(name, value)?),
            "to" => filter.to_ms = Some(millis(name, value)?),
            "service" => filter.labels.push((LabelKey::Service, value.clone())),
            "agent" => filter.labels.push((LabelKey::Agent, value.clone())),
            "session" => filter.labels.push((LabelKey::Session, value.clone())),
            "user" => filter.labels.push((LabelKey::User, value.clone())),
            "model" => filter.labels.push((LabelKey::Model, value.clone())),
            "kind" => filter.labels.push((LabelKey::Kind, value.to_uppercase())),
            "status" => filter.status = Some(status(value)?),
            "attr" => filter.labels.push(attribute(value)?),
            "q" => filter.text = Some(value.clone()),
            "limit" => page.limit = limit(value)?,
            "cursor" => page.before = Some(cursor(value)?),
            other if others.contains(&other) => {}
            other => return Err(format!("There is no parameter {other:?}.")),
        }
    }
    Ok((filter, page))
}

pub fn value<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// `90s`, `15m`, `1h`, `7d`, `2w`.
pub fn range_ms(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no span of time: write 90s, 15m, 1h, 7d or 2w.");
    let (digits, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let unit_ms = match unit {
        "s" => MS_PER_S,
        "m" => 60 * MS_PER_S,
        "h" => 3600 * MS_PER_S,
        "d" => 24 * 3600 * MS_PER_S,
        "w" => 7 * 24 * 3600 * MS_PER_S,
        _ => return Err(wrong()),
    };
    let number: u32 = digits.parse().map_err(|_| wrong())?;
    Ok(i64::from(number).saturating_mul(unit_ms))
}

/// `key=value`; the value may have more of them.
pub fn attribute(text: &str) -> Result<(LabelKey, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() && !value.is_empty() => {
            Ok((LabelKey::Attribute(key.to_owned()), value.to_owned()))
        }
        _ => Err(format!("{text:?} is no attribute: write key=value.")),
    }
}

pub fn status(text: &str) -> Result<TraceStatus, String> {
    match text.to_ascii_lowercase().as_str() {
        "ok" => Ok(TraceStatus::Ok),
        "error" => Ok(TraceStatus::Error),
        "open" => Ok(TraceStatus::Open),
        _ => Err(format!("{text:?} is no status: ok, error and open are.")),
    }
}

fn limit(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(limit))
        .ok_or_else(|| format!("limit is {text:?}, and must be a number from 1 to {MAX_LIMIT}."))
}

fn cursor(text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("{text:?} is no cursor that a list has given."))
}

fn millis(name: &str, text: &str) -> Result<i64, String> {
    text.parse().map_err(|_| format!("{name} is {text:?}, and must be milliseconds since 1970."))
}

fn decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> Result<(Filter, Page), String> {
        list(&pairs(Some(query)), &[])
    }

    #[test]
    fn a_query_string_becomes_a_filter() {
        let query = "agent=Support+Desk&attr=organization.id%3Dorg_42&attr=a=b=c&status=error\
                     &q=%22my%20order%22&limit=7&cursor=12&from=1&to=2&user=&kind=llm";
        let (filter, page) = parsed(query).expect("a filter");
        let attribute =
            |key: &str, value: &str| (LabelKey::Attribute(key.to_owned()), value.to_owned());
        assert_eq!(
            filter,
            Filter {
                from_ms: Some(1),
                to_ms: Some(2),
                status: Some(TraceStatus::Error),
                labels: vec![
                    (LabelKey::Agent, "Support Desk".to_owned()),
                    attribute("organization.id", "org_42"),
                    attribute("a", "b=c"),
                    (LabelKey::Kind, "LLM".to_owned()),
                ],
                metadata: Vec::new(),
                text: Some("\"my order\"".to_owned()),
            }
        );
        assert_eq!(page, Page { limit: 7, before: Some(12) });
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (query, named) in [
            ("statuz=ok", "statuz"),
            ("status=fine", "fine"),
            ("limit=0", "limit"),
            ("limit=501", "limit"),
            ("cursor=x", "x"),
            ("from=yesterday", "from"),
            ("attr=x", "x"),
            ("range=1y", "1y"),
            ("range=h", "h"),
            ("range=%C3%BC", "ü"),
        ] {
            let error = parsed(query).expect_err(query);
            assert!(error.contains(named), "{error}");
        }
        assert_eq!(range_ms("90s"), Ok(90_000));
        assert_eq!(range_ms("2w"), Ok(1_209_600_000));
    }
}
