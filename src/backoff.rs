//! How long to wait before trying again, as a pure function.

use std::time::Duration;

/// Exponential backoff with full jitter: attempt `n` waits a random time in `[0, min(base * 2^n, cap))`, so that a
/// thousand tills do not come back to a server at the same moment.
///
/// Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Bound of the first wait.
    pub base: Duration,
    /// Bound of every wait.
    pub cap: Duration,
}

impl Default for Backoff {
    /// 2 s doubling up to 300 s.
    fn default() -> Self {
        Backoff { base: Duration::from_secs(2), cap: Duration::from_secs(300) }
    }
}

impl Backoff {
    /// The wait in milliseconds before retry number `attempt` (from 0); `random` is in `[0, 1)`.
    pub fn delay_ms(&self, attempt: u32, random: f64) -> f64 {
        let doubled = millis(self.base) * f64::from(1_u32 << attempt.min(31));
        random.clamp(0.0, 1.0) * doubled.min(millis(self.cap))
    }
}

/// A duration in milliseconds, as clocks of browsers count.
pub(crate) fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_doubles_up_to_the_cap_and_the_wait_is_anything_below_it() {
        let backoff = Backoff::default();
        for (attempt, bound) in [(0, 2_000.0), (1, 4_000.0), (7, 256_000.0), (8, 300_000.0), (4_000_000_000, 300_000.0)]
        {
            assert_eq!(backoff.delay_ms(attempt, 1.0), bound);
            assert_eq!(backoff.delay_ms(attempt, 0.25), bound / 4.0);
            assert_eq!(backoff.delay_ms(attempt, 0.0), 0.0);
        }
    }

    #[test]
    fn a_broken_random_source_cannot_make_the_wait_negative_or_endless() {
        let backoff = Backoff::default();
        assert_eq!(backoff.delay_ms(0, -3.0), 0.0);
        assert_eq!(backoff.delay_ms(0, 1e9), 2_000.0);
    }
}
