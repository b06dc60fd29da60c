//! What the user of a manager may choose.

use std::time::Duration;

use super::policy::Policy;
use crate::backoff::millis;

/// A row counts as abandoned when it is in flight so many times as long as a request may take.
const LEASE: f64 = 1.25;

/// The choices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SyncOptions {
    /// Between two rounds.
    pub interval: Duration,
    /// For one request.
    pub timeout: Duration,
    /// Requests at once.
    pub parallel: usize,
    /// When what failed is sent again.
    pub policy: Policy,
    /// Keeps what the server has confirmed.
    pub keep_synced: bool,
    /// Removes users whom the server does not name any more.
    pub prune_users: bool,
}

impl SyncOptions {
    /// How long a row is in flight before it counts as abandoned, in milliseconds.
    pub(super) fn lease_ms(&self) -> f64 {
        millis(self.timeout) * LEASE
    }
}

impl Default for SyncOptions {
    fn default() -> Self {
        SyncOptions {
            interval: Duration::from_secs(300),
            timeout: Duration::from_secs(60),
            parallel: 4,
            policy: Policy::default(),
            keep_synced: false,
            prune_users: false,
        }
    }
}
