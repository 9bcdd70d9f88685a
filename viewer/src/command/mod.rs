//! The command line. Each command is a file that has its options, its help and its work.

mod dev;
mod options;

use std::io::Write as _;
use std::process::ExitCode;

/// Called wrongly, as with other programs.
const EXIT_USAGE: u8 = 2;

const HELP: &str = "Usage: catalyst-tracing <command> [options]

Commands:
  dev        Receives traces on this machine and shows them in a browser.

Options:
  --help     prints this, and after a command its options
  --version  prints the version
";

/// What became of a command.
pub enum Outcome {
    Done,
    /// It was called wrongly: a sentence.
    Misused(String),
    /// It could not do what it should: a sentence.
    Failed(String),
}

pub fn run(arguments: Vec<String>) -> ExitCode {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("", arguments.as_slice()),
    };
    let outcome = match command {
        "dev" => dev::run(rest),
        "--help" | "-h" | "help" => {
            say(HELP);
            Outcome::Done
        }
        "--version" | "-v" => {
            say(concat!(env!("CARGO_PKG_VERSION"), "\n"));
            Outcome::Done
        }
        "" => Outcome::Misused(format!("there is no command.\n\n{HELP}")),
        other => Outcome::Misused(format!("there is no command \"{other}\".\n\n{HELP}")),
    };
    match outcome {
        Outcome::Done => ExitCode::SUCCESS,
        Outcome::Misused(why) => {
            eprintln!("catalyst-tracing: {why}");
            ExitCode::from(EXIT_USAGE)
        }
        Outcome::Failed(why) => {
            eprintln!("catalyst-tracing: {why}");
            ExitCode::FAILURE
        }
    }
}

/// On standard output. Whoever reads it may have gone, which is no fault.
fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes());
    let _ = output.flush();
}
