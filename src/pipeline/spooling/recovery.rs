//! What dead processes left behind for a destination becomes batches of this one.

use std::time::Duration;

use tokio::time::Instant;

use super::{Gathered, Open, Record, Spooling};
use crate::export::{EncodedBatch, Observer, concatenate};
use crate::pipeline::claims::Claims;
use crate::spool::{Salvage, Spool};
use crate::stats::Stage;

/// Processes die seldom, and what they leave behind is in no hurry.
const LOOK_EVERY: Duration = Duration::from_secs(30);

impl Spooling {
    /// When it is time to look for what dead processes left behind.
    pub(in crate::pipeline) fn looks_at(&self) -> Instant {
        self.looks_at
    }

    /// Takes over what dead processes left behind for this destination.
    pub(in crate::pipeline) fn look(&mut self, now: Instant) {
        if self.looks_at > now {
            return;
        }
        self.looks_at = now + LOOK_EVERY;
        if self.spool.is_none() {
            self.open_spool();
        }
        if let Some(spool) = &mut self.spool {
            // A directory that cannot be read now may be the next time.
            let _ = spool.adopt();
        }
    }

    /// The next segment of a dead process, as batches.
    pub(in crate::pipeline) fn next_recovered(&mut self) -> Vec<Gathered> {
        let Some(salvage) = self.spool.as_mut().and_then(Spool::next_orphan) else {
            return Vec::new();
        };
        let Salvage { records, damaged, damaged_spans, is_newer } = salvage;
        if is_newer {
            self.account.warning(
                "spool_newer",
                format!(
                    "the spool in {} holds spans that only a newer version of catalyst-tracing can \
                     read; they stay there",
                    self.config.dir.display()
                ),
            );
        }
        let lost = usize::try_from(damaged_spans).unwrap_or(usize::MAX);
        let waiting: usize = records.iter().map(|(_, spans, _)| *spans as usize).sum();
        self.account.recover(waiting + lost);
        self.account.damaged(damaged);
        self.account.lose(Claims::of(lost), Stage::Spool, "damaged");
        let mut batches = Vec::new();
        let mut open = Open::default();
        let mut close = |open: &mut Open| {
            let Open { payloads, records, spans, .. } = std::mem::take(open);
            let batch = EncodedBatch { protobuf: concatenate(&payloads), spans };
            batches.push(Gathered { batch, claims: Claims::of(spans), records, held_bytes: 0 });
        };
        for (ticket, spans, payload) in records {
            let is_full = open.spans + spans as usize > self.limits.max_spans
                || open.bytes + payload.len() > self.limits.max_bytes;
            if open.spans > 0 && is_full {
                close(&mut open);
            }
            open.spans += spans as usize;
            open.bytes += payload.len();
            open.payloads.push(payload);
            open.records.push(Record { ticket, spans });
        }
        if open.spans > 0 {
            close(&mut open);
        }
        batches
    }

    /// How many segments there are to get with `next_recovered`. Tells the accounts.
    pub(in crate::pipeline) fn orphans(&mut self) -> usize {
        let orphans = self.spool.as_ref().map_or(0, Spool::orphans);
        self.account.orphans(self.told_orphans, orphans);
        self.told_orphans = orphans;
        orphans
    }
}
