//! The command line. Each command is a file that has its options, its help and its work.

mod asked;
mod conversation;
mod dev;
mod export;
mod import;
mod options;
mod span;
mod stats;
mod stop;
mod tail;
mod trace;

use std::io::Write as _;
use std::process::ExitCode;

pub use stop::Stop;

use crate::terminal::screen::Screen;

/// Called wrongly, as with other programs.
const EXIT_USAGE: u8 = 2;

const HELP: &str = "Usage: catalyst-tracing <command> [options]

Commands:
  dev        receives traces on this machine and shows them in a browser
  trace      lists traces; shows one as a tree or a timeline
  span       lists spans; shows what went in and came out of one
  tail       shows traces as they come
  stats      adds up durations, tokens, cost and errors of agents and models
  export     writes traces as OTLP, for HALO, or as a table
  import     reads traces from files

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
        "trace" => printed(rest, trace::run),
        "span" => printed(rest, span::run),
        "tail" => printed(rest, tail::run),
        "stats" => printed(rest, stats::run),
        "export" => printed(rest, export::run),
        "import" => printed(rest, import::run),
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

/// A command that prints what it finds.
fn printed(
    arguments: &[String],
    command: impl Fn(&[String], &mut Screen) -> Result<(), Stop>,
) -> Outcome {
    let mut screen = Screen::open();
    let ended = command(arguments, &mut screen);
    // What was found comes before why there is no more.
    let flushed = screen.flush();
    match ended.and(flushed) {
        Ok(()) | Err(Stop::Gone) => Outcome::Done,
        Err(Stop::Misused(why)) => Outcome::Misused(why),
        Err(Stop::Failed(why)) => Outcome::Failed(why),
    }
}

/// A command of several, called without one of them.
fn of_group(name: &str, help: &str, first: Option<&str>, screen: &mut Screen) -> Result<(), Stop> {
    match first {
        Some("--help" | "-h") => screen.print(help),
        Some(other) => Err(Stop::Misused(format!(
            "there is no command \"{name} {}\".\n\n{help}",
            crate::terminal::safe::line(other)
        ))),
        None => Err(Stop::Misused(format!("\"{name}\" is half a command.\n\n{help}"))),
    }
}

/// On standard output. Whoever reads it may have gone, which is no fault.
fn say(text: &str) {
    let mut output = std::io::stdout().lock();
    let _ = output.write_all(text.as_bytes());
    let _ = output.flush();
}
