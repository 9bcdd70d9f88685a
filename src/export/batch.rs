//! What goes into a delivery and what comes out of it. In every report
//! `delivered + lost + the spans of unsent` equals the spans that were handed in.

use std::borrow::Cow;

use bytes::Bytes;
use tokio::time::Instant;

/// OTLP forbids request bodies above this size, measured before compression.
pub const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

/// An encoded `ExportTraceServiceRequest` and the number of spans in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedBatch {
    /// The protobuf message, uncompressed. Other forms are derived from it when they are needed.
    pub protobuf: Bytes,
    /// How many spans the message holds.
    pub spans: usize,
}

/// Why spans were given up. Sending them again would not help, or could deliver them twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loss {
    /// The collector took the request but refused these spans (partial success).
    Rejected,
    /// The collector answered with a status that OTLP says must not be retried.
    Status(u16),
    /// One span alone is over the collector's limit, or over `MAX_REQUEST_BYTES`.
    TooLarge,
    /// The collector sent us to another origin, or in circles.
    Redirect,
    /// What came back is not HTTP/1.1.
    BadResponse,
    /// A response that is not a success went over the read cap.
    ResponseTooLarge,
    /// The batch's own bytes could not be read, so it could not be split or turned into JSON.
    Unreadable,
    /// Nobody reads what would be printed.
    Closed,
}

impl Loss {
    /// The stable name under which these spans are counted.
    pub fn reason(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::Rejected => "rejected",
            Self::Status(status) => return Cow::Owned(format!("http_{status}")),
            Self::TooLarge => "too_large",
            Self::Redirect => "redirect_refused",
            Self::BadResponse => "bad_response",
            Self::ResponseTooLarge => "response_too_large",
            Self::Unreadable => "unreadable_batch",
            Self::Closed => "closed",
        })
    }
}

/// What became of one batch in one round.
#[derive(Debug, Default)]
pub struct Report {
    /// Spans that the collector accepted.
    pub delivered: usize,
    /// Spans given up, at most one entry for each kind of loss.
    pub lost: Vec<(Loss, usize)>,
    /// What is worth another round, in order; pieces of the batch when it was split.
    pub unsent: Vec<EncodedBatch>,
    /// The collector asked to be left alone until then; otherwise the caller decides on a pause.
    pub retry_not_before: Option<Instant>,
}

impl Report {
    pub fn lose(&mut self, loss: Loss, spans: usize) {
        if spans == 0 {
            return;
        }
        match self.lost.iter_mut().find(|(known, _)| *known == loss) {
            Some((_, count)) => *count += spans,
            None => self.lost.push((loss, spans)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loss_has_a_stable_reason() {
        for (loss, reason) in [
            (Loss::Rejected, "rejected"),
            (Loss::Status(400), "http_400"),
            (Loss::TooLarge, "too_large"),
            (Loss::Redirect, "redirect_refused"),
            (Loss::BadResponse, "bad_response"),
            (Loss::ResponseTooLarge, "response_too_large"),
            (Loss::Unreadable, "unreadable_batch"),
            (Loss::Closed, "closed"),
        ] {
            assert_eq!(loss.reason(), reason);
        }
    }

    #[test]
    fn losses_of_one_kind_add_up_in_one_entry() {
        let mut report = Report::default();
        report.lose(Loss::Rejected, 2);
        report.lose(Loss::Status(400), 1);
        report.lose(Loss::Rejected, 3);
        report.lose(Loss::TooLarge, 0);
        assert_eq!(report.lost, [(Loss::Rejected, 5), (Loss::Status(400), 1)]);
    }
}
