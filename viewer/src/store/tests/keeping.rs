//! What stays in a file, what goes, and what is no file of ours.

use super::*;

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
