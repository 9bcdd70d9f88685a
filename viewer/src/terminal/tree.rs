//! A trace's spans in the order of a tree, with the branches that are drawn before each. No span is
//! left out: one whose parent is not there stands at the left and says why.

use std::collections::{HashMap, HashSet};

use super::screen::{Screen, Style};
use super::{amount, safe, width};
use crate::store::spans::{SpanSummary, SpanTokens};

pub struct Row<'a> {
    pub span: &'a SpanSummary,
    /// Drawn before the span's name.
    pub branch: String,
    /// Why it stands at the left, where that needs a reason.
    pub mark: &'static str,
}

const LATE: &str = "its parent is not here";
const CIRCLE: &str = "its parents lead in a circle";

/// `spans` by their start, as the store gives them.
pub fn rows(spans: &[SpanSummary]) -> Vec<Row<'_>> {
    let known: HashMap<&str, &SpanSummary> =
        spans.iter().map(|span| (span.span_id.as_str(), span)).collect();
    let mut children: HashMap<&str, Vec<&SpanSummary>> = HashMap::new();
    for span in spans {
        if let Some(parent) = span.parent_span_id.as_deref().filter(|id| known.contains_key(id)) {
            children.entry(parent).or_default().push(span);
        }
    }
    let is_top = |span: &SpanSummary| {
        span.parent_span_id.as_deref().is_none_or(|id| !known.contains_key(id))
    };
    let mut drawing = Drawing { rows: Vec::new(), seen: HashSet::new(), children };
    for span in spans.iter().filter(|span| is_top(span)) {
        drawing.draw(span, if span.parent_span_id.is_some() { LATE } else { "" });
    }
    // Whatever is left is in circles.
    for span in spans {
        if !drawing.seen.contains(span.span_id.as_str()) {
            drawing.draw(span, CIRCLE);
        }
    }
    drawing.rows
}

struct Drawing<'a> {
    rows: Vec<Row<'a>>,
    seen: HashSet<&'a str>,
    children: HashMap<&'a str, Vec<&'a SpanSummary>>,
}

impl<'a> Drawing<'a> {
    /// Not by recursion: a tree may be deeper than a stack.
    fn draw(&mut self, top: &'a SpanSummary, mark: &'static str) {
        let mut open = vec![(top, String::new(), String::new(), mark)];
        while let Some((span, branch, indent, mark)) = open.pop() {
            if !self.seen.insert(&span.span_id) {
                continue;
            }
            self.rows.push(Row { span, branch, mark });
            let mut children = self.children.remove(span.span_id.as_str()).unwrap_or_default();
            children.retain(|child| !self.seen.contains(child.span_id.as_str()));
            for (behind, child) in children.into_iter().rev().enumerate() {
                let (branch, under) =
                    if behind == 0 { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                open.push((child, format!("{indent}{branch}"), format!("{indent}{under}"), ""));
            }
        }
    }
}

/// One line for each span.
pub fn lines(spans: &[SpanSummary], screen: &Screen) -> Vec<String> {
    rows(spans).iter().map(|row| line(row, screen)).collect()
}

fn line(row: &Row<'_>, screen: &Screen) -> String {
    let span = row.span;
    let error = (span.status == "error").then(|| match safe::line(&span.status_message) {
        message if message.is_empty() => "ERROR".to_owned(),
        message => format!("ERROR: {message}"),
    });
    let optional = |text: &Option<String>| text.as_deref().map(safe::line).unwrap_or_default();
    let mark = if row.mark.is_empty() { String::new() } else { format!("({})", row.mark) };
    let parts = [
        (Style::Strong, safe::line(&span.name)),
        (Style::Kind, format!("[{}]", safe::line(&span.kind))),
        (Style::Faint, amount::duration(span.duration_ms)),
        (Style::Faint, optional(&span.model)),
        (Style::Faint, span.tokens.map(tokens).unwrap_or_default()),
        (Style::Faint, span.cost_usd.map(amount::cost).unwrap_or_default()),
        (Style::Bad, error.unwrap_or_default()),
        (Style::Warning, mark),
    ];
    let mut room = screen.width.unwrap_or(usize::MAX);
    let branch = width::cut(&row.branch, room);
    room -= width::of(&branch);
    let mut line = screen.paint(Style::Faint, &branch);
    for (at, (style, text)) in parts.iter().filter(|(_, text)| !text.is_empty()).enumerate() {
        let gap = usize::from(at > 0);
        if room <= gap {
            break;
        }
        let text = width::cut(text, room - gap);
        room -= gap + width::of(&text);
        line += " ".repeat(gap).as_str();
        line += &screen.paint(*style, &text);
    }
    line
}

/// What reads and does not answer, such as an embedding, has a prompt alone.
pub fn tokens(tokens: SpanTokens) -> String {
    let shown = |count: Option<i64>| count.map_or_else(|| "?".to_owned(), amount::count);
    match (tokens.prompt, tokens.completion) {
        (None, None) => format!("{} tokens", shown(tokens.total)),
        (prompt, None) => format!("{} tokens", shown(prompt)),
        (prompt, completion) => format!("{}→{} tokens", shown(prompt), shown(completion)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(id: &str, parent: Option<&str>) -> SpanSummary {
        SpanSummary {
            span_id: id.to_owned(),
            parent_span_id: parent.map(str::to_owned),
            name: id.to_owned(),
            kind: "SPAN".to_owned(),
            start_ns: "0".to_owned(),
            duration_ms: 1.0,
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
        }
    }

    fn drawn(spans: &[SpanSummary]) -> Vec<String> {
        let line = |row: &Row<'_>| format!("{}{} {}", row.branch, row.span.span_id, row.mark);
        rows(spans).iter().map(|row| line(row).trim_end().to_owned()).collect()
    }

    #[test]
    fn spans_are_under_their_parents() {
        let spans = [
            span("a", None),
            span("b", Some("a")),
            span("c", Some("b")),
            span("d", Some("a")),
            span("e", Some("x")),
        ];
        assert_eq!(drawn(&spans), ["a", "├─ b", "│  └─ c", "└─ d", "e its parent is not here"]);
    }

    #[test]
    fn no_span_is_left_out_whatever_its_parents_are() {
        let spans = [
            span("a", Some("b")),
            span("b", Some("a")),
            span("c", Some("c")),
            span("d", Some("b")),
        ];
        assert_eq!(
            drawn(&spans),
            ["a its parents lead in a circle", "└─ b", "   └─ d", "c its parents lead in a circle"]
        );
        let deep: Vec<SpanSummary> = (0..3000)
            .map(|number| {
                let parent = (number > 0).then(|| (number - 1).to_string());
                span(&number.to_string(), parent.as_deref())
            })
            .collect();
        assert_eq!(rows(&deep).len(), 3000);
    }

    #[test]
    fn without_a_completion_the_prompt_is_all_there_was() {
        let shown = |prompt, completion, total| {
            tokens(SpanTokens { prompt, completion, total, cache_read: None, reasoning: None })
        };
        assert_eq!(shown(Some(12), Some(3), Some(15)), "12→3 tokens");
        assert_eq!(shown(Some(12), Some(0), Some(12)), "12→0 tokens");
        assert_eq!(shown(Some(7), None, Some(7)), "7 tokens");
        assert_eq!(shown(None, Some(3), None), "?→3 tokens");
        assert_eq!(shown(None, None, Some(9)), "9 tokens");
    }
}
