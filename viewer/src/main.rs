//! The `catalyst` command. What it does is in the library; this is what a process needs.

use std::process::ExitCode;

fn main() -> ExitCode {
    catalyst_viewer::command::run(std::env::args().skip(1).collect())
}
