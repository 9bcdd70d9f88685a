//! A text in which places are replaced, from its beginning to its end.

use crate::redact::json::REDACTED;

pub(super) struct Replacing<'t> {
    text: &'t str,
    out: String,
    /// Up to where the text has been copied, or replaced.
    done: usize,
}

impl<'t> Replacing<'t> {
    pub fn new(text: &'t str) -> Self {
        Replacing { text, out: String::new(), done: 0 }
    }

    /// Puts [`REDACTED`] in this place, which comes after the one before.
    pub fn replace(&mut self, start: usize, end: usize) {
        let is_new = self.text.get(start..end).is_some_and(|old| old != REDACTED);
        if let Some(between) = self.text.get(self.done..start).filter(|_| is_new && start < end) {
            self.out.push_str(between);
            self.out.push_str(REDACTED);
            self.done = end;
        }
    }

    /// `None` where nothing was replaced.
    pub fn finish(mut self) -> Option<String> {
        if self.done == 0 {
            return None;
        }
        self.out.push_str(self.text.get(self.done..)?);
        Some(self.out)
    }
}
