use super::table::{Action, action, matches};
use super::*;

const SECRET: &str = "hunter2";

fn hide(flags: Flags) -> Hide {
    Hide { flags, base64_image_max_length: None }
}

fn hidden(flags: Flags, attributes: &[(&'static str, &str)]) -> Vec<(String, String)> {
    let attributes = attributes.iter().map(|(key, value)| KeyValue::new(*key, (*value).to_owned()));
    let mut attributes: Vec<KeyValue> = attributes.collect();
    hide(flags).attributes(&mut attributes);
    attributes
        .into_iter()
        .map(|entry| (entry.key.to_string(), entry.value.as_str().into_owned()))
        .collect()
}

fn value_of(flags: Flags, kind: &'static str, key: &'static str, value: &str) -> String {
    let all = hidden(flags, &[("openinference.span.kind", kind), (key, value)]);
    all.into_iter().find(|(known, _)| known == key).map_or_else(String::new, |(_, value)| value)
}

#[test]
fn keys_are_matched_whole_with_numbers_or_by_their_beginning() {
    for (pattern, key, expected) in [
        ("input.value", "input.value", true),
        ("input.value", "input.values", false),
        ("llm.tools.*", "llm.tools.0.tool.json_schema", true),
        ("llm.tools.*", "llm.tools", false),
        ("a.N.b", "a.12.b", true),
        ("a.N.b", "a.x.b", false),
        ("a.N.b", "a..b", false),
        ("a.N.b", "a.1.b.c", false),
    ] {
        assert_eq!(matches(pattern, key), expected, "{pattern} {key}");
    }
}

#[test]
fn each_flag_hides_its_attributes_and_no_others() {
    let llm = [
        "input.value",
        "output.value",
        "llm.input_messages.0.message.content",
        "llm.input_messages.0.message.role",
        "llm.input_messages.1.message.contents.0.message_content.image.image.url",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments",
        "llm.prompts.0.prompt.text",
        "llm.choices.0.completion.text",
        "llm.tools.0.tool.json_schema",
        "llm.invocation_parameters",
        "embedding.embeddings.0.embedding.vector",
        "embedding.embeddings.0.embedding.text",
        "llm.token_count.prompt",
    ];
    let all: Vec<usize> = (0..llm.len()).collect();
    for (flags, expected) in [
        (Flags::INPUTS, &[0, 2, 3, 4, 6, 8, 11][..]),
        (Flags::OUTPUTS, &[1, 5, 7, 10]),
        (Flags::INPUT_MESSAGES, &[0, 2, 3, 4]),
        (Flags::OUTPUT_MESSAGES, &[1, 5]),
        (Flags::INPUT_IMAGES, &[4]),
        (Flags::INPUT_TEXT, &[0, 2, 6, 11]),
        (Flags::OUTPUT_TEXT, &[1, 5, 7]),
        (Flags::PROMPTS, &[6]),
        (Flags::CHOICES, &[7]),
        (Flags::LLM_TOOLS, &[8]),
        (Flags::LLM_INVOCATION_PARAMETERS, &[9]),
        (Flags::EMBEDDINGS_VECTORS, &[10]),
        (Flags::EMBEDDINGS_TEXT, &[11]),
        (Flags::NONE, &[]),
    ] {
        let gone = all.iter().copied().filter(|index| {
            let key = llm.get(*index).expect("a key");
            matches!(action(key, SpanKind::Llm, flags), Action::Replace | Action::Remove)
        });
        assert_eq!(gone.collect::<Vec<_>>(), expected, "{flags:?}");
    }
}

#[test]
fn a_request_loses_only_what_its_flag_names() {
    let request = r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"a":1}],"tool_choice":{"b":1},"temperature":0.5,"user":"u"}"#;
    for (flags, expected) in [
        (
            Flags::LLM_TOOLS,
            r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":"__REDACTED__","tool_choice":"__REDACTED__","temperature":0.5,"user":"u"}"#,
        ),
        (
            Flags::LLM_INVOCATION_PARAMETERS,
            r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"a":1}],"tool_choice":"__REDACTED__","temperature":"__REDACTED__","user":"__REDACTED__"}"#,
        ),
        (Flags::INPUT_TEXT, "__REDACTED__"),
        (Flags::INPUT_IMAGES, request),
        (Flags::OUTPUTS, request),
    ] {
        assert_eq!(value_of(flags, "LLM", "input.value", request), expected);
    }
}

#[test]
fn what_is_no_request_keeps_its_parameters() {
    let input = r#"{"temperature":1,"prompt":"x"}"#;
    let flags = Flags::LLM_INVOCATION_PARAMETERS | Flags::PROMPTS;
    assert_eq!(value_of(flags, "TOOL", "input.value", input), input);
}

#[test]
fn an_answer_that_repeats_the_request_loses_that() {
    let answer = format!(
        r#"{{"id":"r","object":"response","instructions":"{SECRET}","prompt":{{"variables":{{"a":"{SECRET}"}}}},"metadata":{{"{SECRET}":"a"}},"temperature":1,"reasoning":{{"effort":"low","x":"{SECRET}"}},"text":{{"format":{{"type":"json_schema","schema":{{"{SECRET}":1}}}}}},"tools":[{{"name":"t"}}],"output":[{{"role":"user","content":"{SECRET}"}},{{"role":"assistant","content":"ok"}}]}}"#
    );
    for flags in [Flags::INPUT_MESSAGES, Flags::INPUT_TEXT, Flags::INPUTS] {
        let shown = value_of(flags, "LLM", "output.value", &answer);
        assert!(!shown.contains(SECRET), "{shown}");
        let kept = r#""reasoning":{"effort":"low","x":"__REDACTED__"}"#;
        assert!(shown.contains(r#""content":"ok""#) && shown.contains(kept), "{shown}");
        assert_eq!(shown.contains(r#""name":"t""#), flags != Flags::INPUTS, "{shown}");
    }
    let shown = value_of(Flags::LLM_INVOCATION_PARAMETERS, "LLM", "output.value", &answer);
    assert!(shown.contains(r#""temperature":"__REDACTED__""#), "{shown}");
    assert!(!shown.contains("effort"), "{shown}");
    let shown = value_of(Flags::LLM_TOOLS, "LLM", "output.value", &answer);
    assert!(shown.contains(r#""tools":"__REDACTED__""#), "{shown}");
}

#[test]
fn parameters_keep_numbers_and_known_words_where_inputs_are_hidden() {
    let parameters = format!(
        r#"{{"model":"m","temperature":1,"stop":"{SECRET}","prediction":{{"content":"{SECRET}"}},"reasoning":{{"effort":"low"}},"logit_bias":{{"{SECRET}":1}},"service_tier":"flex"}}"#
    );
    let shown = value_of(Flags::INPUTS, "LLM", "llm.invocation_parameters", &parameters);
    assert_eq!(
        shown,
        r#"{"model":"m","temperature":1,"stop":"__REDACTED__","prediction":"__REDACTED__","reasoning":{"effort":"low"},"logit_bias":"__REDACTED__","service_tier":"flex"}"#
    );
}

#[test]
fn images_go_from_wherever_a_request_holds_them() {
    let image = "data:image/png;base64,hunter2hunter2";
    for request in [
        format!(r#"{{"messages":[{{"content":[{{"type":"image_url","image_url":{{"url":"{image}"}}}}]}}]}}"#),
        format!(r#"{{"messages":[{{"content":"see ![x]({image})"}}]}}"#),
        r#"{"input":[{"type":"input_image","image_url":"https://h/hunter2.png"}]}"#.to_owned(),
        r#"{"contents":[{"parts":[{"inline_data":{"mime_type":"image/png","data":"hunter2"}}]}]}"#.to_owned(),
        r#"{"messages":[{"content":[{"type":"image","source":{"type":"base64","data":"hunter2"}}]}]}"#.to_owned(),
        r#"{"input":[{"type":"image_generation_call","result":"hunter2"}]}"#.to_owned(),
        format!(r#"{{"x":"{}"}}"#, "hunter2A".repeat(40)),
    ] {
        let shown = value_of(Flags::INPUT_IMAGES, "LLM", "input.value", &request);
        assert!(!shown.contains(SECRET), "{shown}");
        serde_json::from_str::<serde_json::Value>(&shown).expect("JSON");
    }
}

#[test]
fn only_long_images_go_where_there_is_a_limit() {
    let limited = Hide { flags: Flags::NONE, base64_image_max_length: Some(40) };
    let key = "llm.input_messages.0.message.contents.0.message_content.image.image.url";
    let (short, long) =
        ("data:image/png;base64,AAAA", ["data:image/png;base64,", &"A".repeat(40)].concat());
    for (image, expected) in
        [(short, short), (&*long, REDACTED), ("https://host/a.png", "https://host/a.png")]
    {
        let mut attributes = vec![KeyValue::new(key, image.to_owned())];
        limited.attributes(&mut attributes);
        assert_eq!(
            attributes.first().map(|entry| entry.value.as_str().into_owned()).as_deref(),
            Some(expected)
        );
    }
}

#[test]
fn json_that_was_cut_is_hidden_whole() {
    for (value, expected) in
        [(r#"{"messages":[{"content":"hun"#, REDACTED), ("plain text", "plain text")]
    {
        assert_eq!(value_of(Flags::LLM_TOOLS, "LLM", "input.value", value), expected);
    }
}

#[test]
fn a_hidden_value_is_text_and_no_longer_json() {
    let all = hidden(
        Flags::INPUTS,
        &[("input.value", "{}"), ("input.mime_type", "application/json"), ("output.value", "{}")],
    );
    let all: Vec<_> = all.iter().map(|(key, value)| (&**key, &**value)).collect();
    let expected =
        [("input.value", REDACTED), ("input.mime_type", "text/plain"), ("output.value", "{}")];
    assert_eq!(all, expected);
}

#[test]
fn what_is_no_message_stays_where_messages_are_hidden() {
    for (kind, flags, key, is_hidden) in [
        ("TOOL", Flags::INPUT_MESSAGES, "input.value", false),
        ("AGENT", Flags::INPUT_MESSAGES, "input.value", true),
        ("CHAIN", Flags::OUTPUT_MESSAGES, "output.value", true),
        ("RETRIEVER", Flags::OUTPUT_MESSAGES, "output.value", false),
        ("EMBEDDING", Flags::EMBEDDINGS_TEXT, "input.value", true),
        ("LLM", Flags::EMBEDDINGS_TEXT, "input.value", false),
    ] {
        assert_eq!(value_of(flags, kind, key, SECRET) == REDACTED, is_hidden, "{kind} {flags:?}");
    }
}

#[test]
fn a_prompt_that_a_completion_repeats_is_hidden_there_too() {
    let echoed = [
        ("openinference.span.kind", "LLM"),
        ("llm.invocation_parameters", r#"{"model":"m","echo":true}"#),
        ("output.value", r#"{"choices":[{"text":"hunter2 said"}]}"#),
        ("llm.choices.0.completion.text", "hunter2 said"),
    ];
    for flags in [Flags::PROMPTS, Flags::INPUTS, Flags::INPUT_TEXT] {
        let shown = format!("{:?}", hidden(flags, &echoed));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn a_users_message_in_an_answer_counts_as_input() {
    let compacted = [
        ("llm.output_messages.0.message.role", "user"),
        ("llm.output_messages.0.message.content", SECRET),
        ("llm.output_messages.1.message.role", "assistant"),
        ("llm.output_messages.1.message.content", "ok"),
    ];
    let shown = hidden(Flags::INPUT_TEXT, &compacted);
    let values: Vec<_> = shown.iter().map(|(_, value)| &**value).collect();
    assert_eq!(values, ["user", REDACTED, "assistant", "ok"]);
}

#[test]
fn errors_and_events_are_hidden_with_what_they_may_quote() {
    use opentelemetry::trace::{Event, Status};
    use std::time::UNIX_EPOCH;

    let mut span = crate::testing::span("call");
    span.status = Status::error(SECRET);
    let exception = vec![
        KeyValue::new("exception.type", "Error"),
        KeyValue::new("exception.message", SECRET),
        KeyValue::new("exception.stacktrace", SECRET),
    ];
    span.events.events.push(Event::new("exception", UNIX_EPOCH, exception, 0));
    let message = vec![KeyValue::new("role", "user"), KeyValue::new("content", SECRET)];
    span.events.events.push(Event::new("gen_ai.user.message", UNIX_EPOCH, message, 0));
    for (flags, is_hidden) in [(Flags::INPUT_TEXT, true), (Flags::EMBEDDINGS_VECTORS, false)] {
        let mut copy = span.clone();
        hide(flags).apply(&mut copy);
        let shown = format!("{copy:?}");
        assert_eq!(!shown.contains(SECRET), is_hidden, "{shown}");
        assert!(shown.contains("\"Error\"") && shown.contains("\"user\""));
    }
}
