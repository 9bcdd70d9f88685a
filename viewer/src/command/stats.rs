//! `catalyst stats`: what agents, models and tools took, used and failed at.

use super::Stop;
use super::asked::{self, FILTERS_HELP, STORE_HELP};
use super::trace::nothing;
use crate::store::stats::{Stats, Usage, stats};
use crate::store::summary::TokenSums;
use crate::terminal::amount;
use crate::terminal::screen::{Screen, Style};
use crate::terminal::table::{Cell, Fit, Table, cell, styled};

const HELP: &str = "Usage: catalyst-tracing stats [options]

Adds up traces: durations, tokens, cost and errors of agents and models, tool calls, handoffs.

Options:
  --status STATUS   of traces that are ok, error or open
  --json            as JSON
";

pub fn run(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let given = asked::options(arguments, &["status"], &["json"])?;
    if given.has("help") {
        return screen.print(&format!("{HELP}{FILTERS_HELP}{STORE_HELP}"));
    }
    let [] = asked::words(&given, [])?;
    let filter = asked::filter(&given)?;
    let store = asked::store(&given)?;
    let stats = store.read(|connection| stats(connection, &filter))?;
    if given.has("json") {
        screen.json(&stats)?;
    } else if stats.totals.traces > 0 {
        print(&stats, screen)?;
    }
    if stats.totals.traces == 0 { Err(nothing(&filter)) } else { Ok(()) }
}

fn print(stats: &Stats, screen: &mut Screen) -> Result<(), Stop> {
    let totals = &stats.totals;
    let mut table = Table::new(&heads("TRACES"));
    table.add(row(
        count(totals.traces),
        Numbers {
            count: totals.spans,
            errors: totals.errors,
            p50_ms: totals.p50_ms,
            p95_ms: totals.p95_ms,
            tokens: totals.tokens,
            cost_usd: totals.cost_usd,
        },
    ));
    table.print(screen)?;
    for (head, usages) in
        [("AGENT", &stats.agents), ("MODEL", &stats.models), ("TOOL", &stats.tools)]
    {
        if usages.is_empty() {
            continue;
        }
        let mut table = Table::new(&heads(head));
        for usage in usages {
            table.add(row(usage.name.clone(), Numbers::from(usage)));
        }
        screen.line("")?;
        table.print(screen)?;
    }
    if !stats.handoffs.is_empty() {
        let mut table =
            Table::new(&[("HANDOFF FROM", Fit::Cut), ("TO", Fit::Cut), ("COUNT", Fit::Right)]);
        for handoff in &stats.handoffs {
            table.add(vec![
                cell(&handoff.handoff.from),
                cell(&handoff.handoff.to),
                cell(count(handoff.count)),
            ]);
        }
        screen.line("")?;
        table.print(screen)?;
    }
    if stats.is_partial {
        screen.line("")?;
        let note = format!("The newest {} traces are counted.", count(totals.traces));
        let note = screen.paint(Style::Warning, &note);
        screen.line(&note)?;
    }
    Ok(())
}

fn heads(first: &'static str) -> [(&'static str, Fit); 9] {
    [
        (first, Fit::Cut),
        (if first == "TRACES" { "SPANS" } else { "COUNT" }, Fit::Right),
        ("ERRORS", Fit::Right),
        ("P50", Fit::Right),
        ("P95", Fit::Right),
        ("IN", Fit::Right),
        ("CACHED", Fit::Right),
        ("OUT", Fit::Right),
        ("COST", Fit::Right),
    ]
}

struct Numbers {
    count: i64,
    errors: usize,
    p50_ms: f64,
    p95_ms: f64,
    tokens: TokenSums,
    cost_usd: Option<f64>,
}

impl From<&Usage> for Numbers {
    fn from(usage: &Usage) -> Self {
        Self {
            count: i64::try_from(usage.count).unwrap_or(i64::MAX),
            errors: usage.error_count,
            p50_ms: usage.p50_ms,
            p95_ms: usage.p95_ms,
            tokens: usage.tokens,
            cost_usd: usage.cost_usd,
        }
    }
}

fn row(first: String, numbers: Numbers) -> Vec<Cell> {
    let some = |number: i64| if number == 0 { String::new() } else { amount::count(number) };
    let style = if numbers.errors > 0 { Style::Bad } else { Style::Plain };
    vec![
        styled(Style::Strong, first),
        cell(amount::count(numbers.count)),
        styled(style, some(i64::try_from(numbers.errors).unwrap_or(i64::MAX))),
        cell(amount::duration(numbers.p50_ms)),
        cell(amount::duration(numbers.p95_ms)),
        cell(some(numbers.tokens.prompt)),
        cell(some(numbers.tokens.cache_read)),
        cell(some(numbers.tokens.completion)),
        cell(numbers.cost_usd.map(amount::cost).unwrap_or_default()),
    ]
}

fn count(number: usize) -> String {
    amount::count(i64::try_from(number).unwrap_or(i64::MAX))
}
