//! Speech, transcriptions and translations.

use super::super::super::PartKind::{
    SpeechRequest, SpeechResponse, TranscriptionEvent, TranscriptionRequest, TranscriptionResponse,
};
use super::support::{derive, derive_all};

#[test]
fn speech_is_a_text_that_is_answered_with_audio() {
    let span = derive([
        (
            SpeechRequest,
            r#"{"model":"tts-1","input":"Hello","voice":"alloy","instructions":"softly"}"#,
        ),
        (SpeechResponse, r#"{"contentType":"audio/mpeg","bytes":1234}"#),
    ]);
    assert_eq!(
        span.input(),
        [
            "0.message.role = system",
            "0.message.content = softly",
            "1.message.role = user",
            "1.message.content = Hello",
        ]
    );
    assert_eq!(
        span.output(),
        [
            "0.message.role = assistant",
            "0.message.contents.0.message_content.type = audio",
            "0.message.contents.0.message_content.audio.audio.mime_type = audio/mpeg",
        ]
    );
    span.has([
        ("openinference.span.kind", "LLM"),
        ("llm.model_name", "tts-1"),
        ("llm.invocation_parameters", r#"{"model":"tts-1","voice":"alloy"}"#),
        ("output.value", r#"{"contentType":"audio/mpeg","bytes":1234}"#),
    ]);
}

const REQUEST: &str = r#"{"model":"whisper-1","file":{"name":"a.mp3","type":"audio/mpeg","size":3},"prompt":"Names: Ann","language":"en"}"#;

#[test]
fn a_transcription_is_a_file_that_is_answered_with_text() {
    let object = r#"{"text":"Hello Ann","logprobs":[{"token":"H"}],"usage":{"type":"tokens","input_tokens":14,"output_tokens":4,"total_tokens":18,"input_token_details":{"text_tokens":0,"audio_tokens":14}}}"#;
    for (response, value, mime_type) in [
        (r#""Hello Ann""#, "Hello Ann", "text/plain"),
        (r#"{"text":"Hello Ann"}"#, r#"{"text":"Hello Ann"}"#, "application/json"),
    ] {
        let span = derive([(TranscriptionRequest, REQUEST), (TranscriptionResponse, response)]);
        assert_eq!(span.output(), ["0.message.role = assistant", "0.message.content = Hello Ann"]);
        span.has([
            ("output.value", value),
            ("output.mime_type", mime_type),
            ("llm.invocation_parameters", r#"{"model":"whisper-1","language":"en"}"#),
            ("llm.input_messages.0.message.contents.0.message_content.text", "Names: Ann"),
            ("llm.input_messages.0.message.contents.1.message_content.type", "file"),
            ("llm.input_messages.0.message.contents.1.message_content.text", "a.mp3"),
        ]);
    }
    let span = derive([(TranscriptionResponse, object)]);
    span.has([
        ("llm.token_count.prompt", "14"),
        ("llm.token_count.prompt_details.audio", "14"),
        ("llm.token_count.completion", "4"),
    ]);
    assert!(!span.get("output.value").unwrap_or_default().contains("logprobs"));
}

#[test]
fn a_streamed_transcription_is_its_text() {
    let deltas = [
        r#"{"type":"transcript.text.delta","delta":"Hel"}"#,
        r#"{"type":"transcript.text.delta","delta":"lo"}"#,
    ];
    derive_all(TranscriptionEvent, &deltas).has([
        ("llm.output_messages.0.message.content", "Hello"),
        ("output.value", r#"{"text":"Hello"}"#),
    ]);
    let done = r#"{"type":"transcript.text.done","text":"Hello!","usage":{"type":"tokens","input_tokens":1}}"#;
    derive_all(TranscriptionEvent, &[deltas[0], deltas[1], done]).has([
        ("llm.output_messages.0.message.content", "Hello!"),
        ("llm.token_count.prompt", "1"),
    ]);
    let segment = r#"{"type":"transcript.text.segment","id":"s1","speaker":"A","text":"Hel"}"#;
    let output = derive_all(TranscriptionEvent, &[segment]).get("output.value");
    assert!(output.unwrap_or_default().contains(r#""speaker":"A""#));
}
