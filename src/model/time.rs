//! Points in time as the till stores them.

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::store::{Key, KeyValue};

/// A point in time as ISO-8601 text in UTC, `2026-01-07T10:00:00.000Z`: sorts as text in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    /// Takes ISO-8601 or Odoo's `2026-01-07 10:00:00` (UTC by Odoo's convention); `None` when it is no date.
    pub fn parse(text: &str) -> Option<Timestamp> {
        clock::canonical(text).map(Timestamp)
    }

    /// The text as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Key for Timestamp {
    fn to_key(&self) -> crate::Result<KeyValue> {
        self.as_str().to_key()
    }
}
