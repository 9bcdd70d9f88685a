//! The store from outside: spans go in as requests bring them, queries find them.

mod finding;
mod keeping;

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use super::filter::{Filter, Page};
use super::retention::{Retention, enforce};
use super::summary::{TraceStatus, TraceSummary};
use super::traces::{Found, Listed};
use super::{Place, Store, StoreError, Written, facets, search, sessions, spans, stats, traces};
use crate::http::parameters;
use crate::intake::{self, Desk};

const SECOND_NS: u64 = 1_000_000_000;
/// 2026-01-01T00:00:00Z.
const START_NS: u64 = 1_767_225_600 * SECOND_NS;

fn memory() -> Store {
    Store::open(&Place::Memory).expect("a store")
}

fn text(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), key_strindex: 0 }
}

fn int(key: &str, value: i64) -> KeyValue {
    let value = AnyValue { value: Some(Value::IntValue(value)) };
    KeyValue { key: key.to_owned(), value: Some(value), key_strindex: 0 }
}

/// Span `number` of a trace; 1 is the root, and parent of the others. Begins `trace` seconds after
/// the start and lasts one.
fn span(trace: u8, number: u8, attributes: Vec<KeyValue>) -> Span {
    let begin = START_NS + u64::from(trace) * SECOND_NS + u64::from(number - 1);
    Span {
        trace_id: vec![trace; 16],
        span_id: vec![number; 8],
        parent_span_id: if number == 1 { vec![] } else { vec![1; 8] },
        name: format!("span {number}"),
        start_time_unix_nano: begin,
        end_time_unix_nano: begin + SECOND_NS,
        attributes,
        ..Span::default()
    }
}

fn failed(mut span: Span) -> Span {
    span.status = Some(Status { code: 2, message: "boom".to_owned() });
    span
}

fn ingest(store: &Store, spans: Vec<Span>) -> Written {
    let scope_spans = vec![ScopeSpans { spans, ..ScopeSpans::default() }];
    let resource =
        Some(Resource { attributes: vec![text("service.name", "shop")], ..Resource::default() });
    let resource_spans = vec![ResourceSpans { resource, scope_spans, schema_url: String::new() }];
    let intake = intake::take(ExportTraceServiceRequest { resource_spans }, &mut Desk::default());
    assert_eq!(intake.rejected, 0);
    store.ingest(intake.received).expect("accepted").wait().expect("stored")
}

/// As the API is asked.
fn listed(store: &Store, query: &str) -> Listed<TraceSummary> {
    let (filter, page) = parameters::list(&parameters::pairs(Some(query)), &[]).expect("a filter");
    store.read(|connection| traces::list(connection, &filter, page)).expect("a list")
}

/// The numbers of the traces that a query finds, in its order.
fn found(store: &Store, query: &str) -> Vec<u8> {
    let number = |trace: &TraceSummary| u8::from_str_radix(&trace.trace_id[..2], 16).expect("hex");
    listed(store, query).items.iter().map(number).collect()
}

#[test]
fn a_trace_adds_up_whatever_the_order_of_its_spans() {
    let all = || {
        vec![
            span(7, 1, vec![text("agent.name", "Desk"), text("input.value", "Where is it?")]),
            span(
                7,
                2,
                vec![
                    text("openinference.span.kind", "LLM"),
                    text("session.id", "s"),
                    int("llm.token_count.prompt", 10),
                    int("llm.token_count.completion", 4),
                ],
            ),
            failed(span(7, 3, vec![text("openinference.span.kind", "tool")])),
        ]
    };
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        for at_once in [true, false] {
            let store = memory();
            let spans: Vec<Span> = order.iter().map(|at| all()[*at].clone()).collect();
            if at_once {
                ingest(&store, spans);
            } else {
                spans.into_iter().for_each(|span| {
                    ingest(&store, vec![span]);
                });
            }
            let listed = listed(&store, "");
            let [trace] = listed.items.as_slice() else { panic!("{listed:?}") };
            assert_eq!(trace.name, "span 1");
            assert_eq!(trace.input.as_deref(), Some("Where is it?"));
            assert_eq!(trace.status, TraceStatus::Error);
            assert_eq!(trace.agents, ["Desk"]);
            assert_eq!(trace.session_id.as_deref(), Some("s"));
            assert_eq!((trace.span_count, trace.error_count), (3, 1));
            assert_eq!((trace.llm_calls, trace.tool_calls), (1, 1));
            assert_eq!((trace.tokens.prompt, trace.tokens.total), (10, 14));
            assert_eq!(trace.duration_ms, 1000.0);
        }
    }
}

#[test]
fn a_span_that_comes_again_is_stored_once() {
    let store = memory();
    let spans = || vec![span(1, 1, vec![]), span(1, 2, vec![]), span(1, 2, vec![])];
    assert_eq!(ingest(&store, spans()), Written { stored: 2, duplicates: 1, refused: 0 });
    assert_eq!(ingest(&store, spans()), Written { stored: 0, duplicates: 3, refused: 0 });
    assert_eq!(listed(&store, "").items[0].span_count, 2);
}

#[test]
fn a_trace_is_open_until_its_root_is_there() {
    let store = memory();
    ingest(&store, vec![span(1, 2, vec![])]);
    assert_eq!(listed(&store, "").items[0].status, TraceStatus::Open);
    assert_eq!(found(&store, "status=open"), [1]);
    assert!(found(&store, "status=ok").is_empty());
    let mut remote = span(2, 2, vec![]);
    remote.flags = 0x300;
    ingest(&store, vec![span(1, 1, vec![]), remote]);
    assert_eq!(found(&store, "status=ok"), [2, 1]);
}

#[test]
fn a_beginning_of_an_id_will_do_while_one_thing_has_it() {
    let store = memory();
    ingest(&store, vec![span(0x1a, 1, vec![]), span(0x1a, 2, vec![]), span(0x1b, 1, vec![])]);
    store
        .read(|connection| {
            let trace = |prefix: &str| traces::find(connection, prefix);
            assert!(matches!(trace("1")?, Found::Several));
            assert!(matches!(trace("1A")?, Found::One(_)));
            for none in ["", "2", "xyz", &"1a".repeat(17)] {
                assert!(matches!(trace(none)?, Found::None), "{none}");
            }
            let Found::One(found) = trace(&"1a".repeat(16))? else { panic!("no trace") };
            assert!(matches!(spans::find(connection, found.key, "0")?, Found::Several));
            let Found::One(key) = spans::find(connection, found.key, "02")? else {
                panic!("no span")
            };
            let whole = spans::whole(connection, key)?.expect("a span");
            assert_eq!(whole["spanId"], "02".repeat(8));
            assert_eq!(whole["parentSpanId"], "01".repeat(8));
            assert_eq!(whole["resource"]["attributes"]["service.name"], "shop");
            Ok(())
        })
        .expect("read");
}

#[test]
fn ids_with_the_highest_bit_are_ids() {
    let store = memory();
    let mut high = span(0xff, 1, vec![]);
    high.span_id = vec![0xff; 8];
    ingest(&store, vec![high]);
    store
        .read(|connection| {
            let Found::One(trace) = traces::find(connection, "f")? else { panic!("no trace") };
            assert!(matches!(spans::find(connection, trace.key, "ffff")?, Found::One(_)));
            assert_eq!(spans::of_trace(connection, trace.key)?[0].span_id, "f".repeat(16));
            Ok(())
        })
        .expect("read");
}

#[test]
fn clocks_that_are_wrong_lose_nothing() {
    let store = memory();
    for (number, time) in [(1, 0), (2, 1), (3, u64::MAX), (4, START_NS)] {
        let mut odd = span(number, 1, vec![]);
        odd.start_time_unix_nano = time;
        odd.end_time_unix_nano = time / 2;
        ingest(&store, vec![odd]);
    }
    assert_eq!(found(&store, ""), [3, 4, 2, 1]);
    assert!(listed(&store, "").items.iter().all(|trace| trace.duration_ms == 0.0));
}

#[test]
fn sessions_add_up_their_traces_and_come_once() {
    let store = memory();
    for number in 1..=9 {
        let session = format!("session {}", number % 3);
        let input = format!("question {number}");
        ingest(
            &store,
            vec![span(
                number,
                1,
                vec![
                    text("session.id", &session),
                    text("input.value", &input),
                    text("agent.name", if number > 6 { "Late" } else { "Early" }),
                ],
            )],
        );
    }
    let list = |query: &str| {
        let (filter, page) =
            parameters::list(&parameters::pairs(Some(query)), &[]).expect("a filter");
        store.read(|connection| sessions::list(connection, &filter, page)).expect("a list")
    };
    let ids = |query: &str| -> Vec<String> {
        list(query).items.into_iter().map(|session| session.session_id).collect()
    };
    assert_eq!(ids(""), ["session 0", "session 2", "session 1"]);
    assert_eq!(ids("agent=Early"), ["session 0", "session 2", "session 1"]);
    assert_eq!(ids("q=question+5"), ["session 2"]);
    let first = list("limit=2");
    let next = first.next.expect("a second page");
    assert_eq!(ids(&format!("limit=2&cursor={next}")), ["session 1"]);
    let session = &first.items[0];
    assert_eq!(session.trace_count, 3);
    assert_eq!(session.agents, ["Early", "Late"]);
    assert_eq!(session.input.as_deref(), Some("question 3"));
    let turns = store.read(|connection| sessions::turns(connection, "session 0")).expect("turns");
    let inputs: Vec<_> = turns.iter().filter_map(|turn| turn.full_input.as_deref()).collect();
    assert_eq!(inputs, ["question 3", "question 6", "question 9"]);
}

#[test]
fn totals_are_by_agent_model_and_tool() {
    let store = memory();
    let llm = |number: u8| {
        span(
            1,
            number,
            vec![
                text("openinference.span.kind", "LLM"),
                text("llm.model_name", "gpt-5"),
                text("agent.name", "Desk"),
                int("llm.token_count.total", 5),
                int("llm.cost.total", 2),
            ],
        )
    };
    let agent = vec![
        text("openinference.span.kind", "AGENT"),
        text("agent.name", "Desk"),
        // Repeats what its calls say.
        int("llm.token_count.total", 10),
    ];
    let handoff = vec![text("handoff.from_agent", "Desk"), text("handoff.to_agent", "Refunds")];
    ingest(&store, vec![span(1, 1, agent), llm(2), failed(llm(3)), span(1, 4, handoff)]);
    let stats =
        store.read(|connection| stats::stats(connection, &Filter::default())).expect("totals");
    assert_eq!((stats.totals.traces, stats.totals.errors, stats.totals.spans), (1, 1, 4));
    assert_eq!((stats.totals.tokens.total, stats.totals.cost_usd), (10, Some(4.0)));
    let [desk] = stats.agents.as_slice() else { panic!("{stats:?}") };
    assert_eq!((desk.count, desk.tokens.total, desk.p50_ms), (1, 10, 1000.0));
    let [model] = stats.models.as_slice() else { panic!("{stats:?}") };
    assert_eq!((model.count, model.error_count, model.cost_usd), (2, 1, Some(4.0)));
    assert_eq!(stats.handoffs[0].handoff.to, "Refunds");
}

#[test]
fn a_call_costs_what_it_says_else_what_its_tokens_come_to() {
    let store = memory();
    let call = |number: u8, more: Vec<KeyValue>| {
        let mut attributes = vec![
            text("openinference.span.kind", "LLM"),
            text("llm.provider", "openai"),
            int("llm.token_count.prompt", 1_000_000),
            int("llm.token_count.completion", 0),
        ];
        attributes.extend(more);
        span(number, 1, attributes)
    };
    let foreign = vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-4o-2024-08-06"),
        int("gen_ai.usage.input_tokens", 1_000_000),
        int("gen_ai.usage.output_tokens", 0),
    ];
    ingest(
        &store,
        vec![
            call(1, vec![text("llm.model_name", "gpt-4o-2024-08-06")]),
            call(2, vec![text("llm.model_name", "gpt-4o-2024-08-06"), int("llm.cost.total", 7)]),
            call(3, vec![text("llm.model_name", "nobody-knows-this")]),
            span(4, 1, foreign),
        ],
    );
    let costs: Vec<_> = listed(&store, "").items.iter().map(|trace| trace.cost_usd).collect();
    assert_eq!(costs, [Some(2.5), None, Some(7.0), Some(2.5)]);
}
