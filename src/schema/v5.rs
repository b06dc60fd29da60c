//! Version 5, the first of this library: the composite indexes on every till, and flags that an index can hold.
//!
//! The legacy module added the composite indexes to its version 4 without raising the version, so only databases
//! created later had them; and it stored `synced` as a boolean, which no index can hold. A row without its time would be
//! missing from a composite index as well, and with it a sale from the queue.

use super::step::{Step, index};

pub(super) const STEP: Step = Step {
    version: 5,
    stores: &[],
    indexes: &[
        index("transactions", "synced_created", &["synced", "created_at"]),
        index("orders", "state_date", &["state", "date_order"]),
        index("sync_errors", "error_timestamp", &["error_type", "timestamp"]),
    ],
    flags: &[("transactions", "synced"), ("pos_offline_orders", "synced")],
    times: &[("transactions", "created_at"), ("pos_offline_orders", "created_at"), ("sync_errors", "timestamp")],
};
