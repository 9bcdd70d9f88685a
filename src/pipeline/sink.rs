//! What an outlet's batches go into. A sink says for each batch what became of its spans; how many
//! are under way, what is tried again and when is the outlet's matter. Another kind of sink is
//! another variant.

use std::sync::Arc;

use crate::config::Destination;
use crate::export::{Delivery, EncodedBatch, Memory, Observer, Report, TargetError};

pub(super) enum Sink {
    Collector(Box<Delivery>),
    Memory(Arc<Memory>),
}

impl Sink {
    pub(super) fn open(
        destination: Destination,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, TargetError> {
        Ok(match destination {
            Destination::Collector(target) => {
                Self::Collector(Box::new(Delivery::new(*target, observer)?))
            }
            Destination::Memory(memory) => Self::Memory(memory),
        })
    }

    /// One round for one batch.
    pub(super) async fn deliver(&self, batch: EncodedBatch) -> Report {
        match self {
            Self::Collector(delivery) => delivery.deliver(batch).await,
            Self::Memory(memory) => memory.keep(batch),
        }
    }
}
