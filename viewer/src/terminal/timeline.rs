//! A trace's spans as bars over its time.

use super::screen::{Screen, Style};
use super::tree::{Row, rows};
use super::{amount, safe, width};
use crate::store::spans::SpanSummary;

/// Where lines may be of any length.
const USUAL_COLUMNS: usize = 100;
/// Names get so much of the line at most.
const NAME_SHARE: usize = 2;
const MIN_BAR: usize = 10;
const DURATION_COLUMNS: usize = 9;
const GAPS: usize = 2;

/// Where the spans are, in nanoseconds.
struct Scale {
    start_ns: i64,
    length_ns: i64,
    columns: usize,
}

pub fn lines(spans: &[SpanSummary], screen: &Screen) -> Vec<String> {
    let rows = rows(spans);
    let room = screen.width.unwrap_or(USUAL_COLUMNS);
    let names: Vec<String> = rows.iter().map(name).collect();
    let widest = names.iter().map(|name| width::of(name)).max().unwrap_or(0);
    let name_columns = widest.min(room / NAME_SHARE);
    let taken = name_columns + DURATION_COLUMNS + GAPS;
    let start_ns = spans.iter().map(start).min().unwrap_or(0);
    let end_ns = spans.iter().map(end).max().unwrap_or(0);
    let scale = Scale {
        start_ns,
        length_ns: end_ns.saturating_sub(start_ns).max(1),
        columns: room.saturating_sub(taken).max(MIN_BAR),
    };
    rows.iter()
        .zip(&names)
        .map(|(row, name)| {
            let style = if row.span.status == "error" { Style::Bad } else { Style::Kind };
            let (before, length) = scale.bar(row.span);
            let name = width::left(name, name_columns);
            let duration = width::right(&amount::duration(row.span.duration_ms), DURATION_COLUMNS);
            let bar = screen.paint(style, &"█".repeat(length));
            format!("{name} {} {}{bar}", screen.paint(Style::Faint, &duration), " ".repeat(before))
        })
        .collect()
}

fn name(row: &Row<'_>) -> String {
    let failed = if row.span.status == "error" { " ✗" } else { "" };
    format!("{}{}{failed}", row.branch, safe::line(&row.span.name))
}

fn start(span: &SpanSummary) -> i64 {
    span.start_ns.parse().unwrap_or(0)
}

fn end(span: &SpanSummary) -> i64 {
    start(span).saturating_add((span.duration_ms * 1e6) as i64)
}

impl Scale {
    /// Columns before the bar, and of it: at least one, and none beyond the line.
    fn bar(&self, span: &SpanSummary) -> (usize, usize) {
        let column = |ns: i64| {
            let share = ns.saturating_sub(self.start_ns) as f64 / self.length_ns as f64;
            (share * self.columns as f64).round() as usize
        };
        let before = column(start(span)).min(self.columns - 1);
        let length = column(end(span)).saturating_sub(before).clamp(1, self.columns - before);
        (before, length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_span_has_a_bar_within_the_line() {
        let scale = Scale { start_ns: 1_000_000, length_ns: 10_000_000, columns: 10 };
        for (start_ms, duration_ms, expected) in [
            (1, 10.0, (0, 10)),
            (1, 0.0, (0, 1)),
            (11, 0.0, (9, 1)),
            (6, 2.0, (5, 2)),
            (6, 99.0, (5, 5)),
        ] {
            let span = SpanSummary {
                span_id: String::new(),
                parent_span_id: None,
                name: String::new(),
                kind: String::new(),
                start_ns: (start_ms * 1_000_000).to_string(),
                duration_ms,
                status: "unset",
                status_message: String::new(),
                service: None,
                agent: None,
                model: None,
                tool: None,
                handoff: None,
                tokens: None,
                cost_usd: None,
                ttft_ms: None,
                event_count: 0,
            };
            assert_eq!(scale.bar(&span), expected, "{start_ms} {duration_ms}");
        }
    }
}
