//! Keys that sort by time. A trace's key is the start of what was first received of it, in
//! milliseconds since 2020, with room for 32 traces in each; a span's key is its trace's key and a
//! number within the trace. So keys tell roughly when a trace began, and lists need no sorting.

/// 2020-01-01T00:00:00Z.
const EPOCH_MS: i64 = 1_577_836_800_000;
const SLOT_BITS: u32 = 5;
/// Until the year 2054.
const MAX_MS: i64 = (1 << 40) - 1;
pub const SEQ_BITS: u32 = 18;
/// Spans of one trace that can be told apart.
pub const MAX_SPANS: i64 = 1 << SEQ_BITS;
pub const MAX_TRACE_KEY: i64 = (1 << 45) - 1;

const NANOS_PER_MS: i64 = 1_000_000;

/// A trace whose first span began so much later than itself is placed late.
pub const LATE_NS: i64 = 60 * 1_000_000_000;
/// Which traces those are, as SQL; for a row of `traces` alone.
pub const IS_LATE: &str = "(key >> 5) * 1000000 + 1577836800000000000 - start_ns >= 50000000000";

/// The first key that a trace which starts then may have; before 2020 is 2020.
pub fn first_at(start_ns: i64) -> i64 {
    let ms = start_ns.div_euclid(NANOS_PER_MS).saturating_sub(EPOCH_MS);
    ms.clamp(0, MAX_MS) << SLOT_BITS
}

/// The key to try where another trace has `key`.
pub fn next(key: i64) -> Option<i64> {
    (key < MAX_TRACE_KEY).then_some(key + 1)
}

pub fn span_key(trace: i64, seq: i64) -> i64 {
    trace << SEQ_BITS | seq
}

/// The first and the last key that a span of the trace may have.
pub fn spans_of(trace: i64) -> (i64, i64) {
    (span_key(trace, 0), span_key(trace, MAX_SPANS - 1))
}

pub fn trace_of(span_key: i64) -> i64 {
    span_key >> SEQ_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_time_and_stay_positive_whatever_the_clock_says() {
        let times = [i64::MIN, 0, 1_700_000_000_000_000_000, 1_700_000_000_001_000_000, i64::MAX];
        let keys = times.map(first_at);
        assert!(keys.is_sorted());
        assert_eq!(keys[3] - keys[2], 32);
        for key in keys {
            let (first, last) = spans_of(key);
            assert!(first >= 0 && last > first);
            assert_eq!((trace_of(first), trace_of(last)), (key, key));
        }
        assert_eq!(next(MAX_TRACE_KEY), None);
    }
}
