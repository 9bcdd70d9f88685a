//! What a route with a spool does otherwise than one without.

use std::rc::Rc;

use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use super::Route;
use crate::export::{EncodedBatch, Loss, Observer};
use crate::pipeline::claims::{Claims, Fate};
use crate::pipeline::flushes::{BatchId, FlushReport};
use crate::pipeline::outlet::Queued;
use crate::pipeline::spooling::{Gathered, Record, Spooling, UnderWay, spans_in};
use crate::stats::Stage;

impl Route {
    /// Takes a span in until the chunk has been read; then it is written.
    pub(super) fn take_in_to_spool(
        &mut self,
        span: SpanData,
        bytes: usize,
        fate: Option<Rc<Fate>>,
    ) {
        if let Some(spooling) = &mut self.spooling {
            // For a moment only, and in the place of the chunk.
            self.shared.hold(bytes);
            self.held_bytes += bytes;
            spooling.take_in(span, bytes, fate);
        }
    }

    /// Writes what was taken in, and hands on the batches that are full.
    pub(super) async fn write_chunk(&mut self, now: Instant) {
        let (Some(intake), Some(spooling)) = (&mut self.intake, &mut self.spooling) else { return };
        for (spans, bytes, mut claims) in spooling.take_chunk() {
            let encoded = intake.encoder.encode(spans).await;
            self.shared.release(bytes);
            self.held_bytes = self.held_bytes.saturating_sub(bytes);
            let encoded = match encoded {
                Ok(encoded) => encoded,
                Err(error) => {
                    self.account.warning("encode_failed", error.to_string());
                    self.account.lose(claims, Stage::Export, error.reason());
                    continue;
                }
            };
            let too_large = claims.take(encoded.too_large);
            self.account.lose(too_large, Stage::Export, &Loss::TooLarge.reason());
            for batch in encoded.batches {
                let claims = claims.take(batch.spans);
                let (shared, held, share) = (&self.shared, &mut self.held_bytes, self.share_bytes);
                // Chunks need room too, and what is on disk has another way.
                let may_hold = |bytes: usize| {
                    let has_room = *held + bytes <= share / 2
                        && shared.held_bytes() + bytes <= shared.max_bytes() / 2
                        && shared.reserve(bytes);
                    *held += if has_room { bytes } else { 0 };
                    has_room
                };
                if let Some(claims) = spooling.add(batch, claims, may_hold, now) {
                    self.account.lose(claims, Stage::Queue, "queue_full");
                }
            }
        }
        self.queue_gathered();
        self.forget_evicted();
    }

    fn queue_gathered(&mut self) {
        let Some(spooling) = &mut self.spooling else { return };
        let ready = std::mem::take(&mut spooling.ready);
        self.account.closed_batches(ready.len());
        for Gathered { batch, claims, records, held_bytes } in ready {
            self.held_bytes = (self.held_bytes + batch.protobuf.len()).saturating_sub(held_bytes);
            self.shared.hold(batch.protobuf.len());
            self.shared.release(held_bytes);
            let id = self.shared.next_batch();
            self.outlet.push(Queued { id, batch, claims, records });
        }
    }

    /// Records that had to make room: what is in memory goes out all the same, the rest is lost.
    pub(super) fn forget_evicted(&mut self) {
        let Some(spooling) = &mut self.spooling else { return };
        let evicted = std::mem::take(&mut spooling.evicted);
        if evicted.is_empty() {
            return;
        }
        let is_there = |record: &Record| !evicted.contains(&record.ticket.segment());
        for queued in self.outlet.queue_mut() {
            let is_on_disk = queued.is_on_disk();
            let before = spans_in(&queued.records);
            queued.records.retain(is_there);
            if is_on_disk {
                let gone = before - spans_in(&queued.records);
                queued.batch.spans -= gone;
                self.account.lose(queued.claims.take(gone), Stage::Spool, "evicted");
            }
        }
        self.settled_early.extend(self.outlet.drop_empty());
    }

    /// The next batch for the sink, read back from disk if it has to be.
    pub(in crate::pipeline) fn start_next(&mut self, now: Instant) -> Option<Queued> {
        loop {
            let mut queued = self.outlet.start_next(now)?;
            let Some(spooling) = &mut self.spooling else { return Some(queued) };
            if queued.is_on_disk() {
                let (batch, missing) = spooling.read(&mut queued.records);
                // Another process needed the room, or the disk has lost it.
                self.account.lose(queued.claims.take(missing), Stage::Spool, "gone");
                self.shared.hold(batch.protobuf.len());
                self.held_bytes += batch.protobuf.len();
                queued.batch = batch;
                if queued.batch.spans == 0 {
                    self.outlet.nothing_left(queued.id);
                    self.settled_early.push(queued.id);
                    continue;
                }
            }
            if !queued.records.is_empty() {
                let claims = std::mem::take(&mut queued.claims);
                let records = std::mem::take(&mut queued.records);
                spooling.under_way.insert(queued.id, UnderWay { claims, records });
            }
            return Some(queued);
        }
    }

    /// Batches of which nothing was left to deliver.
    pub(in crate::pipeline) fn take_settled_early(&mut self) -> Vec<BatchId> {
        std::mem::take(&mut self.settled_early)
    }

    /// The claims and records of a batch that has been tried.
    pub(super) fn take_under_way(&mut self, id: BatchId, claims: &mut Claims) -> Vec<Record> {
        let Some(spooling) = &mut self.spooling else { return Vec::new() };
        let Some(under_way) = spooling.under_way.remove(&id) else { return Vec::new() };
        *claims = under_way.claims;
        under_way.records
    }

    /// A batch is through, but for these pieces; returns the records of each. Pieces are written anew
    /// before the whole is acknowledged, so that none of it is sent twice.
    pub(super) fn settle_records(
        &mut self,
        records: Vec<Record>,
        unsent: &[EncodedBatch],
        was_touched: bool,
    ) -> Vec<Vec<Record>> {
        let Some(spooling) = self.spooling.as_mut().filter(|_| !records.is_empty()) else {
            return unsent.iter().map(|_| Vec::new()).collect();
        };
        if let ([_], false) = (unsent, was_touched) {
            return vec![records];
        }
        let now = Instant::now();
        let rewritten =
            unsent.iter().map(|piece| spooling.write(piece, now).into_iter().collect()).collect();
        spooling.acknowledge(&records);
        rewritten
    }

    /// When to look for what dead processes left behind.
    pub(in crate::pipeline) fn looks_at(&self) -> Option<Instant> {
        self.spooling.as_ref().filter(|_| self.is_current()).map(Spooling::looks_at)
    }

    /// Queues what a dead process left behind, a segment at a time and when there is nothing else to
    /// do: what is new comes first.
    pub(in crate::pipeline) fn recover(&mut self, now: Instant) {
        if !self.is_current() {
            return;
        }
        let Some(spooling) = &mut self.spooling else { return };
        spooling.look(now);
        while spooling.orphans() > 0 && self.outlet.is_idle() {
            let batches = spooling.next_recovered();
            self.account.closed_batches(batches.len());
            for Gathered { batch, claims, records, .. } in batches {
                self.shared.hold(batch.protobuf.len());
                self.held_bytes += batch.protobuf.len();
                let id = self.shared.next_batch();
                self.outlet.push(Queued { id, batch, claims, records });
            }
        }
    }

    /// Whether nothing is gained by waiting at the end: the collector is away, and all is on disk.
    pub(in crate::pipeline) fn is_safe_to_leave(&self) -> bool {
        let Some(spooling) = &self.spooling else { return false };
        let is_written = |queued: &Queued| spans_in(&queued.records) == queued.batch.spans;
        self.outlet.is_failing()
            && self.outlet.queue().all(is_written)
            && self.outlet.under_way().all(|id| spooling.is_written(id))
    }

    /// What is held as spans of batches under way and in the queue, for a flush that does not wait.
    pub(in crate::pipeline) fn pending(&self) -> FlushReport {
        let under_way = self.spooling.iter().flat_map(|spooling| spooling.under_way.values());
        let under_way: usize = under_way.map(|it| it.claims.len()).sum();
        let pending = self.outlet.queued_spans() + under_way as u64;
        FlushReport { pending, ..FlushReport::default() }
    }

    /// The end of the thread: what is on disk is there for the next process.
    pub(in crate::pipeline) fn leave(&mut self) {
        let Some(spooling) = &mut self.spooling else { return };
        for queued in self.outlet.queue_mut() {
            self.account.leave(queued.claims.take(spans_in(&queued.records)));
        }
        for under_way in spooling.under_way.values_mut() {
            self.account.leave(under_way.claims.take(spans_in(&under_way.records)));
        }
    }
}
