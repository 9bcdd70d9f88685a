//! The last stage: finished spans leave the process as OTLP/HTTP requests.
//!
//! `Encoder` turns `SpanData` into the bytes of an `ExportTraceServiceRequest`, through
//! opentelemetry-otlp, so that the encoding is the field's own. `Delivery` takes such bytes to one
//! destination and answers, for every span, what became of it: delivered, lost with a reason, or
//! unsent and worth another round later. Nothing here keeps spans between rounds, logs, reads the
//! process environment or installs process-wide state; what a person should know goes to the
//! `Observer`.
//!
//! The decisions are pure and in files of their own (`classify`, `retry_after`, `backoff`,
//! `size_limit`, `negotiation`, `redirect`, `response`); `delivery` strings them together and
//! `client` is the only file that touches the network.

mod backoff;
mod batch;
mod classify;
mod client;
mod connector;
mod delivery;
mod encoder;
mod endpoint;
mod exchange;
mod fault;
pub mod json;
mod memory;
mod merge;
mod negotiation;
mod observer;
mod pace;
mod redact;
mod redirect;
mod response;
mod retry_after;
mod route;
mod sender;
mod size_limit;
mod split;
mod target;
mod tls;
mod warnings;
mod wire;

#[cfg(test)]
mod tests;

pub use batch::{EncodedBatch, Loss, MAX_REQUEST_BYTES, Report};
pub use delivery::Delivery;
pub use encoder::{EncodeError, Encoded, Encoder};
pub use json::from_protobuf as json_of;
pub use memory::Memory;
pub use merge::concatenate;
pub use observer::Observer;
pub use split::split;
pub use target::{Encoding, ProxyEnv, Target, TargetError};
