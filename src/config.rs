//! What the pipeline is told. JS has applied defaults and validation (`js/options.ts`); nothing
//! here does so again.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::Resource;

use crate::batch::BatchLimits;
use crate::cost::Prices;
use crate::export::{Memory, Target};
use crate::filter::Filter;
use crate::redact::Policy;
use crate::sample::Rules;
use crate::sinks::FileTarget;

/// Where batches go.
pub enum Destination {
    Collector(Box<Target>),
    Memory(Arc<Memory>),
    File(FileTarget),
    /// Standard error.
    Console {
        is_coloured: bool,
    },
}

/// One destination and what it gets.
pub struct RouteConfig {
    /// No two are alike.
    pub name: String,
    /// As it may be shown.
    pub endpoint: String,
    pub filter: Filter,
    pub policy: Policy,
    pub batch: BatchLimits,
    pub destination: Destination,
    /// Where its spans wait, if it is a collector.
    pub spool: Option<SpoolConfig>,
}

/// A directory that spans wait in, and how much there may be in it.
#[derive(Debug, Clone)]
pub struct SpoolConfig {
    pub dir: PathBuf,
    pub max_bytes: u64,
    /// What was meant for other destinations goes to this one too.
    pub takes_all: bool,
}

/// What becomes of a span before any route gets it.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    /// Adds the cost of model calls by these.
    pub prices: Option<Arc<Prices>>,
    /// Which traces are sent; all, where there are no rules.
    pub sample: Option<Rules>,
}

pub struct Config {
    pub resource: Resource,
    pub gate: Gate,
    pub routes: Vec<RouteConfig>,
    /// Bounds everything that is held: chunks, parts, batches, requests under way.
    pub max_queue_bytes: usize,
    /// How long the end of the process may be held up in all.
    pub exit_budget: Duration,
    /// The first thing that the native thread does.
    pub on_thread: fn(),
    /// Nothing goes to standard error.
    pub quiet: bool,
}
