//! The share of traces that is kept whatever happens in them. It depends on the trace id alone, by
//! the same arithmetic as the sampler in `js/capture/sampler.ts` and OpenTelemetry JS's
//! `TraceIdRatioBasedSampler`: processes with the same ratio keep the same traces, and those of a
//! smaller ratio are among those of a larger one.

use opentelemetry::trace::TraceId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound(u64);

impl Bound {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the ratio is from 0 to 1, and `as` from float saturates"
    )]
    pub fn of(ratio: f64) -> Self {
        // One above the largest word, so that a ratio of 1 keeps every trace without exception.
        let all = u64::from(u32::MAX) + 1;
        Self(if ratio >= 1.0 { all } else { (ratio * f64::from(u32::MAX)).floor() as u64 })
    }

    pub fn keeps(self, trace_id: TraceId) -> bool {
        let bytes = trace_id.to_bytes();
        let (words, _) = bytes.as_chunks::<4>();
        let folded = words.iter().fold(0, |folded, word| folded ^ u32::from_be_bytes(*word));
        u64::from(folded) < self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_kept_by_its_id_and_nothing_else() {
        for (trace_id, ratio, is_kept) in [
            ("00000000000000000000000000000001", 0.0, false),
            ("00000000000000000000000000000001", 0.000_001, true),
            ("000000000000000000000000ffffffff", 0.999_999, false),
            ("000000000000000000000000ffffffff", 1.0, true),
            ("ffffffffffffffffffffffffffffffff", 0.000_001, true),
            ("7fffffff000000000000000000000000", 0.5, false),
            ("7ffffffe000000000000000000000000", 0.5, true),
            ("80000000000000000000000000000000", 0.5, false),
            ("00000000800000000000000000000000", 0.5, false),
            ("80000000800000000000000000000001", 0.5, true),
        ] {
            let id = TraceId::from_hex(trace_id).unwrap();
            assert_eq!(Bound::of(ratio).keeps(id), is_kept, "{trace_id} at {ratio}");
        }
    }
}
