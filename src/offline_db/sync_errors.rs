//! Failures that a person should be able to read later.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use super::age::Cutoff;
use super::generic::delete_where;
use super::{OfflineDb, Operation};
use crate::model::SyncError;
use crate::row::Row;
use crate::stamp;
use crate::store::{Bounds, Database, KeyValue, Record, Select, WriteOptions};

const STORE: &str = SyncError::STORE;

impl OfflineDb {
    /// Saves a failure and resolves with it as saved: with `transaction_id`, `error_message`, `error_type`,
    /// `timestamp`, `attempts` and `context` where they were missing, and its `id`.
    pub fn save_sync_error(&self, error: JsValue) -> Operation<JsValue> {
        let db = self.clone();
        Box::pin(async move {
            let row = stamp::for_disk(&error, db.database.schema().store(STORE)?)?;
            row.set_default("transaction_id", || JsValue::NULL);
            row.set_default("error_message", || "Unknown error");
            row.set_default("error_type", || "unknown");
            row.set_default("attempts", || 0);
            row.set_default("context", Object::new);
            row.set("id", db.put_row(STORE, &row, WriteOptions::default()).await?);
            Ok(row.into())
        })
    }

    /// The newest failures first: at most `limit`, of one kind or of all.
    pub fn get_sync_errors(&self, limit: Option<u32>, error_type: Option<String>) -> Operation<Array> {
        let select = match error_type {
            Some(kind) => Select::index(SyncError::ERROR_TIMESTAMP.name, Bounds::prefix(vec![KeyValue::Text(kind)])),
            None => Select::index(SyncError::TIMESTAMP.name, Bounds::all()),
        };
        self.select(STORE, Select { limit, ..select }.rev())
    }

    /// The failure, `undefined` when there is none.
    pub fn get_sync_error(&self, id: JsValue) -> Operation<JsValue> {
        self.get(STORE, id)
    }

    /// The failures of one transaction.
    pub fn get_sync_errors_by_transaction(&self, transaction_id: &JsValue) -> Operation<Array> {
        let by_transaction = |id| vec![Select::index(SyncError::TRANSACTION_ID.name, Bounds::only(id))];
        self.select_all_of(STORE, KeyValue::argument("transactionId", transaction_id).map(by_transaction))
    }

    /// How many failures there are.
    pub fn get_sync_error_count(&self) -> Operation<u32> {
        self.count(STORE, Select::all())
    }

    /// Deletes one failure.
    pub fn delete_sync_error(&self, id: JsValue) -> Operation<()> {
        self.delete(STORE, id)
    }

    /// Deletes every failure.
    pub fn clear_all_sync_errors(&self) -> Operation<()> {
        self.clear(STORE)
    }

    /// Deletes the failures from before the cutoff; how many.
    pub fn clear_old_sync_errors(&self, cutoff: Cutoff) -> Operation<u32> {
        clear_old(&self.database, cutoff)
    }
}

/// Deletes the failures from before the cutoff.
pub(super) fn clear_old(database: &Database, cutoff: Cutoff) -> Operation<u32> {
    let is_due = move |row: &Row| cutoff.is_before(&row.get("timestamp"));
    delete_where(database, STORE, vec![cutoff.select(SyncError::TIMESTAMP.name)], Box::new(is_due))
}
