//! Which spans a batch holds, when other destinations hold them as well. A span's fate is open until
//! the last of them has settled it, and is told once.
//!
//! A collector says how many spans of a batch it refused, not which: the last ones stand for them.
//! Where there is one destination only, spans have no fate apart from it and are merely counted.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use crate::stats::{Counts, Stage};

/// One span that several destinations may hold.
#[derive(Debug)]
pub(super) struct Fate {
    open: Cell<usize>,
    /// The first loss counts.
    loss: RefCell<Option<(Stage, String)>>,
    /// One of them left it on disk.
    is_left: Cell<bool>,
}

impl Fate {
    /// `holders` is how many destinations want the span.
    pub(super) fn of(holders: usize) -> Rc<Self> {
        Rc::new(Self {
            open: Cell::new(holders),
            loss: RefCell::default(),
            is_left: Cell::default(),
        })
    }

    /// One holder is through with it. Whether it was the last.
    fn settle(&self) -> bool {
        self.open.set(self.open.get().saturating_sub(1));
        self.open.get() == 0
    }
}

/// A number of spans, and their fates if they are shared.
#[derive(Debug, Default)]
pub(super) struct Claims {
    spans: usize,
    fates: VecDeque<Rc<Fate>>,
}

impl Claims {
    /// Spans whose fate is nobody else's.
    pub(super) fn of(spans: usize) -> Self {
        Self { spans, fates: VecDeque::new() }
    }

    pub(super) fn append(&mut self, other: Self) {
        self.spans += other.spans;
        self.fates.extend(other.fates);
    }

    pub(super) fn push(&mut self, fate: Option<Rc<Fate>>) {
        self.spans += 1;
        self.fates.extend(fate);
    }

    pub(super) fn len(&self) -> usize {
        self.spans
    }

    /// The first so many of them.
    pub(super) fn take(&mut self, spans: usize) -> Self {
        let spans = spans.min(self.spans);
        self.spans -= spans;
        Self { spans, fates: self.fates.drain(..spans.min(self.fates.len())).collect() }
    }

    /// They arrived. Returns how many spans are thereby delivered wherever they were wanted.
    pub(super) fn deliver(self, counts: &mut Counts) -> usize {
        if self.fates.is_empty() {
            counts.deliver(self.spans as u64);
            return self.spans;
        }
        let settled = self.fates.iter().filter(|fate| fate.settle());
        settled.filter(|fate| close(fate, counts)).count()
    }

    pub(super) fn lose(self, counts: &mut Counts, stage: Stage, reason: &str) {
        if self.fates.is_empty() {
            counts.lose(stage, reason, self.spans as u64);
            return;
        }
        for fate in &self.fates {
            fate.loss.borrow_mut().get_or_insert_with(|| (stage, reason.to_owned()));
            if fate.settle() {
                close(fate, counts);
            }
        }
    }
}

impl Claims {
    /// They stay on disk, for another process.
    pub(super) fn leave(self, counts: &mut Counts) {
        if self.fates.is_empty() {
            counts.leave(self.spans as u64);
            return;
        }
        for fate in &self.fates {
            fate.is_left.set(true);
            if fate.settle() {
                close(fate, counts);
            }
        }
    }
}

/// Nobody holds the span any more. Whether it was delivered everywhere.
fn close(fate: &Fate, counts: &mut Counts) -> bool {
    match fate.loss.borrow().as_ref() {
        Some((stage, reason)) => {
            counts.lose(*stage, reason, 1);
            false
        }
        None if fate.is_left.get() => {
            counts.leave(1);
            false
        }
        None => {
            counts.deliver(1);
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_holders() -> [Claims; 2] {
        let mut claims = [Claims::default(), Claims::default()];
        for _ in 0..3 {
            let fate = Fate::of(2);
            claims.iter_mut().for_each(|claims| claims.push(Some(Rc::clone(&fate))));
        }
        claims
    }

    fn sums(counts: &Counts) -> (u64, u64, u64) {
        (counts.queued, counts.delivered, counts.lost_in_all())
    }

    #[test]
    fn a_shared_span_is_delivered_when_its_last_holder_delivered_it() {
        let mut counts = Counts { ended: 3, queued: 3, ..Counts::default() };
        let [mut one, mut other] = two_holders();
        assert_eq!(one.take(2).deliver(&mut counts), 0);
        assert_eq!(sums(&counts), (3, 0, 0));
        assert_eq!(other.take(1).deliver(&mut counts), 1);
        assert_eq!(other.deliver(&mut counts), 1);
        assert_eq!(sums(&counts), (1, 2, 0));
        assert_eq!(one.deliver(&mut counts), 1);
        assert_eq!(sums(&counts), (0, 3, 0));
    }

    #[test]
    fn a_span_that_one_holder_lost_is_lost_once_the_others_are_through() {
        let mut counts = Counts { ended: 3, queued: 3, ..Counts::default() };
        let [one, mut other] = two_holders();
        one.lose(&mut counts, Stage::Export, "http_400");
        assert_eq!(sums(&counts), (3, 0, 0));
        assert_eq!(other.take(1).deliver(&mut counts), 0);
        other.lose(&mut counts, Stage::Queue, "queue_full");
        assert_eq!(sums(&counts), (0, 0, 3));
        assert_eq!(counts.lost.keys().collect::<Vec<_>>(), [&(Stage::Export, "http_400".into())]);
    }

    #[test]
    fn spans_of_a_sole_holder_are_counted_at_once() {
        let mut counts = Counts { ended: 3, queued: 3, ..Counts::default() };
        let mut claims = Claims::default();
        (0..3).for_each(|_| claims.push(None));
        assert_eq!(claims.take(2).deliver(&mut counts), 2);
        assert_eq!(claims.len(), 1);
        claims.lose(&mut counts, Stage::Export, "rejected");
        assert_eq!(sums(&counts), (0, 2, 1));
    }
}
