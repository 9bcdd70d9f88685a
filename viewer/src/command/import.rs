//! `catalyst import`: files of traces into the store, also while `dev` writes there.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, stdin};
use std::path::PathBuf;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use serde_json::json;

use super::Stop;
use super::asked::{DEFAULT_DB, STORE_HELP};
use super::options::parse;
use crate::import::{Flaw, read};
use crate::intake::{self, Desk, Received};
use crate::store::writer::Receipt;
use crate::store::{Place, Store};
use crate::terminal::screen::Screen;
use crate::terminal::{amount, safe};

const HELP: &str = "Usage: catalyst-tracing import FILE... [options]

Takes traces from files into the store, gzipped or not; `-` is standard input. What is there already
is not stored again. It knows:

  OTLP's JSON       as `export --format otlp-json`, files sinks and OpenTelemetry's collector write it
  JSONL             as `export --format jsonl` and the page's download write it, or its \"Copy JSON\"
  HALO's lines      as `export --format halo` writes them

A CSV does not hold all of a span, and is not taken.

Options:
  --json            says as JSON what became of each file
";

/// Spans that are handed to the store at a time, so that a transaction is worth it.
const BATCH_SPANS: usize = 1_000;
/// Batches that wait to be written while more is read.
const WAITING: usize = 4;
/// Flaws that are told one by one.
const TOLD: usize = 5;

#[derive(Default)]
struct Outcome {
    stored: u64,
    duplicates: u64,
    rejected: u64,
    flaws: Vec<Flaw>,
    /// Beyond those that are told.
    more_flaws: u64,
}

/// Why a file is not read to its end.
enum Broken {
    File(std::io::Error),
    Store(String),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

pub fn run(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let given = parse(arguments, &["db"], &["json"]).map_err(Stop::Misused)?;
    if given.has("help") {
        return screen.print(&format!("{HELP}{STORE_HELP}"));
    }
    if given.others.is_empty() {
        return Err(Stop::Misused("the name of a file is missing.".to_owned()));
    }
    let db = given.option("db").unwrap_or(DEFAULT_DB);
    // Before the store, which would be made for nothing.
    let files: Vec<(&String, Box<dyn Read>)> =
        given.others.iter().map(|name| Ok((name, open(name)?))).collect::<Result<_, Stop>>()?;
    let store = Store::open(&Place::File(PathBuf::from(db)))
        .map_err(|error| Stop::Failed(format!("cannot open {}: {error}.", safe::line(db))))?;
    let mut all = Vec::new();
    let mut is_whole = true;
    for (name, file) in files {
        let (outcome, broken) = take(&store, file);
        is_whole &= broken.is_none() && outcome.flaws.is_empty() && outcome.rejected == 0;
        let name = safe::line(name);
        let why = broken.map(|broken| match broken {
            Broken::File(error) => format!("{name} cannot be read to its end: {error}."),
            Broken::Store(error) => format!("the store cannot be written: {error}."),
        });
        if given.has("json") {
            all.push(json!({
                "file": name,
                "stored": outcome.stored,
                "duplicates": outcome.duplicates,
                "rejected": outcome.rejected,
                "badLines": outcome.flaws.len() as u64 + outcome.more_flaws,
            }));
        } else {
            screen.line(&sentence(&name, &outcome))?;
        }
        screen.flush()?;
        tell(&name, &outcome, why.as_deref());
    }
    if given.has("json") {
        screen.json(&all)?;
    }
    if is_whole { Ok(()) } else { Err(Stop::Failed("not everything was taken in.".to_owned())) }
}

fn open(name: &str) -> Result<Box<dyn Read>, Stop> {
    if name == "-" {
        return Ok(Box::new(stdin()));
    }
    let failed =
        |error: std::io::Error| Stop::Failed(format!("cannot read {}: {error}.", safe::line(name)));
    let file = File::open(name).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(Stop::Failed(format!("{} is a folder.", safe::line(name))));
    }
    Ok(Box::new(file))
}

/// What has been read is stored, whatever becomes of the rest.
fn take(store: &Store, file: impl Read) -> (Outcome, Option<Broken>) {
    let mut outcome = Outcome::default();
    let mut flaws = Vec::new();
    let mut more_flaws = 0;
    let mut waiting =
        Waiting { store, desk: Desk::default(), spans: Vec::new(), receipts: VecDeque::new() };
    let read = read(
        file,
        |request| waiting.add(request, &mut outcome),
        |flaw| {
            if flaws.len() < TOLD {
                flaws.push(flaw);
            } else {
                more_flaws += 1;
            }
        },
    );
    let stored = waiting.end(&mut outcome);
    outcome.flaws = flaws;
    outcome.more_flaws = more_flaws;
    (outcome, read.err().or(stored.err()))
}

struct Waiting<'a> {
    store: &'a Store,
    desk: Desk,
    spans: Vec<Received>,
    receipts: VecDeque<Receipt>,
}

impl Waiting<'_> {
    fn add(
        &mut self,
        request: ExportTraceServiceRequest,
        outcome: &mut Outcome,
    ) -> Result<(), Broken> {
        let taken = intake::take(request, &mut self.desk);
        outcome.rejected += u64::from(taken.rejected);
        self.spans.extend(taken.received);
        if self.spans.len() >= BATCH_SPANS {
            self.send()?;
            if self.receipts.len() > WAITING {
                self.await_first(outcome)?;
            }
        }
        Ok(())
    }

    fn send(&mut self) -> Result<(), Broken> {
        if !self.spans.is_empty() {
            let receipt = self.store.ingest(std::mem::take(&mut self.spans));
            self.receipts.push_back(receipt.map_err(|error| Broken::Store(error.to_string()))?);
        }
        Ok(())
    }

    fn await_first(&mut self, outcome: &mut Outcome) -> Result<(), Broken> {
        let Some(receipt) = self.receipts.pop_front() else { return Ok(()) };
        let written = receipt.wait().map_err(Broken::Store)?;
        outcome.stored += written.stored;
        outcome.duplicates += written.duplicates;
        outcome.rejected += written.refused;
        Ok(())
    }

    fn end(mut self, outcome: &mut Outcome) -> Result<(), Broken> {
        self.send()?;
        while !self.receipts.is_empty() {
            self.await_first(outcome)?;
        }
        Ok(())
    }
}

fn sentence(name: &str, outcome: &Outcome) -> String {
    let count = |number: u64| amount::count(i64::try_from(number).unwrap_or(i64::MAX));
    let mut sentence = match outcome.stored {
        1 => format!("1 span from {name}"),
        stored => format!("{} spans from {name}", count(stored)),
    };
    if outcome.duplicates > 0 {
        sentence += &format!(", {} were there already", count(outcome.duplicates));
    }
    if outcome.rejected > 0 {
        sentence += &format!(", {} refused for their ids", count(outcome.rejected));
    }
    sentence + "."
}

fn tell(name: &str, outcome: &Outcome, why: Option<&str>) {
    for flaw in &outcome.flaws {
        eprintln!("catalyst-tracing: {name}, line {}: {}.", flaw.line, flaw.why);
    }
    if outcome.more_flaws > 0 {
        eprintln!("catalyst-tracing: {name}: {} more lines like that.", outcome.more_flaws);
    }
    if let Some(why) = why {
        eprintln!("catalyst-tracing: {why}");
    }
}
