//! The queue of work for the server.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{JsOfflineDb, confirmed, decoded, promise_of};
use crate::offline_db::{Cutoff, TRANSACTION_DAYS};

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves a transaction; resolves with it as saved, when it is committed.
    #[wasm_bindgen(js_name = saveTransaction, unchecked_return_type = "Promise<TransactionRecord>")]
    pub fn save_transaction(
        &self,
        #[wasm_bindgen(unchecked_param_type = "TransactionInput")] transaction: JsValue,
    ) -> Promise {
        promise_of(self.0.save_transaction(transaction))
    }

    /// Every transaction that the server has not confirmed, oldest first.
    #[wasm_bindgen(js_name = getPendingTransactions, unchecked_return_type = "Promise<TransactionRecord[]>")]
    pub fn get_pending_transactions(&self) -> Promise {
        promise_of(self.0.get_pending_transactions())
    }

    /// How many there are; counted in the index, no record is read.
    #[wasm_bindgen(js_name = getPendingTransactionCount, unchecked_return_type = "Promise<number>")]
    pub fn get_pending_transaction_count(&self) -> Promise {
        promise_of(self.0.get_pending_transaction_count())
    }

    /// Marks a transaction as confirmed by the server; resolves whether it exists.
    #[wasm_bindgen(js_name = markTransactionSynced, unchecked_return_type = "Promise<boolean>")]
    pub fn mark_transaction_synced(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(self.0.mark_transaction_synced(id))
    }

    /// Counts one more attempt; resolves with the new number, 0 when there is no such transaction.
    #[wasm_bindgen(js_name = incrementTransactionAttempt, unchecked_return_type = "Promise<number>")]
    pub fn increment_transaction_attempt(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue,
    ) -> Promise {
        promise_of(self.0.increment_transaction_attempt(id))
    }

    /// Deletes a transaction, whatever its state; resolves true.
    #[wasm_bindgen(js_name = deleteTransaction, unchecked_return_type = "Promise<boolean>")]
    pub fn delete_transaction(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(confirmed(self.0.delete_transaction(id)))
    }

    /// Deletes confirmed transactions older than `days` (30), or than a time in milliseconds when the number is above
    /// 365; resolves how many.
    #[wasm_bindgen(js_name = clearOldTransactions, unchecked_return_type = "Promise<number>")]
    pub fn clear_old_transactions(
        &self,
        #[wasm_bindgen(js_name = daysOrTimestamp, unchecked_optional_param_type = "number | Date")] limit: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.clear_old_transactions(Cutoff::days_or_time(&limit, TRANSACTION_DAYS)?)))
    }
}
