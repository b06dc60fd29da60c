//! Failures that a person should be able to read later.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::Options;
use super::{JsOfflineDb, confirmed, decoded, promise_of};
use crate::offline_db::{Cutoff, OfflineDb, SHORT_DAYS};

/// `{limit, error_type}`
pub(super) fn sync_errors_of(db: &OfflineDb, query: &JsValue) -> Promise {
    decoded(|| {
        let options = Options::lenient("query", query)?;
        let kind = options.text("error_type")?;
        Ok(db.get_sync_errors(options.whole_number("limit", 0)?, kind))
    })
}

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves a failure; resolves with it as saved, with its id.
    #[wasm_bindgen(js_name = saveSyncError, unchecked_return_type = "Promise<SyncErrorRecord>")]
    pub fn save_sync_error(&self, #[wasm_bindgen(unchecked_param_type = "SyncErrorInput")] error: JsValue) -> Promise {
        promise_of(self.0.save_sync_error(error))
    }

    /// The newest failures first.
    #[wasm_bindgen(js_name = getSyncErrors, unchecked_return_type = "Promise<SyncErrorRecord[]>")]
    pub fn get_sync_errors(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "SyncErrorQuery")] query: JsValue,
    ) -> Promise {
        sync_errors_of(&self.0, &query)
    }

    /// The failure, undefined when there is none.
    #[wasm_bindgen(js_name = getSyncError, unchecked_return_type = "Promise<SyncErrorRecord | undefined>")]
    pub fn get_sync_error(&self, #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue) -> Promise {
        promise_of(self.0.get_sync_error(id))
    }

    /// The failures of one transaction.
    #[wasm_bindgen(js_name = getSyncErrorsByTransaction, unchecked_return_type = "Promise<SyncErrorRecord[]>")]
    pub fn get_sync_errors_by_transaction(
        &self,
        #[wasm_bindgen(js_name = transactionId, unchecked_param_type = "RecordKey")] transaction_id: JsValue,
    ) -> Promise {
        promise_of(self.0.get_sync_errors_by_transaction(&transaction_id))
    }

    /// How many failures there are.
    #[wasm_bindgen(js_name = getSyncErrorCount, unchecked_return_type = "Promise<number>")]
    pub fn get_sync_error_count(&self) -> Promise {
        promise_of(self.0.get_sync_error_count())
    }

    /// Deletes one failure; resolves true.
    #[wasm_bindgen(js_name = deleteSyncError, unchecked_return_type = "Promise<boolean>")]
    pub fn delete_sync_error(&self, #[wasm_bindgen(unchecked_param_type = "number")] id: JsValue) -> Promise {
        promise_of(confirmed(self.0.delete_sync_error(id)))
    }

    /// Deletes every failure; resolves true.
    #[wasm_bindgen(js_name = clearAllSyncErrors, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_all_sync_errors(&self) -> Promise {
        promise_of(confirmed(self.0.clear_all_sync_errors()))
    }

    /// Deletes failures older than `days` (7), or than a time in milliseconds when the number is above 365; resolves
    /// how many.
    #[wasm_bindgen(js_name = clearOldSyncErrors, unchecked_return_type = "Promise<number>")]
    pub fn clear_old_sync_errors(
        &self,
        #[wasm_bindgen(js_name = daysOrTimestamp, unchecked_optional_param_type = "number | Date")] limit: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.clear_old_sync_errors(Cutoff::days_or_time(&limit, SHORT_DAYS)?)))
    }
}
