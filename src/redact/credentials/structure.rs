//! Credentials in JSON: under the names that are known for them, in headers, in the definition of an
//! MCP server or of a data source, at any depth, in JSON inside a text too.

use super::names::{holds_headers, is_secret, is_secret_header};
use super::urls::{Parameters, without_credentials};
use super::{clean_at, looks_suspicious};
use crate::redact::json::{Field, Place, Rewritten, Rules, Verdict, fields, has_beside, rewrite};

/// How often JSON may stand in a text of JSON: a tool's arguments in an item in a message.
const MAX_NESTING: usize = 4;

/// The JSON without them; `None` where there are none.
pub(super) fn without_credentials_in(json: &str, nesting: usize) -> Rewritten {
    if nesting > MAX_NESTING { Rewritten::Refused } else { rewrite(json, &Secrets { nesting }) }
}

struct Secrets {
    nesting: usize,
}

impl Rules for Secrets {
    fn field(&self, place: Place<'_>, field: &Field<'_>, fields: &[Field<'_>]) -> Verdict {
        let key = &*field.key;
        if is_secret(key) || (holds_headers(place.around) && is_secret_header(key)) {
            return hidden(field);
        }
        if is_of(key, &["server_url", "serverUrl"]) {
            let url = field.text().and_then(|url| without_credentials(&url, Parameters::All));
            return url.map_or(Verdict::Inside, |url| {
                Verdict::Text(clean_at(&url, self.nesting + 1).unwrap_or(url))
            });
        }
        let is_whole_secret =
            (holds_headers(key) && defines_server(fields)) || (key == "env" && is_started(fields));
        if is_whole_secret {
            return if field.is_object() { values_hidden(field.value) } else { hidden(field) };
        }
        if is_value_of_secret(place, key, fields) || is_authentication(key, fields) {
            return hidden(field);
        }
        if might_hold_secret(field) || holds_headers(key) { Verdict::Inside } else { Verdict::Keep }
    }

    fn item(&self, place: Place<'_>, item: &str) -> Verdict {
        if looks_suspicious(item) || holds_headers(place.around) {
            Verdict::Inside
        } else {
            Verdict::Keep
        }
    }

    fn text(&self, _: Place<'_>, text: &str) -> Verdict {
        clean_at(text, self.nesting + 1).map_or(Verdict::Keep, Verdict::Text)
    }
}

/// A key's description in a schema is an object, and stays; that there is a key is no secret either.
fn hidden(field: &Field<'_>) -> Verdict {
    match field.value {
        "true" | "false" | "null" | "\"\"" => Verdict::Keep,
        _ if field.is_object() => Verdict::Inside,
        _ => Verdict::Hide,
    }
}

/// The headers of a server of which nothing else is known, or the variables it is started with:
/// their names stay.
fn values_hidden(object: &str) -> Verdict {
    let Some(fields) = fields(object) else { return Verdict::Hide };
    let hidden = fields.iter().map(|field| {
        let value = if field.is_plain() { field.value } else { crate::redact::json::REDACTED_JSON };
        Some([&serde_json::to_string(&field.key).ok()?, ":", value].concat())
    });
    let Some(hidden) = hidden.collect::<Option<Vec<_>>>() else { return Verdict::Hide };
    Verdict::Json(["{", &hidden.join(","), "}"].concat())
}

/// Fields whose names alone say nothing, beside fields that do.
fn is_value_of_secret(place: Place<'_>, key: &str, fields: &[Field<'_>]) -> bool {
    let is_secret_name =
        |name: &str| is_secret(name) || (holds_headers(place.around) && is_secret_header(name));
    key == "value"
        && has_beside(fields, |field| {
            is_of(&field.key, &["name", "key"])
                && field.text().is_some_and(|name| is_secret_name(&name))
        })
}

/// As Azure's data sources have it: `{ type: "api_key", key: "…" }`.
fn is_authentication(key: &str, fields: &[Field<'_>]) -> bool {
    is_of(key, &["key", "token", "secret"])
        && has_beside(fields, |field| {
            field.key == "type" && field.text().is_some_and(|kind| is_secret(&kind))
        })
}

fn defines_server(fields: &[Field<'_>]) -> bool {
    has_beside(fields, |field| {
        is_of(&field.key, &["server_url", "serverUrl", "server_label", "serverLabel"])
            || (field.key == "type" && field.text().is_some_and(|kind| kind == "mcp"))
    })
}

fn is_started(fields: &[Field<'_>]) -> bool {
    has_beside(fields, |field| field.key == "command")
}

fn might_hold_secret(field: &Field<'_>) -> bool {
    !field.is_plain() && looks_suspicious(field.value)
}

fn is_of(key: &str, names: &[&str]) -> bool {
    names.contains(&key)
}
