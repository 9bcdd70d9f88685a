//! Credentials never leave the process, whoever made the span and wherever they stand in it.
//!
//! A key is known by the name that it stands under (`authorization`, `api_key`), by what it follows
//! (`Bearer`), or by its place in a URL; not by what it looks like, which is for the rules that a
//! user chooses. Prose stays as it is. Nearly every text has nothing of the kind in it, which one
//! quick look says. Whoever talks to an agent decides what is in its texts, so nothing here may take
//! longer than in proportion to them.

mod names;
mod prose;
mod replacing;
mod stems;
mod structure;
mod urls;

use std::borrow::Cow;

use opentelemetry::{Array, KeyValue, StringValue, Value};

use super::json::{REDACTED, Rewritten, looks_like_json};
use stems::Found;
use structure::without_credentials_in;
use urls::Parameters;

/// Takes the credentials out of attributes: what a name says is one, and what is in others.
pub fn clean_attributes(attributes: &mut [KeyValue]) {
    for attribute in attributes {
        clean_attribute(attribute);
    }
}

fn clean_attribute(attribute: &mut KeyValue) {
    let key = attribute.key.as_str();
    let is_secret = names::is_secret(key);
    let is_query = matches!(key, "http.target" | "url.query" | "url.path");
    let clean = |text: &str| {
        if is_secret && !text.is_empty() && !looks_like_json(text) {
            (text != REDACTED).then(|| REDACTED.to_owned())
        } else if is_query {
            urls::without_secret_parameters(text)
        } else {
            clean(text)
        }
    };
    match &attribute.value {
        Value::String(text) => {
            if let Some(cleaned) = clean(text.as_str()) {
                attribute.value = cleaned.into();
            }
        }
        Value::Array(Array::String(items))
            if items.iter().any(|item| clean(item.as_str()).is_some()) =>
        {
            let items = items.iter().map(|item| match clean(item.as_str()) {
                Some(cleaned) => StringValue::from(cleaned),
                None => item.clone(),
            });
            attribute.value = Value::Array(Array::String(items.collect()));
        }
        _ => {}
    }
}

/// A text without its credentials; `None` where it has none.
pub fn clean(text: &str) -> Option<String> {
    clean_at(text, 0)
}

/// `nesting` counts the texts of JSON around this one.
fn clean_at(text: &str, nesting: usize) -> Option<String> {
    let found = stems::look_for(text);
    if found == Found::default() {
        return None;
    }
    let mut cleaned = Cow::Borrowed(text);
    if (found.name || found.bearer) && looks_like_json(text) {
        match without_credentials_in(text, nesting) {
            // Each text in it has been looked at in every way.
            Rewritten::Changed(json) => return Some(json),
            Rewritten::Unchanged => return None,
            Rewritten::Refused => {}
        }
    }
    if found.name || found.bearer {
        replace(&mut cleaned, prose::without_credentials);
    }
    if found.url {
        replace(&mut cleaned, |text| urls::without_credentials(text, Parameters::Secret));
    }
    match cleaned {
        Cow::Borrowed(_) => None,
        Cow::Owned(cleaned) => Some(cleaned),
    }
}

fn replace(text: &mut Cow<'_, str>, with: impl Fn(&str) -> Option<String>) {
    if let Some(cleaned) = with(text) {
        *text = Cow::Owned(cleaned);
    }
}

/// Whether a part of JSON has to be looked into.
fn looks_suspicious(json: &str) -> bool {
    stems::look_for(json) != Found::default()
}

#[cfg(test)]
mod tests;
