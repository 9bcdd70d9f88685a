//! One text: everything that is found in it as it was given, then all of it replaced at once. So no
//! rule sees what another one wrote, and where finds overlap nothing of either is left: the one that
//! begins first, or is longer, says what stands there.

use std::ops::Range;

use super::pattern::Rendered;
use super::pseudonym::is_inside;
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

/// The text without what rules and detectors find; `None` when that is nothing. `key` is the name
/// under which it stands, or empty.
pub(super) fn redact_text(rules: &Rules, text: &str, key: &str) -> Option<String> {
    let mut hits: Vec<Hit<'_>> = Vec::new();
    let is_clean = rules.sieve.is_clean(text);
    for rule in rules.patterns.iter().filter(|_| !is_clean) {
        hits.extend(
            rule.pattern
                .matches(text)
                .map(|range| Hit { place: range.clone(), by: By::Pattern(rule, range) }),
        );
    }
    if !rules.detectors.is_empty() {
        let mut found = Vec::new();
        detect(text, key, rules.detectors, &mut found);
        hits.extend(
            found
                .into_iter()
                .map(|found| Hit { place: found.start..found.end, by: By::Detector(found) }),
        );
    }
    hits.retain(|hit| !is_inside(text, hit.place.start, hit.place.end));
    if hits.is_empty() {
        return None;
    }
    // Stable: at the same place what the user wrote comes before detectors.
    hits.sort_by_key(|hit| (hit.place.start, std::cmp::Reverse(hit.place.end)));
    let mut out = String::with_capacity(text.len() + 16);
    write(rules, text, 0..text.len(), &hits, &mut out);
    (out != text).then_some(out)
}

/// Writes a range of the text; `hits` are inside it, and sorted.
fn write(rules: &Rules, text: &str, range: Range<usize>, hits: &[Hit<'_>], out: &mut String) {
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
        out.push_str(text.get(at..first.place.start).unwrap_or_default());
        replace(rules, text, first, within, out);
        at = end;
        rest = left;
    }
    out.push_str(text.get(at..range.end).unwrap_or_default());
}

fn replace(rules: &Rules, text: &str, hit: &Hit<'_>, within: &[Hit<'_>], out: &mut String) {
    match &hit.by {
        By::Detector(found) => match &rules.replace {
            Some(fixed) => out.push_str(fixed),
            None => {
                let value = text.get(found.start..found.end).unwrap_or_default();
                out.push_str(&rules.pseudonyms.of(found.label, &found.normalized(value)));
            }
        },
        By::Pattern(rule, range) => match &rule.pattern.replacement {
            Some(template) => {
                for piece in rule.pattern.render(template, text, range.start) {
                    match piece {
                        Rendered::Text(fixed) => out.push_str(fixed),
                        Rendered::Kept(kept) => {
                            let inside = clip(within, &kept);
                            write(rules, text, kept, &inside, out);
                        }
                    }
                }
            }
            None => {
                let value = text.get(range.clone()).unwrap_or_default();
                out.push_str(&rules.pseudonyms.of(&rule.label, value));
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
