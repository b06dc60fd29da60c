//! A named setting.

use serde::{Deserialize, Serialize};

use super::Timestamp;
use crate::store::Record;

/// A row of `config`, its value left out: values are of any shape, read them with a type of your own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ConfigEntry {
    /// Primary key.
    pub key: String,
    /// Last written.
    pub updated: Timestamp,
}

impl Record for ConfigEntry {
    const STORE: &'static str = "config";
    type Key = String;
}
