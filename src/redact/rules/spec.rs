//! Rules as JS hands them over: JSON, checked there for types and here for what only Rust knows.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// Names of detectors.
    pub detect: Vec<String>,
    /// In place of what detectors find; a pseudonym where there is none.
    pub replace: Option<String>,
    pub rules: Vec<RuleSpec>,
    pub secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuleSpec {
    /// Where the user wrote it, such as `redact.rules[2]`.
    pub at: String,
    pub what: What,
    /// A pseudonym where there is none.
    pub replace: Option<String>,
    /// The pseudonym's label.
    pub name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    Pattern {
        source: String,
        flags: String,
    },
    /// Names, with `*` for any characters.
    Key(Vec<String>),
    Path {
        paths: Vec<String>,
        /// Names of attributes; empty for all.
        attributes: Vec<String>,
    },
}
