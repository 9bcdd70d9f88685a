//! The JSON of requests and responses without what is secret in them, and without what is left out
//! of a response for its size.
//!
//! Secrets stand in known places: in the definition of an MCP server (`tools`, which a response
//! repeats), and in that of a data source of Azure's. Only there is anything taken away, since a
//! tool's own parameters may well be called `headers`.

use crate::handoff::{
    Field, Keys, SnapshotWriter, Text, Value, write_array, write_json, write_object, write_text,
};
use crate::semconv::view::View;

const REDACTED: &str = "__REDACTED__";

/// A request, but for the fields of these names.
pub(super) fn request_json(body: View<'_, '_>, without: &[&str]) -> String {
    let mut out = Vec::with_capacity(body.value.size_hint());
    write_object(&mut out, body.value, body.keys, |key| {
        if without.iter().any(|name| key.is(name)) { Field::LeaveOut } else { common(key) }
    });
    String::from_utf8(out).unwrap_or_default()
}

/// A response without its log probabilities, without the vectors and images that have attributes of
/// their own, and without the texts that the SDK puts together of it once more.
pub(super) fn response_json(response: View<'_, '_>) -> String {
    let mut out = Vec::with_capacity(response.value.size_hint());
    write_object(&mut out, response.value, response.keys, |key| {
        if key.is("choices") || key.is("data") {
            Field::With(|out, value, keys| write_array(out, value, keys, write_choice))
        } else if key.is("logprobs") || key.is("output_text") {
            Field::LeaveOut
        } else {
            common(key)
        }
    });
    String::from_utf8(out).unwrap_or_default()
}

/// One tool's definition, or something that may be one.
pub(super) fn tool_json(tool: View<'_, '_>) -> String {
    let mut out = Vec::with_capacity(tool.value.size_hint());
    write_tool(&mut out, tool.value, tool.keys);
    String::from_utf8(out).unwrap_or_default()
}

/// One item of a conversation.
pub(super) fn item_json(item: View<'_, '_>) -> String {
    let mut out = Vec::with_capacity(item.value.size_hint());
    write_item(&mut out, item.value, item.keys);
    String::from_utf8(out).unwrap_or_default()
}

fn common(key: Text<'_>) -> Field {
    if key.is("tools") {
        Field::With(|out, value, keys| write_array(out, value, keys, write_tool))
    } else if key.is("input") || key.is("output") {
        Field::With(|out, value, keys| write_array(out, value, keys, write_item))
    } else if key.is("data_sources") || key.is("dataSources") {
        Field::With(|out, value, keys| write_array(out, value, keys, write_data_source))
    } else {
        Field::Keep
    }
}

/// A tool may hold tools, one level deep.
fn write_tool<'a>(out: &mut Vec<u8>, tool: Value<'a>, keys: &Keys<'a>) {
    write_object(out, tool, keys, |key| {
        if key.is("tools") {
            Field::With(|out, value, keys| write_array(out, value, keys, write_simple_tool))
        } else {
            tool_field(key)
        }
    });
}

fn write_simple_tool<'a>(out: &mut Vec<u8>, tool: Value<'a>, keys: &Keys<'a>) {
    write_object(out, tool, keys, tool_field);
}

fn tool_field(key: Text<'_>) -> Field {
    if key.is("authorization") {
        Field::With(write_redacted)
    } else if key.is("headers") {
        Field::With(|out, value, keys| {
            if matches!(value, Value::Object(_)) {
                write_object(out, value, keys, |_| Field::With(write_redacted));
            } else {
                write_redacted(out, value, keys);
            }
        })
    } else if key.is("server_url") {
        Field::With(write_url)
    } else {
        Field::Keep
    }
}

fn write_item<'a>(out: &mut Vec<u8>, item: Value<'a>, keys: &Keys<'a>) {
    write_object(out, item, keys, |key| {
        if key.is("tools") {
            Field::With(|out, value, keys| write_array(out, value, keys, write_tool))
        } else if key.is("content") {
            Field::With(|out, value, keys| write_array(out, value, keys, write_without_logprobs))
        } else {
            Field::Keep
        }
    });
}

fn write_without_logprobs<'a>(out: &mut Vec<u8>, value: Value<'a>, keys: &Keys<'a>) {
    write_object(
        out,
        value,
        keys,
        |key| {
            if key.is("logprobs") { Field::LeaveOut } else { Field::Keep }
        },
    );
}

fn write_choice<'a>(out: &mut Vec<u8>, value: Value<'a>, keys: &Keys<'a>) {
    write_object(out, value, keys, |key| {
        let is_left_out = ["logprobs", "embedding", "b64_json"].iter().any(|name| key.is(name));
        if is_left_out { Field::LeaveOut } else { Field::Keep }
    });
}

fn write_data_source<'a>(out: &mut Vec<u8>, source: Value<'a>, keys: &Keys<'a>) {
    write_object(out, source, keys, |key| {
        if key.is("parameters") { Field::With(write_source_parameters) } else { Field::Keep }
    });
}

fn write_source_parameters<'a>(out: &mut Vec<u8>, parameters: Value<'a>, keys: &Keys<'a>) {
    const SECRET: [&str; 5] =
        ["authentication", "key", "connection_string", "access_token", "embeddingKey"];
    write_object(out, parameters, keys, |key| {
        let is_secret = SECRET.iter().any(|name| key.is(name));
        if is_secret { Field::With(write_redacted) } else { Field::Keep }
    });
}

/// That there was none is no secret.
fn write_redacted<'a>(out: &mut Vec<u8>, value: Value<'a>, keys: &Keys<'a>) {
    if value.is_null() {
        write_json(out, value, keys);
    } else {
        write_text(out, Text::Latin1(REDACTED.as_bytes()));
    }
}

/// Keys of hosted servers are often in the user part or in the query.
fn write_url<'a>(out: &mut Vec<u8>, value: Value<'a>, keys: &Keys<'a>) {
    let Some(url) = value.text() else {
        return write_redacted(out, value, keys);
    };
    let mut writer = SnapshotWriter::default();
    let url = without_credentials(&url.to_utf8());
    writer.str(&url);
    write_json(out, writer.finish().value(), &Keys::default());
}

fn without_credentials(url: &str) -> String {
    let (front, query) = match url.find(['?', '#']) {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let (scheme, rest) = match front.find("//") {
        Some(at) => front.split_at(at + 2),
        None => ("", front),
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = authority.rfind('@').and_then(|at| authority.get(at + 1..));
    let query = if query.len() > 1 { ["?", REDACTED].concat() } else { String::new() };
    match host {
        Some(host) => [scheme, REDACTED, "@", host, path, &query].concat(),
        None => [scheme, authority, path, &query].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_only_where_it_points() {
        for (url, expected) in [
            ("https://mcp.example/sse", "https://mcp.example/sse"),
            ("https://u:p@mcp.example/sse", "https://__REDACTED__@mcp.example/sse"),
            ("https://u:p%40@a@mcp.example", "https://__REDACTED__@mcp.example"),
            ("u:p@mcp.example/a@b", "__REDACTED__@mcp.example/a@b"),
            ("https://mcp.example/?key=1", "https://mcp.example/?__REDACTED__"),
            ("https://mcp.example#key", "https://mcp.example?__REDACTED__"),
            ("https://mcp.example?", "https://mcp.example"),
            ("", ""),
        ] {
            assert_eq!(without_credentials(url), expected);
        }
    }
}
