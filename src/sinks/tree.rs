//! Spans as a text tree, one line for each, with durations and tokens: what `js/testing/tree.ts`
//! draws, from OTLP's messages. Never loses a span: those that hang on nothing are drawn as roots
//! and say why.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;

const STATUS_ERROR: i32 = 2;
/// Both bits: it is known whether the parent is remote, and it is.
const REMOTE_PARENT: u32 = 0x300;
const KIND: &str = "openinference.span.kind";
const PROMPT: &str = "llm.token_count.prompt";
const COMPLETION: &str = "llm.token_count.completion";
const DRAWN: [&str; 3] = [KIND, PROMPT, COMPLETION];
/// Some lines of a terminal; an error's message can be a whole page.
const MAX_CHARS: usize = 300;
/// OTLP's names for span kinds, for spans that are not OpenInference's.
const KINDS: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];

/// Whether the trace begins with this span as far as this process is concerned.
pub(super) fn is_local_root(span: &Span) -> bool {
    span.parent_span_id.is_empty() || span.flags & REMOTE_PARENT == REMOTE_PARENT
}

/// The span without all that is not drawn, so that many can be held.
pub(super) fn what_is_drawn(mut span: Span) -> Span {
    span.name = shortened(span.name);
    if let Some(status) = &mut span.status {
        status.message = shortened(std::mem::take(&mut status.message));
    }
    let attributes = std::mem::take(&mut span.attributes).into_iter();
    Span {
        attributes: attributes.filter(|entry| DRAWN.contains(&entry.key.as_str())).collect(),
        events: Vec::new(),
        links: Vec::new(),
        trace_state: String::new(),
        ..span
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// `orphan_mark` is said of spans whose parent is not among them, and should be.
pub(super) fn draw(spans: &[Span], is_coloured: bool, orphan_mark: &str) -> String {
    let mut order: Vec<&Span> = spans.iter().collect();
    order.sort_by(|one, other| {
        (one.start_time_unix_nano, &one.name).cmp(&(other.start_time_unix_nano, &other.name))
    });
    let known: HashMap<&[u8], &Span> =
        order.iter().rev().map(|span| (span.span_id.as_slice(), *span)).collect();
    let mut children: HashMap<&[u8], Vec<&Span>> = HashMap::new();
    for span in &order {
        children.entry(span.parent_span_id.as_slice()).or_default().push(span);
    }
    let is_orphan = |span: &Span| !known.contains_key(span.parent_span_id.as_slice());
    let mut rooted: HashSet<&[u8]> = HashSet::new();
    let mut open: Vec<&Span> = order.iter().copied().filter(|span| is_orphan(span)).collect();
    while let Some(span) = open.pop() {
        if rooted.insert(&span.span_id) {
            open.extend(children.get(span.span_id.as_slice()).into_iter().flatten());
        }
    }
    let is_root = |span: &Span| {
        let is_lost = !rooted.contains(span.span_id.as_slice());
        is_orphan(span) || (is_lost && leads_back(span, &known))
    };
    children.values_mut().for_each(|spans| spans.retain(|span| !is_root(span)));
    let roots: Vec<&Span> = order.iter().copied().filter(|span| is_root(span)).collect();
    let mut tree = Tree { text: String::new(), children, is_coloured };
    for root in roots {
        let mark = if root.parent_span_id.is_empty() {
            ""
        } else if is_local_root(root) {
            "its parent is remote"
        } else if known.contains_key(root.parent_span_id.as_slice()) {
            "its parents lead in a circle"
        } else {
            orphan_mark
        };
        tree.draw(root, mark);
    }
    tree.text
}

/// Whether its parents lead to itself.
fn leads_back(span: &Span, known: &HashMap<&[u8], &Span>) -> bool {
    let mut seen = HashSet::new();
    let mut at = span;
    while seen.insert(at.span_id.as_slice()) {
        match known.get(at.parent_span_id.as_slice()) {
            Some(parent) if parent.span_id == span.span_id => return true,
            Some(parent) => at = parent,
            None => return false,
        }
    }
    false
}

struct Tree<'a> {
    text: String,
    children: HashMap<&'a [u8], Vec<&'a Span>>,
    is_coloured: bool,
}

/// A span that is still to be drawn, and what its children's lines begin with.
struct Open<'a> {
    span: &'a Span,
    branch: String,
    indent: String,
}

impl<'a> Tree<'a> {
    fn draw(&mut self, root: &'a Span, mark: &str) {
        let mut open = vec![Open { span: root, branch: String::new(), indent: String::new() }];
        // Not by recursion: a tree may be deeper than a stack.
        while let Some(Open { span, branch, indent }) = open.pop() {
            let branch = self.paint(2, &branch);
            let line = self.describe(span, if span.span_id == root.span_id { mark } else { "" });
            self.text.push_str(&branch);
            self.text.push_str(&line);
            self.text.push('\n');
            // Taken, so that two spans with one id have their children once.
            let children = self.children.remove(span.span_id.as_slice()).unwrap_or_default();
            for (behind, child) in children.into_iter().rev().enumerate() {
                let (branch, under) =
                    if behind == 0 { ("└─ ", "   ") } else { ("├─ ", "│  ") };
                open.push(Open {
                    span: child,
                    branch: format!("{indent}{branch}"),
                    indent: format!("{indent}{under}"),
                });
            }
        }
    }

    fn describe(&self, span: &Span, mark: &str) -> String {
        let mut line = self.paint(1, &one_line(&span.name));
        let mut add = |style: u8, text: &str| {
            if !text.is_empty() {
                let _ = write!(line, " {}", self.paint(style, text));
            }
        };
        add(36, &format!("[{}]", kind_of(span)));
        add(2, &duration(span));
        add(2, &tokens(span));
        if let Some(status) = span.status.as_ref().filter(|status| status.code == STATUS_ERROR) {
            let message = one_line(&status.message);
            let error = if message.is_empty() { "ERROR" } else { "ERROR: " };
            add(31, &format!("{error}{message}"));
        }
        if !mark.is_empty() {
            add(33, &format!("({mark})"));
        }
        line
    }

    fn paint(&self, style: u8, text: &str) -> String {
        if self.is_coloured && !text.is_empty() {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

fn attribute<'a>(span: &'a Span, key: &str) -> Option<&'a Value> {
    let entry = span.attributes.iter().find(|entry| entry.key == key)?;
    entry.value.as_ref()?.value.as_ref()
}

fn kind_of(span: &Span) -> String {
    if let Some(Value::StringValue(kind)) = attribute(span, KIND) {
        return one_line(kind);
    }
    let name = usize::try_from(span.kind).ok().and_then(|kind| KINDS.get(kind));
    name.map_or_else(|| format!("kind {}", span.kind), |name| (*name).to_owned())
}

#[expect(clippy::cast_precision_loss, reason = "a tenth of a millisecond is all that is shown")]
fn duration(span: &Span) -> String {
    let nanos = span.end_time_unix_nano.saturating_sub(span.start_time_unix_nano);
    let ms = nanos as f64 / 1e6;
    if ms >= 1000.0 { format!("{:.2} s", ms / 1000.0) } else { format!("{ms:.1} ms") }
}

/// What reads and does not answer, such as an embedding, has a prompt alone.
fn tokens(span: &Span) -> String {
    let count = |key: &str| match attribute(span, key) {
        Some(Value::IntValue(count)) => Some(count.to_string()),
        Some(Value::DoubleValue(count)) => Some(count.to_string()),
        _ => None,
    };
    match (count(PROMPT), count(COMPLETION)) {
        (None, None) => String::new(),
        (Some(prompt), None) => format!("{prompt} tokens"),
        (prompt, Some(completion)) => {
            format!("{}→{completion} tokens", prompt.unwrap_or_else(|| "?".to_owned()))
        }
    }
}

/// A name may hold line breaks, which would break the tree, and sequences that a terminal obeys.
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            _ if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') => {
                let _ = write!(line, "\\u{:04x}", u32::from(char));
            }
            _ => line.push(char),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
    use opentelemetry_proto::tonic::trace::v1::Status;

    use super::*;

    fn span(id: u8, parent: u8, name: &str, start_ms: u64) -> Span {
        Span {
            span_id: vec![id; 8],
            parent_span_id: if parent == 0 { Vec::new() } else { vec![parent; 8] },
            name: name.to_owned(),
            kind: 1,
            start_time_unix_nano: start_ms * 1_000_000,
            end_time_unix_nano: start_ms * 1_000_000 + 1_500_000,
            ..Span::default()
        }
    }

    fn with(mut span: Span, key: &str, value: Value) -> Span {
        let value = Some(AnyValue { value: Some(value) });
        span.attributes.push(KeyValue { key: key.to_owned(), value, key_strindex: 0 });
        span
    }

    fn plain(spans: &[Span]) -> String {
        draw(spans, false, "late")
    }

    #[test]
    fn spans_are_drawn_under_their_parents_in_the_order_of_their_starts() {
        let kind = |span: Span, kind: &str| {
            with(span, "openinference.span.kind", Value::StringValue(kind.to_owned()))
        };
        let llm = kind(span(2, 1, "second", 4), "LLM");
        let llm = with(llm, "llm.token_count.prompt", Value::IntValue(12));
        let mut failed = span(4, 2, "tool", 5);
        failed.status = Some(Status { code: 2, message: "429:\nslow".to_owned() });
        let mut long = kind(span(1, 0, "agent", 1), "AGENT");
        long.end_time_unix_nano = 2_501_000_000;
        let spans = [failed, llm, span(3, 1, "first", 2), long];
        assert_eq!(
            plain(&spans),
            "agent [AGENT] 2.50 s\n\
             ├─ first [internal] 1.5 ms\n\
             └─ second [LLM] 1.5 ms 12 tokens\n   \
                └─ tool [internal] 1.5 ms ERROR: 429:\\nslow\n"
        );
    }

    #[test]
    fn no_span_is_left_out_whatever_its_parents_are() {
        let mut remote = span(5, 9, "remote", 1);
        remote.flags = 0x300;
        let spans = [
            remote,
            span(1, 8, "late", 2),
            span(2, 3, "circle a", 3),
            span(3, 2, "circle b", 4),
            span(4, 4, "itself", 5),
            span(1, 5, "same id", 6),
        ];
        assert_eq!(
            plain(&spans),
            "remote [internal] 1.5 ms (its parent is remote)\n\
             └─ same id [internal] 1.5 ms\n\
             late [internal] 1.5 ms (late)\n\
             circle a [internal] 1.5 ms (its parents lead in a circle)\n\
             circle b [internal] 1.5 ms (its parents lead in a circle)\n\
             itself [internal] 1.5 ms (its parents lead in a circle)\n"
        );
    }

    #[test]
    fn nothing_in_a_span_reaches_the_terminal_as_a_command() {
        let hostile = span(1, 0, "a\u{1b}[31mb\u{9b}c\u{2028}\u{7}\r\n", 1);
        assert_eq!(
            plain(&[hostile]),
            "a\\u001b[31mb\\u009bc\\u2028\\u0007\\r\\n [internal] 1.5 ms\n"
        );
    }

    #[test]
    fn what_is_held_is_small_and_draws_the_same() {
        let text = |text: &str| Value::StringValue(text.to_owned());
        let large = with(span(1, 0, "llm", 1), "input.value", text(&"x".repeat(100_000)));
        let large = with(with(large, KIND, text("LLM")), PROMPT, Value::IntValue(3));
        let kept = what_is_drawn(large.clone());
        assert_eq!(plain(std::slice::from_ref(&kept)), plain(&[large]));
        assert_eq!(kept.attributes.len(), 2);
        let mut long = span(1, 0, &"ä".repeat(301), 1);
        long.status = Some(Status { code: 2, message: "m".repeat(300) });
        let kept = what_is_drawn(long);
        assert_eq!((kept.name.chars().count(), kept.name.ends_with("ä…")), (301, true));
        assert_eq!(kept.status.map(|status| status.message.len()), Some(300));
    }

    #[test]
    fn colours_are_only_there_when_asked_for() {
        assert!(draw(&[span(1, 0, "a", 1)], true, "").contains("\u{1b}[1ma\u{1b}[0m"));
        assert!(!plain(&[span(1, 0, "a", 1)]).contains('\u{1b}'));
    }

    #[test]
    fn a_tree_may_be_deep() {
        let spans: Vec<Span> = (0..3_000_u32)
            .map(|number| Span {
                span_id: (number + 1).to_le_bytes().to_vec(),
                parent_span_id: if number == 0 { vec![] } else { number.to_le_bytes().to_vec() },
                ..span(0, 0, "deep", u64::from(number))
            })
            .collect();
        assert_eq!(plain(&spans).lines().count(), 3_000);
    }
}
