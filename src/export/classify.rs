//! What an HTTP status asks for, by OTLP's rules. Retried are 429, 502, 503 and 504 alone: a 500
//! or a 408 may have been processed, and OTLP forbids sending it again.

/// What to do about a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The collector took the request; the body may still say that it refused some spans.
    Success,
    /// Worth another attempt after a wait.
    Retry,
    /// Too much in one request.
    Split,
    /// The collector does not read this encoding or compression.
    SwitchForm,
    /// The same POST belongs elsewhere (307, 308).
    Follow,
    /// A redirect that would turn the POST into a GET, or that names no place to go to.
    RefuseRedirect,
    /// Never to be sent again.
    Final,
}

/// The verdict on a status code.
pub fn classify(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Success,
        307 | 308 => Verdict::Follow,
        300..=399 => Verdict::RefuseRedirect,
        413 => Verdict::Split,
        415 => Verdict::SwitchForm,
        429 | 502 | 503 | 504 => Verdict::Retry,
        _ => Verdict::Final,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_gets_the_verdict_that_otlp_asks_for() {
        for (statuses, verdict) in [
            (&[200, 202, 204, 206, 299][..], Verdict::Success),
            (&[429, 502, 503, 504], Verdict::Retry),
            (&[413], Verdict::Split),
            (&[415], Verdict::SwitchForm),
            (&[307, 308], Verdict::Follow),
            (&[300, 301, 302, 303, 304, 305, 399], Verdict::RefuseRedirect),
            (&[400, 401, 403, 404, 405, 407, 408, 411, 422, 431], Verdict::Final),
            (&[500, 501, 505, 507, 511, 599, 100, 101, 0, 999], Verdict::Final),
        ] {
            for status in statuses {
                assert_eq!(classify(*status), verdict, "{status}");
            }
        }
    }
}
