//! What went into a span and what came out: a model call as the messages of its conversation, all
//! else as it is, JSON over several lines.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::Value as Json;

use super::Stop;
use crate::intake::attributes;
use crate::intake::texts::{self, Direction};
use crate::messages::{self, list};
use crate::terminal::safe;
use crate::terminal::screen::{Screen, Style};

/// An image or a file inside of a message is not read by anybody.
const MAX_URL_CHARS: usize = 120;

pub fn print(span: &Span, screen: &mut Screen) -> Result<(), Stop> {
    let attributes = &span.attributes;
    direction("input", attributes, messages::INPUT, &texts::INPUT, screen)?;
    direction("output", attributes, messages::OUTPUT, &texts::OUTPUT, screen)?;
    for event in span.events.iter().filter(|event| event.name == "exception") {
        heading("exception", Style::Bad, screen)?;
        for key in ["exception.type", "exception.message", "exception.stacktrace"] {
            if let Some(text) = attributes::text(&event.attributes, key) {
                indented(text, screen)?;
            }
        }
    }
    Ok(())
}

fn direction(
    name: &str,
    attributes: &[KeyValue],
    key: &str,
    direction: &Direction,
    screen: &mut Screen,
) -> Result<(), Stop> {
    let numbered = list(attributes, key);
    let as_text = || serde_json::from_str(attributes::text(attributes, key)?).ok();
    let conversation: Option<Json> = numbered.or_else(as_text);
    if let Some(Json::Array(messages)) = conversation {
        return messages.iter().try_for_each(|message| self::message(name, message, screen));
    }
    let Some(text) = texts::whole(attributes, direction) else { return Ok(()) };
    heading(name, Style::Kind, screen)?;
    value(text, screen)
}

fn message(direction: &str, message: &Json, screen: &mut Screen) -> Result<(), Stop> {
    let role = message.get("role").and_then(Json::as_str).unwrap_or("message");
    heading(&format!("{direction}: {role}"), Style::Kind, screen)?;
    match message.get("content") {
        None | Some(Json::Null) => {}
        Some(Json::String(text)) => value(text, screen)?,
        Some(Json::Array(parts)) => parts.iter().try_for_each(|part| self::part(part, screen))?,
        Some(other) => indented(&pretty(other), screen)?,
    }
    for call in message.get("tool_calls").and_then(Json::as_array).into_iter().flatten() {
        let function = call.get("function").unwrap_or(call);
        let text = |name: &str| function.get(name).and_then(Json::as_str).unwrap_or_default();
        indented(&format!("→ {}({})", text("name"), text("arguments")), screen)?;
    }
    let told = ["role", "content", "tool_calls"];
    for (name, value) in message.as_object().into_iter().flatten() {
        if !told.contains(&name.as_str()) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            indented(&format!("{name}: {text}"), screen)?;
        }
    }
    Ok(())
}

fn part(part: &Json, screen: &mut Screen) -> Result<(), Stop> {
    let kind = part.get("type").and_then(Json::as_str).unwrap_or("part");
    if let Some(text) = part.get("text").and_then(Json::as_str) {
        let mark = if kind == "text" { String::new() } else { format!("[{kind}] ") };
        return indented(&format!("{mark}{text}"), screen);
    }
    let rest = part.to_string();
    let shown = match rest.char_indices().nth(MAX_URL_CHARS) {
        Some((end, _)) => format!("{}…", rest.get(..end).unwrap_or_default()),
        None => rest,
    };
    indented(&format!("[{kind}] {shown}"), screen)
}

fn heading(text: &str, style: Style, screen: &mut Screen) -> Result<(), Stop> {
    screen.line("")?;
    let line = screen.paint(style, &safe::line(text));
    screen.line(&line)
}

/// Text that is an object or an array of JSON is shown as one.
fn value(text: &str, screen: &mut Screen) -> Result<(), Stop> {
    match serde_json::from_str::<Json>(text) {
        Ok(json @ (Json::Object(_) | Json::Array(_))) => indented(&pretty(&json), screen),
        _ => indented(text, screen),
    }
}

fn pretty(json: &Json) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default()
}

fn indented(text: &str, screen: &mut Screen) -> Result<(), Stop> {
    safe::lines(text).lines().try_for_each(|line| screen.line(&format!("  {line}")))
}
