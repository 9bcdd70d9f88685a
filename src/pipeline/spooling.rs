//! A route's way over the disk. Spans become a record as soon as the thread has read them, and the
//! record is written before it joins a batch: a batch is some records one after the other, which is a
//! request again. When its spans have been delivered, or given up, its records are acknowledged.
//!
//! What there is no room for in memory stays on disk alone and is read back when its turn comes. A
//! disk that fails costs nothing but the spool: spans go on as they would without one, and are
//! counted as not spooled.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use opentelemetry_sdk::trace::SpanData;
use tokio::time::Instant;

use super::account::Account;
use super::claims::{Claims, Fate};
use super::flushes::BatchId;
use crate::batch::BatchLimits;
use crate::config::SpoolConfig;
use crate::export::{EncodedBatch, Observer, concatenate};
use crate::spool::{
    Appended, Evicted, Folder, Refused, Salvage, Spool, Terms, Ticket, segment_bytes,
};
use crate::stats::Stage;

/// Processes die seldom, and what they leave behind is in no hurry.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// A disk that was full or away is not asked for every record.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_secs(1);

/// A record that waits on disk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub ticket: Ticket,
    pub spans: u32,
}

/// How many spans these hold.
pub(super) fn spans_in(records: &[Record]) -> usize {
    records.iter().map(|record| record.spans as usize).sum()
}

/// A batch whose records are on disk, handed to the sink.
pub(super) struct UnderWay {
    pub claims: Claims,
    pub records: Vec<Record>,
}

/// Spans that go out together.
pub(super) struct Gathered {
    /// Empty where it is on disk alone.
    pub batch: EncodedBatch,
    pub claims: Claims,
    pub records: Vec<Record>,
    /// What its records took up in memory.
    pub held_bytes: usize,
}

pub(super) struct Spooling {
    config: SpoolConfig,
    destination: String,
    account: Account,
    limits: BatchLimits,
    /// None while the directory cannot be used.
    spool: Option<Spool>,
    looks_at: Instant,
    refused_until: Option<Instant>,
    told_orphans: usize,
    /// Taken in, and in no record yet.
    chunk: Vec<(SpanData, usize)>,
    chunk_claims: Claims,
    open: Open,
    pub(super) ready: Vec<Gathered>,
    pub(super) under_way: BTreeMap<BatchId, UnderWay>,
    /// Segments whose records are gone, of which the outlet has not heard.
    pub(super) evicted: Vec<u32>,
}

/// The batch that is being gathered.
#[derive(Default)]
struct Open {
    payloads: Vec<Bytes>,
    records: Vec<Record>,
    claims: Claims,
    spans: usize,
    bytes: usize,
    is_held: bool,
    due: Option<Instant>,
}

impl Spooling {
    pub(super) fn new(
        config: SpoolConfig,
        destination: String,
        limits: BatchLimits,
        account: Account,
        now: Instant,
    ) -> Self {
        let mut spooling = Self {
            config,
            destination,
            account,
            limits,
            spool: None,
            looks_at: now,
            refused_until: None,
            told_orphans: 0,
            chunk: Vec::new(),
            chunk_claims: Claims::default(),
            open: Open::default(),
            ready: Vec::new(),
            under_way: BTreeMap::new(),
            evicted: Vec::new(),
        };
        spooling.open_spool();
        spooling
    }

    fn open_spool(&mut self) {
        let folder = Folder::new(&self.config.dir);
        let opened = folder.prepare().and_then(|()| {
            let max_bytes = self.config.max_bytes;
            let terms = Terms {
                max_bytes,
                segment_bytes: segment_bytes(max_bytes),
                destination: self.destination.clone(),
                takes_all: self.config.takes_all,
                pid: std::process::id(),
                clock: now_ms,
            };
            Spool::open(Box::new(folder), terms)
        });
        match opened {
            Ok(spool) => self.spool = Some(spool),
            Err(error) => self.account.warning(
                "spool_unusable",
                format!(
                    "the spool's directory {} cannot be used: {error}. Spans are kept in memory \
                     alone, and are lost if this process is killed, until it can be",
                    self.config.dir.display()
                ),
            ),
        }
    }

    pub(super) fn take_in(
        &mut self,
        span: SpanData,
        bytes: usize,
        fate: Option<std::rc::Rc<Fate>>,
    ) {
        self.chunk.push((span, bytes));
        self.chunk_claims.push(fate);
    }

    /// What was taken in, in pieces of at most the size of a batch: spans, the memory that they
    /// take up, and the claims on them.
    pub(super) fn take_chunk(&mut self) -> Vec<(Vec<SpanData>, usize, Claims)> {
        let mut pieces: Vec<(Vec<SpanData>, usize)> = Vec::new();
        for (span, bytes) in self.chunk.drain(..) {
            match pieces.last_mut() {
                Some((spans, held))
                    if spans.len() < self.limits.max_spans
                        && *held + bytes <= self.limits.max_bytes =>
                {
                    spans.push(span);
                    *held += bytes;
                }
                _ => pieces.push((vec![span], bytes)),
            }
        }
        let claims = &mut self.chunk_claims;
        pieces
            .into_iter()
            .map(|(spans, bytes)| {
                let claims = claims.take(spans.len());
                (spans, bytes, claims)
            })
            .collect()
    }

    /// Writes the record and adds it to the open batch. `may_hold` claims memory for it; where there
    /// is none it stays on disk alone. Gives the claims back when there is room nowhere.
    pub(super) fn add(
        &mut self,
        encoded: EncodedBatch,
        claims: Claims,
        may_hold: impl FnOnce(usize) -> bool,
        now: Instant,
    ) -> Option<Claims> {
        let record = self.write(&encoded, now);
        let bytes = encoded.protobuf.len();
        let is_held = may_hold(bytes);
        if !is_held && record.is_none() {
            return Some(claims);
        }
        let open = &self.open;
        let is_full = open.spans + encoded.spans > self.limits.max_spans
            || open.bytes + bytes > self.limits.max_bytes;
        if open.spans > 0 && (is_full || open.is_held != is_held) {
            self.close_batch();
        }
        let open = &mut self.open;
        if open.spans == 0 {
            open.due = now.checked_add(self.limits.delay);
            open.is_held = is_held;
        }
        if is_held {
            open.payloads.push(encoded.protobuf);
        }
        open.records.extend(record);
        open.claims.append(claims);
        open.spans += encoded.spans;
        open.bytes += bytes;
        if open.spans >= self.limits.max_spans || open.bytes >= self.limits.max_bytes {
            self.close_batch();
        }
        None
    }

    /// Writes a record, if the disk takes it.
    pub(super) fn write(&mut self, encoded: &EncodedBatch, now: Instant) -> Option<Record> {
        let spans = u32::try_from(encoded.spans).ok()?;
        let may_ask = self.refused_until.is_none_or(|until| until <= now);
        let Some(spool) = self.spool.as_mut().filter(|_| may_ask) else {
            self.account.not_spooled(encoded.spans);
            return None;
        };
        let Appended { ticket, evicted } = spool.append(&encoded.protobuf, spans);
        self.note_evicted(evicted);
        match ticket {
            Ok(ticket) => {
                self.refused_until = None;
                return Some(Record { ticket, spans });
            }
            Err(Refused::NoRoom) => {
                self.refuse("it is full of what may not be deleted, or a span is too large", now);
            }
            Err(Refused::Disk(error)) => self.refuse(&error.to_string(), now),
        }
        self.account.not_spooled(encoded.spans);
        None
    }

    fn refuse(&mut self, why: &str, now: Instant) {
        self.refused_until = Some(now + PAUSE_AFTER_REFUSAL);
        self.account.warning(
            "spool_refused",
            format!(
                "the spool in {} does not take spans: {why}. They are kept in memory alone, and are \
                 lost if this process is killed, until it does",
                self.config.dir.display()
            ),
        );
    }

    fn note_evicted(&mut self, evicted: Evicted) {
        let Evicted { segments, orphaned_spans } = evicted;
        if orphaned_spans > 0 {
            let spans = usize::try_from(orphaned_spans).unwrap_or(usize::MAX);
            self.account.recover(spans);
            self.account.lose(Claims::of(spans), Stage::Spool, "evicted");
        }
        if segments.is_empty() {
            return;
        }
        for under_way in self.under_way.values_mut() {
            under_way.records.retain(|record| !segments.contains(&record.ticket.segment()));
        }
        let open = &mut self.open;
        let before = spans_in(&open.records);
        open.records.retain(|record| !segments.contains(&record.ticket.segment()));
        if !open.is_held {
            let gone = before - spans_in(&open.records);
            open.spans -= gone;
            self.account.lose(open.claims.take(gone), Stage::Spool, "evicted");
        }
        self.evicted.extend(segments);
    }

    /// When the open batch has to go.
    pub(super) fn due(&self) -> Option<Instant> {
        self.open.due
    }

    pub(super) fn close_batch(&mut self) {
        let open = std::mem::take(&mut self.open);
        if open.spans > 0 {
            let protobuf = concatenate(&open.payloads);
            let batch = EncodedBatch { protobuf, spans: open.spans };
            let held_bytes = if open.is_held { open.bytes } else { 0 };
            let Open { claims, records, .. } = open;
            self.ready.push(Gathered { batch, claims, records, held_bytes });
        }
    }

    /// The payloads of records that are on disk alone, and how many spans are not there any more.
    pub(super) fn read(&mut self, records: &mut Vec<Record>) -> (EncodedBatch, usize) {
        let payloads = match &mut self.spool {
            Some(spool) => spool.read(records.iter().map(|record| record.ticket)),
            None => Vec::new(),
        };
        let before = spans_in(records);
        let mut payloads = payloads.into_iter();
        let mut found: Vec<Bytes> = Vec::new();
        records.retain(|_| {
            let payload = payloads.next().flatten();
            let is_there = payload.is_some();
            found.extend(payload.map(Bytes::from));
            is_there
        });
        let spans = spans_in(records);
        (EncodedBatch { protobuf: concatenate(&found), spans }, before - spans)
    }

    /// These are done: no process will send them again.
    pub(super) fn acknowledge(&mut self, records: &[Record]) {
        let Some(spool) = &mut self.spool else { return };
        if let Err(error) = spool.acknowledge(records.iter().map(|record| record.ticket)) {
            self.account.warning(
                "spool_ledger",
                format!(
                    "the spool in {} could not be told what was delivered: {error}. It may be sent \
                     again by the next process",
                    self.config.dir.display()
                ),
            );
        }
    }

    /// When it is time to look for what dead processes left behind.
    pub(super) fn looks_at(&self) -> Instant {
        self.looks_at
    }

    /// Takes over what dead processes left behind for this destination.
    pub(super) fn look(&mut self, now: Instant) {
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
    pub(super) fn next_recovered(&mut self) -> Vec<Gathered> {
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
    pub(super) fn orphans(&mut self) -> usize {
        let orphans = self.spool.as_ref().map_or(0, Spool::orphans);
        self.account.orphans(self.told_orphans, orphans);
        self.told_orphans = orphans;
        orphans
    }

    /// Whether all of this batch, which is with the sink, is on disk too.
    pub(super) fn is_written(&self, id: BatchId) -> bool {
        self.under_way.get(&id).is_some_and(|it| spans_in(&it.records) == it.claims.len())
    }
}

fn now_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
