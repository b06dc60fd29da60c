//! Counters and latencies, for people who run many tills.

use crate::order::sorted_places;

/// Latencies are kept of so many events.
const KEPT: usize = 512;

/// What was counted since the manager was made.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    /// Put into the outbox here.
    pub queued: u32,
    /// Items sent, again or not.
    pub pushed: u32,
    /// Items that the server has taken.
    pub synced: u32,
    /// Items that it had already.
    pub duplicates: u32,
    /// Items that it refused.
    pub rejected: u32,
    /// Items that have to be sent again.
    pub retried: u32,
    /// Requests that carried items.
    pub requests: u32,
    /// Requests that failed.
    pub failures: u32,
    /// From the call to the commit.
    pub commit: Latency,
    /// From request to answer.
    pub push: Latency,
}

/// The latest of many measurements, in milliseconds.
#[derive(Debug, Clone, Default)]
pub struct Latency {
    count: u32,
    latest: Vec<f64>,
}

impl Latency {
    /// Notes one.
    pub fn note(&mut self, ms: f64) {
        let place = self.count as usize % KEPT;
        if self.latest.len() < KEPT {
            self.latest.push(ms);
        } else {
            self.latest[place] = ms;
        }
        self.count = self.count.wrapping_add(1);
    }

    /// How many were noted.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The times that a half, nine tenths, and 99 of 100 of the latest did not exceed (nearest rank); 0 without any.
    pub fn percentiles(&self) -> [f64; 3] {
        let sorted = sorted_places(&self.latest, f64::total_cmp);
        [50, 90, 99].map(|percent| {
            let rank = (sorted.len() * percent).div_ceil(100).max(1);
            sorted.get(rank - 1).map_or(0.0, |place| self.latest[*place])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_latest_by_nearest_rank() {
        let mut latency = Latency::default();
        assert_eq!(latency.percentiles(), [0.0; 3]);
        latency.note(7.0);
        assert_eq!(latency.percentiles(), [7.0; 3]);
        for ms in (0..1_000).rev() {
            latency.note(f64::from(ms));
        }
        // The latest 512 are 511 down to 0.
        assert_eq!(latency.percentiles(), [255.0, 460.0, 506.0]);
        assert_eq!(latency.count(), 1_001);
    }
}
