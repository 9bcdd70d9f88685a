//! `catalyst tail`: traces as they come. On a terminal those that still grow are drawn below those
//! that are complete, again whenever they have changed; elsewhere each is printed when it is complete.
//!
//! What changes in the store is heard of by asking for its version, which costs next to nothing.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::json;

use super::Stop;
use super::asked::{self, FILTERS_HELP, STORE_HELP};
use super::dev::ending;
use super::trace::{head_lines, spans_of};
use crate::intake::Root;
use crate::store::Store;
use crate::store::filter::{Filter, Page};
use crate::store::spans::SpanSummary;
use crate::store::summary::TraceSummary;
use crate::store::trace::Trace;
use crate::store::traces::matching;
use crate::terminal::screen::{Screen, Style};
use crate::terminal::tree;

const HELP: &str = "Usage: catalyst-tracing tail [options]

Shows traces as they come, as trees, until Ctrl-C. With --range, those of that time first.

Options:
  --json            a line of JSON for each trace that is complete
";

/// Nobody sees the difference to at once.
const ASKING_MS: u64 = 100;
/// The newest traces, of which some may have changed.
const WATCHED: usize = 300;
/// A root that came may have come before other spans of the same moment.
const SETTLED_MS: u64 = 250;
/// What has not grown for so long has been left.
const LEFT_MS: u64 = 60_000;

pub fn run(arguments: &[String], screen: &mut Screen) -> Result<(), Stop> {
    let given = asked::options(arguments, &[], &["json"])?;
    if given.has("help") {
        return screen.print(&format!("{HELP}{FILTERS_HELP}{STORE_HELP}"));
    }
    let [] = asked::words(&given, [])?;
    let mut filter = asked::filter(&given)?;
    let store = asked::store(&given)?;
    let from_ms = filter.from_ms.take();
    let mut tail = Tail {
        store,
        filter,
        is_json: given.has("json"),
        known: HashMap::new(),
        growing: Vec::new(),
        drawn: Vec::new(),
    };
    tail.begin(from_ms)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::failed(&error))?;
    runtime.block_on(async {
        let ending = ending().map_err(|error| Stop::failed(&error))?;
        tokio::pin!(ending);
        let mut interval = tokio::time::interval(Duration::from_millis(ASKING_MS));
        let mut version = None;
        loop {
            tokio::select! {
                () = &mut ending => return Ok(()),
                _ = interval.tick() => {}
            }
            let now = tail.version()?;
            tail.look(screen, version != Some(now))?;
            version = Some(now);
        }
    })
}

struct Tail {
    store: Store,
    filter: Filter,
    is_json: bool,
    /// How many spans of each trace have been seen.
    known: HashMap<i64, i64>,
    growing: Vec<Growing>,
    /// The lines at the end of the terminal that will be drawn again.
    drawn: Vec<String>,
}

/// A trace that has changed and is not printed yet.
struct Growing {
    trace: Trace,
    spans: Vec<SpanSummary>,
    changed: Instant,
    /// Spans that were printed before: what comes late.
    printed: i64,
}

impl Growing {
    fn is_complete(&self) -> bool {
        let silence = self.changed.elapsed();
        let is_settled = silence >= Duration::from_millis(SETTLED_MS);
        (self.trace.root != Root::No && is_settled) || silence >= Duration::from_millis(LEFT_MS)
    }
}

impl Tail {
    /// What is there already is old, but for what was asked for.
    fn begin(&mut self, from_ms: Option<i64>) -> Result<(), Stop> {
        for trace in self.newest()? {
            let is_old = from_ms.is_none_or(|from_ms| trace.start_ns / 1_000_000 < from_ms);
            if is_old {
                self.known.insert(trace.key, trace.span_count);
            }
        }
        Ok(())
    }

    fn newest(&self) -> Result<Vec<Trace>, Stop> {
        let page = Page { limit: WATCHED, before: None };
        let listed = self.store.read(|connection| matching(connection, &self.filter, page))?;
        Ok(listed.items)
    }

    /// Another number after every change that somebody else has made.
    fn version(&self) -> Result<i64, Stop> {
        Ok(self.store.read(|connection| {
            Ok(connection.query_row("PRAGMA data_version", [], |row| row.get(0))?)
        })?)
    }

    fn look(&mut self, screen: &mut Screen, has_changed: bool) -> Result<(), Stop> {
        let mut is_new = false;
        if has_changed {
            let newest = self.newest()?;
            let keys: HashSet<i64> = newest.iter().map(|trace| trace.key).collect();
            // The oldest first, as they are printed.
            for trace in newest.into_iter().rev() {
                let before = self.known.insert(trace.key, trace.span_count);
                if before != Some(trace.span_count) {
                    self.grow(trace, before.unwrap_or(0))?;
                    is_new = true;
                }
            }
            self.known.retain(|key, _| keys.contains(key));
        }
        let (complete, growing): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.growing).into_iter().partition(Growing::is_complete);
        self.growing = growing;
        if !is_new && complete.is_empty() {
            return Ok(());
        }
        self.erase(screen)?;
        for grown in complete {
            self.print(grown, screen)?;
        }
        if screen.is_terminal && !self.is_json {
            self.draw(screen)?;
        }
        screen.flush()
    }

    fn grow(&mut self, trace: Trace, before: i64) -> Result<(), Stop> {
        let spans = spans_of(&self.store, trace.key)?;
        let changed = Instant::now();
        match self.growing.iter_mut().find(|growing| growing.trace.key == trace.key) {
            Some(growing) => {
                growing.trace = trace;
                growing.spans = spans;
                growing.changed = changed;
            }
            None => self.growing.push(Growing { trace, spans, changed, printed: before }),
        }
        Ok(())
    }

    fn print(&self, grown: Growing, screen: &mut Screen) -> Result<(), Stop> {
        let Growing { trace, spans, printed, .. } = grown;
        let summary = TraceSummary::from(trace);
        if self.is_json {
            return screen.json_line(&json!({ "trace": summary, "spans": spans }));
        }
        for line in head_lines(&summary, screen) {
            screen.line(&line)?;
        }
        if printed > 0 {
            let late = summary.span_count - printed;
            let note = screen.paint(Style::Warning, &format!("{late} of its spans came late"));
            screen.line(&note)?;
        }
        for line in tree::lines(&spans, screen) {
            screen.line(&line)?;
        }
        screen.line("")
    }

    /// Those that grow, as far as the terminal has room: the end of each is the newest.
    fn draw(&mut self, screen: &mut Screen) -> Result<(), Stop> {
        let (_, rows) = screen.measure();
        let mut lines = Vec::new();
        for growing in &self.growing {
            lines.push(screen.paint(Style::Warning, "growing:"));
            lines.extend(tree::lines(&growing.spans, screen));
        }
        let beyond = lines.len().saturating_sub(rows.saturating_sub(1));
        self.drawn = lines.split_off(beyond);
        for line in &self.drawn {
            screen.line(line)?;
        }
        Ok(())
    }

    fn erase(&mut self, screen: &mut Screen) -> Result<(), Stop> {
        let drawn = std::mem::take(&mut self.drawn);
        if drawn.is_empty() {
            return Ok(());
        }
        // Up to where the first of them begins, and nothing below.
        screen.print(&format!("\u{1b}[{}A\r\u{1b}[J", drawn.len()))
    }
}
