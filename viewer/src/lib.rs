//! Traces on a developer's own machine. What a request brings becomes spans in `intake`, is kept and
//! found by `store`, and is received and shown by `http`. `command` is what a person types, and
//! `terminal` how that is answered. Nothing here is linked into the addon.

pub mod command;
pub mod cost;
pub mod export;
pub mod http;
pub mod import;
pub mod intake;
pub mod messages;
pub mod store;
pub mod terminal;
pub mod time;
