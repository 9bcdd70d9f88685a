//! One destination's way: filter, policy, batch, encoder, and the outlet behind them. Routes share
//! nothing but the bound on memory, of which each may fill its part: so one whose collector is away
//! does not take the room of another.
//!
//! When the pipeline is reconfigured its routes retire: they take nothing in any more, and are
//! dropped when what they hold is gone.

mod spooled;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use super::StartError;
use super::account::Account;
use super::claims::{Claims, Fate};
use super::flushes::{BatchId, FlushReport};
use super::outlet::{Outlet, Queued};
use super::shared::Shared;
use super::sink::Sink;
use super::spooling::Spooling;
use crate::assembly::size_of_span;
use crate::batch::{Batch, Closed};
use crate::config::{Destination, RouteConfig};
use crate::export::{EncodedBatch, Encoder, Loss, Observer, Report};
use crate::filter::Filter;
use crate::redact::Policy;
use crate::stats::Stage;

pub(super) struct Route {
    pub(super) number: u64,
    pub(super) outlet: Outlet,
    shared: Arc<Shared>,
    account: Account,
    /// Of its spans and batches, under way ones included.
    held_bytes: usize,
    /// Of the bound on memory.
    share_bytes: usize,
    /// Nothing when it has retired.
    intake: Option<Intake>,
    spooling: Option<Spooling>,
    /// Batches that came to nothing before the sink had them.
    settled_early: Vec<BatchId>,
}

struct Intake {
    filter: Filter,
    policy: Policy,
    batch: Batch,
    /// On the spans in the batch, in their order.
    claims: Claims,
    encoder: Encoder,
    /// Since the accounts were told.
    tally: Tally,
    /// Closed and not encoded yet.
    ready: Vec<Closed>,
}

#[derive(Default)]
struct Tally {
    wanted: usize,
    filtered: usize,
    turned_away: Claims,
    unredacted: Claims,
}

impl Route {
    pub(super) fn open(
        config: RouteConfig,
        resource: &Resource,
        shared: &Arc<Shared>,
        number: u64,
    ) -> Result<Self, StartError> {
        let account = Account::new(shared, &config.name);
        let observer: Arc<dyn Observer> = Arc::new(account.clone());
        let encoder =
            Encoder::new(resource).map_err(|error| StartError::Thread(error.to_string()))?;
        let spooling = match (config.spool, &config.destination) {
            (Some(spool), Destination::Collector(target)) => {
                let destination = format!("{} ({})", target.shown(), config.name);
                let (limits, now) = (config.batch.clone(), Instant::now());
                Some(Spooling::new(spool, destination, limits, account.clone(), now))
            }
            _ => None,
        };
        let sink = Sink::open(config.destination, config.filter.is_open(), observer)
            .map_err(StartError::Target)?;
        let intake = Intake {
            filter: config.filter,
            policy: config.policy.counted_in(&shared.redactions, &shared.truncated),
            batch: Batch::new(config.batch),
            claims: Claims::default(),
            encoder,
            tally: Tally::default(),
            ready: Vec::new(),
        };
        Ok(Self {
            number,
            outlet: Outlet::new(sink),
            shared: Arc::clone(shared),
            account,
            held_bytes: 0,
            share_bytes: 0,
            intake: Some(intake),
            spooling,
            settled_early: Vec::new(),
        })
    }

    pub(super) fn is_current(&self) -> bool {
        self.intake.is_some()
    }

    /// Nothing will come of it any more.
    pub(super) fn is_over(&self) -> bool {
        self.intake.is_none() && self.outlet.is_empty()
    }

    /// Whether the span is meant for this destination; otherwise it is counted as filtered.
    pub(super) fn wants(&mut self, span: &SpanData) -> bool {
        let Some(intake) = &mut self.intake else { return false };
        let wants = intake.filter.lets_pass(span);
        intake.tally.filtered += usize::from(!wants);
        wants
    }

    /// Takes a span that is wanted, unless that would be more than `share_bytes` in all.
    pub(super) fn take_in(
        &mut self,
        span: SpanData,
        fate: Option<Rc<Fate>>,
        share_bytes: usize,
        now: Instant,
    ) {
        let Some(intake) = &mut self.intake else { return };
        intake.tally.wanted += 1;
        let policy = &intake.policy;
        let Ok(span) = catch_unwind(AssertUnwindSafe(|| policy.apply(span))) else {
            intake.tally.unredacted.push(fate);
            return;
        };
        let bytes = size_of_span(&span);
        self.share_bytes = share_bytes;
        if self.spooling.is_some() {
            self.take_in_to_spool(span, bytes, fate);
            return;
        }
        if self.held_bytes + bytes <= share_bytes && self.shared.reserve(bytes) {
            self.held_bytes += bytes;
            intake.claims.push(fate);
            intake.batch.push(span, bytes, now, &mut intake.ready);
        } else {
            intake.tally.turned_away.push(fate);
        }
    }

    /// When its open batch has to go.
    pub(super) fn due(&self) -> Option<Instant> {
        let spooled = self.spooling.as_ref().and_then(Spooling::due);
        spooled.or(self.intake.as_ref().and_then(|intake| intake.batch.due()))
    }

    pub(super) fn close_batch(&mut self) {
        if let Some(intake) = &mut self.intake {
            intake.ready.extend(intake.batch.close());
        }
        if let Some(spooling) = &mut self.spooling {
            spooling.close_batch();
        }
    }

    /// Takes nothing in any more. Whatever is ready has been encoded before.
    pub(super) fn retire(&mut self) {
        self.intake = None;
        self.tell_end();
    }

    /// Nothing may come any more, and a sink that keeps something to itself has to let go of it.
    pub(super) fn tell_end(&mut self) {
        if self.outlet.sink.holds_back() {
            let batch = EncodedBatch { protobuf: Bytes::new(), spans: 0 };
            let id = self.shared.next_batch();
            self.outlet.push(Queued { id, batch, claims: Claims::default(), records: Vec::new() });
        }
    }

    /// Hands on what is ready, and tells the accounts what was taken in.
    pub(super) async fn encode_ready(&mut self) {
        let Some(intake) = &mut self.intake else { return };
        let Tally { wanted, filtered, turned_away, unredacted } = std::mem::take(&mut intake.tally);
        let ready = std::mem::take(&mut intake.ready);
        let is_gathered = self.spooling.as_ref().is_some_and(|spooling| !spooling.ready.is_empty());
        if wanted + filtered + ready.len() == 0 && !is_gathered {
            return;
        }
        self.account.take_in(wanted, filtered);
        self.account.lose(turned_away, Stage::Queue, "queue_full");
        if unredacted.len() > 0 {
            let message = "a span was held back because the rules for what may leave the process \
                           failed on it; please report it";
            self.account.warning("policy_failed", message.to_owned());
            self.account.lose(unredacted, Stage::Queue, "policy_failed");
        }
        for closed in ready {
            self.encode(closed).await;
        }
        self.write_chunk(Instant::now()).await;
        self.account.holds(self.held_bytes);
    }

    async fn encode(&mut self, closed: Closed) {
        let Some(intake) = &mut self.intake else { return };
        let mut claims = intake.claims.take(closed.spans.len());
        let encoded = intake.encoder.encode(closed.spans).await;
        self.shared.release(closed.bytes);
        self.held_bytes = self.held_bytes.saturating_sub(closed.bytes);
        let encoded = match encoded {
            Ok(encoded) => encoded,
            Err(error) => {
                self.account.warning("encode_failed", error.to_string());
                self.account.lose(claims, Stage::Export, error.reason());
                return;
            }
        };
        let too_large = claims.take(encoded.too_large);
        self.account.lose(too_large, Stage::Export, &Loss::TooLarge.reason());
        self.account.closed_batches(encoded.batches.len());
        for batch in encoded.batches {
            self.shared.hold(batch.protobuf.len());
            self.held_bytes += batch.protobuf.len();
            let claims = claims.take(batch.spans);
            let id = self.shared.next_batch();
            self.outlet.push(Queued { id, batch, claims, records: Vec::new() });
        }
    }

    /// What became of a batch that was handed to the sink; `bytes` is what it took up.
    pub(super) fn settle(
        &mut self,
        id: u64,
        bytes: usize,
        mut claims: Claims,
        report: Report,
    ) -> FlushReport {
        let records = self.take_under_way(id, &mut claims);
        let delivered = self.account.deliver(claims.take(report.delivered)) as u64;
        let mut outcome = FlushReport { delivered, ..FlushReport::default() };
        for (loss, spans) in &report.lost {
            outcome.lost += *spans as u64;
            self.account.lose(claims.take(*spans), Stage::Export, &loss.reason());
        }
        let kept: usize = report.unsent.iter().map(|batch| batch.protobuf.len()).sum();
        self.shared.hold(kept);
        self.shared.release(bytes);
        self.held_bytes = (self.held_bytes + kept).saturating_sub(bytes);
        self.account.holds(self.held_bytes);
        let was_touched = outcome.delivered + outcome.lost > 0;
        let mut records = self.settle_records(records, &report.unsent, was_touched).into_iter();
        self.forget_evicted();
        if report.unsent.is_empty() {
            self.outlet.finished(id);
            return outcome;
        }
        outcome.pending = report.unsent.iter().map(|batch| batch.spans as u64).sum();
        let mut queued = |batch: EncodedBatch| {
            let claims = claims.take(batch.spans);
            let records = records.next().unwrap_or_default();
            Queued { id: self.shared.next_batch(), batch, claims, records }
        };
        let unsent: Vec<Queued> = report.unsent.into_iter().map(&mut queued).collect();
        self.outlet.postponed(id, unsent.into_iter(), report.retry_not_before, Instant::now());
        outcome
    }
}
