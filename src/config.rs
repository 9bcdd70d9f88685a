//! What the pipeline is told. JS has applied defaults and validation (`js/options.ts`); nothing
//! here does so again.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;

use crate::batch::BatchLimits;
use crate::export::{Memory, Target};
use crate::redact::Policy;

/// Where batches go.
pub enum Destination {
    Collector(Box<Target>),
    Memory(Arc<Memory>),
}

pub struct Config {
    pub resource: Resource,
    pub batch: BatchLimits,
    /// Bounds everything that is held: chunks, parts, batches, requests under way.
    pub max_queue_bytes: usize,
    pub policy: Policy,
    pub destination: Destination,
    /// How long the end of the process may be held up in all.
    pub exit_budget: Duration,
    /// The first thing that the native thread does.
    pub on_thread: fn(),
    /// Nothing goes to standard error.
    pub quiet: bool,
}
