//! Filters, times and searches, and their pages.

use super::*;

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
