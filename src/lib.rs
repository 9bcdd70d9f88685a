//! The native half of catalyst-tracing. A span passes through the folders in this order:
//! `bridge` (from JS) → `handoff` (decoded) → `semconv` (OpenInference attributes) → `cost` →
//! `sample` → `filter` → `redact`, of which `limits` are the last step → `batch` → `export`, or `sinks`
//! where there is no collector. Until it is delivered it may lie on disk as well, in the `spool`.
//! `pipeline` is the thread on which all but the first happen.

pub mod assembly;
pub mod batch;
#[cfg(feature = "bridge")]
mod bridge;
pub mod config;
pub mod cost;
pub mod diag;
pub mod export;
pub mod filter;
pub mod handoff;
pub mod limits;
pub mod pipeline;
pub mod redact;
pub mod sample;
pub mod semconv;
pub mod sinks;
pub mod spool;
pub mod stats;
#[cfg(test)]
mod testing;
