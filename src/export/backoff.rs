//! Exponential backoff with full jitter: the wait is drawn between a small floor and a ceiling that
//! doubles with each failure, so that many processes that failed together do not return together.

use std::time::Duration;

/// Ceiling of the first wait: most hiccups of a collector are over by then.
const BASE_MS: u64 = 250;
/// A collector that restarts after minutes should be found again within half a minute.
const MAX_MS: u64 = 30_000;
/// A draw near zero must not turn into a busy loop against a collector that refuses at once.
const FLOOR_MS: u64 = 25;

/// How long to wait after the given number of failures in a row (one or more); `random` is drawn
/// uniformly from 0 to 1.
pub fn delay(failures: u32, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let ceiling_ms = (BASE_MS << doublings).min(MAX_MS);
    let spread = Duration::from_millis(ceiling_ms - FLOOR_MS);
    Duration::from_millis(FLOOR_MS) + spread.mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_half_a_minute_and_is_never_zero() {
        for (failures, lowest_ms, highest_ms) in [
            (0, 25, 250),
            (1, 25, 250),
            (2, 25, 500),
            (3, 25, 1_000),
            (7, 25, 16_000),
            (8, 25, 30_000),
            (u32::MAX, 25, 30_000),
        ] {
            assert_eq!(delay(failures, 0.0), Duration::from_millis(lowest_ms));
            assert_eq!(delay(failures, 1.0), Duration::from_millis(highest_ms));
        }
    }

    #[test]
    fn the_draw_is_spread_evenly_between_floor_and_ceiling() {
        assert_eq!(delay(2, 0.5), Duration::from_micros(262_500));
        assert_eq!(delay(2, 7.0), Duration::from_millis(500));
        assert_eq!(delay(2, -1.0), Duration::from_millis(25));
    }
}
