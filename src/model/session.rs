//! A cashier's session on this device.

use serde::{Deserialize, Serialize};

use super::{RecordId, Timestamp};
use crate::store::{Index, Record};

/// A row of `sessions`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Session {
    /// Primary key.
    pub id: RecordId,
    /// The user at the till, when known.
    #[serde(default)]
    pub user_id: Option<RecordId>,
    /// First saved.
    pub created: Timestamp,
    /// Last used.
    #[serde(rename = "lastAccessed")]
    pub last_accessed: Timestamp,
}

impl Record for Session {
    const STORE: &'static str = "sessions";
    type Key = RecordId;
}

impl Session {
    /// By user.
    pub const USER_ID: Index<Session, RecordId> = Index::new("user_id", &["user_id"]);
    /// By time of creation.
    pub const CREATED: Index<Session, Timestamp> = Index::new("created", &["created"]);
}
