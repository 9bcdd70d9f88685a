//! The kinds of part. A part is a snapshot of something that went by; its kind, one byte, says how
//! to read it. `js/handoff/parts.ts` has the same names and numbers.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum PartKind {
    /// A plain value; an attribute refers to it and gets its JSON.
    Json,
    ChatRequest,
    ChatResponse,
    /// One of many: chunks and events are put together into what the response would have been.
    ChatChunk,
    ResponsesRequest,
    ResponsesResponse,
    ResponsesEvent,
    EmbeddingsRequest,
    EmbeddingsResponse,
    CompletionsRequest,
    CompletionsResponse,
    CompletionsChunk,
    ImagesRequest,
    ImagesResponse,
    ImagesEvent,
    SpeechRequest,
    SpeechResponse,
    TranscriptionRequest,
    TranscriptionResponse,
    TranscriptionEvent,
    ModerationsRequest,
    ModerationsResponse,
    /// What the client knows of a call of any kind: where it went, how often, how fast.
    Call,
    /// What a call of any kind failed with.
    Error,
}

impl PartKind {
    const ALL: [PartKind; 24] = [
        PartKind::Json,
        PartKind::ChatRequest,
        PartKind::ChatResponse,
        PartKind::ChatChunk,
        PartKind::ResponsesRequest,
        PartKind::ResponsesResponse,
        PartKind::ResponsesEvent,
        PartKind::EmbeddingsRequest,
        PartKind::EmbeddingsResponse,
        PartKind::CompletionsRequest,
        PartKind::CompletionsResponse,
        PartKind::CompletionsChunk,
        PartKind::ImagesRequest,
        PartKind::ImagesResponse,
        PartKind::ImagesEvent,
        PartKind::SpeechRequest,
        PartKind::SpeechResponse,
        PartKind::TranscriptionRequest,
        PartKind::TranscriptionResponse,
        PartKind::TranscriptionEvent,
        PartKind::ModerationsRequest,
        PartKind::ModerationsResponse,
        PartKind::Call,
        PartKind::Error,
    ];

    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_number() {
        for kind in PartKind::ALL {
            assert_eq!(PartKind::from_byte(kind as u8), Some(kind));
        }
        assert_eq!(PartKind::from_byte(24), None);
    }
}
