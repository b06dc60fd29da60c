//! A unit of work that the server has to receive exactly once.

use serde::{Deserialize, Serialize};

use super::{Flag, RecordId, Timestamp};
use crate::store::{Index, Record};

/// A row of `transactions`, the outbox.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Transaction {
    /// Primary key, never reused.
    pub id: RecordId,
    /// `order`, `payment` or `session_update`.
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// Idempotency key.
    #[serde(default)]
    pub uuid: Option<String>,
    /// Enqueued at.
    pub created_at: Timestamp,
    /// Whether the server has confirmed it.
    pub synced: Flag,
    /// Confirmed at.
    #[serde(default)]
    pub synced_at: Option<Timestamp>,
    /// How often it was sent in vain.
    #[serde(default)]
    pub attempts: u32,
    /// Last sent at.
    #[serde(default)]
    pub last_attempt: Option<Timestamp>,
}

impl Record for Transaction {
    const STORE: &'static str = "transactions";
    type Key = RecordId;
}

impl Transaction {
    /// By confirmation.
    pub const SYNCED: Index<Transaction, Flag> = Index::new("synced", &["synced"]);
    /// By kind of work.
    pub const TYPE: Index<Transaction, String> = Index::new("type", &["type"]);
    /// By time.
    pub const CREATED_AT: Index<Transaction, Timestamp> = Index::new("created_at", &["created_at"]);
    /// By confirmation, then time: the queue of pending work, oldest first.
    pub const SYNCED_CREATED: Index<Transaction, (Flag, Timestamp)> =
        Index::new("synced_created", &["synced", "created_at"]);
}
