//! Redaction that users ask for: built-in detectors, patterns, keys and JSON paths, applied to every
//! text of a span, whatever made it.
//!
//! It fails closed. A value to which a rule cannot be applied (JSON that a path or a key is looked for
//! in and that cannot be read, a fault of ours) is hidden whole, and counted.

mod json;
mod json_string;
mod name;
mod pass;
mod path;
mod pattern;
mod pseudonym;
mod spec;
mod text;

use std::cell::Cell;

use self::json::{Unread, is_meant_as_json, may_be_json, redact_json};
use self::name::Name;
pub use self::pass::Redactions;
use self::path::{Child, Path, State};
use self::pattern::{Pattern, Sieve};
pub use self::pseudonym::without_half;
use self::pseudonym::{HIDDEN, Pseudonyms, is_hidden, label_of};
use self::spec::{RuleSpec, Spec, What};
use self::text::redact_text;
use super::detect::{Detector, Detectors};

#[derive(Debug)]
pub struct Rules {
    detectors: Detectors,
    /// In place of what detectors find.
    replace: Option<String>,
    patterns: Vec<PatternRule>,
    sieve: Sieve,
    keys: Vec<KeyRule>,
    paths: Vec<PathRule>,
    pseudonyms: Pseudonyms,
}

#[derive(Debug)]
struct PatternRule {
    pattern: Pattern,
    label: String,
}

#[derive(Debug)]
struct KeyRule {
    names: Vec<Name>,
    whole: Whole,
}

#[derive(Debug)]
struct PathRule {
    path: Path,
    /// Empty for all.
    attributes: Vec<Name>,
    whole: Whole,
}

/// What stands in place of a whole value: a fixed text, or a pseudonym.
#[derive(Debug, Clone)]
struct Whole {
    replace: Option<String>,
    /// The name that the value stands under where there is none.
    label: Option<String>,
}

/// What was done to a value.
enum Outcome {
    Unchanged,
    Redacted(String),
    /// A value inside it had to be hidden whole.
    Partly(String),
    Failed,
}

impl Rules {
    /// # Errors
    /// A sentence without its full stop, which names the rule.
    pub fn parse(json: &str) -> Result<Self, String> {
        let spec: Spec = serde_json::from_str(json).map_err(|error| format!("redact: {error}"))?;
        let mut detectors = Detectors::default();
        for name in &spec.detect {
            let detector = Detector::named(name).ok_or(format!("redact: no detector {name:?}"))?;
            detectors = detectors.with(detector);
        }
        let mut rules = Self {
            detectors,
            replace: spec.replace,
            patterns: Vec::new(),
            sieve: Sieve::default(),
            keys: Vec::new(),
            paths: Vec::new(),
            pseudonyms: Pseudonyms::keyed(spec.secret.as_deref()),
        };
        for rule in spec.rules {
            rules.add(rule)?;
        }
        rules.sieve = Sieve::new(rules.patterns.iter().map(|rule| &rule.pattern));
        Ok(rules)
    }

    fn add(&mut self, RuleSpec { at, what, replace, name }: RuleSpec) -> Result<(), String> {
        let label = name.as_deref().map(label_of);
        match what {
            What::Pattern { source, flags } => {
                let pattern = Pattern::new(&source, &flags, replace.as_deref())
                    .map_err(|why| format!("option \"{at}.pattern\" {why}: /{source}/{flags}"))?;
                let label = label.unwrap_or_else(|| "redacted".to_owned());
                self.patterns.push(PatternRule { pattern, label });
            }
            What::Key(names) => {
                let names = names.iter().map(|name| Name::new(name)).collect();
                self.keys.push(KeyRule { names, whole: Whole { replace, label } });
            }
            What::Path { paths, attributes } => {
                let attributes: Vec<_> = attributes.iter().map(|name| Name::new(name)).collect();
                for written in paths {
                    let path = Path::parse(&written)
                        .map_err(|why| format!("option \"{at}.path\" {why}: {written}"))?;
                    let whole = Whole { replace: replace.clone(), label: label.clone() };
                    self.paths.push(PathRule { path, attributes: attributes.clone(), whole });
                }
            }
        }
        Ok(())
    }

    /// What is sent in place of the text of an attribute; `None` where nothing is found.
    pub fn redacted(&self, key: &str, text: &str) -> Option<String> {
        match self.redact(key, text, false) {
            Outcome::Unchanged => None,
            Outcome::Redacted(redacted) | Outcome::Partly(redacted) => Some(redacted),
            Outcome::Failed => Some(HIDDEN.to_owned()),
        }
    }

    /// Whether a rule looks for places in JSON, so that what cannot be read must be hidden.
    fn needs_structure(&self) -> bool {
        !self.keys.is_empty() || !self.paths.is_empty()
    }

    /// Whether a number of this length can be anything: tokens are counted in fewer digits.
    fn can_be_number(&self, written: &str) -> bool {
        const MIN_DIGITS: usize = 7;
        !self.patterns.is_empty() || written.len() >= MIN_DIGITS
    }

    fn whole_under(&self, key: &str) -> Option<&Whole> {
        let is_named = |rule: &&KeyRule| rule.names.iter().any(|name| name.matches(key));
        self.keys.iter().find(is_named).map(|rule| &rule.whole)
    }

    /// The rule that hides a value under this key and in these states as a whole.
    fn whole_in_json(&self, key: &str, states: &[State]) -> Option<&Whole> {
        let is_end = |state: &&State| {
            self.paths.get(state.path).is_some_and(|rule| rule.path.is_end(**state))
        };
        if let Some(state) = states.iter().find(is_end) {
            return self.paths.get(state.path).map(|rule| &rule.whole);
        }
        if key.is_empty() { None } else { self.whole_under(key) }
    }

    fn follow(&self, states: &[State], child: Child<'_>, into: &mut Vec<State>) {
        for state in states {
            if let Some(rule) = self.paths.get(state.path) {
                rule.path.follow(*state, child, into);
            }
        }
    }

    /// `text` is a string or a number; without one the value is something else.
    fn hide_whole(&self, whole: &Whole, key: &str, text: Option<&str>) -> String {
        match (&whole.replace, text) {
            (Some(fixed), _) => fixed.clone(),
            (None, None) => HIDDEN.to_owned(),
            (None, Some(text)) => {
                let name = key.rsplit('.').next().unwrap_or(key);
                let label = whole.label.clone().unwrap_or_else(|| label_of(name));
                let label = if label.is_empty() { "redacted".to_owned() } else { label };
                self.pseudonyms.of(&label, text)
            }
        }
    }

    fn redact(&self, key: &str, text: &str, is_json: bool) -> Outcome {
        if let Some(whole) = self.whole_under(key) {
            if is_hidden(text) {
                return Outcome::Unchanged;
            }
            return Outcome::Redacted(self.hide_whole(whole, key, Some(text)));
        }
        let mut states = Vec::new();
        let mut is_aimed_at = false;
        for (index, rule) in self.paths.iter().enumerate() {
            let is_named = rule.attributes.iter().any(|name| name.matches(key));
            if is_named || rule.attributes.is_empty() {
                states.push(State::at_root(index));
            }
            is_aimed_at |= is_named;
        }
        if is_json || may_be_json(text) {
            let has_failed = Cell::new(false);
            match redact_json(self, text, key, &states, 0, &has_failed) {
                Ok(None) => return Outcome::Unchanged,
                Ok(Some(redacted)) if has_failed.get() => return Outcome::Partly(redacted),
                Ok(Some(redacted)) => return Outcome::Redacted(redacted),
                Err(Unread::TooDeep) => return Outcome::Failed,
                Err(Unread::Malformed) => {}
            }
        }
        let looks_like_it = is_json || is_meant_as_json(text);
        let is_unreadable =
            is_aimed_at || (looks_like_it && (!self.keys.is_empty() || !states.is_empty()));
        if is_unreadable && !is_hidden(text) {
            return Outcome::Failed;
        }
        match redact_text(self, text, key) {
            Some(redacted) => Outcome::Redacted(redacted),
            None => Outcome::Unchanged,
        }
    }
}

#[cfg(test)]
mod tests;
