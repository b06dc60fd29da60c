//! The queue of work for the server.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::OfflineDb;
use super::age::Cutoff;
use super::identity::{new_key, new_uuid};
use super::queue::TRANSACTIONS;
use crate::error::Result;
use crate::model::Transaction;
use crate::store::Record;

impl OfflineDb {
    /// Saves a transaction and resolves with it as saved, when it is committed: with `id`, `uuid`, `args`,
    /// `created_at`, `synced` and `attempts` where they were missing.
    ///
    /// # Errors
    /// `Constraint` when the id belongs to a transaction with another uuid; `InvalidRecord` naming the field.
    pub async fn save_transaction(&self, transaction: &JsValue) -> Result<JsValue> {
        TRANSACTIONS
            .save(self, transaction, |row| {
                row.set_default("id", || new_key(row.get("type").as_string().as_deref().unwrap_or("transaction")));
                row.set_default("args", Array::new);
                row.set_default("uuid", new_uuid);
            })
            .await
    }

    /// Every transaction that the server has not confirmed, oldest first.
    pub async fn get_pending_transactions(&self) -> Result<Array> {
        TRANSACTIONS.unsynced(self).await
    }

    /// How many there are; counted in the index, no record is read.
    pub async fn get_pending_transaction_count(&self) -> Result<u32> {
        TRANSACTIONS.unsynced_count(self).await
    }

    /// Marks a transaction as confirmed by the server; whether it exists.
    pub async fn mark_transaction_synced(&self, id: &JsValue) -> Result<bool> {
        TRANSACTIONS.mark_synced(self, id).await
    }

    /// Counts one more attempt; the new number, 0 when there is no such transaction.
    pub async fn increment_transaction_attempt(&self, id: &JsValue) -> Result<f64> {
        TRANSACTIONS.count_attempt(self, id).await
    }

    /// Deletes a transaction, whatever its state: an explicit call of the user.
    pub async fn delete_transaction(&self, id: &JsValue) -> Result<()> {
        self.delete(Transaction::STORE, id).await
    }

    /// Deletes the confirmed transactions created before the cutoff; how many.
    pub async fn clear_old_transactions(&self, cutoff: Cutoff) -> Result<u32> {
        TRANSACTIONS.clear_old(&self.database, &cutoff).await
    }
}
