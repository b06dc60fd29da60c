//! An order that was made while the server was away.

use serde::{Deserialize, Serialize};

use super::{Flag, RecordId, Timestamp};
use crate::store::{Index, Record};

/// A row of `pos_offline_orders`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct OfflineOrder {
    /// Primary key, never reused.
    pub offline_id: RecordId,
    /// Made at.
    pub created_at: Timestamp,
    /// Whether the server has confirmed it.
    pub synced: Flag,
    /// How often it was sent in vain.
    #[serde(default)]
    pub sync_attempts: u32,
}

impl Record for OfflineOrder {
    const STORE: &'static str = "pos_offline_orders";
    type Key = RecordId;
}

impl OfflineOrder {
    /// By time.
    pub const CREATED_AT: Index<OfflineOrder, Timestamp> = Index::new("created_at", &["created_at"]);
    /// By confirmation.
    pub const SYNCED: Index<OfflineOrder, Flag> = Index::new("synced", &["synced"]);
    /// By session of the Point of Sale.
    pub const POS_SESSION_ID: Index<OfflineOrder, RecordId> = Index::new("pos_session_id", &["pos_session_id"]);
}
