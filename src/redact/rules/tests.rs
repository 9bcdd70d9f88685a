//! Rules as users give them, on values and whole spans.

mod patterns;
mod properties;
mod spans;
mod structure;

use serde_json::{Value, json};

use super::{Outcome, Rules};

const ALL: [&str; 8] = ["email", "phone", "card", "iban", "ip", "jwt", "privateKey", "apiKey"];

/// All detectors with a secret that every test has, so that pseudonyms are the same in all runs.
fn detectors() -> Rules {
    rules(&ALL, json!([]))
}

fn rules(detect: &[&str], rules: Value) -> Rules {
    parse(detect, rules).unwrap()
}

fn parse(detect: &[&str], rules: Value) -> Result<Rules, String> {
    let spec = json!({
        "detect": detect, "rules": rules, "replace": null, "secret": "a secret of tests",
    });
    Rules::parse(&spec.to_string())
}

fn pattern(source: &str, flags: &str, replace: Value) -> Value {
    json!({
        "at": "redact[0]", "what": { "pattern": { "source": source, "flags": flags } },
        "replace": replace, "name": null,
    })
}

fn key(names: &[&str]) -> Value {
    json!({ "at": "redact[0]", "what": { "key": names }, "replace": null, "name": null })
}

fn path(path: &str, attributes: &[&str]) -> Value {
    json!({
        "at": "redact[0]", "what": { "path": { "paths": [path], "attributes": attributes } },
        "replace": "…", "name": null,
    })
}

/// The value as it leaves the process; `FAILED` where a rule could not be applied.
fn redacted(rules: &Rules, key: &str, text: &str) -> String {
    match rules.redact(key, text, false) {
        Outcome::Unchanged => text.to_owned(),
        Outcome::Redacted(redacted) => redacted,
        Outcome::Partly(redacted) => format!("PARTLY {redacted}"),
        Outcome::Failed => "FAILED".to_owned(),
    }
}

#[test]
fn the_same_value_has_the_same_pseudonym_however_it_is_written() {
    let rules = detectors();
    let text = redacted(&rules, "", "Ann@Example.com, ann@example.com and bob@example.com");
    let names: Vec<&str> = text.split([',', ' ']).filter(|word| word.starts_with('<')).collect();
    assert_eq!(names.len(), 3, "{text}");
    assert_eq!(names[0], names[1]);
    assert_ne!(names[0], names[2]);
    assert!(names[0].starts_with("<email:") && names[0].len() == "<email:3f2a91c0>".len());
    let cards = redacted(&rules, "", "4111 1111 1111 1111;4111111111111111");
    let (one, other) = cards.split_once(';').unwrap();
    assert_eq!(one, other);
}

#[test]
fn pseudonyms_depend_on_the_secret_and_without_one_on_the_process() {
    let of = |secret: Value| {
        let spec = json!({ "detect": ["email"], "rules": [], "replace": null, "secret": secret });
        redacted(&Rules::parse(&spec.to_string()).unwrap(), "", "ann@example.com")
    };
    assert_eq!(of(json!("one secret of many")), of(json!("one secret of many")));
    assert_ne!(of(json!("one secret of many")), of(json!("another secret")));
    assert_eq!(of(Value::Null), of(Value::Null));
    assert_ne!(of(Value::Null), of(json!("one secret of many")));
}

#[test]
fn a_fixed_text_takes_the_place_of_pseudonyms() {
    let spec = json!({ "detect": ["email"], "rules": [], "replace": "[gone]", "secret": null });
    let rules = Rules::parse(&spec.to_string()).unwrap();
    assert_eq!(redacted(&rules, "", "to ann@example.com!"), "to [gone]!");
}

#[test]
fn detectors_that_are_off_find_nothing() {
    let rules = rules(&["email"], json!([]));
    let text = "4111 1111 1111 1111 from 8.8.8.8";
    assert_eq!(redacted(&rules, "", text), text);
}

#[test]
fn what_was_glued_to_something_that_is_hidden_now_is_hidden_too() {
    let rules = detectors();
    for text in [
        "4111 1111 1111 1111+54 555115",
        "+49 30 1234567+54 555115",
        "192.168.1.17+54 555115",
        "+54555115+54555115+54555115+54555115+54555115+54555115+54555115+54555115",
        "phone 4111 1111 1111 1111 4155552671",
    ] {
        let once = redacted(&rules, "", text);
        assert!(once.ends_with('>') && !once.contains("+54"), "{once}");
        assert_eq!(redacted(&rules, "", &once), once);
    }
}

#[test]
fn what_a_rule_wrote_is_not_redacted() {
    let support = json!("call +1 415 555 2671");
    let rules = rules(&ALL, json!([pattern("tel-\\d+", "", support)]));
    let once = redacted(&rules, "", "tel-1, 4111 1111 1111 1111+54 555115 tel-2");
    assert!(once.starts_with("call +1 415 555 2671, <card:"), "{once}");
    assert!(once.ends_with("> call +1 415 555 2671") && !once.contains("+54"), "{once}");
}
