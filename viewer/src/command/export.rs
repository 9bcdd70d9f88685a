//! `catalyst export`: traces as a file. A file is there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::Stop;
use super::asked::{self, FILTERS_HELP, STORE_HELP};
use super::trace::nothing;
use crate::export::{Format, Selection, export};
use crate::store::filter::{Filter, Page};
use crate::store::traces::matching;
use crate::terminal::safe;
use crate::terminal::screen::Screen;

const HELP: &str = "Usage: catalyst-tracing export --format FORMAT [options]

Writes traces, the newest first.

Formats:
  otlp-json         OTLP's JSON, a request a line: `import` and OpenTelemetry's collector read it
  halo              what HALO reads: a flat span a line
  csv               a table of spans
  jsonl             all that is known of a span, one a line

Options:
  -o, --output FILE to this file, which only you can read; to standard output if not given
  --trace-id ID     this trace; the beginning of its id is enough
  --status STATUS   traces that are ok, error or open
";

pub fn run(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let arguments: Vec<String> = arguments
        .iter()
        .map(|text| if text == "-o" { "--output".to_owned() } else { text.clone() })
        .collect();
    let own = ["format", "output", "trace-id", "status"];
    let given = asked::options(&arguments, &own, &[])?;
    if given.has("help") {
        return screen.print(&format!("{HELP}{FILTERS_HELP}{STORE_HELP}"));
    }
    let [] = asked::words(&given, [])?;
    let format = match given.option("format") {
        None => return Err(misused("--format is missing")),
        Some(name) => Format::named(name)
            .ok_or_else(|| misused(&format!("there is no format \"{}\"", safe::line(name))))?,
    };
    let filter = asked::filter(&given)?;
    let store = asked::store(&given)?;
    let selection = match given.option("trace-id") {
        Some(_) if filter != Filter::default() => {
            return Err(Stop::Misused(
                "--trace-id is one trace: leave the filters out.".to_owned(),
            ));
        }
        Some(id) => Selection::One(asked::one_trace(&store, id)?.key),
        None => {
            let first = Page { limit: 1, before: None };
            let listed = store.read(|connection| matching(connection, &filter, first))?;
            if listed.items.is_empty() && listed.next.is_none() {
                return Err(nothing(&filter));
            }
            Selection::All(filter)
        }
    };
    match given.option("output").filter(|name| *name != "-") {
        None => to_screen(screen, |sink| Ok(export(&store, &selection, format, sink)?)),
        Some(name) => {
            to_file(Path::new(name), |sink| Ok(export(&store, &selection, format, sink)?))
        }
    }
}

fn misused(what: &str) -> Stop {
    Stop::Misused(format!("{what}: otlp-json, halo, csv and jsonl are."))
}

type Sink<'a> = &'a mut dyn FnMut(Vec<u8>) -> bool;

/// Through a pipe as it is; a terminal gets nothing that it would obey.
fn to_screen(
    screen: &mut Screen,
    work: impl FnOnce(Sink<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut fault = None;
    let done = work(&mut |piece| {
        let outcome = if screen.is_terminal {
            screen.print(&safe::lines(&String::from_utf8_lossy(&piece)))
        } else {
            screen.bytes(&piece)
        };
        outcome.map_err(|stop| fault = Some(stop)).is_ok()
    });
    fault.map_or(done, Err)
}

/// Beside it first: what is there stays until all is written.
fn to_file(path: &Path, work: impl FnOnce(Sink<'_>) -> Result<(), Stop>) -> Result<(), Stop> {
    let failed = |error: std::io::Error| {
        Stop::Failed(format!("cannot write {}: {error}.", safe::line(&path.display().to_string())))
    };
    // A device or a pipe is written to as it is.
    let is_special = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    let beside = if is_special { path.to_owned() } else { beside(path) };
    let mut file = BufWriter::new(create(&beside, is_special).map_err(failed)?);
    let mut fault = None;
    let done = work(&mut |piece| {
        let outcome = file.write_all(&piece);
        outcome.map_err(|error| fault = Some(failed(error))).is_ok()
    });
    let done = fault.map_or(done, Err).and_then(|()| file.flush().map_err(failed));
    drop(file);
    if is_special {
        return done;
    }
    let done = done.and_then(|()| std::fs::rename(&beside, path).map_err(failed));
    if done.is_err() {
        // It is half a file; that it is there is told already.
        let _ = std::fs::remove_file(&beside);
    }
    done
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

fn create(path: &Path, is_special: bool) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true);
    if !is_special {
        options.create_new(true);
    }
    // Prompts are nobody else's business.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
