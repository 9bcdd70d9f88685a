//! JSON values, keys and paths.

use serde_json::{Value, json};

use super::super::pseudonym::HIDDEN;
use super::{detectors, key, parse, path, redacted, rules};

#[test]
fn json_is_rewritten_inside_its_strings_and_otherwise_left_as_it_was() {
    let rules = detectors();
    let text = "{ \"to\" : [\"ann@example.com\"],\n \"n\": 1.0e3, \"s\": \"\\u00e9 \\/\" }";
    let out = redacted(&rules, "", text);
    let name = redacted(&rules, "", "ann@example.com");
    assert_eq!(out, text.replace("ann@example.com", &name));
}

#[test]
fn what_is_escaped_is_found_and_written_as_json_again() {
    let rules = detectors();
    let out = redacted(
        &rules,
        "",
        r#"{"a":"ann\u0040example.com\n\"x\"","k\u0065y":"\ud83d\ude00 b@example.com"}"#,
    );
    let value: Value = serde_json::from_str(&out).unwrap();
    let name = |text: &str| redacted(&rules, "", text);
    assert_eq!(value["a"], format!("{}\n\"x\"", name("ann@example.com")));
    assert_eq!(value["key"], format!("😀 {}", name("b@example.com")));
}

#[test]
fn json_inside_a_string_is_rewritten_at_both_levels() {
    let rules = detectors();
    let arguments = json!({ "to": "ann@example.com", "text": "say \"hi\"" }).to_string();
    let deeper = json!({ "arguments": arguments }).to_string();
    let out = redacted(&rules, "", &json!({ "call": deeper }).to_string());
    let read = |value: &Value| serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap();
    let outer: Value = serde_json::from_str(&out).unwrap();
    let inner = read(&read(&outer["call"])["arguments"]);
    assert_eq!(inner["to"], redacted(&rules, "", "ann@example.com"));
    assert_eq!(inner["text"], "say \"hi\"");
}

#[test]
fn a_number_that_matches_becomes_a_string() {
    let rules = detectors();
    let out = redacted(
        &rules,
        "",
        "{\"card\":4111111111111111,\"tokens\":1234567890,\"phone\":4155552671}",
    );
    let value: Value = serde_json::from_str(&out).unwrap();
    assert!(value["card"].as_str().unwrap().starts_with("<card:"), "{out}");
    assert_eq!(value["tokens"], 1_234_567_890);
    assert!(value["phone"].as_str().unwrap().starts_with("<phone:"), "{out}");
}

#[test]
fn names_of_members_are_redacted_too() {
    let out = redacted(&detectors(), "metadata", "{\"ann@example.com\":1}");
    assert!(out.starts_with("{\"<email:") && out.ends_with("\":1}"), "{out}");
}

#[test]
fn a_key_is_hidden_at_any_depth_in_any_case() {
    let rules = rules(&[], json!([key(&["ssn", "address*"])]));
    let inner = json!({ "SSN": "1" }).to_string();
    let text = json!({
        "a": [{ "ssn": "123-45-6789" }, { "SSN": 123456789 }], "addressLine": { "street": "x" },
        "ssn": null, "args": inner, "ssns": "kept",
    });
    let out: Value = serde_json::from_str(&redacted(&rules, "", &text.to_string())).unwrap();
    assert!(out["a"][0]["ssn"].as_str().unwrap().starts_with("<ssn:"), "{out}");
    assert!(out["a"][1]["SSN"].as_str().unwrap().starts_with("<ssn:"), "{out}");
    assert_eq!(out["addressLine"], HIDDEN);
    assert_eq!(out["ssn"], Value::Null);
    assert!(out["args"].as_str().unwrap().starts_with("{\"SSN\":\"<ssn:"), "{out}");
    assert_eq!(out["ssns"], "kept");
    assert!(redacted(&rules, "Ssn", "123").starts_with("<ssn:"));
}

#[test]
fn a_path_is_hidden_and_nothing_else() {
    let text = json!({
        "messages": [{ "content": "a", "role": "user" }, { "content": ["b"], "name": "n" }],
        "tool": { "a b": { "content": 1 } }, "args": "{\"content\":\"c\"}",
    });
    let rows = [
        ("$.messages[*].content", vec!["/messages/0/content", "/messages/1/content"]),
        ("$.messages[1].content", vec!["/messages/1/content"]),
        ("$..role", vec!["/messages/0/role"]),
        ("$.tool['a b'].content", vec!["/tool/a b/content"]),
        ("$[\"tool\"].*.content", vec!["/tool/a b/content"]),
        ("$.messages[0].*", vec!["/messages/0/content", "/messages/0/role"]),
        ("$.tool..content", vec!["/tool/a b/content"]),
        ("$.nothing[3]", vec![]),
    ];
    for (written, hidden) in rows {
        let out = redacted(&rules(&[], json!([path(written, &[])])), "", &text.to_string());
        let mut expected = text.clone();
        for pointer in hidden {
            *expected.pointer_mut(pointer).unwrap() = json!("…");
        }
        assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected, "{written}");
    }
    let inner = redacted(&rules(&[], json!([path("$.args.content", &[])])), "", &text.to_string());
    assert!(inner.contains(r#""args":"{\"content\":\"…\"}""#), "{inner}");
}

#[test]
fn a_path_may_be_for_some_attributes_alone() {
    let rules = rules(&[], json!([path("$.a", &["input.*"])]));
    assert_eq!(redacted(&rules, "input.value", "{\"a\":1}"), "{\"a\":\"…\"}");
    assert_eq!(redacted(&rules, "output.value", "{\"a\":1}"), "{\"a\":1}");
    assert_eq!(redacted(&rules, "input.value", "no json"), "FAILED");
    assert_eq!(redacted(&rules, "output.value", "{\"a\":"), "{\"a\":");
}

#[test]
fn what_should_be_json_and_cannot_be_read_is_hidden_whole() {
    let rules = rules(&["email"], json!([key(&["ssn"])]));
    assert_eq!(redacted(&rules, "x", "{\"ssn\": \"123-4"), "FAILED");
    assert_eq!(redacted(&rules, "x", "[{\"ssn\": 1}"), "FAILED");
    assert_eq!(redacted(&rules, "x", "[1] see {this} and \"that\""), "[1] see {this} and \"that\"");
    let partly = redacted(&rules, "x", r#"{"arguments":"{\"ssn\": \"12","b":1}"#);
    assert_eq!(partly, format!("PARTLY {{\"arguments\":\"{HIDDEN}\",\"b\":1}}"));
    // A detector needs no structure.
    let only = super::rules(&["email"], json!([]));
    assert!(redacted(&only, "x", "{\"to\": \"ann@example.com").starts_with("{\"to\": \"<email:"));
}

#[test]
fn json_that_is_nested_too_deep_is_hidden_whole() {
    let deep = format!("{}\"ann@example.com\"{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(redacted(&detectors(), "", &deep), "FAILED");
    let fine = format!("{}\"ann@example.com\"{}", "[".repeat(100), "]".repeat(100));
    assert!(redacted(&detectors(), "", &fine).contains("\"<email:"));
}

#[test]
fn a_path_that_is_not_taken_is_refused_with_the_reason() {
    let rows = [
        ("a.b", "does not begin with $"),
        ("$", "names the whole value"),
        ("$.a[?(@.b)]", "no filters"),
        ("$.a[1:2]", "slices"),
        ("$.a[-1]", "negative"),
        ("$.a['b','c']", "without a ]"),
        ("$.a[", "without its ]"),
        ("$.a.", "without a name"),
        ("$a", "where a . or a ["),
        ("$['a", "not closed"),
        ("$.a b", "in quotes"),
    ];
    for (written, why) in rows {
        let error = parse(&[], json!([path(written, &[])])).unwrap_err();
        assert!(error.contains(why) && error.contains("redact[0].path"), "{written}: {error}");
    }
}
