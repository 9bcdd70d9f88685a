//! `catalyst trace`: the list of traces, and one of them.

use rusqlite::Connection;
use serde_json::json;

use super::Stop;
use super::asked::{self, FILTERS_HELP, STORE_HELP};
use super::options::Given;
use crate::store::filter::{Filter, Page};
use crate::store::spans::{self, SpanSummary, SpanTokens};
use crate::store::summary::{TraceStatus, TraceSummary};
use crate::store::trace::Trace;
use crate::store::traces::{self, Listed, matching};
use crate::store::{Store, StoreError};
use crate::terminal::screen::{Screen, Style};
use crate::terminal::table::{Fit, Table, cell, styled};
use crate::terminal::{amount, safe, timeline, tree, width};
use crate::time;

const LIST_HELP: &str = "Usage: catalyst-tracing trace list [options]

Lists the newest traces.

Options:
  --status STATUS   ok, error or open: that its root has not ended yet
  --limit NUMBER    so many; 50 if not given
  --json            as JSON
";

const GET_HELP: &str = "Usage: catalyst-tracing trace get ID [options]

Shows one trace. The beginning of its id is enough.

Options:
  --view VIEW       tree, timeline or json; tree if not given
  --json            the same as --view json
";

pub const HELP: &str = "Usage: catalyst-tracing trace list|get [options]

  trace list        lists the newest traces
  trace get ID      shows one trace as a tree or a timeline

After either of them, --help prints its options.
";

const USUAL_LIMIT: usize = 50;
/// Traces that are read at a time.
const PAGE: usize = 500;
/// Of an id in a list: nobody has two traces that begin alike so far.
const ID_CHARS: usize = 12;

pub fn run(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    match arguments.split_first() {
        Some((first, rest)) if first == "list" => list(rest, screen),
        Some((first, rest)) if first == "get" => get(rest, screen),
        other => super::of_group("trace", HELP, other.map(|(first, _)| first.as_str()), screen),
    }
}

fn list(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let given = asked::options(arguments, &["status", "limit"], &["json"])?;
    if given.has("help") {
        return screen.print(&format!("{LIST_HELP}{FILTERS_HELP}{STORE_HELP}"));
    }
    let [] = asked::words(&given, [])?;
    let (filter, limit) = (asked::filter(&given)?, asked::limit(&given, USUAL_LIMIT)?);
    let store = asked::store(&given)?;
    let mut found: Vec<TraceSummary> = Vec::new();
    visit_all(&store, &filter, limit.clamp(1, PAGE), traces::list, |trace| {
        found.push(trace);
        Ok(found.len() < limit)
    })?;
    if given.has("json") {
        screen.json(&found)?;
    } else if !found.is_empty() {
        table(&found, filter.text.is_some()).print(screen)?;
    }
    if found.is_empty() { Err(nothing(&filter)) } else { Ok(()) }
}

pub fn nothing(filter: &Filter) -> Stop {
    Stop::Failed(
        if *filter == Filter::default() {
            "there are no traces yet."
        } else {
            "no trace is like that."
        }
        .to_owned(),
    )
}

/// Visits traces, the newest first, until `visit` has enough.
pub fn each(
    store: &Store,
    filter: &Filter,
    visit: impl FnMut(Trace) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    visit_all(store, filter, PAGE, matching, visit)
}

type Query<T> = fn(&Connection, &Filter, Page) -> Result<Listed<T>, StoreError>;

fn visit_all<T>(
    store: &Store,
    filter: &Filter,
    limit: usize,
    query: Query<T>,
    mut visit: impl FnMut(T) -> Result<bool, Stop>,
) -> Result<(), Stop> {
    let mut page = Page { limit, before: None };
    loop {
        let listed = store.read(|connection| query(connection, filter, page))?;
        for item in listed.items {
            if !visit(item)? {
                return Ok(());
            }
        }
        match listed.next {
            Some(next) => page.before = Some(next),
            None => return Ok(()),
        }
    }
}

/// What was searched for is shown in place of the input, with the span that has it.
fn table(found: &[TraceSummary], is_search: bool) -> Table {
    let mut columns = vec![
        ("TRACE", Fit::Left),
        ("NAME", Fit::Cut),
        ("STATUS", Fit::Left),
        ("STARTED", Fit::Right),
        ("DURATION", Fit::Right),
        ("SPANS", Fit::Right),
        ("TOKENS", Fit::Right),
        ("COST", Fit::Right),
        ("AGENTS", Fit::Cut),
    ];
    if is_search {
        columns.extend([("SPAN", Fit::Left), ("MATCH", Fit::Cut)]);
    } else {
        columns.push(("INPUT", Fit::Cut));
    }
    let mut table = Table::new(&columns);
    let now_ms = time::now_ms() as f64;
    for trace in found {
        let (style, status) = status(trace.status);
        let mut cells = vec![
            cell(trace.trace_id.get(..ID_CHARS).unwrap_or(&trace.trace_id)),
            styled(Style::Strong, &trace.name),
            styled(style, status),
            styled(Style::Faint, amount::age(now_ms - trace.start_ms)),
            cell(amount::duration(trace.duration_ms)),
            cell(amount::count(trace.span_count)),
            cell(if trace.tokens.total > 0 {
                amount::count(trace.tokens.total)
            } else {
                String::new()
            }),
            cell(trace.cost_usd.map(amount::cost).unwrap_or_default()),
            cell(trace.agents.join(", ")),
        ];
        if is_search {
            let (span, text) =
                trace.found.as_ref().map_or(("", ""), |found| (&found.span_id, &found.text));
            cells.extend([cell(span), cell(text)]);
        } else {
            cells.push(styled(Style::Faint, trace.input.as_deref().unwrap_or_default()));
        }
        table.add(cells);
    }
    table
}

fn status(status: TraceStatus) -> (Style, &'static str) {
    match status {
        TraceStatus::Ok => (Style::Good, "ok"),
        TraceStatus::Error => (Style::Bad, "error"),
        TraceStatus::Open => (Style::Warning, "open"),
    }
}

#[derive(Clone, Copy)]
enum View {
    Tree,
    Timeline,
    Json,
}

fn view(given: &Given) -> Result<View, Stop> {
    match (given.option("view"), given.has("json")) {
        (None | Some("json"), true) | (Some("json"), false) => Ok(View::Json),
        (None | Some("tree"), false) => Ok(View::Tree),
        (Some("timeline"), false) => Ok(View::Timeline),
        (Some(_), true) => Err(Stop::Misused("--view and --json exclude each other.".to_owned())),
        (Some(other), false) => Err(Stop::Misused(format!(
            "--view is \"{}\", and must be tree, timeline or json.",
            safe::line(other)
        ))),
    }
}

fn get(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let given =
        super::options::parse(arguments, &["db", "view"], &["json"]).map_err(Stop::Misused)?;
    if given.has("help") {
        return screen.print(&format!("{GET_HELP}{STORE_HELP}"));
    }
    let [id] = asked::words(&given, ["the id of a trace"])?;
    let view = view(&given)?;
    let store = asked::store(&given)?;
    let trace = asked::one_trace(&store, id)?;
    let spans = store.read(|connection| spans::of_trace(connection, trace.key))?;
    let summary = TraceSummary::from(trace);
    match view {
        View::Json => screen.json(&json!({ "trace": summary, "spans": spans })),
        View::Tree => {
            head(&summary, screen)?;
            print_all(tree::lines(&spans, screen), screen)
        }
        View::Timeline => {
            head(&summary, screen)?;
            print_all(timeline::lines(&spans, screen), screen)
        }
    }
}

pub fn spans_of(store: &Store, key: i64) -> Result<Vec<SpanSummary>, StoreError> {
    store.read(|connection| spans::of_trace(connection, key))
}

pub fn print_all(lines: Vec<String>, screen: &mut Screen) -> Result<(), Stop> {
    lines.iter().try_for_each(|line| screen.line(line))
}

/// What the spans' lines do not say.
fn head(trace: &TraceSummary, screen: &mut Screen) -> Result<(), Stop> {
    for line in head_lines(trace, screen) {
        screen.line(&line)?;
    }
    Ok(())
}

pub fn head_lines(trace: &TraceSummary, screen: &Screen) -> Vec<String> {
    let (style, status) = status(trace.status);
    let started = time::text((trace.start_ms * 1e6) as i64);
    let started = started.get(..19).unwrap_or(&started).replace('T', " ");
    let named = |name: &str, value: &Option<String>| {
        value.as_deref().map(|value| format!("{name} {}", safe::line(value)))
    };
    let told = |count: i64| (count > 0).then_some(count);
    let tokens = told(trace.tokens.total).map(|total| {
        tree::tokens(SpanTokens {
            prompt: told(trace.tokens.prompt),
            completion: told(trace.tokens.completion),
            total: Some(total),
            cache_read: None,
            reasoning: None,
        })
    });
    let errors = match trace.error_count {
        0 => None,
        1 => Some("1 error".to_owned()),
        count => Some(format!("{} errors", amount::count(count))),
    };
    let facts = [
        Some(amount::duration(trace.duration_ms)),
        Some(match trace.span_count {
            1 => "1 span".to_owned(),
            count => format!("{} spans", amount::count(count)),
        }),
        errors,
        tokens,
        trace.cost_usd.map(amount::cost),
        Some(format!("{started} UTC")),
        named("service", &trace.service),
        named("session", &trace.session_id),
        named("user", &trace.user_id),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    let fitting = |text: String| match screen.width {
        Some(columns) => width::cut(&text, columns),
        None => text,
    };
    vec![
        format!("trace {} {}", trace.trace_id, screen.paint(style, status)),
        screen.paint(Style::Faint, &fitting(facts.join(" · "))),
    ]
}
