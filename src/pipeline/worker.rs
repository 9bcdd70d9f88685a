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
use super::flushes::{BatchId, FlushReport, Flushes};
use super::outlet::{Outlet, Queued};
use super::shared::Shared;
use super::sink::Sink;
use crate::assembly::{Assembly, size_of_span};
use crate::batch::{Batch, Closed};
use crate::config::Config;
use crate::export::{Encoder, Loss, Observer, Report};
use crate::handoff::Scan;
use crate::redact::Policy;
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
    /// The outlet that spans go to now: what an earlier configuration left behind may take long.
    Current,
}

/// A delivery under way: which outlet and batch, what it holds, and what became of it.
struct Tried {
    outlet: u64,
    id: BatchId,
    bytes: usize,
    report: Report,
}

/// Where spans go now.
struct Route {
    policy: Policy,
    batch: Batch,
    encoder: Encoder,
    outlet: u64,
}

pub(super) struct Worker {
    shared: Arc<Shared>,
    assembly: Assembly,
    route: Route,
    /// By number: the current one, and older ones that still hold something.
    outlets: Vec<(u64, Outlet)>,
    under_way: FuturesUnordered<LocalBoxFuture<'static, Tried>>,
    flushes: Flushes,
    last_batch: BatchId,
    shutdown_at: Option<Instant>,
}

impl Worker {
    pub(super) fn new(config: Config, shared: Arc<Shared>) -> Result<Self, StartError> {
        let (route, outlet) = open(config, &shared, 0)?;
        Ok(Self {
            shared,
            assembly: Assembly::default(),
            route,
            outlets: vec![(0, outlet)],
            under_way: FuturesUnordered::new(),
            flushes: Flushes::default(),
            last_batch: 0,
            shutdown_at: None,
        })
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
                    None => inbox_open = false,
                },
                () = sleep_until(due), if due.is_some() => {}
            }
            self.close_due_batch().await;
            self.deliver();
            for (id, report) in self.flushes.take_done() {
                self.shared.close_flush(id, report);
            }
        }
    }

    fn is_done(&self, inbox_open: bool) -> bool {
        let nothing_left = self.outlets.iter().all(|(_, outlet)| outlet.is_empty());
        match self.shutdown_at {
            Some(deadline) => nothing_left || Instant::now() >= deadline,
            None => !inbox_open && nothing_left,
        }
    }

    fn next_due(&self) -> Option<Instant> {
        let outlets = self.outlets.iter().filter_map(|(_, outlet)| outlet.wakes_at());
        outlets.chain(self.route.batch.due()).chain(self.shutdown_at).min()
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
            Command::Flush { id, reach } => self.flush(id, reach).await,
            Command::Shutdown { grace } => {
                inbox.close();
                self.shutdown_at = Some(Instant::now() + grace);
                self.close_batch().await;
                for (_, outlet) in &mut self.outlets {
                    outlet.hurry(Instant::now());
                }
            }
        }
    }

    async fn read(&mut self, chunk: &[u8], ended: u32) {
        let shared = Arc::clone(&self.shared);
        let mut spans: Vec<SpanData> = Vec::new();
        let assembly = &mut self.assembly;
        let policy = &self.route.policy;
        let keep = |change: isize| {
            if change >= 0 {
                shared.hold(change.unsigned_abs());
            } else {
                shared.release(change.unsigned_abs());
            }
        };
        let read = catch_unwind(AssertUnwindSafe(|| {
            assembly.read(chunk, |span| spans.push(policy.apply(span)), keep)
        }));
        self.shared.release(chunk.len());
        let missing = (ended as usize).saturating_sub(spans.len());
        if missing > 0 {
            let why = match read {
                Ok(Err(malformed)) => malformed.to_string(),
                Ok(Ok(())) => "fewer spans than were counted".to_owned(),
                Err(_) => "the decoder failed".to_owned(),
            };
            self.shared.warning(
                "malformed_chunk",
                format!("spans were lost on the way from JS: {why}; please report it"),
            );
            self.shared.lose(Stage::Handoff, "malformed", missing);
        }
        self.batch(spans).await;
    }

    async fn batch(&mut self, spans: Vec<SpanData>) {
        let now = Instant::now();
        let mut ready = Vec::new();
        let mut turned_away = 0;
        for span in spans {
            let bytes = size_of_span(&span);
            if self.shared.reserve(bytes) {
                self.route.batch.push(span, bytes, now, &mut ready);
            } else {
                turned_away += 1;
            }
        }
        self.shared.lose(Stage::Queue, "queue_full", turned_away);
        for closed in ready {
            self.enqueue(closed).await;
        }
    }

    async fn close_due_batch(&mut self) {
        if self.route.batch.due().is_some_and(|due| due <= Instant::now()) {
            self.close_batch().await;
        }
    }

    async fn close_batch(&mut self) {
        if let Some(closed) = self.route.batch.close() {
            self.enqueue(closed).await;
        }
    }

    async fn enqueue(&mut self, closed: Closed) {
        let spans = closed.spans.len();
        let encoded = self.route.encoder.encode(closed.spans).await;
        self.shared.release(closed.bytes);
        let encoded = match encoded {
            Ok(encoded) => encoded,
            Err(error) => {
                self.shared.warning("encode_failed", error.to_string());
                self.shared.lose(Stage::Export, error.reason(), spans);
                return;
            }
        };
        self.shared.lose(Stage::Export, &Loss::TooLarge.reason(), encoded.too_large);
        self.shared.stats.counts().batches += encoded.batches.len() as u64;
        for batch in encoded.batches {
            self.shared.hold(batch.protobuf.len());
            self.last_batch += 1;
            let queued = Queued { id: self.last_batch, batch };
            let current = self.route.outlet;
            if let Some((_, outlet)) =
                self.outlets.iter_mut().find(|(number, _)| *number == current)
            {
                outlet.push(queued);
            }
        }
    }

    /// Starts whatever may be started, and forgets older outlets that are empty.
    fn deliver(&mut self) {
        let now = Instant::now();
        for (number, outlet) in &mut self.outlets {
            while let Some(Queued { id, batch }) = outlet.start_next(now) {
                let (outlet, sink) = (*number, outlet.sink.clone());
                self.under_way.push(Box::pin(async move {
                    let bytes = batch.protobuf.len();
                    let report = sink.deliver(batch).await;
                    Tried { outlet, id, bytes, report }
                }));
            }
        }
        let current = self.route.outlet;
        self.outlets.retain(|(number, outlet)| *number == current || !outlet.is_empty());
    }

    fn settle(&mut self, tried: Tried) {
        let Tried { outlet: number, id, bytes, report } = tried;
        let lost: u64 = report.lost.iter().map(|(_, spans)| *spans as u64).sum();
        let pending: u64 = report.unsent.iter().map(|batch| batch.spans as u64).sum();
        let outcome = FlushReport { delivered: report.delivered as u64, lost, pending };
        {
            let mut counts = self.shared.stats.counts();
            counts.deliver(outcome.delivered);
            for (loss, spans) in &report.lost {
                counts.lose(Stage::Export, &loss.reason(), *spans as u64);
            }
        }
        let kept: usize = report.unsent.iter().map(|batch| batch.protobuf.len()).sum();
        self.shared.hold(kept);
        self.shared.release(bytes);
        let Some((_, outlet)) = self.outlets.iter_mut().find(|(known, _)| *known == number) else {
            return;
        };
        if report.unsent.is_empty() {
            outlet.finished(id);
        } else {
            let last_batch = &mut self.last_batch;
            let unsent: Vec<Queued> = report
                .unsent
                .into_iter()
                .map(|batch| {
                    *last_batch += 1;
                    Queued { id: *last_batch, batch }
                })
                .collect();
            outlet.postponed(id, unsent.into_iter(), report.retry_not_before, Instant::now());
            // What is behind it will not be tried before it: nobody need wait for that.
            for (id, pending) in outlet.waiting() {
                self.flushes.settle(id, FlushReport { pending, ..FlushReport::default() });
            }
        }
        self.flushes.settle(id, outcome);
    }

    async fn flush(&mut self, id: u32, reach: Reach) {
        self.close_batch().await;
        let mut waiting = std::collections::BTreeSet::new();
        let mut report = FlushReport::default();
        let current = self.route.outlet;
        for (number, outlet) in &mut self.outlets {
            if reach == Reach::Current && *number != current {
                continue;
            }
            let (tried, left_alone) = outlet.hurry(Instant::now());
            waiting.extend(tried);
            report.pending += left_alone;
        }
        self.flushes.open(id, waiting, report);
    }

    async fn reconfigure(&mut self, config: Config) -> Result<(), StartError> {
        let number = self.route.outlet + 1;
        let (route, outlet) = open(config, &self.shared, number)?;
        self.close_batch().await;
        self.route = route;
        self.outlets.push((number, outlet));
        Ok(())
    }
}

fn open(config: Config, shared: &Arc<Shared>, outlet: u64) -> Result<(Route, Outlet), StartError> {
    let observer: Arc<dyn Observer> = Arc::clone(shared) as Arc<dyn Observer>;
    let encoder =
        Encoder::new(&config.resource).map_err(|error| StartError::Thread(error.to_string()))?;
    let sink = Sink::open(config.destination, observer).map_err(StartError::Target)?;
    let policy = config.policy.counted_in(&shared.redactions);
    let route = Route { policy, batch: Batch::new(config.batch), encoder, outlet };
    Ok((route, Outlet::new(sink)))
}

async fn sleep_until(due: Option<Instant>) {
    if let Some(due) = due {
        tokio::time::sleep_until(due).await;
    }
}
