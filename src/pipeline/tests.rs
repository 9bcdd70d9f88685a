//! The whole pipeline but for JS: chunks go in, requests arrive at a server on a real socket, and
//! every span is accounted for. Nothing here sleeps: a test waits for a flush, for the thread's end
//! or for a request.

mod bounds;
mod fixtures;
mod flushing;
mod malformed;
mod memory;
mod reconfiguring;
mod recovery;
mod routes;
mod server;
mod spool;
mod stopping;
