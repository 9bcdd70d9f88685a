//! Counters and flush outcomes as JS gets them.

use napi_derive::napi;

use crate::pipeline::{FlushReport, Pipeline};
use crate::stats::{DestinationCounts, Losses};

#[napi(object, use_nullable = true)]
pub struct NativeFlush {
    pub delivered: f64,
    pub lost: f64,
    pub pending: f64,
}

#[napi(object, use_nullable = true)]
pub struct NativeLoss {
    pub stage: String,
    pub reason: String,
    pub spans: f64,
}

#[napi(object, use_nullable = true)]
pub struct NativeStats {
    pub started: f64,
    pub ended: f64,
    pub queued: f64,
    pub delivered: f64,
    pub filtered: f64,
    pub sampled_out: f64,
    pub sampled_out_early: f64,
    pub lost: Vec<NativeLoss>,
    pub ignored: f64,
    pub faults: f64,
    pub truncated: f64,
    pub batches: f64,
    pub requests: f64,
    pub retries: f64,
    pub bytes_sent: f64,
    pub bytes_held: f64,
    pub last_error: Option<String>,
    pub redacted: f64,
    pub redaction_failures: f64,
    pub spool: NativeSpoolStats,
    pub destinations: Vec<NativeDestinationStats>,
}

#[napi(object, use_nullable = true)]
pub struct NativeSpoolStats {
    pub recovered: f64,
    pub left: f64,
    pub not_spooled: f64,
    pub orphans: f64,
    pub damaged: f64,
}

#[napi(object, use_nullable = true)]
pub struct NativeDestinationStats {
    pub name: String,
    pub endpoint: String,
    pub is_current: bool,
    pub queued: f64,
    pub delivered: f64,
    pub filtered: f64,
    pub lost: Vec<NativeLoss>,
    pub batches: f64,
    pub requests: f64,
    pub retries: f64,
    pub bytes_sent: f64,
    pub bytes_held: f64,
    pub last_error: Option<String>,
}

impl From<FlushReport> for NativeFlush {
    fn from(report: FlushReport) -> Self {
        Self {
            delivered: number(report.delivered),
            lost: number(report.lost),
            pending: number(report.pending),
        }
    }
}

impl NativeStats {
    pub(super) fn of(pipeline: &Pipeline) -> Self {
        let counts = pipeline.stats();
        Self {
            started: number(counts.started),
            ended: number(counts.ended),
            queued: number(counts.queued),
            delivered: number(counts.delivered),
            filtered: number(counts.filtered),
            sampled_out: number(counts.sampled_out),
            sampled_out_early: number(counts.sampled_out_early),
            lost: losses(&counts.lost),
            ignored: number(counts.ignored),
            faults: number(counts.faults),
            truncated: number(counts.truncated),
            batches: number(counts.batches),
            requests: number(counts.requests),
            retries: number(counts.retries),
            bytes_sent: number(counts.bytes_sent),
            bytes_held: number(pipeline.held_bytes() as u64),
            last_error: counts.last_error,
            spool: NativeSpoolStats {
                recovered: number(counts.spool.recovered),
                left: number(counts.spool.left),
                not_spooled: number(counts.spool.not_spooled),
                orphans: number(counts.spool.orphans),
                damaged: number(counts.spool.damaged),
            },
            destinations: counts.destinations.iter().map(Into::into).collect(),
            redacted: number(counts.redacted),
            redaction_failures: number(counts.redaction_failures),
        }
    }
}

impl From<&DestinationCounts> for NativeDestinationStats {
    fn from(page: &DestinationCounts) -> Self {
        Self {
            name: page.name.clone(),
            endpoint: page.endpoint.clone(),
            is_current: page.is_current,
            queued: number(page.queued),
            delivered: number(page.delivered),
            filtered: number(page.filtered),
            lost: losses(&page.lost),
            batches: number(page.batches),
            requests: number(page.requests),
            retries: number(page.retries),
            bytes_sent: number(page.bytes_sent),
            bytes_held: number(page.bytes_held),
            last_error: page.last_error.clone(),
        }
    }
}

fn losses(lost: &Losses) -> Vec<NativeLoss> {
    lost.iter()
        .map(|((stage, reason), spans)| NativeLoss {
            stage: stage.name().to_owned(),
            reason: reason.clone(),
            spans: number(*spans),
        })
        .collect()
}

/// JS counts in doubles, exactly up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no counter of ours comes near 2^53")]
pub(super) fn number(count: u64) -> f64 {
    count as f64
}
