//! What runs on the native thread: one loop that reads chunks, closes batches when they are due,
//! keeps deliveries going and answers flushes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use opentelemetry_sdk::trace::SpanData;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;

use super::StartError;
use super::claims::{Claims, Fate};
use super::flushes::{BatchId, FlushReport, Flushes};
use super::gate::Gate;
use super::outlet::Queued;
use super::route::Route;
use super::shared::Shared;
use crate::assembly::Assembly;
use crate::config::Config;
use crate::export::Report;
use crate::handoff::Scan;
use crate::stats::Stage;

pub(super) enum Command {
    Chunk {
        bytes: Vec<u8>,
        ended: u32,
    },
    /// These spans ended in a chunk that was turned away.
    Forget(Scan),
    Reconfigure {
        config: Box<Config>,
        done: SyncSender<Result<(), StartError>>,
    },
    /// The process ends: no trace that is held will be finished.
    DecideAll,
    Flush {
        id: u32,
        reach: Reach,
    },
    Shutdown {
        grace: Duration,
    },
}

/// Whose batches a flush waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Everyone,
    /// The same, but for what nothing is gained for by waiting; nothing may come any more.
    AtExit,
    /// The routes that spans take now: what an earlier configuration left behind may take long.
    Current,
}

/// A delivery under way: which route and batch, what it holds, and what became of it.
struct Tried {
    route: u64,
    id: BatchId,
    bytes: usize,
    claims: Claims,
    report: Report,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    assembly: Assembly,
    gate: Gate,
    /// Those that spans go to now, and older ones that still hold something.
    routes: Vec<Route>,
    last_route: u64,
    under_way: FuturesUnordered<LocalBoxFuture<'static, Tried>>,
    flushes: Flushes,
    shutdown_at: Option<Instant>,
}

impl Worker {
    pub(super) fn new(config: Config, shared: Arc<Shared>) -> Result<Self, StartError> {
        let gate = Gate::new(&shared);
        let mut worker = Self {
            shared,
            assembly: Assembly::default(),
            gate,
            routes: Vec::new(),
            last_route: 0,
            under_way: FuturesUnordered::new(),
            flushes: Flushes::default(),
            shutdown_at: None,
        };
        worker.open(config)?;
        Ok(worker)
    }

    pub(super) async fn work(mut self, mut inbox: UnboundedReceiver<Command>) {
        let mut inbox_open = true;
        while !self.is_done(inbox_open) {
            let due = self.next_due();
            tokio::select! {
                biased;
                // Deliveries first: they free the memory that chunks need.
                Some(tried) = self.under_way.next(), if !self.under_way.is_empty() => {
                    self.settle(tried);
                }
                command = inbox.recv(), if inbox_open => match command {
                    Some(command) => self.obey(command, &mut inbox).await,
                    None => {
                        inbox_open = false;
                        self.gate.decide_all();
                    }
                },
                () = sleep_until(due), if due.is_some() => {}
            }
            self.gate.decide_due(Instant::now());
            self.close_batches(|due| due.is_some_and(|due| due <= Instant::now())).await;
            self.deliver();
            for (id, report) in self.flushes.take_done() {
                self.shared.close_flush(id, report);
            }
        }
        self.routes.iter_mut().for_each(Route::leave);
    }

    fn is_done(&self, inbox_open: bool) -> bool {
        let nothing_left = self.routes.iter().all(|route| route.outlet.is_empty());
        match self.shutdown_at {
            Some(deadline) => {
                let is_over = |route: &Route| route.outlet.is_empty() || route.is_safe_to_leave();
                self.routes.iter().all(is_over) || Instant::now() >= deadline
            }
            None => !inbox_open && nothing_left,
        }
    }

    fn next_due(&self) -> Option<Instant> {
        let outlets = self.routes.iter().filter_map(|route| route.outlet.wakes_at());
        let batches = self.routes.iter().filter_map(Route::due);
        let looks = self.routes.iter().filter_map(Route::looks_at);
        let gate = self.gate.due();
        outlets.chain(batches).chain(looks).chain(gate).chain(self.shutdown_at).min()
    }

    async fn obey(&mut self, command: Command, inbox: &mut UnboundedReceiver<Command>) {
        match command {
            Command::Chunk { bytes, ended } => self.read(&bytes, ended).await,
            Command::Forget(scan) => {
                for span_id in scan.ended.iter().chain(&scan.discarded) {
                    self.shared.release(self.assembly.forget(span_id));
                }
            }
            Command::Reconfigure { config, done } => {
                let _ = done.send(self.reconfigure(*config).await);
            }
            Command::DecideAll => self.gate.decide_all(),
            Command::Flush { id, reach } => self.flush(id, reach).await,
            Command::Shutdown { grace } => {
                inbox.close();
                self.gate.decide_all();
                self.shutdown_at = Some(Instant::now() + grace);
                self.close_batches(|_| true).await;
                for route in &mut self.routes {
                    route.tell_end();
                    route.outlet.hurry(Instant::now());
                }
            }
        }
    }

    async fn read(&mut self, chunk: &[u8], ended: u32) {
        let shared = Arc::clone(&self.shared);
        let mut spans: Vec<SpanData> = Vec::new();
        let assembly = &mut self.assembly;
        let keep = |change: isize| {
            if change >= 0 {
                shared.hold(change.unsigned_abs());
            } else {
                shared.release(change.unsigned_abs());
            }
        };
        let read =
            catch_unwind(AssertUnwindSafe(|| assembly.read(chunk, |span| spans.push(span), keep)));
        self.shared.release(chunk.len());
        let missing = (ended as usize).saturating_sub(spans.len());
        if missing > 0 {
            let why = match read {
                Ok(Err(malformed)) => malformed.to_string(),
                Ok(Ok(())) => "fewer spans than were counted".to_owned(),
                Err(_) => "the decoder failed".to_owned(),
            };
            self.shared.warn(
                "malformed_chunk",
                "",
                format!("spans were lost on the way from JS: {why}; please report it"),
            );
            self.shared.lose(Stage::Handoff, "malformed", missing);
        }
        let spans = self.gate.pass(spans, Instant::now());
        self.distribute(spans).await;
    }

    /// To every route that wants them. A single one gets the spans themselves, several get copies.
    async fn distribute(&mut self, spans: Vec<SpanData>) {
        let now = Instant::now();
        let current = self.routes.iter().filter(|route| route.is_current()).count();
        let share_bytes = self.shared.max_bytes() / current.max(1);
        let mut unwanted = 0;
        let mut wanting: Vec<usize> = Vec::with_capacity(current);
        for span in spans {
            wanting.clear();
            let routes = self.routes.iter_mut().enumerate();
            wanting.extend(routes.filter_map(|(at, route)| route.wants(&span).then_some(at)));
            let Some((last, others)) = wanting.split_last() else {
                unwanted += 1;
                continue;
            };
            let fate = (current > 1).then(|| Fate::of(wanting.len()));
            for route in others {
                if let Some(route) = self.routes.get_mut(*route) {
                    route.take_in(span.clone(), fate.clone(), share_bytes, now);
                }
            }
            if let Some(route) = self.routes.get_mut(*last) {
                route.take_in(span, fate, share_bytes, now);
            }
        }
        self.shared.stats.counts().filter(unwanted);
        for route in &mut self.routes {
            route.encode_ready().await;
        }
    }

    async fn close_batches(&mut self, is_due: impl Fn(Option<Instant>) -> bool) {
        for route in &mut self.routes {
            if is_due(route.due()) {
                route.close_batch();
                route.encode_ready().await;
            }
        }
    }

    /// Starts whatever may be started, and forgets older routes that are empty.
    fn deliver(&mut self) {
        let now = Instant::now();
        let is_ending = self.shutdown_at.is_some();
        for route in &mut self.routes {
            if !is_ending {
                route.recover(now);
            }
            while let Some(Queued { id, batch, claims, .. }) = route.start_next(now) {
                let (route, sink) = (route.number, route.outlet.sink.clone());
                self.under_way.push(Box::pin(async move {
                    let bytes = batch.protobuf.len();
                    let report = sink.deliver(batch).await;
                    Tried { route, id, bytes, claims, report }
                }));
            }
        }
        for id in self.routes.iter_mut().flat_map(Route::take_settled_early) {
            self.flushes.settle(id, FlushReport::default());
        }
        self.routes.retain(|route| !route.is_over());
    }

    fn settle(&mut self, tried: Tried) {
        let Tried { route: number, id, bytes, claims, report } = tried;
        let Some(route) = self.routes.iter_mut().find(|route| route.number == number) else {
            return;
        };
        let outcome = route.settle(id, bytes, claims, report);
        if outcome.pending > 0 {
            // What is behind it will not be tried before it: nobody need wait for that.
            for (id, pending) in route.outlet.waiting() {
                self.flushes.settle(id, FlushReport { pending, ..FlushReport::default() });
            }
        }
        self.flushes.settle(id, outcome);
    }

    async fn flush(&mut self, id: u32, reach: Reach) {
        self.close_batches(|_| true).await;
        let mut waiting = std::collections::BTreeSet::new();
        let mut report = FlushReport { pending: self.gate.held_spans(), ..FlushReport::default() };
        for route in &mut self.routes {
            if reach == Reach::Current && !route.is_current() {
                continue;
            }
            if reach == Reach::AtExit && route.is_safe_to_leave() {
                report.pending += route.pending().pending;
                continue;
            }
            if reach == Reach::AtExit {
                route.tell_end();
            }
            let (tried, left_alone) = route.outlet.hurry(Instant::now());
            waiting.extend(tried);
            report.pending += left_alone;
        }
        self.flushes.open(id, waiting, report);
    }

    async fn reconfigure(&mut self, config: Config) -> Result<(), StartError> {
        let before = self.routes.len();
        let released = self.open(config)?;
        for route in self.routes.iter_mut().take(before) {
            route.close_batch();
            route.encode_ready().await;
            route.retire();
        }
        self.distribute(released).await;
        Ok(())
    }

    /// Opens all the routes of a configuration, or none. Returns spans that are not held any more.
    fn open(&mut self, config: Config) -> Result<Vec<SpanData>, StartError> {
        let shown: Vec<(String, String)> = config
            .routes
            .iter()
            .map(|route| (route.name.clone(), route.endpoint.clone()))
            .collect();
        let mut routes = Vec::with_capacity(config.routes.len());
        for route in config.routes {
            self.last_route += 1;
            routes.push(Route::open(route, &config.resource, &self.shared, self.last_route)?);
        }
        self.shared.stats.counts().destinations.switch_to(shown.into_iter());
        self.routes.extend(routes);
        Ok(self.gate.reconfigure(config.gate, Instant::now()))
    }
}

async fn sleep_until(due: Option<Instant>) {
    if let Some(due) = due {
        tokio::time::sleep_until(due).await;
    }
}
