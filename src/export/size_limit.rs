//! What a collector's 413s teach about how much it takes in one request.
//!
//! Sizes are those of the protobuf message before compression, kept for each form of the body,
//! because a server may measure what it receives or what it unpacks. A batch over the learned limit
//! is split before it is sent, so that the same bytes are not uploaded over and over. The limit is
//! half of the smallest refused size, or the largest accepted one where that is more. Where the two
//! contradict each other (a limit on compressed bytes makes them), the refusal stands.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::wire::Form;

/// A limit may have been raised by now; trying costs one upload. Also used for refused encodings.
pub const RELEARN_AFTER: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Default)]
struct Learned {
    refused: Option<(usize, Instant)>,
    accepted: usize,
}

/// The sizes seen so far, by form.
#[derive(Default)]
pub struct SizeLimits {
    by_form: HashMap<Form, Learned>,
}

impl SizeLimits {
    /// The size that a request with more than one span should not exceed, once a 413 taught one.
    pub fn limit(&self, form: Form, now: Instant) -> Option<usize> {
        let learned = self.by_form.get(&form)?;
        let (refused, at) = learned.refused?;
        (now.duration_since(at) < RELEARN_AFTER)
            .then(|| learned.accepted.max(refused.saturating_sub(1) / 2).max(1))
    }

    /// A 413 for a request of this size.
    pub fn refused(&mut self, form: Form, bytes: usize, now: Instant) {
        let known = self.limit(form, now).is_some();
        let learned = self.by_form.entry(form).or_default();
        let smallest = match learned.refused {
            Some((refused, _)) if known => refused.min(bytes),
            _ => bytes,
        };
        learned.refused = Some((smallest, now));
        if learned.accepted >= smallest {
            learned.accepted = 0;
        }
    }

    /// A request of this size was taken.
    pub fn accepted(&mut self, form: Form, bytes: usize) {
        let learned = self.by_form.entry(form).or_default();
        if learned.refused.is_none_or(|(refused, _)| bytes < refused) {
            learned.accepted = learned.accepted.max(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::target::Encoding;
    use super::*;

    const FORM: Form = Form { encoding: Encoding::Protobuf, gzip: true };

    enum Seen {
        Refused(usize),
        Accepted(usize),
    }
    use Seen::{Accepted, Refused};

    #[test]
    fn the_limit_follows_what_was_refused_and_what_was_accepted() {
        let now = Instant::now();
        for (seen, limit) in [
            (&[][..], None),
            (&[Accepted(900)], None),
            (&[Refused(1001)], Some(500)),
            (&[Refused(1001), Refused(401)], Some(200)),
            (&[Refused(401), Refused(1001)], Some(200)),
            (&[Accepted(700), Refused(1001)], Some(700)),
            (&[Refused(1001), Accepted(700)], Some(700)),
            (&[Refused(1001), Accepted(300)], Some(500)),
            (&[Accepted(700), Refused(1001), Refused(601)], Some(300)),
            (&[Refused(601), Accepted(700)], Some(300)),
            (&[Refused(0)], Some(1)),
        ] {
            let mut limits = SizeLimits::default();
            for event in seen {
                match event {
                    Refused(bytes) => limits.refused(FORM, *bytes, now),
                    Accepted(bytes) => limits.accepted(FORM, *bytes),
                }
            }
            assert_eq!(limits.limit(FORM, now), limit);
        }
    }

    #[test]
    fn a_limit_is_forgotten_after_ten_minutes_and_learned_anew() {
        let start = Instant::now();
        let later = start + RELEARN_AFTER;
        let mut limits = SizeLimits::default();
        limits.refused(FORM, 1001, start);
        assert_eq!(limits.limit(FORM, later - Duration::from_millis(1)), Some(500));
        assert_eq!(limits.limit(FORM, later), None);
        limits.refused(FORM, 5001, later);
        assert_eq!(limits.limit(FORM, later), Some(2500));
    }

    #[test]
    fn each_form_has_its_own_limit() {
        let now = Instant::now();
        let mut limits = SizeLimits::default();
        limits.refused(FORM, 1001, now);
        let json = Form { encoding: Encoding::Json, gzip: true };
        assert_eq!(limits.limit(json, now), None);
    }
}
