//! Joins what a span sent before its end (its parts) with its end, into OpenTelemetry's span.
//!
//! Parts are mapped as they come and only their outcome is kept, so nothing refers to a chunk once
//! it has been read. A span whose part was lost on the way is delivered all the same, and says how
//! many attributes it lacks.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::handoff::{End, Keys, Malformed, Part, Record, Records, Text, Value, Written};
use crate::semconv::{Attributes, Derivation, PartKind, attribute_value, json_text, size_of_entry};

/// Spans whose parts have come and whose end has not.
#[derive(Debug, Default)]
pub struct Assembly {
    waiting: HashMap<[u8; 8], Waiting>,
    scopes: HashMap<(String, String), InstrumentationScope>,
}

#[derive(Debug, Default)]
struct Waiting {
    derivation: Derivation,
    json: HashMap<u32, String>,
    json_bytes: usize,
    received: u32,
}

impl Waiting {
    fn bytes(&self) -> usize {
        self.json_bytes + self.derivation.bytes()
    }
}

/// Instrumentation libraries are few; somebody who makes one a span must not fill the memory.
const MAX_SCOPES: usize = 1_000;

impl Assembly {
    /// Reads a chunk; `finished` gets every span that ended in it. `bytes_kept` is told of the
    /// memory that waiting parts take up (positive) or give back.
    ///
    /// # Errors
    /// The first malformed record; spans before it have been handed on.
    pub fn read(
        &mut self,
        chunk: &[u8],
        mut finished: impl FnMut(SpanData),
        mut bytes_kept: impl FnMut(isize),
    ) -> Result<(), Malformed> {
        let mut records = Records::new(chunk);
        while let Some(record) = records.next() {
            match record? {
                Record::Part(part) => bytes_kept(self.keep(&part, records.keys())),
                Record::Written(written) => {
                    let Written { span_id, index, kind, .. } = written;
                    let snapshot = written.snapshot();
                    let part = Part { span_id, index, kind, value: snapshot.value() };
                    bytes_kept(self.keep(&part, &Keys::default()));
                }
                Record::End(end) => {
                    let waiting = self.waiting.remove(&end.span_id).unwrap_or_default();
                    bytes_kept(-waiting.bytes().cast_signed());
                    let span = self.finish(&end, waiting, records.keys());
                    finished(span);
                }
                Record::Discard { span_id } => bytes_kept(-self.forget(&span_id).cast_signed()),
            }
        }
        Ok(())
    }

    /// Drops what has come of a span that will never end, and says how much memory that was.
    pub fn forget(&mut self, span_id: &[u8; 8]) -> usize {
        self.waiting.remove(span_id).map_or(0, |waiting| waiting.bytes())
    }

    pub fn waiting_spans(&self) -> usize {
        self.waiting.len()
    }

    /// Says how much more memory is taken up now.
    fn keep(&mut self, part: &Part<'_>, keys: &Keys<'_>) -> isize {
        let waiting = self.waiting.entry(part.span_id).or_default();
        let before = waiting.bytes();
        waiting.received += 1;
        match PartKind::from_byte(part.kind) {
            Some(PartKind::Json) => {
                let json = json_text(part.value, keys);
                waiting.json_bytes += json.len();
                waiting.json.insert(part.index, json);
            }
            Some(kind) => waiting.derivation.add(kind, part.value, keys),
            // From a newer JS half; without its kind it says nothing.
            None => {}
        }
        waiting.bytes().cast_signed() - before.cast_signed()
    }

    fn finish(&mut self, end: &End<'_>, waiting: Waiting, keys: &Keys<'_>) -> SpanData {
        let Waiting { derivation, mut json, received, .. } = waiting;
        let mut attributes = derivation.finish();
        for (key, value) in &end.attributes {
            let value = match value {
                Value::Part(index) => json.remove(index).map(Into::into),
                value => attribute_value(*value, keys),
            };
            if let Some(value) = value {
                attributes.set(key.into_string(), value);
            }
        }
        let mut events = SpanEvents::default();
        events.events = end
            .events
            .iter()
            .map(|event| {
                let attributes = plain(&event.attributes, keys);
                Event::new(event.name.into_string(), at(event.nanos), attributes, 0)
            })
            .collect();
        events.dropped_count = end.dropped.events;
        let mut links = SpanLinks::default();
        links.links = end
            .links
            .iter()
            .map(|link| {
                let context =
                    context(link.trace_id, link.span_id, link.trace_flags, &link.trace_state, true);
                Link::new(context, plain(&link.attributes, keys), 0)
            })
            .collect();
        links.dropped_count = end.dropped.links;
        SpanData {
            span_context: context(
                end.trace_id,
                end.span_id,
                end.trace_flags,
                &end.trace_state,
                false,
            ),
            parent_span_id: SpanId::from_bytes(end.parent_span_id),
            parent_span_is_remote: end.flags.parent_is_remote(),
            span_kind: span_kind(end.kind),
            name: Cow::Owned(end.name.into_string()),
            start_time: at(end.start_nanos),
            end_time: at(end.end_nanos.max(end.start_nanos)),
            attributes: attributes.into_entries(),
            dropped_attributes_count: end
                .parts
                .saturating_sub(received)
                .saturating_add(end.dropped.attributes),
            events,
            links,
            status: status(end.status, &end.status_message),
            instrumentation_scope: self.scope(&end.scope_name, &end.scope_version),
        }
    }

    fn scope(&mut self, name: &Text<'_>, version: &Text<'_>) -> InstrumentationScope {
        let key = (name.into_string(), version.into_string());
        if let Some(scope) = self.scopes.get(&key) {
            return scope.clone();
        }
        let builder = InstrumentationScope::builder(key.0.clone());
        let scope = if key.1.is_empty() {
            builder.build()
        } else {
            builder.with_version(key.1.clone()).build()
        };
        if self.scopes.len() < MAX_SCOPES {
            self.scopes.insert(key, scope.clone());
        }
        scope
    }
}

/// How much memory a span takes up, near enough to bound it.
pub fn size_of_span(span: &SpanData) -> usize {
    const FIXED: usize = 256;
    let events = span.events.events.iter();
    let links = span.links.links.iter();
    FIXED
        + span.name.len()
        + span.span_context.trace_state().header().len()
        + size_of_attributes(&span.attributes)
        + events
            .map(|event| 64 + event.name.len() + size_of_attributes(&event.attributes))
            .sum::<usize>()
        + links.map(|link| 96 + size_of_attributes(&link.attributes)).sum::<usize>()
}

fn size_of_attributes(attributes: &[KeyValue]) -> usize {
    attributes.iter().map(size_of_entry).sum()
}

fn plain(attributes: &[(Text<'_>, Value<'_>)], keys: &Keys<'_>) -> Vec<KeyValue> {
    let mut set = Attributes::default();
    for (key, value) in attributes {
        if let Some(value) = attribute_value(*value, keys) {
            set.set(key.into_string(), value);
        }
    }
    set.into_entries()
}

fn context(
    trace_id: [u8; 16],
    span_id: [u8; 8],
    flags: u8,
    state: &Text<'_>,
    is_remote: bool,
) -> SpanContext {
    let state = if state.is_empty() {
        TraceState::NONE
    } else {
        state.to_utf8().parse().unwrap_or(TraceState::NONE)
    };
    SpanContext::new(
        TraceId::from_bytes(trace_id),
        SpanId::from_bytes(span_id),
        TraceFlags::new(flags),
        is_remote,
        state,
    )
}

fn at(nanos: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(nanos)
}

/// OpenTelemetry JS's numbering; OTLP's is one higher and not this module's affair.
fn span_kind(kind: u8) -> SpanKind {
    match kind {
        1 => SpanKind::Server,
        2 => SpanKind::Client,
        3 => SpanKind::Producer,
        4 => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}

fn status(code: u8, message: &Text<'_>) -> Status {
    match code {
        1 => Status::Ok,
        2 => Status::error(message.into_string()),
        _ => Status::Unset,
    }
}

#[cfg(test)]
mod tests;
