//! Which form of the body the collector takes. A 415 says "not this one" without saying which one:
//! the other encoding is tried first, then the same again uncompressed. What worked is remembered.
//! When everything was refused, each later batch costs one request until `RELEARN_AFTER` is over.

use tokio::time::Instant;

use super::size_limit::RELEARN_AFTER;
use super::target::Encoding;
use super::wire::Form;

/// The form in use and those that were refused since one was last accepted.
pub struct Negotiation {
    initial: Form,
    current: Form,
    refused: Vec<Form>,
    exhausted_at: Option<Instant>,
}

impl Negotiation {
    /// Starts with the configured form; without gzip in it, gzip is never tried.
    pub fn new(initial: Form) -> Self {
        Self { initial, current: initial, refused: Vec::new(), exhausted_at: None }
    }

    /// The form for the next request.
    pub fn current(&self) -> Form {
        self.current
    }

    /// The collector read this form.
    pub fn accepted(&mut self, form: Form) {
        self.current = form;
        self.refused.clear();
        self.exhausted_at = None;
    }

    /// The collector answered 415 to this form. Returns the form to try next, if one is left.
    pub fn refused(&mut self, form: Form, compression: Compression, now: Instant) -> Option<Form> {
        if self.exhausted_at.is_some_and(|at| now.duration_since(at) >= RELEARN_AFTER) {
            self.refused.clear();
            self.exhausted_at = None;
        }
        let gzip = |encoding| Form { encoding, gzip: true };
        let plain = |encoding| Form { encoding, gzip: false };
        let other = match form.encoding {
            Encoding::Protobuf => Encoding::Json,
            Encoding::Json => Encoding::Protobuf,
        };
        match compression {
            Compression::MayBeTheCause => self.refused.push(form),
            Compression::IsTheCause => self.refused.extend([gzip(form.encoding), gzip(other)]),
            Compression::WasNotUsed => {
                self.refused.extend([gzip(form.encoding), plain(form.encoding)]);
            }
        }
        // Another delivery at the same time may have moved on already.
        let candidates =
            [self.current, gzip(other), plain(form.encoding), plain(other), gzip(form.encoding)];
        let next = candidates.into_iter().find(|candidate| {
            (self.initial.gzip || !candidate.gzip) && !self.refused.contains(candidate)
        });
        if next.is_none() && self.exhausted_at.is_none() {
            self.exhausted_at = Some(now);
        }
        self.current = next.unwrap_or(self.initial);
        next
    }
}

/// What is known about compression's part in a 415.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// The body was compressed and the server did not say what it minds.
    MayBeTheCause,
    /// The server's `Accept-Encoding` leaves gzip out.
    IsTheCause,
    /// The body went out as it is.
    WasNotUsed,
}

/// What a 415's `Accept-Encoding` says about the compression of the request that it answers.
pub fn compression_in_415(was_gzipped: bool, accept_encoding: Option<&str>) -> Compression {
    if !was_gzipped {
        return Compression::WasNotUsed;
    }
    let Some(list) = accept_encoding else {
        return Compression::MayBeTheCause;
    };
    let takes_gzip = list.split(',').any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        matches!(coding.as_str(), "gzip" | "x-gzip" | "*") && !refused
    });
    if takes_gzip { Compression::MayBeTheCause } else { Compression::IsTheCause }
}

#[cfg(test)]
mod tests {
    use super::Compression::{IsTheCause, MayBeTheCause, WasNotUsed};
    use super::*;

    const fn form(encoding: Encoding, gzip: bool) -> Form {
        Form { encoding, gzip }
    }
    const PROTO_GZIP: Form = form(Encoding::Protobuf, true);
    const PROTO: Form = form(Encoding::Protobuf, false);
    const JSON_GZIP: Form = form(Encoding::Json, true);
    const JSON: Form = form(Encoding::Json, false);

    #[test]
    fn every_form_is_tried_once_in_a_sensible_order() {
        for (initial, compression, order) in [
            (PROTO_GZIP, MayBeTheCause, &[JSON_GZIP, JSON, PROTO][..]),
            (JSON_GZIP, MayBeTheCause, &[PROTO_GZIP, PROTO, JSON]),
            (PROTO_GZIP, IsTheCause, &[PROTO, JSON]),
            (PROTO_GZIP, WasNotUsed, &[JSON_GZIP]),
            (PROTO, WasNotUsed, &[JSON]),
            (JSON, WasNotUsed, &[PROTO]),
        ] {
            let now = Instant::now();
            let mut negotiation = Negotiation::new(initial);
            let mut tried = Vec::new();
            while let Some(next) = negotiation.refused(
                negotiation.current(),
                if negotiation.current().gzip { compression } else { WasNotUsed },
                now,
            ) {
                tried.push(next);
            }
            assert_eq!(tried, order);
            assert_eq!(negotiation.current(), initial);
        }
    }

    #[test]
    fn what_was_accepted_is_kept_and_can_be_left_again() {
        let now = Instant::now();
        let mut negotiation = Negotiation::new(PROTO_GZIP);
        assert_eq!(negotiation.refused(PROTO_GZIP, MayBeTheCause, now), Some(JSON_GZIP));
        negotiation.accepted(JSON_GZIP);
        assert_eq!(negotiation.current(), JSON_GZIP);
        assert_eq!(negotiation.refused(JSON_GZIP, MayBeTheCause, now), Some(PROTO_GZIP));
    }

    #[test]
    fn a_delivery_that_lags_behind_takes_the_form_that_another_found() {
        let now = Instant::now();
        let mut negotiation = Negotiation::new(PROTO_GZIP);
        negotiation.refused(PROTO_GZIP, MayBeTheCause, now);
        negotiation.accepted(JSON_GZIP);
        assert_eq!(negotiation.refused(PROTO_GZIP, MayBeTheCause, now), Some(JSON_GZIP));
    }

    #[test]
    fn after_everything_was_refused_a_batch_costs_one_request_until_ten_minutes_are_over() {
        let start = Instant::now();
        let mut negotiation = Negotiation::new(PROTO);
        assert_eq!(negotiation.refused(PROTO, WasNotUsed, start), Some(JSON));
        assert_eq!(negotiation.refused(JSON, WasNotUsed, start), None);
        assert_eq!(negotiation.refused(PROTO, WasNotUsed, start), None);
        assert_eq!(negotiation.refused(PROTO, WasNotUsed, start + RELEARN_AFTER), Some(JSON));
    }

    #[test]
    fn accept_encoding_tells_whether_gzip_is_to_blame() {
        for (was_gzipped, header, expected) in [
            (false, None, WasNotUsed),
            (false, Some("identity"), WasNotUsed),
            (true, None, MayBeTheCause),
            (true, Some("gzip, deflate"), MayBeTheCause),
            (true, Some("*"), MayBeTheCause),
            (true, Some("deflate, GZIP;q=0.5"), MayBeTheCause),
            (true, Some("identity"), IsTheCause),
            (true, Some(""), IsTheCause),
            (true, Some("gzip;q=0, identity"), IsTheCause),
        ] {
            assert_eq!(compression_in_415(was_gzipped, header), expected, "{header:?}");
        }
    }
}
