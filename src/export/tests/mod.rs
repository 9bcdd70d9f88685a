//! The stage as a whole: against a scripted client where time matters, so that it can be paused, and
//! against a server on a real socket where the network matters.

mod encoding;
mod fixtures;
mod forms;
mod network;
mod proxies;
mod redirects;
mod retrying;
mod scripted;
mod server;
mod speed;
mod splitting;
mod tls;
