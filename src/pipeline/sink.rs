//! What an outlet's batches go into. A sink says for each batch what became of its spans; how many
//! are under way, what is tried again and when is the outlet's matter. Another kind of sink is
//! another variant.

use std::sync::Arc;

use crate::config::Destination;
use crate::export::{Delivery, EncodedBatch, Memory, Observer, Report, TargetError};
use crate::sinks::{Console, FileSink};

pub(super) enum Sink {
    Collector(Box<Delivery>),
    Memory(Arc<Memory>),
    File(FileSink),
    Console(Box<Console>),
}

impl Sink {
    /// `is_whole` says that it gets all spans.
    pub(super) fn open(
        destination: Destination,
        is_whole: bool,
        observer: Arc<dyn Observer>,
    ) -> Result<Self, TargetError> {
        Ok(match destination {
            Destination::Collector(target) => {
                Self::Collector(Box::new(Delivery::new(*target, observer)?))
            }
            Destination::Memory(memory) => Self::Memory(memory),
            Destination::File(target) => Self::File(FileSink::new(target, observer)),
            Destination::Console { is_coloured } => {
                Self::Console(Box::new(Console::new(is_coloured, is_whole)))
            }
        })
    }

    /// Whether it keeps spans to itself until it is told, by a batch without any, that the end has
    /// come.
    pub(super) fn holds_back(&self) -> bool {
        matches!(self, Self::Console(_))
    }

    /// One round for one batch.
    pub(super) async fn deliver(&self, batch: EncodedBatch) -> Report {
        match self {
            Self::Collector(delivery) => delivery.deliver(batch).await,
            Self::Memory(memory) => memory.keep(batch),
            Self::File(file) => file.append(batch).await,
            Self::Console(console) => console.print(batch).await,
        }
    }
}
