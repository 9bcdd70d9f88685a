//! Any text, under all detectors and rules of each kind: nothing panics, JSON stays JSON, and what is
//! redacted once is not changed by redacting again.
#![no_main]

use std::sync::LazyLock;

use catalyst_tracing::redact::Rules;
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let rules = r#"{
        "detect": ["email", "phone", "card", "iban", "ip", "jwt", "privateKey", "apiKey"],
        "replace": null, "secret": "a secret of the fuzzer",
        "rules": [
            { "at": "0", "what": { "pattern": { "source": "C-(\\d+)", "flags": "i" } },
              "replace": null, "name": null },
            { "at": "1", "what": { "key": ["ssn*"] }, "replace": null, "name": null },
            { "at": "2", "what": { "path": { "paths": ["$..a[*].b"], "attributes": [] } },
              "replace": null, "name": null }
        ]
    }"#;
    Rules::parse(rules).expect("the rules are right")
});

fuzz_target!(|text: &str| {
    let Some(once) = RULES.redacted("input.value", text) else { return };
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    let is_structure = text.trim_start().starts_with(['{', '[']);
    assert!(!is_structure || !is_json(text) || is_json(&once), "no JSON any more: {once}");
    if let Some(again) = RULES.redacted("input.value", &once) {
        assert_eq!(again, once, "changed by redacting again");
    }
});
