//! Times, to the nanosecond.

use super::super::{Record, Records};
use super::writer::{ANCHOR_MS, Chunk, End, Moment, end};

fn nanos(anchor: f64, start: Moment) -> u64 {
    let mut chunk = Chunk::inline();
    chunk.end(&End { anchor, start, ..end(1) });
    match Records::new(&chunk.bytes).next() {
        Some(Ok(Record::End(end))) => end.start_nanos,
        other => panic!("{other:?}"),
    }
}

#[test]
fn times_since_the_anchor_are_exact_to_the_nanosecond() {
    const BASE: u64 = 1_700_000_000_000_000_000;
    for (anchor, millis, expected) in [
        (ANCHOR_MS, 0.0, BASE),
        (ANCHOR_MS, 0.000_001, BASE + 1),
        (ANCHOR_MS, 0.000_999, BASE + 999),
        (ANCHOR_MS, 1.0, BASE + 1_000_000),
        (ANCHOR_MS, 12.345_678, BASE + 12_345_678),
        // Rounds up to a whole millisecond.
        (ANCHOR_MS, 0.999_999_9, BASE + 1_000_000),
        (ANCHOR_MS, 86_400_000.000_25, BASE + 86_400_000_000_250),
        // `performance.now()` after a year, whose steps are 4 nanoseconds.
        (ANCHOR_MS, 31_536_000_000.123_455, BASE + 31_536_000_000_123_455),
        // An anchor's fraction comes in steps of 244 nanoseconds, and both fractions add up.
        (1_700_000_000_123.456, 0.0, BASE + 123_456_055),
        (1_700_000_000_000.75, 0.5, BASE + 1_250_000),
        (0.0, 5.5, 5_500_000),
    ] {
        assert_eq!(nanos(anchor, Moment::SinceAnchor(millis)), expected, "{anchor} + {millis}");
    }
}

#[test]
fn absolute_times_are_taken_as_they_are() {
    for (seconds, nanos_part, expected) in [
        (0.0, 0, 0),
        (1_700_000_000.0, 1, 1_700_000_000_000_000_001),
        (1_700_000_000.0, 999_999_999, 1_700_000_000_999_999_999),
        // More than a second of nanoseconds carries over.
        (1.0, 4_000_000_000, 5_000_000_000),
        (1.9, 0, 1_000_000_000),
    ] {
        assert_eq!(nanos(f64::NAN, Moment::Absolute(seconds, nanos_part)), expected);
    }
}

#[test]
fn times_that_make_no_sense_saturate() {
    const END_OF_TIME: u64 = i64::MAX.cast_unsigned();
    for (anchor, moment, expected) in [
        (f64::NAN, Moment::SinceAnchor(f64::NAN), 0),
        (f64::NEG_INFINITY, Moment::SinceAnchor(-5.0), 0),
        (f64::INFINITY, Moment::SinceAnchor(0.0), END_OF_TIME),
        (ANCHOR_MS, Moment::SinceAnchor(f64::MAX), END_OF_TIME),
        (0.0, Moment::Absolute(f64::NAN, 7), 7),
        (0.0, Moment::Absolute(-1.0, 7), 7),
        (0.0, Moment::Absolute(f64::INFINITY, u32::MAX), END_OF_TIME),
    ] {
        assert_eq!(nanos(anchor, moment), expected);
    }
}

#[test]
fn a_later_reading_of_the_clock_is_never_an_earlier_time() {
    let mut last = 0;
    for step in 0..100_000u32 {
        let millis = f64::from(step) * 0.000_037 + 123.456;
        let at = nanos(1_700_000_000_123.456, Moment::SinceAnchor(millis));
        assert!(at >= last, "step {step}");
        last = at;
    }
}
