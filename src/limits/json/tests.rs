use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn value_of(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn cut(json: &Value, most: usize) -> Value {
    let shorter = shortened(&json.to_string(), most, Measure::Length).unwrap();
    assert!(Measure::Length.of(&shorter) <= most, "{shorter}");
    value_of(&shorter)
}

#[test]
fn the_longest_strings_are_cut_and_the_others_stay() {
    let question = "why ".repeat(100);
    let messages = json!({"messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": question},
    ], "model": "gpt-4o"});
    let shorter = cut(&messages, 200);
    assert_eq!(shorter["messages"][0], messages["messages"][0]);
    assert_eq!(shorter["model"], "gpt-4o");
    let content = shorter["messages"][1]["content"].as_str().unwrap();
    let (start, rest) = content.split_once("…[cut ").unwrap();
    assert!(question.starts_with(start));
    let missing: usize = rest.strip_suffix(" chars]").unwrap().parse().unwrap();
    assert_eq!(start.len() + missing, question.len());
}

#[test]
fn a_long_list_keeps_its_ends() {
    let numbers: Vec<usize> = (0..1_000).collect();
    let shorter = cut(&json!(numbers), 100);
    let items = shorter.as_array().unwrap();
    let mark = items.iter().position(Value::is_string).unwrap();
    assert_eq!((items[0].as_u64(), items.last().and_then(Value::as_u64)), (Some(0), Some(999)));
    assert_eq!(items[mark], format!("[cut {} items]", 1_000 - (items.len() - 1)));
}

#[test]
fn a_large_object_keeps_its_first_fields() {
    let fields: serde_json::Map<String, Value> =
        (0..500).map(|number| (format!("field{number:03}"), json!(number))).collect();
    let shorter = cut(&Value::Object(fields), 200);
    let fields = shorter.as_object().unwrap();
    assert_eq!(fields["field000"], 0);
    assert_eq!(fields["…"], format!("[cut {} fields]", 500 - (fields.len() - 1)));
}

#[test]
fn json_in_a_string_stays_json() {
    let arguments = json!({"query": "x".repeat(500), "limit": 5}).to_string();
    let call = json!({"name": "search", "arguments": arguments});
    let shorter = cut(&call, 200);
    let arguments = value_of(shorter["arguments"].as_str().unwrap());
    assert_eq!(arguments["limit"], 5);
    assert!(arguments["query"].as_str().unwrap().contains("…[cut "));
}

#[test]
fn escapes_are_never_cut_in_two() {
    for unit in ["\\\\", "\\n", "\\u00e9", "\\ud83d\\ude00", "\\\"", "é", "😀"] {
        let json = format!("[\"{}\"]", unit.repeat(50));
        for most in 40..100 {
            let shorter = shortened(&json, most, Measure::Length).unwrap();
            assert!(Measure::Length.of(&shorter) <= most);
            value_of(&shorter);
            let start = shorter.trim_start_matches("[\"").trim_end_matches("\"]");
            let start = start.split('…').next().unwrap();
            assert_eq!(start, unit.repeat(start.len() / unit.len()), "{most}");
        }
    }
}

#[test]
fn where_there_is_no_room_it_is_still_json() {
    let json = json!({"a": {"b": ["c".repeat(100)]}}).to_string();
    for (most, expected) in [(18, "\"[cut 116 chars]\""), (10, "{}"), (2, "{}"), (1, "0"), (0, "")]
    {
        assert_eq!(shortened(&json, most, Measure::Length).as_deref(), Some(expected), "{most}");
    }
    assert_eq!(
        shortened(&format!("[{}]", "[],".repeat(9) + "1"), 3, Measure::Bytes).unwrap(),
        "[]"
    );
}

#[test]
fn media_go_before_anything_is_cut() {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend((0..3_000u32).map(|number| (number * 31 % 251) as u8));
    let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let request = json!({"messages": [
        {"image_url": {"url": format!("data:image/png;base64,{data}")}},
        {"source": {"type": "base64", "media_type": "image/png", "data": data}},
        {"text": "What is on these?"},
    ]});
    let shorter = cut(&request, 1_000);
    let url = shorter["messages"][0]["image_url"]["url"].as_str().unwrap();
    assert!(url.starts_with("data:image/png;sha256=") && url.ends_with(";bytes=3008,"), "{url}");
    let data = shorter["messages"][1]["source"]["data"].as_str().unwrap();
    assert!(data.starts_with("<image/png sha256:") && data.ends_with(" 3008 bytes>"), "{data}");
    assert_eq!(shorter["messages"][2], request["messages"][2]);
    assert_eq!(without_media(&request.to_string()), Some(Some(shorter.to_string())));
    assert_eq!(without_media("[1]"), Some(None));
    assert_eq!(without_media("not JSON"), None);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,200}".prop_map(Value::from),
        "[\\x00-\\x7f]{0,60}".prop_map(Value::from),
        "[\"\\\\{}\\[\\],:a-c😀é]{0,80}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(5, 80, 12, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::from),
            prop::collection::hash_map("\\PC{0,12}", inner.clone(), 0..12)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            // As the arguments of tools are.
            inner.prop_map(|value| Value::from(value.to_string())),
        ]
    });
    prop_oneof![
        prop::collection::vec(tree.clone(), 0..10).prop_map(Value::from),
        prop::collection::hash_map("\\PC{0,12}", tree, 0..10)
            .prop_map(|fields| Value::Object(fields.into_iter().collect())),
    ]
}

proptest! {
    #[test]
    fn whatever_is_json_stays_json_within_the_limit(
        json in any_json(),
        most in 1usize..2_000,
        is_pretty: bool,
        in_bytes: bool,
    ) {
        let measure = if in_bytes { Measure::Bytes } else { Measure::Length };
        let text = if is_pretty { format!("{json:#}") } else { json.to_string() };
        let shorter = shortened(&text, most, measure).unwrap();
        prop_assert!(measure.of(&shorter) <= most, "{} > {}: {}", measure.of(&shorter), most, shorter);
        prop_assert!(serde_json::from_str::<Value>(&shorter).is_ok(), "{}", shorter);
        if measure.fits(&json.to_string(), most) && !measure.fits(&text, most) {
            prop_assert_eq!(shorter, json.to_string());
        }
    }

    #[test]
    fn any_text_at_all_is_taken(text in "\\PC{0,300}", most in 0usize..100) {
        if let Some(shorter) = shortened(&text, most, Measure::Bytes) {
            prop_assert!(shorter.len() <= most);
        }
    }
}
