//! JSON text becomes the value that `JSON.parse` gives.

use proptest::prelude::*;

use super::super::{Keys, Record, Records};
use super::json::json;
use super::properties::{plain, sample};
use super::writer::{Chunk, Sample, text};

/// What a part that came as this text is, written as JSON again.
fn again(json_text: &Sample) -> String {
    let mut chunk = Chunk::inline();
    chunk.written(1, 0, 0, json_text);
    let Some(Ok(Record::Written(part))) = Records::new(&chunk.bytes).next() else {
        panic!("a part")
    };
    json(part.snapshot().value(), &Keys::default())
}

/// Of text that is no JSON, the text itself is the value.
fn is_refused(bad: &str) -> bool {
    again(&text(bad)) == serde_json::to_string(bad).expect("JSON")
}

#[test]
fn values_keep_their_order_their_numbers_and_their_characters() {
    for (given, expected) in [
        (r#"{"b":1,"a":[true,false,null,{}],"":[]}"#, None),
        (" \n{ \"a\" :\t[ 1 , -2.5e-7 ] }\r", Some(r#"{"a":[1,-2.5e-7]}"#)),
        ("1e400", Some("null")),
        ("-0", Some("0")),
        ("2147483648", None),
        ("1.0", Some("1")),
        ("123456789012345678901234567890", Some("1.2345678901234568e+29")),
        (r#""\u00e9\u2713 é ✓ \ud83d\ude00 😀""#, Some("\"é✓ é ✓ 😀 😀\"")),
        (r#""\/\b\f\n\r\t\"\\""#, Some(r#""/\b\f\n\r\t\"\\""#)),
        (r#"{"\ud800":"\udc00x"}"#, None),
    ] {
        assert_eq!(again(&text(given)), expected.unwrap_or(given), "{given}");
    }
}

#[test]
fn what_json_parse_refuses_stays_text() {
    for bad in [
        "",
        " ",
        "nul",
        "nulll",
        "tru",
        "{",
        "}",
        "[1",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{1:1}",
        "[1]]",
        "1 1",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "\"",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"\n\"",
        "'a'",
        "[\"a\":1]",
        "model=gpt&input=x",
    ] {
        assert!(is_refused(bad), "{bad}");
    }
}

#[test]
fn depth_is_no_danger() {
    let depth = 200_000;
    let nested = "[".repeat(depth) + &"]".repeat(depth);
    assert_eq!(again(&text(&nested)), nested);
    assert!(is_refused(&"[".repeat(depth)));
}

proptest! {
    #[test]
    fn any_json_comes_out_as_it_went_in(value in plain()) {
        let compact = value.to_string();
        prop_assert_eq!(&again(&text(&compact)), &compact);
        let pretty = serde_json::to_string_pretty(&value).expect("JSON");
        prop_assert_eq!(again(&text(&pretty)), compact);
    }

    #[test]
    fn what_this_side_writes_it_also_reads(value in sample()) {
        let written = super::json::json_of(&value);
        prop_assert_eq!(again(&text(&written)), written);
    }

    #[test]
    fn any_text_is_read_without_harm(bytes in any::<Vec<u8>>(), units in any::<Vec<u16>>()) {
        let narrow = again(&Sample::Latin1(bytes));
        let wide = again(&Sample::Utf16(units));
        for json in [narrow, wide] {
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(&json).is_ok());
        }
    }
}
