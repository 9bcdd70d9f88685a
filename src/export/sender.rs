//! Sends one batch until something is settled: it was taken, it is lost, it must be split, or the
//! round is over. Holds what was learned of the endpoint; locks are never held while waiting.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Response;
use http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use opentelemetry_http::HttpClient;
use tokio::time::{Instant, sleep_until};

use super::batch::{EncodedBatch, Loss, MAX_REQUEST_BYTES};
use super::classify::{Verdict, classify};
use super::client::Incomplete;
use super::endpoint::Endpoint;
use super::exchange::{Exchange, Stop, request_headers};
use super::fault::Fault;
use super::negotiation::{Negotiation, compression_in_415};
use super::observer::Observer;
use super::pace::Pace;
use super::redact::Redactor;
use super::route::{Route, route};
use super::size_limit::SizeLimits;
use super::target::{Target, TargetError};
use super::warnings::Warnings;
use super::wire::{Body, Form};
use super::{response, retry_after};

/// Sends batches to one endpoint.
pub struct Sender {
    gzip_level: u32,
    exchange: Exchange,
    warnings: Warnings,
    observer: Arc<dyn Observer>,
    ambient: Ambient,
    forms: Mutex<Negotiation>,
    limits: Mutex<SizeLimits>,
    pace: Mutex<Pace>,
}

/// What would make a test depend on chance or on the day.
pub struct Ambient {
    /// Uniform from 0 to 1.
    pub random: fn() -> f64,
    /// For `Retry-After` dates.
    pub wall_clock: fn() -> SystemTime,
}

/// What became of a batch.
pub enum Outcome {
    /// The collector has it, and may have refused some of its spans.
    Accepted {
        /// As the collector says; more than there are spans at worst.
        rejected: usize,
    },
    /// Given up.
    Lost(Loss),
    /// Over what one request may hold; there are two spans or more in it.
    Split {
        /// The size to stay within.
        budget_bytes: usize,
    },
    /// Worth another round; not before this moment, if the collector named one.
    Later(Option<Instant>),
}

/// What an answer asks for.
enum Judgement {
    Settled(Outcome),
    /// At once, in whatever form is now the current one.
    Resend,
    /// After a wait, which the server may have named.
    Retry(Option<Duration>),
}

/// Why an attempt failed, told only when the round ends with it.
enum Setback {
    Status(Response<Bytes>),
    Fault(Fault),
}

impl Sender {
    pub fn new(
        client: Arc<dyn HttpClient>,
        target: &Target,
        endpoint: &Endpoint,
        observer: Arc<dyn Observer>,
        ambient: Ambient,
    ) -> Result<Self, TargetError> {
        let (headers, left_out) = request_headers(target, endpoint)?;
        let redactor = Redactor::new(&headers);
        let is_proxied = route(&endpoint.uri, &target.proxy).0 != Route::Direct;
        let warnings =
            Warnings::new(Arc::clone(&observer), endpoint.shown.clone(), is_proxied, redactor);
        for name in &left_out {
            warnings.header_ignored(name);
        }
        let form = Form { encoding: target.encoding, gzip: target.gzip };
        Ok(Self {
            exchange: Exchange::new(client, endpoint, headers),
            gzip_level: target.gzip_level,
            warnings,
            observer,
            ambient,
            forms: Mutex::new(Negotiation::new(form)),
            limits: Mutex::default(),
            pace: Mutex::default(),
        })
    }

    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// The request size learned for the form in use.
    pub fn size_hint(&self) -> Option<usize> {
        let form = hold(&self.forms).current();
        hold(&self.limits).limit(form, Instant::now())
    }

    /// Sends the batch until something is settled.
    pub async fn send(&self, batch: &EncodedBatch, deadline: Instant) -> Outcome {
        let mut kept: Option<Body> = None;
        let mut was_said = false;
        loop {
            let now = Instant::now();
            let start = hold(&self.pace).gate().map_or(now, |gate| gate.max(now));
            if wait(start, deadline).await.is_err() {
                return Outcome::Later(Some(start));
            }
            let form = hold(&self.forms).current();
            let limit = hold(&self.limits).limit(form, Instant::now());
            if let Some(budget_bytes) = limit
                && batch.protobuf.len() > budget_bytes
                && batch.spans > 1
            {
                return Outcome::Split { budget_bytes };
            }
            let body = match kept.take().filter(|body| body.form == form) {
                Some(body) => body,
                None => match Body::new(batch, form, self.gzip_level) {
                    Ok(body) => body,
                    Err(_) => {
                        self.warnings.unreadable();
                        return Outcome::Lost(Loss::Unreadable);
                    }
                },
            };
            if body.plain_bytes > MAX_REQUEST_BYTES {
                return self.too_large(batch, batch.protobuf.len() / 2);
            }
            let (setback, asked) = match self.exchange.post(&body, deadline, &*self.observer).await
            {
                Ok(answer) => match self.judge(batch, &body, &answer) {
                    Judgement::Settled(outcome) => return outcome,
                    Judgement::Resend => continue,
                    Judgement::Retry(asked) => (Setback::Status(answer), asked),
                },
                Err(Stop::Redirect(refusal)) => {
                    self.warnings.redirect(&refusal);
                    return Outcome::Lost(Loss::Redirect);
                }
                Err(Stop::Fault(fault @ Fault::NotHttp(_))) => {
                    self.warnings.fault(&fault);
                    return Outcome::Lost(Loss::BadResponse);
                }
                Err(Stop::Fault(fault)) => {
                    // Said at the first attempt: a short-lived process may not see a second.
                    if matches!(fault, Fault::Refused(_) | Fault::Unreachable(_)) && !was_said {
                        self.warnings.fault(&fault);
                        was_said = true;
                    }
                    (Setback::Fault(fault), None)
                }
            };
            let next = hold(&self.pace).failed(Instant::now(), asked, (self.ambient.random)());
            // A certificate does not mend itself within seconds.
            let hopeless = matches!(setback, Setback::Fault(Fault::Certificate(_)));
            if hopeless || wait(next, deadline).await.is_err() {
                match setback {
                    Setback::Fault(_) if was_said => {}
                    Setback::Fault(fault) => self.warnings.fault(&fault),
                    Setback::Status(answer) => {
                        self.warnings.busy(answer.status().as_u16(), explanation(&answer));
                    }
                }
                return Outcome::Later(asked.map(|_| next));
            }
            self.observer.retried();
            kept = Some(body);
        }
    }

    fn judge(&self, batch: &EncodedBatch, body: &Body, answer: &Response<Bytes>) -> Judgement {
        let status = answer.status().as_u16();
        let too_long = answer.extensions().get() == Some(&Incomplete::TooLarge);
        match classify(status) {
            Verdict::Success => Judgement::Settled(self.accepted(batch, body, answer)),
            Verdict::Split => {
                let size = batch.protobuf.len();
                let mut limits = hold(&self.limits);
                limits.refused(body.form, size, Instant::now());
                let budget = limits.limit(body.form, Instant::now()).unwrap_or(size / 2);
                drop(limits);
                Judgement::Settled(self.too_large(batch, budget))
            }
            Verdict::SwitchForm => {
                let accepts = header(answer, &ACCEPT_ENCODING);
                let compression = compression_in_415(body.form.gzip, accepts);
                let next = hold(&self.forms).refused(body.form, compression, Instant::now());
                if let Some(form) = next {
                    self.warnings.switched(form);
                    return Judgement::Resend;
                }
                self.warnings.no_form_left();
                Judgement::Settled(Outcome::Lost(Loss::Status(status)))
            }
            Verdict::Retry | Verdict::Final if too_long => {
                self.warnings.response_too_large(status);
                Judgement::Settled(Outcome::Lost(Loss::ResponseTooLarge))
            }
            Verdict::Retry => Judgement::Retry(
                header(answer, &RETRY_AFTER)
                    .and_then(|value| retry_after::parse(value, (self.ambient.wall_clock)())),
            ),
            // Redirects end in the exchange, one way or the other.
            Verdict::Final | Verdict::Follow | Verdict::RefuseRedirect => {
                hold(&self.pace).recovered();
                self.warnings.refused(status, explanation(answer));
                Judgement::Settled(Outcome::Lost(Loss::Status(status)))
            }
        }
    }

    fn accepted(&self, batch: &EncodedBatch, body: &Body, answer: &Response<Bytes>) -> Outcome {
        hold(&self.pace).recovered();
        hold(&self.forms).accepted(body.form);
        hold(&self.limits).accepted(body.form, batch.protobuf.len());
        match answer.extensions().get::<Incomplete>() {
            Some(Incomplete::TooLarge) => self.warnings.odd_success("is longer than 4 MiB"),
            Some(Incomplete::CutOff) => self.warnings.odd_success("is cut off"),
            None => {
                let content_type = header(answer, &CONTENT_TYPE);
                match response::partial_success(content_type, body.form.encoding, answer.body()) {
                    Ok(partial) => {
                        self.warnings.partial(partial.rejected, batch.spans, &partial.message);
                        return Outcome::Accepted { rejected: partial.rejected };
                    }
                    Err(response::Garbage) => self.warnings.odd_success("is not one of OTLP"),
                }
            }
        }
        Outcome::Accepted { rejected: 0 }
    }

    fn too_large(&self, batch: &EncodedBatch, budget_bytes: usize) -> Outcome {
        if batch.spans > 1 {
            return Outcome::Split { budget_bytes };
        }
        self.warnings.too_large(batch.protobuf.len());
        Outcome::Lost(Loss::TooLarge)
    }
}

/// Waits for the moment, unless the round is over by then.
async fn wait(moment: Instant, deadline: Instant) -> Result<(), ()> {
    if moment >= deadline {
        return Err(());
    }
    if moment > Instant::now() {
        sleep_until(moment).await;
    }
    Ok(())
}

fn explanation(answer: &Response<Bytes>) -> Option<String> {
    response::error_text(header(answer, &CONTENT_TYPE), answer.body())
}

fn header<'a>(answer: &'a Response<Bytes>, name: &HeaderName) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// What these locks guard stays usable whatever happened to another holder.
fn hold<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
