//! One text: everything that is found in it as it was given, then all of it replaced at once. So no
//! rule sees what another one wrote, and where finds overlap nothing of either is left: the one that
//! begins first, or is longer, says what stands there.
//!
//! Then detectors look again, at what nobody wrote: what was glued to a value that is hidden now may be
//! a value of its own. So nothing is left that a second redaction would find.

use std::ops::Range;

use super::pattern::Rendered;
use super::pseudonym::{HIDDEN, is_inside};
use super::{PatternRule, Rules};
use crate::redact::detect::{Found, detect};

#[derive(Clone)]
struct Hit<'a> {
    /// What is to be replaced.
    place: Range<usize>,
    by: By<'a>,
}

#[derive(Clone)]
enum By<'a> {
    Pattern(&'a PatternRule, Range<usize>),
    Detector(Found),
}

/// A text with the places that rules have written.
#[derive(Default)]
struct Written {
    text: String,
    /// In order, and apart from each other.
    places: Vec<Range<usize>>,
}

impl Written {
    fn given(text: &str) -> Self {
        Self { text: text.to_owned(), places: Vec::new() }
    }

    fn add(&mut self, replacement: &str) {
        let start = self.text.len();
        self.text.push_str(replacement);
        self.places.push(start..self.text.len());
    }

    fn keep(&mut self, from: &Self, range: Range<usize>) {
        let to = self.text.len();
        self.text.push_str(from.text.get(range.clone()).unwrap_or_default());
        let first = from.places.partition_point(|place| place.end <= range.start);
        let kept = from.places.iter().skip(first).take_while(|place| place.start < range.end);
        self.places.extend(kept.map(|place| {
            let start = place.start.max(range.start) - range.start;
            to + start..to + place.end.min(range.end) - range.start
        }));
    }

    fn has_written(&self, range: &Range<usize>) -> bool {
        let at = self.places.partition_point(|place| place.end < range.end);
        self.places.get(at).is_some_and(|place| place.start <= range.start)
    }
}

/// The text without what rules and detectors find; `None` when that is nothing. `key` is the name
/// under which it stands, or empty.
pub(super) fn redact_text(rules: &Rules, text: &str, key: &str) -> Option<String> {
    /// Each look finds what the one before has laid bare. Only a text made for it needs more: it is
    /// hidden whole.
    const MAX_LOOKS: usize = 4;
    let mut hits: Vec<Hit<'_>> = Vec::new();
    let is_clean = rules.sieve.is_clean(text);
    for rule in rules.patterns.iter().filter(|_| !is_clean) {
        hits.extend(
            rule.pattern
                .matches(text)
                .map(|range| Hit { place: range.clone(), by: By::Pattern(rule, range) }),
        );
    }
    hits.extend(detected(rules, text, key));
    hits.retain(|hit| !is_inside(text, hit.place.start, hit.place.end));
    if hits.is_empty() {
        return None;
    }
    let mut written = replaced(rules, &Written::given(text), hits);
    for _ in 0..MAX_LOOKS {
        let mut hits = detected(rules, &written.text, key);
        hits.retain(|Hit { place, .. }| {
            !written.has_written(place) && !is_inside(&written.text, place.start, place.end)
        });
        if hits.is_empty() {
            return (written.text != text).then_some(written.text);
        }
        written = replaced(rules, &written, hits);
    }
    Some(HIDDEN.to_owned())
}

fn detected<'a>(rules: &Rules, text: &str, key: &str) -> Vec<Hit<'a>> {
    if rules.detectors.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    detect(text, key, rules.detectors, &mut found);
    found
        .into_iter()
        .map(|found| Hit { place: found.start..found.end, by: By::Detector(found) })
        .collect()
}

fn replaced<'a>(rules: &'a Rules, from: &Written, mut hits: Vec<Hit<'a>>) -> Written {
    // Stable: at the same place what the user wrote comes before detectors.
    hits.sort_by_key(|hit| (hit.place.start, std::cmp::Reverse(hit.place.end)));
    let mut out = Written { text: String::with_capacity(from.text.len() + 16), places: Vec::new() };
    write(rules, from, 0..from.text.len(), &hits, &mut out);
    out
}

/// Writes a range of the text; `hits` are inside it, and sorted.
fn write(rules: &Rules, from: &Written, range: Range<usize>, hits: &[Hit<'_>], out: &mut Written) {
    let mut at = range.start;
    let mut rest = hits;
    while let Some((first, others)) = rest.split_first() {
        let mut end = first.place.end;
        let overlapping = others.iter().take_while(|hit| {
            let overlaps = hit.place.start < end;
            if overlaps {
                end = end.max(hit.place.end);
            }
            overlaps
        });
        let (within, left) = others.split_at_checked(overlapping.count()).unwrap_or((others, &[]));
        out.keep(from, at..first.place.start);
        replace(rules, from, first, within, out);
        at = end;
        rest = left;
    }
    out.keep(from, at..range.end);
}

fn replace(rules: &Rules, from: &Written, hit: &Hit<'_>, within: &[Hit<'_>], out: &mut Written) {
    let text = from.text.as_str();
    match &hit.by {
        By::Detector(found) => match &rules.replace {
            Some(fixed) => out.add(fixed),
            None => {
                let value = text.get(found.start..found.end).unwrap_or_default();
                out.add(&rules.pseudonyms.of(found.label, &found.normalized(value)));
            }
        },
        By::Pattern(rule, range) => match &rule.pattern.replacement {
            Some(template) => {
                for piece in rule.pattern.render(template, text, range.start) {
                    match piece {
                        Rendered::Text(fixed) => out.add(fixed),
                        Rendered::Kept(kept) => {
                            let inside = clip(within, &kept);
                            write(rules, from, kept, &inside, out);
                        }
                    }
                }
            }
            None => {
                let value = text.get(range.clone()).unwrap_or_default();
                out.add(&rules.pseudonyms.of(&rule.label, value));
            }
        },
    }
}

/// What of the hits is in this range. A template keeps text that other rules hide a part of.
fn clip<'a>(hits: &[Hit<'a>], range: &Range<usize>) -> Vec<Hit<'a>> {
    hits.iter()
        .filter_map(|hit| {
            let place = hit.place.start.max(range.start)..hit.place.end.min(range.end);
            (place.start < place.end).then(|| Hit { place, by: hit.by.clone() })
        })
        .collect()
}
