//! What commands that read the store have in common: its file, which traces are meant, and how the
//! beginning of an id leads to one.

use std::path::Path;

use super::Stop;
use super::options::{Given, parse};
use crate::http::parameters::{attribute, range_ms, status};
use crate::intake::LabelKey;
use crate::store::filter::Filter;
use crate::store::summary::TraceSummary;
use crate::store::trace::Trace;
use crate::store::traces::{self, Found};
use crate::store::{Store, StoreError, spans};
use crate::terminal::safe;
use crate::time::now_ms;

pub const DEFAULT_DB: &str = ".catalyst/traces.db";

/// Options of commands that look for traces; `FILTERS_HELP` describes them.
pub const FILTERS: [&str; 10] =
    ["db", "range", "agent", "service", "session", "user", "model", "kind", "metadata", "q"];

pub const FILTERS_HELP: &str = "  --range TIME      that began within this time: 15m, 1h, 7d
  --agent NAME      with this agent in them
  --service NAME    of this service
  --session ID      of this session
  --user ID         of this user
  --model NAME      with calls of this model
  --kind KIND       with spans of this kind: LLM, TOOL, AGENT, ...
  --metadata K=V    with this attribute, or this member of the metadata; can be repeated
  --q TEXT          with these words in what went in or came out; \"a phrase\", begin*
";

pub const STORE_HELP: &str = "  --db FILE         another store than .catalyst/traces.db
";

/// How many are named where an id's beginning fits several.
const NAMED: usize = 10;

pub fn options(arguments: &[String], own: &[&str], flags: &[&str]) -> Result<Given, Stop> {
    let names: Vec<&str> = FILTERS.iter().chain(own).copied().collect();
    parse(arguments, &names, flags).map_err(Stop::Misused)
}

/// Opens the store that `dev` writes.
pub fn store(given: &Given) -> Result<Store, Stop> {
    let name = given.option("db").unwrap_or(DEFAULT_DB);
    Store::open_to_read(Path::new(name)).map_err(|error| {
        let name = safe::line(name);
        Stop::Failed(match error {
            StoreError::Missing => format!(
                "there are no traces: {name} is not there. `catalyst-tracing dev` receives them and \
                 keeps them in {DEFAULT_DB} of the folder that it is started in; --db names another file."
            ),
            error => format!("cannot open {name}: {error}."),
        })
    })
}

pub fn filter(given: &Given) -> Result<Filter, Stop> {
    let mut filter = Filter::default();
    for (name, value) in &given.options {
        let wrong = |why: String| Stop::Misused(format!("--{name}: {why}"));
        let mut label = |key: LabelKey, value: &str| filter.labels.push((key, value.to_owned()));
        match name.as_str() {
            "range" => {
                filter.from_ms = Some(now_ms().saturating_sub(range_ms(value).map_err(wrong)?))
            }
            "agent" => label(LabelKey::Agent, value),
            "service" => label(LabelKey::Service, value),
            "session" => label(LabelKey::Session, value),
            "user" => label(LabelKey::User, value),
            "model" => label(LabelKey::Model, value),
            "kind" => label(LabelKey::Kind, &value.to_uppercase()),
            "status" => filter.status = Some(status(value).map_err(wrong)?),
            "metadata" => {
                let (_, text) = attribute(value).map_err(wrong)?;
                let name = value.split_once('=').map_or("", |(name, _)| name);
                filter.metadata.push((name.to_owned(), text));
            }
            "q" => filter.text = Some(value.clone()),
            _ => {}
        }
    }
    Ok(filter)
}

/// A whole number from 1.
pub fn limit(given: &Given, usual: usize) -> Result<usize, Stop> {
    match given.option("limit") {
        None => Ok(usual),
        Some(text) => text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| {
            Stop::Misused(format!("--limit is \"{text}\", and must be a whole number from 1."))
        }),
    }
}

/// Exactly as many words as the command takes besides its options.
pub fn words<'a, const COUNT: usize>(
    given: &'a Given,
    names: [&str; COUNT],
) -> Result<[&'a str; COUNT], Stop> {
    if let Some(more) = given.others.get(COUNT) {
        return Err(Stop::Misused(format!("\"{}\" is not understood.", safe::line(more))));
    }
    let words: Vec<&str> = given.others.iter().map(String::as_str).collect();
    words.try_into().map_err(|words: Vec<&str>| {
        let missing = names.get(words.len()).copied().unwrap_or_default();
        Stop::Misused(format!("{missing} is missing."))
    })
}

pub fn one_trace(store: &Store, id: &str) -> Result<Trace, Stop> {
    store.read(|connection| {
        Ok(match traces::find(connection, id)? {
            Found::One(trace) => Ok(trace),
            Found::None => Err(Stop::Failed(format!("there is no trace {}.", safe::line(id)))),
            Found::Several => {
                let all = traces::beginning(connection, id, NAMED + 1)?;
                let line = |trace: &TraceSummary| {
                    format!("{}  {}", trace.trace_id, safe::line(&trace.name))
                };
                Err(several("trace", id, all.iter().map(line)))
            }
        })
    })?
}

/// The key of a span.
pub fn one_span(store: &Store, trace: &Trace, id: &str) -> Result<i64, Stop> {
    store.read(|connection| {
        Ok(match spans::find(connection, trace.key, id)? {
            Found::One(key) => Ok(key),
            Found::None => Err(Stop::Failed(format!(
                "there is no span {} in trace {}.",
                safe::line(id),
                crate::intake::hex::encode(&trace.trace_id)
            ))),
            Found::Several => {
                let wanted = id.to_ascii_lowercase();
                let all = spans::of_trace(connection, trace.key)?;
                let fitting = all.iter().filter(|span| span.span_id.starts_with(&wanted));
                let lines =
                    fitting.map(|span| format!("{}  {}", span.span_id, safe::line(&span.name)));
                Err(several("span", id, lines))
            }
        })
    })?
}

fn several(what: &str, id: &str, lines: impl Iterator<Item = String>) -> Stop {
    let mut lines: Vec<String> = lines.map(|line| format!("  {line}")).collect();
    if lines.len() > NAMED {
        lines.truncate(NAMED);
        lines.push("  ...".to_owned());
    }
    Stop::Failed(format!(
        "more than one {what} begins with {}:\n{}",
        safe::line(id),
        lines.join("\n")
    ))
}
