//! Identifiers and flags as they are stored.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::store::{Key, KeyValue};

/// A primary key as Odoo and the POS use them: a server's number or a text made in the browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum RecordId {
    /// A number given by the server.
    Number(f64),
    /// A text made on this device.
    Text(String),
}

impl Default for RecordId {
    fn default() -> Self {
        RecordId::Text(String::new())
    }
}

impl From<u32> for RecordId {
    fn from(id: u32) -> Self {
        RecordId::Number(id.into())
    }
}

impl From<&str> for RecordId {
    fn from(id: &str) -> Self {
        RecordId::Text(id.to_owned())
    }
}

/// A yes/no field that an index can hold. IndexedDB has no boolean keys, so the flag is 0 or 1 on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Flag {
    /// 0 on disk.
    #[default]
    No,
    /// 1 on disk.
    Yes,
}

impl From<bool> for Flag {
    fn from(truth: bool) -> Self {
        if truth { Flag::Yes } else { Flag::No }
    }
}

impl From<Flag> for bool {
    fn from(flag: Flag) -> Self {
        flag == Flag::Yes
    }
}

impl Serialize for Flag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(u8::from(*self == Flag::Yes))
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OnDisk {
            Number(f64),
            Legacy(bool),
        }
        Ok(match OnDisk::deserialize(deserializer)? {
            OnDisk::Number(number) => Flag::from(number != 0.0),
            OnDisk::Legacy(truth) => Flag::from(truth),
        })
    }
}

impl Key for Flag {
    fn to_key(&self) -> crate::Result<KeyValue> {
        u8::from(*self == Flag::Yes).to_key()
    }
}

impl Key for RecordId {
    fn to_key(&self) -> crate::Result<KeyValue> {
        match self {
            RecordId::Number(number) => number.to_key(),
            RecordId::Text(text) => text.to_key(),
        }
    }
}
