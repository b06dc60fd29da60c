//! Version 3, legacy: a log of failures for people to read.

use super::step::{NewStore, Step, index, store};

pub(super) const STEP: Step = Step {
    version: 3,
    stores: &[NewStore { auto_increment: true, ..store("sync_errors", "id") }],
    indexes: &[
        index("sync_errors", "transaction_id", &["transaction_id"]),
        index("sync_errors", "timestamp", &["timestamp"]),
        index("sync_errors", "error_type", &["error_type"]),
    ],
    flags: &[],
    times: &[],
};
