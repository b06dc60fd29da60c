//! What the user of a manager may choose.

use std::time::Duration;

use super::policy::Policy;

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
