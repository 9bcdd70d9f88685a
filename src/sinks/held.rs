//! Spans that wait to be printed with the trace that they are of.
//!
//! They come in the order of their ends, children before parents, and are held until the span comes
//! that the trace begins with in this process; with it everything underneath is drawn. What ends
//! later is drawn when it comes, and says so.

use std::collections::{HashMap, HashSet, VecDeque};

use opentelemetry_proto::tonic::trace::v1::Span;

use super::tree;

/// Of spans that are held, whatever their traces: beyond it the trace that began first is printed.
const MAX_HELD: usize = 10_000;
/// Of spans that were printed, to know what is late.
const MAX_REMEMBERED: usize = 20_000;
const LATE: &str = "ended after its trace was printed";
const UNFINISHED: &str = "its parent has not ended";

type Id = Vec<u8>;

#[derive(Default)]
pub(super) struct Held {
    /// Traces in the order in which their first spans came.
    order: VecDeque<Id>,
    traces: HashMap<Id, Vec<Span>>,
    spans: usize,
    printed: HashSet<Id>,
    /// The same, the oldest first.
    printed_order: VecDeque<Id>,
}

impl Held {
    /// Takes spans in, and returns what is to be printed because of them.
    pub(super) fn take_in(&mut self, spans: Vec<Span>, is_coloured: bool) -> String {
        let mut tops: Vec<(Id, Id)> = Vec::new();
        for span in spans {
            if tree::is_local_root(&span) || self.printed.contains(&span.parent_span_id) {
                tops.push((span.trace_id.clone(), span.span_id.clone()));
            }
            if !self.traces.contains_key(&span.trace_id) {
                self.order.push_back(span.trace_id.clone());
            }
            self.spans += 1;
            self.traces.entry(span.trace_id.clone()).or_default().push(span);
        }
        let mut text = String::new();
        for (trace_id, top) in tops {
            let spans = self.take_tree(&trace_id, &top);
            text.push_str(&self.print(&spans, is_coloured, LATE));
        }
        while self.spans > MAX_HELD {
            text.push_str(&self.print_first(is_coloured));
        }
        text
    }

    /// What will not be finished any more.
    pub(super) fn take_all(&mut self, is_coloured: bool) -> String {
        let mut text = String::new();
        while self.spans > 0 {
            text.push_str(&self.print_first(is_coloured));
        }
        text
    }

    fn print_first(&mut self, is_coloured: bool) -> String {
        let first = self.order.front().cloned().unwrap_or_default();
        let spans = self.take_trace(&first);
        self.print(&spans, is_coloured, UNFINISHED)
    }

    fn print(&mut self, spans: &[Span], is_coloured: bool, orphan_mark: &str) -> String {
        for span in spans {
            if self.printed.insert(span.span_id.clone()) {
                self.printed_order.push_back(span.span_id.clone());
            }
        }
        while self.printed_order.len() > MAX_REMEMBERED {
            if let Some(oldest) = self.printed_order.pop_front() {
                self.printed.remove(&oldest);
            }
        }
        tree::draw(spans, is_coloured, orphan_mark)
    }

    fn take_trace(&mut self, trace_id: &Id) -> Vec<Span> {
        let spans = self.traces.remove(trace_id).unwrap_or_default();
        self.order.retain(|known| known != trace_id);
        self.spans -= spans.len();
        spans
    }

    /// This span and those under it. Others of the trace, which may begin here several times, stay.
    fn take_tree(&mut self, trace_id: &Id, top: &Id) -> Vec<Span> {
        let spans = self.take_trace(trace_id);
        let inside = family(&spans, top);
        let (tree, rest): (Vec<Span>, Vec<Span>) =
            spans.into_iter().partition(|span| inside.contains(&span.span_id));
        if !rest.is_empty() {
            self.spans += rest.len();
            self.order.push_back(trace_id.clone());
            self.traces.insert(trace_id.clone(), rest);
        }
        tree
    }
}

/// The ids of a span and of all that are under it.
fn family(spans: &[Span], top: &Id) -> HashSet<Id> {
    let mut children: HashMap<&Id, Vec<&Id>> = HashMap::new();
    for span in spans {
        children.entry(&span.parent_span_id).or_default().push(&span.span_id);
    }
    let mut inside = HashSet::new();
    let mut open = vec![top];
    while let Some(id) = open.pop() {
        if inside.insert(id.clone()) {
            open.extend(children.get(id).into_iter().flatten());
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(trace: u8, id: u8, parent: u8) -> Span {
        Span {
            trace_id: vec![trace; 16],
            span_id: vec![id; 8],
            parent_span_id: if parent == 0 { Vec::new() } else { vec![parent; 8] },
            name: format!("{trace}.{id}"),
            start_time_unix_nano: u64::from(id),
            ..Span::default()
        }
    }

    /// The names that are printed, with marks and branches, without the rest.
    fn printed(held: &mut Held, spans: &[Span]) -> Vec<String> {
        lines(&held.take_in(spans.to_vec(), false))
    }

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(|line| line.replace(" [unspecified] 0.0 ms", "")).collect()
    }

    #[test]
    fn a_trace_is_printed_when_the_span_has_ended_that_it_begins_with() {
        let mut held = Held::default();
        assert_eq!(printed(&mut held, &[span(1, 3, 2), span(2, 3, 2)]), [""; 0]);
        assert_eq!(printed(&mut held, &[span(1, 2, 1)]), [""; 0]);
        assert_eq!(printed(&mut held, &[span(1, 1, 0)]), ["1.1", "└─ 1.2", "   └─ 1.3"]);
        assert_eq!(lines(&held.take_all(false)), ["2.3 (its parent has not ended)"]);
        assert_eq!((held.spans, held.order.len(), held.traces.len()), (0, 0, 0));
    }

    #[test]
    fn what_ends_later_is_printed_with_what_is_under_it() {
        let mut held = Held::default();
        printed(&mut held, &[span(1, 1, 0)]);
        assert_eq!(printed(&mut held, &[span(1, 3, 2)]), [""; 0]);
        assert_eq!(
            printed(&mut held, &[span(1, 2, 1)]),
            ["1.2 (ended after its trace was printed)", "└─ 1.3"]
        );
    }

    #[test]
    fn of_a_trace_that_begins_here_several_times_each_part_is_printed_by_itself() {
        let remote = |id| Span { flags: 0x300, ..span(1, id, 9) };
        let mut held = Held::default();
        printed(&mut held, &[span(1, 3, 1), span(1, 4, 2)]);
        let marked = |id: u8| format!("1.{id} (its parent is remote)");
        assert_eq!(printed(&mut held, &[remote(1)]), [marked(1), "└─ 1.3".to_owned()]);
        assert_eq!(printed(&mut held, &[remote(2)]), [marked(2), "└─ 1.4".to_owned()]);
    }

    #[test]
    fn what_never_ends_is_printed_when_too_much_is_held() {
        let mut held = Held::default();
        for number in 0..=MAX_HELD {
            let id = (number as u64 + 1).to_le_bytes().to_vec();
            let text = held.take_in(vec![Span { span_id: id, ..span(1, 0, 9) }], false);
            assert_eq!(text.is_empty(), number < MAX_HELD, "{number}");
        }
        assert_eq!(held.spans, 0);
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut held = Held::default();
        for number in 0..MAX_REMEMBERED as u64 + 5 {
            held.take_in(
                vec![Span { span_id: number.to_le_bytes().to_vec(), ..span(1, 0, 0) }],
                false,
            );
        }
        assert_eq!(
            (held.printed.len(), held.printed_order.len()),
            (MAX_REMEMBERED, MAX_REMEMBERED)
        );
    }
}
