//! Any text, under all detectors and rules of each kind: nothing panics, JSON stays JSON, and what
//! stands in a value's place is not changed again. What stands beside it may be: digits that were glued
//! to other ones are a number of their own once those are gone.
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
    let again = RULES.redacted("input.value", &once);
    let mut rest = again.as_deref().unwrap_or(&once);
    for stand_in in stand_ins(&once) {
        let at = rest.find(stand_in);
        assert!(at.is_some(), "{stand_in} of {once} is not in {rest}");
        rest = &rest[at.unwrap_or_default() + stand_in.len()..];
    }
});

/// Each `<label:1f2e3d4c>`.
fn stand_ins(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('<').filter_map(|(begin, _)| {
        let rest = &text[begin..];
        let found = &rest[..=rest.find('>')?];
        let (label, digest) = found[1..found.len() - 1].split_once(':')?;
        let is_label = !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_digest = digest.len() == 8 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_label && is_digest).then_some(found)
    })
}
