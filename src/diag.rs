//! What the operator has to know, on standard error and each thing once: written by the native
//! thread itself, so that it appears also when the event loop is busy or the process is ending.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

#[derive(Debug, Default)]
pub struct Diagnostics {
    said: Mutex<BTreeSet<(&'static str, String)>>,
    quiet: bool,
}

impl Diagnostics {
    pub fn new(quiet: bool) -> Self {
        Self { said: Mutex::default(), quiet }
    }

    /// Says `message` unless something with the same `code` was said before `of` the same thing.
    pub fn warn_once(&self, code: &'static str, of: &str, message: &str) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = said.insert((code, of.to_owned()));
        drop(said);
        if is_new && !self.quiet {
            // Standard error may be closed; then there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "[catalyst-tracing] {message}");
        }
    }
}
