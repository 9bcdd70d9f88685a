//! What holds for any text and any JSON.

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};
use serde_json::{Value, json};

use super::super::Outcome;
use super::{ALL, detectors, key, path, pattern, rules};

const SECRETS: [&str; 8] = [
    "ann@example.com",
    "+1 415 555 2671",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "192.168.1.17",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
];

fn secret() -> impl Strategy<Value = String> {
    prop::sample::select(&SECRETS[..]).prop_map(str::to_owned)
}

/// Texts with and without secrets, some of which are JSON themselves.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,20}",
        "[\"\\\\{}\\[\\]:,a0 ]{0,12}",
        ("[a-z ]{0,6}", secret(), "[a-z ]{0,6}").prop_map(|(a, b, c)| format!("{a} {b} {c}")),
        secret().prop_map(|secret| json!({ "to": [secret], "ssn": 1 }).to_string()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(4_111_111_111_111_111_u64)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![Just("ssn".to_owned()), text()];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The redacted text; `None` where it was hidden whole.
fn apply(rules: &super::Rules, text: &str) -> Option<String> {
    match rules.redact("input.value", text, false) {
        Outcome::Unchanged => Some(text.to_owned()),
        Outcome::Redacted(redacted) | Outcome::Partly(redacted) => Some(redacted),
        Outcome::Failed => None,
    }
}

proptest! {
    #[test]
    fn json_stays_json_without_secrets_and_is_not_changed_twice(value in value()) {
        let given = value.to_string();
        let rules = rules(&ALL, json!([key(&["ssn"]), path("$..to[0]", &[])]));
        let once = apply(&rules, &given).unwrap();
        if value.is_object() || value.is_array() {
            serde_json::from_str::<Value>(&once).unwrap();
        }
        for secret in SECRETS {
            let inside_json = serde_json::to_string(secret).unwrap();
            assert!(!once.contains(inside_json.trim_matches('"')), "{secret} in {once}");
        }
        assert_eq!(apply(&rules, &once).as_deref(), Some(once.as_str()), "from {given}");
    }

    #[test]
    fn no_secret_survives_in_any_text_and_nothing_is_changed_twice(text in text(), other in text()) {
        let rules = detectors();
        let given = format!("{text} {other}");
        let once = apply(&rules, &given).unwrap();
        for secret in SECRETS {
            assert!(!once.contains(secret), "{secret} in {once}");
        }
        assert_eq!(apply(&rules, &once).as_deref(), Some(once.as_str()), "from {given}");
    }

    #[test]
    fn any_pattern_is_taken_or_refused(source in "\\PC{0,12}|[\\\\\\[\\]()?:*+{}^$.a-c0-9-]{0,12}") {
        if let Ok(rules) = super::parse(&[], json!([pattern(&source, "", json!("$1$&"))])) {
            apply(&rules, "abc \u{e9}\u{1f600} 012 [a](b)");
        }
    }

    #[test]
    fn any_path_is_taken_or_refused(written in "\\$[.\\[\\]'\"*a0-9\\\\ ]{0,10}") {
        let _ = super::parse(&[], json!([path(&written, &[])]));
    }
}
