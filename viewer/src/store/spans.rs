//! The spans of a trace: as a tree shows them, and one with everything that was received.

use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::summary::millis;
use super::traces::Found;
use super::{StoreError, keys};
use crate::intake::attributes::object;
use crate::intake::{Tokens, hex, payload};

/// What a tree shows of a span: no payloads, so that thousands are light.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpanSummary {
    pub span_id: String,
    pub parent_span_id: Option<String>,
    pub name: String,
    pub kind: String,
    /// Nanoseconds since 1970: more than a double can tell apart.
    pub start_ns: String,
    pub duration_ms: f64,
    pub status: &'static str,
    pub status_message: String,
    pub service: Option<String>,
    pub agent: Option<String>,
    pub model: Option<String>,
    pub tool: Option<String>,
    pub handoff: Option<Handoff>,
    pub tokens: Option<SpanTokens>,
    pub cost_usd: Option<f64>,
    pub ttft_ms: Option<f64>,
    pub event_count: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Handoff {
    pub from: String,
    pub to: String,
}

/// As the span has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SpanTokens {
    pub prompt: Option<i64>,
    pub completion: Option<i64>,
    pub total: Option<i64>,
    pub cache_read: Option<i64>,
    pub reasoning: Option<i64>,
}

const COLUMNS: &str = "p.span_id, p.parent_id, p.name, p.kind, p.start_ns, p.end_ns, p.status, \
    p.status_message, s.service, p.agent, p.model, p.tool, p.handoff_from, p.handoff_to, p.prompt, \
    p.completion, p.total, p.cache_read, p.reasoning, p.cost, p.ttft_ms, p.event_count";

/// By their start.
pub fn of_trace(connection: &Connection, trace: i64) -> Result<Vec<SpanSummary>, StoreError> {
    let (first, last) = keys::spans_of(trace);
    let mut statement = connection.prepare(&format!(
        "SELECT {COLUMNS} FROM spans p JOIN sources s ON s.id = p.source \
         WHERE p.key BETWEEN ? AND ? ORDER BY p.start_ns, p.key"
    ))?;
    let rows = statement.query_map([first, last], summary)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn summary(row: &Row<'_>) -> rusqlite::Result<SpanSummary> {
    let id = |id: i64| hex::encode_span_id(id.cast_unsigned());
    let (start_ns, end_ns): (i64, i64) = (row.get(4)?, row.get(5)?);
    let (from, to): (Option<String>, Option<String>) = (row.get(12)?, row.get(13)?);
    let tokens = Tokens {
        prompt: row.get(14)?,
        completion: row.get(15)?,
        total: row.get(16)?,
        cache_read: row.get(17)?,
        reasoning: row.get(18)?,
    };
    Ok(SpanSummary {
        span_id: id(row.get(0)?),
        parent_span_id: row.get::<_, Option<i64>>(1)?.map(id),
        name: row.get(2)?,
        kind: row.get(3)?,
        start_ns: start_ns.to_string(),
        duration_ms: millis(end_ns.saturating_sub(start_ns)),
        status: status_name(row.get(6)?),
        status_message: row.get(7)?,
        service: row.get(8)?,
        agent: row.get(9)?,
        model: row.get(10)?,
        tool: row.get(11)?,
        handoff: from.zip(to).map(|(from, to)| Handoff { from, to }),
        tokens: (!tokens.is_empty()).then_some(SpanTokens {
            prompt: tokens.prompt,
            completion: tokens.completion,
            total: tokens.total,
            cache_read: tokens.cache_read,
            reasoning: tokens.reasoning,
        }),
        cost_usd: row.get(19)?,
        ttft_ms: row.get(20)?,
        event_count: row.get(21)?,
    })
}

/// `prefix` is the beginning of a span's id in hex, or all of it.
pub fn find(connection: &Connection, trace: i64, prefix: &str) -> Result<Found<i64>, StoreError> {
    let is_hex = prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
    if prefix.is_empty() || prefix.len() > 16 || !is_hex {
        return Ok(Found::None);
    }
    let wanted = prefix.to_ascii_lowercase();
    let (first, last) = keys::spans_of(trace);
    let mut statement = connection.prepare(
        "SELECT key FROM spans WHERE key BETWEEN ?1 AND ?2 \
         AND substr(printf('%016x', span_id), 1, length(?3)) = ?3 LIMIT 2",
    )?;
    let mut rows = statement.query_map(params![first, last, wanted], |row| row.get(0))?;
    Ok(match (rows.next().transpose()?, rows.next()) {
        (None, _) => Found::None,
        (Some(key), None) => Found::One(key),
        _ => Found::Several,
    })
}

/// The span as it was received.
pub fn unpacked(connection: &Connection, key: i64) -> Result<Option<Span>, StoreError> {
    let packed: Option<Vec<u8>> = connection
        .query_row("SELECT body FROM payloads WHERE key = ?", [key], |row| row.get(0))
        .optional()?;
    Ok(packed
        .and_then(|packed| payload::unpack(&packed))
        .and_then(|bytes| Span::decode(bytes.as_slice()).ok()))
}

/// The keys of a trace's spans, by their start, with the source of each.
pub fn keys_of_trace(connection: &Connection, trace: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let (first, last) = keys::spans_of(trace);
    let mut statement = connection.prepare(
        "SELECT key, source FROM spans WHERE key BETWEEN ? AND ? ORDER BY start_ns, key",
    )?;
    let rows = statement.query_map([first, last], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The resource and the scope of spans, with no spans in it.
pub fn source(connection: &Connection, id: i64) -> Result<ResourceSpans, StoreError> {
    let body: Option<Vec<u8>> = connection
        .query_row("SELECT body FROM sources WHERE id = ?", [id], |row| row.get(0))
        .optional()?;
    Ok(body.and_then(|body| ResourceSpans::decode(body.as_slice()).ok()).unwrap_or_default())
}

/// Everything that was received of a span.
pub fn whole(connection: &Connection, key: i64) -> Result<Option<Json>, StoreError> {
    let found = connection
        .query_row(
            &format!(
                "SELECT {COLUMNS}, p.source FROM spans p JOIN sources s ON s.id = p.source \
                 WHERE p.key = ?"
            ),
            [key],
            |row| Ok((summary(row)?, row.get::<_, i64>(22)?)),
        )
        .optional()?;
    let Some((summary, source_id)) = found else { return Ok(None) };
    let Some(span) = unpacked(connection, key)? else { return Ok(None) };
    let source = source(connection, source_id)?;
    let ScopeSpans { scope, schema_url, .. } =
        source.scope_spans.into_iter().next().unwrap_or_default();
    let scope: InstrumentationScope = scope.unwrap_or_default();
    let resource = source.resource.unwrap_or_default();
    let mut json = serde_json::to_value(&summary).unwrap_or_default();
    let more = json!({
        "traceId": hex::encode(&span.trace_id),
        "endNs": span.end_time_unix_nano.to_string(),
        "otelKind": otel_kind(span.kind),
        "traceState": span.trace_state,
        "flags": span.flags,
        "attributes": object(&span.attributes),
        "events": span.events.iter().map(|event| json!({
            "name": event.name,
            "timeNs": event.time_unix_nano.to_string(),
            "attributes": object(&event.attributes),
            "droppedAttributesCount": event.dropped_attributes_count,
        })).collect::<Json>(),
        "links": span.links.iter().map(|link| json!({
            "traceId": hex::encode(&link.trace_id),
            "spanId": hex::encode(&link.span_id),
            "traceState": link.trace_state,
            "attributes": object(&link.attributes),
        })).collect::<Json>(),
        "resource": {
            "attributes": object(&resource.attributes),
            "schemaUrl": source.schema_url,
        },
        "scope": {
            "name": scope.name,
            "version": scope.version,
            "attributes": object(&scope.attributes),
            "schemaUrl": schema_url,
        },
        "droppedAttributesCount": span.dropped_attributes_count,
        "droppedEventsCount": span.dropped_events_count,
        "droppedLinksCount": span.dropped_links_count,
    });
    if let (Some(all), Json::Object(more)) = (json.as_object_mut(), more) {
        all.extend(more);
    }
    Ok(Some(json))
}

fn status_name(code: i64) -> &'static str {
    match code {
        1 => "ok",
        2 => "error",
        _ => "unset",
    }
}

fn otel_kind(kind: i32) -> &'static str {
    match kind {
        1 => "INTERNAL",
        2 => "SERVER",
        3 => "CLIENT",
        4 => "PRODUCER",
        5 => "CONSUMER",
        _ => "UNSPECIFIED",
    }
}
