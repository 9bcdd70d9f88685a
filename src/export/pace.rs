//! When the next request to an endpoint may start. Failures are counted for the endpoint and not
//! for each batch, since it is the endpoint that is in trouble; a wait that the server asked for
//! holds for every batch.

use std::time::Duration;

use tokio::time::Instant;

use super::backoff;

/// How the endpoint has been doing.
#[derive(Default)]
pub struct Pace {
    failures: u32,
    asked_to_wait_until: Option<Instant>,
}

impl Pace {
    /// Before this moment no request may start, on the server's word.
    pub fn gate(&self) -> Option<Instant> {
        self.asked_to_wait_until
    }

    /// After a failed attempt: when the next one may start. `Retry-After` is taken at its word,
    /// but for a zero that keeps coming, which would make a busy loop.
    pub fn failed(&mut self, now: Instant, asked: Option<Duration>, random: f64) -> Instant {
        self.failures = self.failures.saturating_add(1);
        match asked {
            Some(wait) if !wait.is_zero() => {
                let until = now + wait;
                let gate = self.asked_to_wait_until.map_or(until, |earlier| earlier.max(until));
                self.asked_to_wait_until = Some(gate);
                until
            }
            Some(_) if self.failures == 1 => now,
            _ => now + backoff::delay(self.failures, random),
        }
    }

    /// The endpoint answered as it should.
    pub fn recovered(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_attempt_waits_as_asked_or_backs_off() {
        const fn ms(ms: u64) -> Duration {
            Duration::from_millis(ms)
        }
        for (asked, waits) in [
            (&[None, None, None][..], &[250, 500, 1000][..]),
            (&[Some(ms(3000)), None], &[3000, 500]),
            (&[Some(ms(0)), Some(ms(0)), Some(ms(0))], &[0, 500, 1000]),
            (&[None, Some(ms(1))], &[250, 1]),
        ] {
            let now = Instant::now();
            let mut pace = Pace::default();
            for (asked, wait) in asked.iter().zip(waits) {
                assert_eq!(pace.failed(now, *asked, 1.0), now + ms(*wait));
            }
        }
    }

    #[test]
    fn only_a_wait_that_was_asked_for_holds_back_other_batches() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.failed(now, None, 1.0);
        pace.failed(now, Some(Duration::ZERO), 1.0);
        assert_eq!(pace.gate(), None);
        pace.failed(now, Some(Duration::from_secs(60)), 1.0);
        pace.failed(now, Some(Duration::from_secs(5)), 1.0);
        pace.recovered();
        assert_eq!(pace.gate(), Some(now + Duration::from_secs(60)));
    }

    #[test]
    fn a_success_starts_the_backoff_anew() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.failed(now, None, 1.0);
        pace.recovered();
        assert_eq!(pace.failed(now, None, 1.0), now + Duration::from_millis(250));
    }
}
