//! `catalyst span`: spans over all traces, and all that is known of one.

use serde_json::{Value as Json, json};

use super::Stop;
use super::asked::{self, FILTERS_HELP, STORE_HELP};
use super::conversation;
use super::options::{Given, parse};
use super::trace::each;
use crate::intake::{self, Label, LabelKey, Record, hex, labels};
use crate::store::filter::Filter;
use crate::store::spans::{self, SpanSummary};
use crate::store::summary::TraceStatus;
use crate::store::{Store, StoreError, search};
use crate::terminal::screen::{Screen, Style};
use crate::terminal::table::{Fit, Table, cell, styled};
use crate::terminal::{amount, safe, tree};

const LIST_HELP: &str = "Usage: catalyst-tracing span list [options]

Lists spans: those of the newest traces first, each trace's by their start. The options below are
about the spans themselves.

Options:
  --trace-id ID     of this trace; the beginning of its id is enough
  --name TEXT       with this text in their name
  --status STATUS   ok or error
  --limit NUMBER    so many; 50 if not given
  --json            as JSON
";

const GET_HELP: &str = "Usage: catalyst-tracing span get TRACE SPAN [options]

Shows one span. The beginnings of the ids are enough.

Options:
  --view VIEW       io, attributes or json; io if not given
  --json            the same as --view json
";

pub const HELP: &str = "Usage: catalyst-tracing span list|get [options]

  span list            lists spans
  span get TRACE SPAN  shows what went in and came out of one, or its attributes

After either of them, --help prints its options.
";

const USUAL_LIMIT: usize = 50;
const TRACE_ID_CHARS: usize = 12;

pub fn run(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    match arguments.split_first() {
        Some((first, rest)) if first == "list" => list(rest, screen),
        Some((first, rest)) if first == "get" => get(rest, screen),
        other => super::of_group("span", HELP, other.map(|(first, _)| first.as_str()), screen),
    }
}

/// A span and whose it is.
struct Listed {
    trace_id: String,
    span: SpanSummary,
}

fn list(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let own = ["trace-id", "name", "status", "limit"];
    let given = asked::options(arguments, &own, &["json"])?;
    if given.has("help") {
        return screen.print(&format!("{LIST_HELP}{FILTERS_HELP}{STORE_HELP}"));
    }
    let [] = asked::words(&given, [])?;
    let wanted = Wanted::of(&given)?;
    let limit = asked::limit(&given, USUAL_LIMIT)?;
    let store = asked::store(&given)?;
    let mut found: Vec<Listed> = Vec::new();
    let mut look_into = |key: i64, trace_id: [u8; 16]| -> Result<bool, Stop> {
        for span in wanted.among(&store, key)? {
            if found.len() < limit {
                found.push(Listed { trace_id: hex::encode(&trace_id), span });
            }
        }
        Ok(found.len() < limit)
    };
    match given.option("trace-id") {
        Some(id) => {
            let trace = asked::one_trace(&store, id)?;
            look_into(trace.key, trace.trace_id)?;
        }
        None => each(&store, &wanted.filter, |trace| look_into(trace.key, trace.trace_id))?,
    }
    if given.has("json") {
        let all: Json = found.iter().map(listed_json).collect();
        screen.json(&all)?;
    } else if !found.is_empty() {
        table(&found).print(screen)?;
    }
    if found.is_empty() {
        return Err(Stop::Failed("no span is like that.".to_owned()));
    }
    Ok(())
}

fn listed_json(listed: &Listed) -> Json {
    let mut json = json!({ "traceId": listed.trace_id });
    if let (Some(all), Ok(Json::Object(span))) =
        (json.as_object_mut(), serde_json::to_value(&listed.span))
    {
        all.extend(span);
    }
    json
}

fn table(found: &[Listed]) -> Table {
    let mut table = Table::new(&[
        ("TRACE", Fit::Left),
        ("SPAN", Fit::Left),
        ("KIND", Fit::Left),
        ("NAME", Fit::Cut),
        ("DURATION", Fit::Right),
        ("MODEL", Fit::Cut),
        ("TOKENS", Fit::Right),
        ("COST", Fit::Right),
        ("AGENT", Fit::Cut),
        ("ERROR", Fit::Cut),
    ]);
    for Listed { trace_id, span } in found {
        let error = match span.status {
            "error" if span.status_message.is_empty() => "error",
            "error" => &span.status_message,
            _ => "",
        };
        let tokens = span.tokens.map(tree::tokens).unwrap_or_default();
        table.add(vec![
            cell(trace_id.get(..TRACE_ID_CHARS).unwrap_or(trace_id)),
            cell(&span.span_id),
            styled(Style::Kind, &span.kind),
            styled(Style::Strong, &span.name),
            cell(amount::duration(span.duration_ms)),
            cell(span.model.as_deref().unwrap_or_default()),
            cell(tokens.trim_end_matches(" tokens")),
            cell(span.cost_usd.map(amount::cost).unwrap_or_default()),
            cell(span.agent.as_deref().unwrap_or_default()),
            styled(Style::Bad, error),
        ]);
    }
    table
}

/// Which spans. Traces that have none of them are passed over by the filter; what a span's own row
/// does not say is looked up in what was received.
struct Wanted {
    filter: Filter,
    name: Option<String>,
    fails: Option<bool>,
    /// Of the span itself, which its trace may have of another span.
    labels: Vec<Label>,
}

impl Wanted {
    fn of(given: &Given) -> Result<Self, Stop> {
        let mut filter = asked::filter(given)?;
        let fails = match filter.status {
            None => None,
            Some(TraceStatus::Ok) => Some(false),
            Some(TraceStatus::Error) => Some(true),
            Some(TraceStatus::Open) => {
                return Err(Stop::Misused("--status is ok or error for a span.".to_owned()));
            }
        };
        // A trace with a span that failed has others.
        filter.status = filter.status.filter(|status| *status == TraceStatus::Error);
        let labels = filter.labels.clone();
        let name = given.option("name").map(str::to_lowercase);
        Ok(Self { filter, name, fails, labels })
    }

    fn among(&self, store: &Store, trace: i64) -> Result<Vec<SpanSummary>, StoreError> {
        store.read(|connection| {
            let keys = spans::keys_of_trace(connection, trace)?;
            let mut found = Vec::new();
            let all = spans::of_trace(connection, trace)?;
            let text = self.filter.text.as_ref();
            let with_text =
                text.map(|text| search::in_trace(connection, trace, text)).transpose()?;
            for (span, (key, source)) in all.into_iter().zip(keys) {
                if !self.fits_row(&span) {
                    continue;
                }
                if self.needs_payload() {
                    let Some(whole) = spans::unpacked(connection, key)? else { continue };
                    let source = intake::Source::of(spans::source(connection, source)?);
                    let Ok(record) = Record::of(&whole, &source) else { continue };
                    let has = labels::of_span(&whole, &record, &source);
                    if !self.fits_labels(&has) {
                        continue;
                    }
                    if with_text.as_ref().is_some_and(|found| !found.contains(&key)) {
                        continue;
                    }
                }
                found.push(span);
            }
            Ok(found)
        })
    }

    fn fits_row(&self, span: &SpanSummary) -> bool {
        self.name.as_ref().is_none_or(|name| span.name.to_lowercase().contains(name))
            && self.fails.is_none_or(|fails| (span.status == "error") == fails)
            && self.labels.iter().all(|(key, value)| match key {
                LabelKey::Kind => span.kind == *value,
                _ => true,
            })
    }

    fn needs_payload(&self) -> bool {
        let in_row = |(key, _): &Label| matches!(key, LabelKey::Kind);
        !self.labels.iter().all(in_row)
            || !self.filter.metadata.is_empty()
            || self.filter.text.is_some()
    }

    fn fits_labels(&self, has: &[Label]) -> bool {
        let has_attribute = |name: String, value: &str| {
            has.iter()
                .any(|(key, other)| *key == LabelKey::Attribute(name.clone()) && other == value)
        };
        self.labels.iter().all(|label| has.contains(label))
            && self.filter.metadata.iter().all(|(name, value)| {
                has_attribute(name.clone(), value)
                    || has_attribute(format!("{}{name}", labels::METADATA), value)
            })
    }
}

fn get(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let given = parse(arguments, &["db", "view"], &["json"]).map_err(Stop::Misused)?;
    if given.has("help") {
        return screen.print(&format!("{GET_HELP}{STORE_HELP}"));
    }
    let [trace, span] = asked::words(&given, ["the id of a trace", "the id of a span"])?;
    let view = match (given.option("view"), given.has("json")) {
        (None | Some("json"), true) => "json",
        (Some(_), true) => {
            return Err(Stop::Misused("--view and --json exclude each other.".to_owned()));
        }
        (view, false) => view.unwrap_or("io"),
    };
    if !matches!(view, "io" | "attributes" | "json") {
        let view = safe::line(view);
        let why = format!("--view is \"{view}\", and must be io, attributes or json.");
        return Err(Stop::Misused(why));
    }
    let store = asked::store(&given)?;
    let trace = asked::one_trace(&store, trace)?;
    let key = asked::one_span(&store, &trace, span)?;
    let read = store.read(|connection| {
        Ok(spans::whole(connection, key)?.zip(spans::unpacked(connection, key)?))
    })?;
    let Some((whole, received)) = read else {
        return Err(Stop::Failed("the span is gone.".to_owned()));
    };
    if view == "json" {
        return screen.json(&whole);
    }
    let spans = store.read(|connection| spans::of_trace(connection, trace.key))?;
    let id = hex::encode(&received.span_id);
    if let Some(mut span) = spans.into_iter().find(|span| span.span_id == id) {
        span.parent_span_id = None;
        super::trace::print_all(tree::lines(&[span], screen), screen)?;
    }
    if view == "io" {
        return conversation::print(&received, screen);
    }
    print_attributes("attributes", whole.get("attributes"), screen)?;
    for event in whole.get("events").and_then(Json::as_array).into_iter().flatten() {
        let name = event.get("name").and_then(Json::as_str).unwrap_or_default();
        print_attributes(&format!("event {}", safe::line(name)), event.get("attributes"), screen)?;
    }
    let resource = whole.get("resource").and_then(|resource| resource.get("attributes"));
    print_attributes("resource", resource, screen)
}

fn print_attributes(
    head: &str,
    attributes: Option<&Json>,
    screen: &mut Screen,
) -> Result<(), Stop> {
    let members = attributes.and_then(Json::as_object).into_iter().flatten();
    let mut members: Vec<(&String, &Json)> = members.collect();
    members.sort_by_key(|(name, _)| *name);
    screen.line("")?;
    let head = screen.paint(Style::Strong, head);
    screen.line(&head)?;
    for (name, value) in members {
        let text = match value {
            Json::String(text) => safe::lines(text),
            other => safe::json(&other.to_string()).into_owned(),
        };
        let name = screen.paint(Style::Faint, &safe::line(name));
        screen.line(&format!("  {name}: {}", text.replace('\n', "\n    ")))?;
    }
    Ok(())
}
