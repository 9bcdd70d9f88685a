//! Keys with numbers in them, which are most of a span's: put together without the machinery of
//! `format!`.

/// `list.index.name`
pub(super) fn numbered(list: &str, index: usize, name: &str) -> String {
    [list, ".", itoa::Buffer::new().format(index), ".", name].concat()
}

/// What the keys of a message, of one of its contents or of its tool calls have in common.
#[derive(Debug)]
pub(super) struct Prefix(String);

impl Prefix {
    pub fn new(list: &str, index: usize, name: &str) -> Self {
        Prefix(numbered(list, index, name))
    }

    pub fn key(&self, name: &str) -> String {
        [&self.0, name].concat()
    }

    /// `name.index.last` inside this one.
    pub fn inside(&self, name: &str, index: usize, last: &str) -> Self {
        Prefix([&self.0, name, ".", itoa::Buffer::new().format(index), ".", last].concat())
    }
}

pub(super) const INPUT_MESSAGES: &str = "llm.input_messages";
pub(super) const OUTPUT_MESSAGES: &str = "llm.output_messages";
pub(super) const JSON_MIME_TYPE: &str = "application/json";
pub(super) const TEXT_MIME_TYPE: &str = "text/plain";
