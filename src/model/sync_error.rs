//! A failure that a person should be able to read later.

use serde::{Deserialize, Serialize};

use super::{RecordId, Timestamp};
use crate::store::{Index, Record};

/// A row of `sync_errors`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct SyncError {
    /// Primary key, numbered by the browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u32>,
    /// The transaction it happened to.
    #[serde(default)]
    pub transaction_id: Option<RecordId>,
    /// The words for a person.
    #[serde(default)]
    pub error_message: Option<String>,
    /// Kind of failure.
    pub error_type: String,
    /// When.
    pub timestamp: Timestamp,
    /// How often it was tried.
    #[serde(default)]
    pub attempts: u32,
}

impl Record for SyncError {
    const STORE: &'static str = "sync_errors";
    type Key = u32;
}

impl SyncError {
    /// By transaction.
    pub const TRANSACTION_ID: Index<SyncError, RecordId> = Index::new("transaction_id", &["transaction_id"]);
    /// By time.
    pub const TIMESTAMP: Index<SyncError, Timestamp> = Index::new("timestamp", &["timestamp"]);
    /// By kind.
    pub const ERROR_TYPE: Index<SyncError, String> = Index::new("error_type", &["error_type"]);
    /// By kind, then time.
    pub const ERROR_TIMESTAMP: Index<SyncError, (String, Timestamp)> =
        Index::new("error_timestamp", &["error_type", "timestamp"]);
}
