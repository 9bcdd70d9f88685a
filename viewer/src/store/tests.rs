//! The store from outside: spans go in as requests bring them, queries find them.

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
fn filters_hold_all_at_once() {
    let store = memory();
    for number in 1..=6 {
        let organization = format!("org_{}", number % 2);
        let mut root = span(number, 1, vec![text("agent.name", "Desk"), text("user.id", "ann")]);
        root.attributes.push(text("metadata", r#"{"plan":"pro","seats":3,"more":{}}"#));
        let tool = span(
            number,
            2,
            vec![text("openinference.span.kind", "TOOL"), text("organization.id", &organization)],
        );
        ingest(&store, vec![root, if number > 4 { failed(tool) } else { tool }]);
    }
    for (query, expected) in [
        ("", &[6, 5, 4, 3, 2, 1][..]),
        ("agent=Desk&user=ann&service=shop", &[6, 5, 4, 3, 2, 1]),
        ("attr=organization.id=org_1", &[5, 3, 1]),
        ("attr=organization.id=org_1&status=error&kind=tool", &[5]),
        ("attr=metadata.plan=pro&attr=metadata.seats=3&status=error", &[6, 5]),
        ("attr=organization.id=org_9", &[]),
        ("attr=unheard.of=1", &[]),
        ("agent=Desk&agent=Other", &[]),
        ("status=ok&limit=2", &[4, 3]),
        ("from=1767225603000&to=1767225604000", &[4, 3]),
        ("from=1767225605000", &[6, 5]),
        ("q=boom", &[6, 5]),
        ("q=boom&attr=organization.id=org_0", &[6]),
        ("q=nowhere", &[]),
    ] {
        assert_eq!(found(&store, query), expected, "{query}");
    }
}

#[test]
fn pages_go_on_where_the_one_before_ended() {
    let store = memory();
    for number in 1..=7 {
        ingest(
            &store,
            vec![span(number, 1, vec![text("input.value", "same words"), text("a", "b")])],
        );
    }
    for filter in ["", "attr=a=b", "q=words", "q=words&attr=a=b", "q=%22same%20words%22"] {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let query = format!("limit=3&{filter}&cursor={cursor}");
            all.extend(found(&store, &query));
            match listed(&store, &query).next {
                Some(next) => cursor = next.to_string(),
                None => break,
            }
        }
        assert_eq!(all, [7, 6, 5, 4, 3, 2, 1], "{filter}");
    }
}

#[test]
fn text_is_found_by_whole_words_beginnings_and_phrases() {
    let store = memory();
    ingest(
        &store,
        vec![span(1, 1, vec![text("input.value", "Where is order ABC-123? 返金してください")])],
    );
    ingest(
        &store,
        vec![span(2, 1, vec![text("output.value", r#"{"answer":"Refunded ABC 123"}"#)])],
    );
    ingest(
        &store,
        vec![span(
            3,
            1,
            vec![
                text("llm.input_messages.0.message.content", "two messages"),
                text("llm.input_messages.1.message.contents.0.message_content.text", "and a part"),
            ],
        )],
    );
    for (query, expected) in [
        ("abc", &[2, 1][..]),
        ("ABC-123", &[1]),
        ("%22refunded+abc%22", &[2]),
        ("123+abc", &[2, 1]),
        ("ref", &[]),
        ("ref*", &[2]),
        ("messages+part", &[3]),
        ("返金", &[1]),
        ("金返", &[]),
        ("%3F%21", &[]),
        ("%22%22", &[]),
        ("abc+AND+NOT", &[]),
    ] {
        assert_eq!(found(&store, &format!("q={query}")), expected, "{query}");
    }
}

#[test]
fn a_search_says_which_span_has_it_and_where() {
    let store = memory();
    ingest(
        &store,
        vec![
            span(1, 1, vec![text("input.value", "Where is it?")]),
            span(1, 2, vec![text("output.value", "The parcel\nis in Oslo.")]),
        ],
    );
    for query in ["q=oslo", "q=par*+oslo", "q=%22IS+in%22", "q=oslo&status=ok"] {
        let listed = listed(&store, query);
        let [trace] = listed.items.as_slice() else { panic!("{query}") };
        let found = trace.found.as_ref().expect(query);
        assert_eq!(found.span_id, "0202020202020202", "{query}");
        assert_eq!(found.text, "The parcel is in Oslo.", "{query}");
    }
    assert_eq!(listed(&store, "").items.remove(0).found, None);
}

#[test]
fn a_search_that_has_no_time_ends_early_and_goes_on_until_all_is_found() {
    let store = memory();
    for trace in 1..=30u8 {
        let said = if trace % 10 == 0 { "town to parcel" } else { "the parcel to a town" };
        ingest(&store, (1..=2).map(|n| span(trace, n, vec![text("input.value", said)])).collect());
    }
    for filter in [
        Filter::default(),
        Filter {
            labels: vec![(intake::LabelKey::Service, "shop".to_owned())],
            ..Filter::default()
        },
    ] {
        let (mut all, mut pages, mut before) = (Vec::new(), 0, None);
        loop {
            let page = Page { limit: 50, before };
            let listed = store.read(|connection| {
                let conditions = filter.conditions(connection)?.expect("conditions");
                let now = Instant::now();
                search::hits_until(now, connection, &conditions, "\"town to parcel\"", page)
            });
            let listed = listed.expect("a page");
            all.extend(listed.items.iter().map(|hit| hit.trace.trace_id[0]));
            assert!(listed.is_partial || listed.next.is_none());
            pages += 1;
            match listed.next {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        assert_eq!(all, [30, 20, 10]);
        assert!(pages >= 30, "{pages}");
    }
}

#[test]
fn what_began_before_a_time_is_found_wherever_it_was_placed() {
    let store = memory();
    for trace in 1..=9 {
        ingest(&store, vec![span(trace, 2, vec![])]);
    }
    // Its first span came long before its root, which began before all others.
    let mut root = span(9, 1, vec![text("input.value", "late")]);
    root.start_time_unix_nano = START_NS - 3_600 * SECOND_NS;
    ingest(&store, vec![root]);
    let to = |second: u64| format!("to={}", (START_NS + second * SECOND_NS) / 1_000_000);
    assert_eq!(found(&store, &to(3)), [9, 3, 2, 1]);
    assert_eq!(found(&store, &format!("{}&q=late", to(3))), [9]);
    assert_eq!(found(&store, &format!("{}&q=span", to(0))), [9]);
    assert!(found(&store, "to=1000").is_empty());
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
fn what_is_too_old_goes_with_all_that_it_left() {
    let store = memory();
    for number in 1..=5 {
        let agent = format!("agent {number}");
        ingest(
            &store,
            vec![span(
                number,
                1,
                vec![
                    text("agent.name", &agent),
                    text("input.value", &format!("common word{number}")),
                    text("metadata", &format!(r#"{{"number":{number}}}"#)),
                ],
            )],
        );
    }
    let keep = Retention { keep: Some(Duration::from_secs(10)), max_bytes: None };
    let now = i64::try_from(START_NS + 14 * SECOND_NS).expect("a time");
    assert_eq!(enforce(&store, keep, now).expect("deleted"), 3);
    assert_eq!(found(&store, ""), [5, 4]);
    assert_eq!(found(&store, "q=common"), [5, 4]);
    assert!(found(&store, "q=word1").is_empty());
    let facets = store.read(facets::facets).expect("facets");
    assert_eq!(facets.agents, ["agent 4", "agent 5"]);
    let left = store
        .maintain(|connection| {
            ["spans", "payloads", "traces", "words_docsize"]
                .into_iter()
                .map(|table| {
                    let sql = format!("SELECT count(*) FROM {table}");
                    connection.query_row(&sql, [], |row| row.get::<_, i64>(0))
                })
                .collect::<rusqlite::Result<Vec<_>>>()
        })
        .expect("counts");
    assert_eq!(left, [2, 2, 2, 2]);
    // It can come again.
    assert_eq!(ingest(&store, vec![span(1, 1, vec![])]).stored, 1);
}

#[test]
fn sources_that_no_span_has_any_more_go_and_come_again() {
    let store = memory();
    let of_start = |start: u8, trace: u8| {
        let scope_spans =
            vec![ScopeSpans { spans: vec![span(trace, 1, vec![])], ..ScopeSpans::default() }];
        let attributes = vec![text("service.name", "shop"), int("start", start.into())];
        let resource = Some(Resource { attributes, ..Resource::default() });
        let resource_spans =
            vec![ResourceSpans { resource, scope_spans, schema_url: String::new() }];
        let intake =
            intake::take(ExportTraceServiceRequest { resource_spans }, &mut Desk::default());
        store.ingest(intake.received).expect("accepted").wait().expect("stored");
    };
    let sources = || -> i64 {
        store
            .maintain(|connection| {
                connection.query_row("SELECT count(*) FROM sources", [], |row| row.get(0))
            })
            .expect("a count")
    };
    for number in 1..=60 {
        of_start(number, number);
    }
    assert_eq!(sources(), 60);
    let keep = Retention { keep: Some(Duration::from_secs(10)), max_bytes: None };
    let now = i64::try_from(START_NS + 65 * SECOND_NS).expect("a time");
    assert_eq!(enforce(&store, keep, now).expect("deleted"), 54);
    assert_eq!(sources(), 6);
    // One that was there before is not taken for known.
    of_start(7, 61);
    assert_eq!(sources(), 7);
    let trace = listed(&store, "limit=1").items.remove(0);
    let spans = store.read(|connection| {
        let Found::One(trace) = traces::find(connection, &trace.trace_id)? else {
            return Ok(Vec::new());
        };
        spans::of_trace(connection, trace.key)
    });
    assert_eq!(spans.expect("spans").len(), 1);
}

#[test]
fn what_is_too_much_goes_oldest_first() {
    let store = memory();
    let filler = |number: u32| -> String {
        let words =
            (0..2_000u32).map(|at| format!("{:x} ", (at + 1).wrapping_mul((number + 7) * 0x9E37)));
        words.collect()
    };
    for number in 1..=100 {
        let words = filler(u32::from(number));
        ingest(&store, vec![span(number, 1, vec![text("input.value", &words)])]);
    }
    let max_bytes = 2 << 20;
    let limit = Retention { keep: None, max_bytes: Some(max_bytes) };
    let deleted = enforce(&store, limit, 0).expect("deleted");
    assert!(deleted > 0 && deleted < 100, "{deleted}");
    let left = found(&store, "limit=500");
    assert_eq!(left.len() as u64, 100 - deleted);
    assert_eq!(left.first(), Some(&100));
    assert_eq!(enforce(&store, limit, 0).expect("nothing"), 0);
}

#[test]
fn what_was_confirmed_is_there_after_opening_again() {
    let folder = std::env::temp_dir().join(format!("catalyst-store-{}", std::process::id()));
    let place = Place::File(folder.join("deep").join("traces.db"));
    let store = Store::open(&place).expect("a store");
    ingest(&store, vec![span(1, 1, vec![])]);
    // A second process, and one after the first has ended.
    let second = Store::open(&place).expect("a second one");
    ingest(&second, vec![span(1, 2, vec![]), span(2, 1, vec![])]);
    ingest(&store, vec![span(1, 3, vec![]), span(3, 1, vec![])]);
    drop((store, second));
    let store = Store::open(&place).expect("the store");
    assert_eq!(found(&store, ""), [3, 2, 1]);
    assert_eq!(listed(&store, "").items[2].span_count, 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Place::File(file) = &place else { panic!("a file") };
        let mode = |path: &std::path::Path| {
            std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777
        };
        assert_eq!(mode(file), 0o600);
        assert_eq!(mode(&file.with_file_name("traces.db-wal")), 0o600);
        assert_eq!(mode(file.parent().expect("a folder")), 0o700);
    }
    drop(store);
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn a_store_of_a_later_version_or_of_something_else_is_left_alone() {
    let folder = std::env::temp_dir().join(format!("catalyst-foreign-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let open = |name: &str, sql: &str| {
        let file = folder.join(name);
        let connection = rusqlite::Connection::open(&file).expect("a database");
        connection.execute_batch(sql).expect("changed");
        drop(connection);
        Store::open(&Place::File(file)).err()
    };
    assert!(matches!(
        open("a", "PRAGMA user_version = 99"),
        Some(StoreError::Newer { version: 99 })
    ));
    assert!(matches!(open("b", "CREATE TABLE x (y)"), Some(StoreError::Foreign)));
    std::fs::write(
        folder.join("c"),
        "no database at all, but long enough to look like one ".repeat(99),
    )
    .expect("written");
    assert!(Store::open(&Place::File(folder.join("c"))).is_err());
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn readers_see_what_was_confirmed_while_others_write() {
    let store = memory();
    std::thread::scope(|scope| {
        for trace in 1..=4 {
            let store = &store;
            scope.spawn(move || {
                for number in 1..=20 {
                    ingest(store, vec![span(trace, number, vec![])]);
                    let (filter, page) = (Filter::default(), Page { limit: 10, before: None });
                    let listed = store
                        .read(|connection| traces::list(connection, &filter, page))
                        .expect("a list");
                    let id = format!("{trace:02x}").repeat(16);
                    let mine = listed.items.iter().find(|found| found.trace_id == id);
                    assert_eq!(mine.map(|found| found.span_count), Some(i64::from(number)));
                }
            });
        }
    });
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
