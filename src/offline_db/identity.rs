//! Keys made on this device, and the rule that none is ever given to two records.

use uuid::Uuid;
use wasm_bindgen::JsValue;

use super::OfflineDb;
use crate::error::{ErrorKind, Result};
use crate::row::Row;
use crate::store::{KeyValue, WriteOptions, WriteRows};

/// A new uuid, version 4. Works without a secure context, unlike `crypto.randomUUID`.
pub(crate) fn new_uuid() -> String {
    Uuid::new_v4().to_string()
}

/// A new key that begins with what it is for, such as `order_0b5c...`.
pub(crate) fn new_key(prefix: &str) -> String {
    format!("{prefix}_{}", new_uuid())
}

/// Refuses to let `incoming` replace `stored`, the row under the same key, when both have a uuid and they differ: then
/// they are different sales.
///
/// # Errors
/// `Constraint` saying which key is taken; both sales stay as they are.
fn same_sale(stored: &JsValue, incoming: &Row, key_field: &str) -> Result<()> {
    if stored.is_undefined() {
        return Ok(());
    }
    let uuid_of = |row: &Row| row.get("uuid").as_string();
    let (Some(theirs), Some(ours)) = (uuid_of(&Row::owned(stored.clone())), uuid_of(incoming)) else {
        return Ok(());
    };
    if theirs == ours {
        return Ok(());
    }
    let key = crate::row::describe(&incoming.get(key_field));
    Err(ErrorKind::Constraint {
        index: Some(key_field.to_owned()),
        message: format!(
            "{key_field} {key} belongs to another sale (uuid {}); leave '{key_field}' out to get a new one, or give the uuid of the sale to update it",
            theirs
        ),
        cause: Default::default(),
    }
    .into())
}

impl OfflineDb {
    /// Saves a sale under its key, unless that key belongs to another sale. A key that was just made (`is_new`) belongs
    /// to nobody and is not looked up.
    pub(super) async fn save_sale(&self, store: &str, key_field: &str, row: &Row, is_new: bool) -> Result<()> {
        let key = KeyValue::argument(key_field, &row.get(key_field))?;
        if is_new {
            self.put_row(store, row, WriteOptions::default()).await?;
        } else {
            let next = |stored| same_sale(&stored, row, key_field).map(|()| Some(row.clone()));
            self.replace(store, &key, &next).await?;
        }
        Ok(())
    }
}

/// Puts a sale under its key, unless that key belongs to another sale. Part of a transaction.
pub(crate) async fn put_sale(rows: &WriteRows, key_field: &str, row: &Row) -> Result<()> {
    let key = KeyValue::argument(key_field, &row.get(key_field))?;
    same_sale(&rows.get(&key)?.await?, row, key_field)?;
    rows.put(row.as_js()).map(drop)
}
