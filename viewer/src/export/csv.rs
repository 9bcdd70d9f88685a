//! A table of spans, for spreadsheets. Text that a spreadsheet would run as a formula gets an
//! apostrophe before it, which spreadsheets do not show.

use rusqlite::Connection;

use crate::intake::{hex, texts};
use crate::store::{StoreError, spans};

const COLUMNS: [&str; 20] = [
    "trace_id",
    "span_id",
    "parent_span_id",
    "name",
    "kind",
    "start_unix_nano",
    "duration_ms",
    "status",
    "status_message",
    "service",
    "agent",
    "model",
    "tool",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "cost_usd",
    "time_to_first_token_ms",
    "input",
    "output",
];

pub fn head() -> Vec<u8> {
    line(&COLUMNS.map(str::to_owned)).into_bytes()
}

pub fn trace(connection: &Connection, trace: i64) -> Result<Vec<u8>, StoreError> {
    let keys = spans::keys_of_trace(connection, trace)?;
    let mut lines = String::new();
    for (span, (key, _)) in spans::of_trace(connection, trace)?.into_iter().zip(keys) {
        let Some(whole) = spans::unpacked(connection, key)? else { continue };
        let text = |direction| texts::whole(&whole.attributes, direction).map(safe);
        let tokens = span.tokens;
        let count = |count: Option<i64>| count.map(|count| count.to_string());
        let cells: [Option<String>; COLUMNS.len()] = [
            Some(hex::encode(&whole.trace_id)),
            Some(span.span_id),
            span.parent_span_id,
            Some(safe(&span.name)),
            Some(safe(&span.kind)),
            Some(span.start_ns),
            Some(span.duration_ms.to_string()),
            Some(span.status.to_owned()),
            Some(safe(&span.status_message)),
            span.service.as_deref().map(safe),
            span.agent.as_deref().map(safe),
            span.model.as_deref().map(safe),
            span.tool.as_deref().map(safe),
            count(tokens.and_then(|tokens| tokens.prompt)),
            count(tokens.and_then(|tokens| tokens.completion)),
            count(tokens.and_then(|tokens| tokens.total)),
            span.cost_usd.map(|cost| cost.to_string()),
            span.ttft_ms.map(|ms| ms.to_string()),
            text(&texts::INPUT),
            text(&texts::OUTPUT),
        ];
        lines += &line(&cells.map(Option::unwrap_or_default));
    }
    Ok(lines.into_bytes())
}

fn safe(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// As RFC 4180 has it.
fn line(cells: &[String]) -> String {
    let mut line = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            line.push('"');
            line += &cell.replace('"', "\"\"");
            line.push('"');
        } else {
            line += cell;
        }
    }
    line += "\r\n";
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_never_formulas() {
        let cells = ["plain", "a,b", "say \"hi\"", "two\nlines", ""].map(str::to_owned);
        assert_eq!(line(&cells), "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n");
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("1=1"), "1=1");
        assert_eq!(safe(""), "");
    }
}
