//! The `catalyst` command. What it does is in the library; this is what a process needs.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Spans are made on some threads and dropped by another. The system's allocator keeps the most that
/// each of them ever had; this one gives it back.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    catalyst_viewer::command::run(std::env::args().skip(1).collect())
}
