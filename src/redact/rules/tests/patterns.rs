//! `{ pattern, replace }`.

use serde_json::{Value, json};

use super::{parse, pattern, redacted, rules};

#[test]
fn a_pattern_means_what_it_means_in_javascript() {
    let rows = [
        (r"\d{3}-\d{2}", "", "a 123-45 b", "a [x] b"),
        (r"cust-\w+", "i", "CUST-a1_é", "[x]é"),
        (r"\bfoo\b", "", "éfoo foot", "é[x] foot"),
        (r"a.c", "", "abc a\rc", "[x] a\rc"),
        (r"a.c", "s", "a\nc", "[x]"),
        (r"^b", "m", "a\nb", "a\n[x]"),
        (r"[[]a]", "", "[a]", "[x]"),
        (r"[a&&b]+", "", "a&b", "[x]"),
        (r"\/x\-y\/", "", "/x-y/", "[x]"),
        (r"\u00e9[\d.]+", "", "é1.2", "[x]"),
        (r"(?<year>\d{4})", "", "2024", "[x]"),
        (r"[\b]", "", "a\u{8}b", "a[x]b"),
        (r"\p{Lu}{3}", "u", "ÄÖÜ", "[x]"),
        (r"[^\s]{4}", "", "ab cdef", "ab [x]"),
    ];
    for (source, flags, text, expected) in rows {
        let rules = rules(&[], json!([pattern(source, flags, json!("[x]"))]));
        assert_eq!(redacted(&rules, "", text), expected, "/{source}/{flags}");
    }
}

#[test]
fn a_replacement_is_the_template_that_string_replace_takes() {
    let rows = [
        (r"(\w+)@(\w+)", "$2 at $1", "ann@home", "home at ann"),
        (r"(?<user>\w+)@", "$<user>:", "ann@home", "ann:home"),
        (r"\d+", "<$&>", "a 12", "a <12>"),
        (r"\d+", "$$1 $2 $", "12", "$1 $2 $"),
        (r"(a)(b)?", "[$1$2]", "a", "[a]"),
    ];
    for (source, replace, text, expected) in rows {
        let rules = rules(&[], json!([pattern(source, "", json!(replace))]));
        assert_eq!(redacted(&rules, "", text), expected, "/{source}/ {replace}");
    }
}

#[test]
fn without_a_replacement_a_match_becomes_a_pseudonym() {
    let rule = json!({
        "at": "redact[0]", "what": { "pattern": { "source": "C-\\d+", "flags": "" } },
        "replace": null, "name": "Customer no",
    });
    let text = redacted(&rules(&[], json!([rule])), "", "C-1 and C-2 and C-1");
    let words: Vec<&str> = text.split(" and ").collect();
    assert!(words[0].starts_with("<customer_no:"), "{text}");
    assert_eq!(words[0], words[2]);
    assert_ne!(words[0], words[1]);
}

#[test]
fn where_finds_overlap_nothing_of_either_is_left() {
    let host = pattern(r"example\.com/\w+", "", json!("[host]"));
    let text = redacted(&rules(&["email"], json!([host])), "", "ann@example.com/path!");
    assert!(text.starts_with("<email:") && text.ends_with(">!"), "{text}");
    let digits = pattern(r"\d{4}", "", json!("####"));
    let text = redacted(&rules(&["card"], json!([digits])), "", "4111 1111 1111 1111, 1234");
    assert!(text.starts_with("<card:") && text.ends_with(">, ####"), "{text}");
}

#[test]
fn what_a_template_keeps_is_redacted_too() {
    let rule = pattern(r"user=(.*);", "", json!("u=$1;"));
    let text = redacted(&rules(&["email"], json!([rule])), "", "user=ann@example.com, Ann;");
    assert!(text.starts_with("u=<email:") && text.ends_with(">, Ann;"), "{text}");
}

#[test]
fn a_pseudonym_is_not_searched_again() {
    let rule = pattern(r"\d", "", json!("#"));
    let rules = rules(&["email"], json!([rule]));
    let once = redacted(&rules, "", "ann@example.com 1");
    assert!(once.ends_with(" #"), "{once}");
    assert_eq!(redacted(&rules, "", &once), once);
}

#[test]
fn what_the_engine_cannot_do_is_refused_with_the_reason() {
    let rows = [
        (r"(?<=a)b", "", "looks around"),
        (r"a(?!b)", "", "looks around"),
        (r"(a)\1", "", "refers back"),
        (r"(?<n>a)\k<n>", "", "refers back"),
        (r"a(", "", "unclosed group"),
        (r"a*", "", "matches the empty text"),
        (r"a", "y", "the flag y"),
        (r"(\w{1000}){1000}", "", "when compiled"),
        (r"[]", "", "an empty class"),
        (r"\", "", "ends in a backslash"),
    ];
    for (source, flags, why) in rows {
        let error = parse(&[], json!([pattern(source, flags, Value::Null)])).unwrap_err();
        assert!(error.contains(why), "/{source}/: {error}");
        assert!(error.starts_with("option \"redact[0].pattern\""), "{error}");
        assert!(!error.contains('\n'), "{error}");
    }
    let long = "a".repeat(20_000);
    assert!(parse(&[], json!([pattern(&long, "", Value::Null)])).unwrap_err().contains("longer"));
}

#[test]
fn no_pattern_takes_exponential_time() {
    let rules = rules(&[], json!([pattern("(a+)+$", "", json!("x"))]));
    let text = format!("{}b", "a".repeat(5_000));
    assert_eq!(redacted(&rules, "", &text), text);
}
