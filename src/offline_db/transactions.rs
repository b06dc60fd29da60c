//! The queue of work for the server.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::age::Cutoff;
use super::identity::{new_key, new_uuid};
use super::queue::TRANSACTIONS;
use super::{OfflineDb, Operation};
use crate::model::Transaction;
use crate::store::Record;

impl OfflineDb {
    /// Saves a transaction and resolves with it as saved, when it is committed: with `id`, `uuid`, `args`,
    /// `created_at`, `synced` and `attempts` where they were missing.
    ///
    /// # Errors
    /// `Constraint` when the id belongs to a transaction with another uuid; `InvalidRecord` naming the field.
    pub fn save_transaction(&self, transaction: JsValue) -> Operation<JsValue> {
        TRANSACTIONS.save(self, transaction, |row| {
            row.set_default("id", || new_key(row.get("type").as_string().as_deref().unwrap_or("transaction")));
            row.set_default("args", Array::new);
            row.set_default("uuid", new_uuid);
        })
    }

    /// Every transaction that the server has not confirmed, oldest first.
    pub fn get_pending_transactions(&self) -> Operation<Array> {
        TRANSACTIONS.unsynced(self)
    }

    /// How many there are; counted in the index, no record is read.
    pub fn get_pending_transaction_count(&self) -> Operation<u32> {
        TRANSACTIONS.unsynced_count(self)
    }

    /// Marks a transaction as confirmed by the server; whether it exists.
    pub fn mark_transaction_synced(&self, id: JsValue) -> Operation<bool> {
        TRANSACTIONS.mark_synced(self, id)
    }

    /// Counts one more attempt; the new number, 0 when there is no such transaction.
    pub fn increment_transaction_attempt(&self, id: JsValue) -> Operation<f64> {
        TRANSACTIONS.count_attempt(self, id)
    }

    /// Deletes a transaction, whatever its state: an explicit call of the user.
    pub fn delete_transaction(&self, id: JsValue) -> Operation<()> {
        self.delete(Transaction::STORE, id)
    }

    /// Deletes the confirmed transactions created before the cutoff; how many.
    pub fn clear_old_transactions(&self, cutoff: Cutoff) -> Operation<u32> {
        TRANSACTIONS.clear_old(&self.database, cutoff)
    }
}
