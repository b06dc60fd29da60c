//! Failures that a person should be able to read later.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use super::OfflineDb;
use super::age::Cutoff;
use super::generic::delete_where;
use crate::error::Result;
use crate::model::SyncError;
use crate::stamp;
use crate::store::{Bounds, Database, KeyValue, Record, Select};

const STORE: &str = SyncError::STORE;

impl OfflineDb {
    /// Saves a failure and resolves with it as saved: with `transaction_id`, `error_message`, `error_type`,
    /// `timestamp`, `attempts` and `context` where they were missing, and its `id`.
    pub async fn save_sync_error(&self, error: &JsValue) -> Result<JsValue> {
        let row = stamp::for_disk(error, self.database.schema().store(STORE)?)?;
        row.set_default("transaction_id", || JsValue::NULL);
        row.set_default("error_message", || "Unknown error");
        row.set_default("error_type", || "unknown");
        row.set_default("attempts", || 0);
        row.set_default("context", Object::new);
        let id = self.database.write(&[STORE], async |tx| tx.rows(STORE)?.put(row.as_js())?.await).await?;
        row.set("id", id);
        Ok(row.into())
    }

    /// The newest failures first: at most `limit`, of one kind or of all.
    pub async fn get_sync_errors(&self, limit: Option<u32>, error_type: Option<&str>) -> Result<Array> {
        let select = match error_type {
            Some(kind) => {
                Select::index(SyncError::ERROR_TIMESTAMP.name, Bounds::prefix(vec![KeyValue::Text(kind.to_owned())]))
            }
            None => Select::index(SyncError::TIMESTAMP.name, Bounds::all()),
        };
        self.select(STORE, &Select { limit, ..select }.rev()).await
    }

    /// The failure, `undefined` when there is none.
    pub async fn get_sync_error(&self, id: &JsValue) -> Result<JsValue> {
        self.get(STORE, id).await
    }

    /// The failures of one transaction.
    pub async fn get_sync_errors_by_transaction(&self, transaction_id: &JsValue) -> Result<Array> {
        let key = KeyValue::argument("transactionId", transaction_id)?;
        self.select(STORE, &Select::index(SyncError::TRANSACTION_ID.name, Bounds::only(key))).await
    }

    /// How many failures there are.
    pub async fn get_sync_error_count(&self) -> Result<u32> {
        self.count(STORE, &Select::all()).await
    }

    /// Deletes one failure.
    pub async fn delete_sync_error(&self, id: &JsValue) -> Result<()> {
        self.delete(STORE, id).await
    }

    /// Deletes every failure.
    pub async fn clear_all_sync_errors(&self) -> Result<()> {
        self.clear(STORE).await
    }

    /// Deletes the failures from before the cutoff; how many.
    pub async fn clear_old_sync_errors(&self, cutoff: Cutoff) -> Result<u32> {
        clear_old(&self.database, &cutoff).await
    }
}

/// Deletes the failures from before the cutoff.
pub(super) async fn clear_old(database: &Database, cutoff: &Cutoff) -> Result<u32> {
    let old = cutoff.select(SyncError::TIMESTAMP.name);
    database
        .write(&[STORE], async |tx| {
            delete_where(&tx.rows(STORE)?, &old, |row| cutoff.is_before(&row.get("timestamp"))).await
        })
        .await
}
