//! A destination inside the process: requests are kept until somebody takes them. For tests of
//! apps, which want to see what a collector would get, without a network.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::batch::{EncodedBatch, Report};
use super::json;

/// Filled by the native thread and emptied by whoever asks. Nothing in it counts as queued.
#[derive(Debug, Default)]
pub struct Memory(Mutex<Vec<EncodedBatch>>);

impl Memory {
    /// Takes every span.
    pub fn keep(&self, batch: EncodedBatch) -> Report {
        let report = Report { delivered: batch.spans, ..Report::default() };
        self.kept().push(batch);
        report
    }

    /// The requests since the last call, in order, each as OTLP/JSON.
    ///
    /// # Errors
    /// When a request that was kept is none.
    pub fn take_json(&self) -> io::Result<Vec<String>> {
        let kept = std::mem::take(&mut *self.kept());
        let text = |batch: &EncodedBatch| {
            let json = json::from_protobuf(&batch.protobuf)?;
            String::from_utf8(json).map_err(io::Error::other)
        };
        kept.iter().map(text).collect()
    }

    fn kept(&self) -> MutexGuard<'_, Vec<EncodedBatch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
