//! One destination: takes encoded batches there and says what became of every span.
//!
//! Some decisions that OTLP leaves open:
//! - A 2xx head means delivered, even if its body is cut off, too large or garbage: the collector
//!   has the spans, and sending them again would double them.
//! - A 413 splits the batch, and what was learned splits later batches before they are sent. A span
//!   alone in its request is always tried, since the learned limit is an estimate.
//! - What could not be sent within the round is handed back and not kept.
//!
//! Any number of deliveries may run at the same time; they share what was learned of the endpoint.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use opentelemetry_http::HttpClient;
use tokio::time::Instant;

use super::batch::{EncodedBatch, Loss, Report};
use super::client::Client;
use super::endpoint::Endpoint;
use super::observer::Observer;
use super::route;
use super::sender::{Ambient, Outcome, Sender};
use super::split;
use super::target::{Target, TargetError};
use super::tls::Tls;

/// A round that is longer than a day is a round without end, and no clock overflows on it.
const MAX_ROUND_SECONDS: u64 = 24 * 60 * 60;

/// Delivers batches to one target.
pub struct Delivery {
    sender: Sender,
    round: Duration,
}

impl Delivery {
    /// Prepares a delivery. Connections are opened, and the system's certificates read, at the first
    /// request.
    pub fn new(target: Target, observer: Arc<dyn Observer>) -> Result<Self, TargetError> {
        let ambient = Ambient { random: fastrand::f64, wall_clock: SystemTime::now };
        Self::with(target, observer, ambient)
    }

    pub(super) fn with(
        target: Target,
        observer: Arc<dyn Observer>,
        ambient: Ambient,
    ) -> Result<Self, TargetError> {
        let endpoint = Endpoint::parse(&target.endpoint)?;
        let (route, proxy_ignored) = route::route(&endpoint.uri, &target.proxy);
        let (tls, extra_ca_ignored) = if Client::needs_tls(&endpoint.uri, &route) {
            let (tls, extra_unusable) = Tls::parse(&target)?;
            (Some(tls), extra_unusable)
        } else {
            (None, false)
        };
        let client = Arc::new(Client::new(route, tls, round(&target)));
        let delivery = Self::over(client, &target, &endpoint, observer, ambient)?;
        if proxy_ignored {
            delivery.sender.warnings().proxy_ignored();
        }
        if extra_ca_ignored {
            delivery.sender.warnings().extra_ca_ignored();
        }
        Ok(delivery)
    }

    pub(super) fn over(
        client: Arc<dyn HttpClient>,
        target: &Target,
        endpoint: &Endpoint,
        observer: Arc<dyn Observer>,
        ambient: Ambient,
    ) -> Result<Self, TargetError> {
        let sender = Sender::new(client, target, endpoint, observer, ambient)?;
        Ok(Self { sender, round: round(target) })
    }

    /// The request size, in bytes of protobuf, that the collector's 413s taught us not to exceed.
    pub fn size_hint(&self) -> Option<usize> {
        self.sender.size_hint()
    }

    /// One round for one batch: sends it, and sends it again where that is right, until it is
    /// delivered or lost or the target's timeout is over.
    pub async fn deliver(&self, batch: EncodedBatch) -> Report {
        let deadline = Instant::now() + self.round;
        let mut report = Report::default();
        let mut waiting = VecDeque::from([batch]);
        while let Some(piece) = waiting.pop_front() {
            match self.sender.send(&piece, deadline).await {
                Outcome::Accepted { rejected } => {
                    let rejected = rejected.min(piece.spans);
                    report.delivered += piece.spans - rejected;
                    report.lose(Loss::Rejected, rejected);
                }
                Outcome::Lost(loss) => report.lose(loss, piece.spans),
                Outcome::Split { budget_bytes } => match split::split(&piece, budget_bytes) {
                    Ok(pieces) if pieces.len() > 1 => {
                        pieces.into_iter().rev().for_each(|piece| waiting.push_front(piece));
                    }
                    _ => {
                        self.sender.warnings().unreadable();
                        report.lose(Loss::Unreadable, piece.spans);
                    }
                },
                Outcome::Later(asked_for) => {
                    report.unsent.push(piece);
                    report.unsent.extend(waiting);
                    report.retry_not_before = asked_for;
                    break;
                }
            }
        }
        report
    }
}

fn round(target: &Target) -> Duration {
    target.timeout.min(Duration::from_secs(MAX_ROUND_SECONDS))
}
