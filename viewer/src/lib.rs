//! Traces on a developer's own machine. What a request brings becomes spans in `intake`, is kept and
//! found by `store`, and is received and shown by `http`. `command` is what a person types. Nothing
//! here is linked into the addon.

pub mod command;
pub mod cost;
pub mod export;
pub mod http;
pub mod intake;
pub mod store;
