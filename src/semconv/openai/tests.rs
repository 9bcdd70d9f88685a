//! JSON in, as the SDK passes it, attributes out.

mod audio;
mod calls;
mod chat;
mod chat_stream;
mod credentials;
mod media;
mod properties;
mod responses;
mod responses_items;
mod responses_stream;
mod support;
mod usage;

#[expect(clippy::duplicate_mod, reason = "the tests of a stage see nothing of another's")]
#[path = "../../handoff/tests/writer.rs"]
mod writer;
