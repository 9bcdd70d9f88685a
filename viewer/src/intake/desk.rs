//! Where spans are looked at and packed, one after the other. A request takes one of few desks, and
//! waits for it: so many requests at once cost no more memory than there are processors to work on
//! them, and what a desk holds, a compressor above all, is made once.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::BytesMut;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::sync::Semaphore;

use super::payload::Packer;
use super::record::Record;
use super::words::Words;
use super::{Received, Rejection, Source, labels, searched_texts};

/// What these bring is as much as the one thread that writes can take.
const MAX_DESKS: usize = 2;

/// Of `unpacked`, between requests: what exporters send at once fits.
const MAX_KEPT_BYTES: usize = 4 << 20;

/// What is used for one span after the other, and one request after the other.
#[derive(Default)]
pub struct Desk {
    /// For a body without its compression.
    pub unpacked: BytesMut,
    packer: Packer,
    words: Words,
}

impl Desk {
    fn tidy(&mut self) {
        if self.unpacked.try_reclaim(MAX_KEPT_BYTES + 1) {
            self.unpacked = BytesMut::new();
        }
    }

    /// `encoded` is the span as it is kept.
    pub fn receive(
        &mut self,
        span: &Span,
        encoded: &[u8],
        source: &Arc<Source>,
    ) -> Result<Received, Rejection> {
        let record = Record::of(span, source)?;
        searched_texts(span, |text| self.words.add(text));
        Ok(Received {
            labels: labels::of_span(span, &record, source),
            words: self.words.take(),
            payload: self.packer.pack(encoded),
            source: Arc::clone(source),
            record,
        })
    }
}

pub struct Desks {
    free: Arc<Mutex<Vec<Desk>>>,
    places: Arc<Semaphore>,
}

impl Default for Desks {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let places = Arc::new(Semaphore::new(processors.min(MAX_DESKS)));
        Self { free: Arc::default(), places }
    }
}

impl Desks {
    /// Does it on another thread, as soon as a desk is free. `None` when the work panicked.
    pub async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Option<T> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        let free = Arc::clone(&self.free);
        let worked = tokio::task::spawn_blocking(move || {
            // To whoever goes away meanwhile, the place is taken until the work is done.
            let _place = place;
            let lock = || free.lock().unwrap_or_else(PoisonError::into_inner);
            let taken = lock().pop();
            let mut desk = taken.unwrap_or_default();
            let outcome = work(&mut desk);
            desk.tidy();
            lock().push(desk);
            outcome
        });
        worked.await.ok()
    }
}
