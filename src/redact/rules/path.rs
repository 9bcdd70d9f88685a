//! JSON paths: `$`, names after a dot or quoted in brackets, `[n]`, `[*]`, `.*`, and `..` for any
//! depth. No filters, slices, unions or negative indexes: an error names what is not taken.
//!
//! A path is followed while JSON is read: each value has the states that its ancestors led to.

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(usize),
    Any,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// With whether any number of levels may come in between.
    steps: Vec<(Step, bool)>,
}

/// How far a path has been followed to reach a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct State {
    pub path: usize,
    step: usize,
}

impl State {
    pub fn at_root(path: usize) -> Self {
        Self { path, step: 0 }
    }
}

#[derive(Debug, Clone, Copy)]
pub enum Child<'a> {
    Member(&'a str),
    Item(usize),
}

impl Path {
    /// # Errors
    /// What cannot be read, as a clause.
    pub fn parse(written: &str) -> Result<Self, String> {
        let mut rest = written.trim().strip_prefix('$').ok_or("does not begin with $")?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let is_deep = rest.starts_with("..");
            let after = rest.strip_prefix("..").or_else(|| rest.strip_prefix('.'));
            let (step, left) = match (after.unwrap_or(rest), after) {
                (bracket, _) if bracket.starts_with('[') && (is_deep || after.is_none()) => {
                    bracketed(bracket)?
                }
                (name, Some(_)) => named(name)?,
                _ => return Err(format!("has {rest:?} where a . or a [ should be")),
            };
            steps.push((step, is_deep));
            rest = left;
        }
        if steps.is_empty() {
            return Err("names the whole value; a rule with \"key\" hides an attribute".to_owned());
        }
        Ok(Self { steps })
    }

    /// Whether a value in this state is one that the path names.
    pub fn is_end(&self, state: State) -> bool {
        state.step == self.steps.len()
    }

    /// Adds the states of a child of a value in this state.
    pub fn follow(&self, state: State, child: Child<'_>, into: &mut Vec<State>) {
        let Some((step, is_deep)) = self.steps.get(state.step) else { return };
        let mut add = |state| {
            if !into.contains(&state) {
                into.push(state);
            }
        };
        if *is_deep {
            add(state);
        }
        let fits = match (step, child) {
            (Step::Any, _) => true,
            (Step::Name(name), Child::Member(member)) => name == member,
            (Step::Index(index), Child::Item(item)) => *index == item,
            _ => false,
        };
        if fits {
            add(State { step: state.step + 1, ..state });
        }
    }
}

fn named(written: &str) -> Result<(Step, &str), String> {
    let end = written.find(['.', '[']).unwrap_or(written.len());
    let (name, rest) = written.split_at_checked(end).unwrap_or((written, ""));
    match name {
        "" => Err("has a . without a name behind it".to_owned()),
        "*" => Ok((Step::Any, rest)),
        name if name.contains(['(', ')', ']', '\'', '"', '?', '@', ',', ' ']) => {
            Err(format!("has {name:?}; a name with such characters stands in quotes: ['…']"))
        }
        name => Ok((Step::Name(name.to_owned()), rest)),
    }
}

fn bracketed(written: &str) -> Result<(Step, &str), String> {
    let inside = written.strip_prefix('[').unwrap_or(written);
    if let Some(quote @ ('\'' | '"')) = inside.chars().next() {
        return quoted(inside, quote);
    }
    let (what, rest) = inside.split_once(']').ok_or("has a [ without its ]")?;
    match what.trim() {
        "*" => Ok((Step::Any, rest)),
        index => match index.parse() {
            Ok(index) => Ok((Step::Index(index), rest)),
            Err(_) => Err(format!(
                "has [{what}]; in brackets it takes an index, * or a name in quotes, no filters, \
                 slices, lists or negative indexes"
            )),
        },
    }
}

fn quoted(inside: &str, quote: char) -> Result<(Step, &str), String> {
    let mut name = String::new();
    let mut characters = inside.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => name.extend(characters.next().map(|(_, escaped)| escaped)),
            end if end == quote => {
                let after = inside.get(at + quote.len_utf8()..).unwrap_or_default();
                let rest = after.strip_prefix(']').ok_or("has a name in quotes without a ]")?;
                return Ok((Step::Name(name), rest));
            }
            other => name.push(other),
        }
    }
    Err("has a quote that is not closed".to_owned())
}
