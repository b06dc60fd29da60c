//! Orders made while the server was away.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{JsOfflineDb, confirmed, decoded, promise_of};
use crate::offline_db::{Cutoff, SHORT_DAYS};

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves an order; resolves with it as saved, when it is committed.
    #[wasm_bindgen(js_name = saveOfflineOrder, unchecked_return_type = "Promise<OfflineOrderRecord>")]
    pub fn save_offline_order(
        &self,
        #[wasm_bindgen(unchecked_param_type = "OfflineOrderInput")] order: JsValue,
    ) -> Promise {
        promise_of(self.0.save_offline_order(order))
    }

    /// Every order that the server has not confirmed, oldest first.
    #[wasm_bindgen(js_name = getUnsyncedOfflineOrders, unchecked_return_type = "Promise<OfflineOrderRecord[]>")]
    pub fn get_unsynced_offline_orders(&self) -> Promise {
        promise_of(self.0.get_unsynced_offline_orders())
    }

    /// How many there are; counted in the index, no record is read.
    #[wasm_bindgen(js_name = getUnsyncedOfflineOrderCount, unchecked_return_type = "Promise<number>")]
    pub fn get_unsynced_offline_order_count(&self) -> Promise {
        promise_of(self.0.get_unsynced_offline_order_count())
    }

    /// Marks an order as confirmed by the server; resolves whether it exists.
    #[wasm_bindgen(js_name = markOfflineOrderSynced, unchecked_return_type = "Promise<boolean>")]
    pub fn mark_offline_order_synced(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue,
    ) -> Promise {
        promise_of(self.0.mark_offline_order_synced(id))
    }

    /// Counts one more attempt; resolves with the new number, 0 when there is no such order.
    #[wasm_bindgen(js_name = incrementOfflineOrderAttempt, unchecked_return_type = "Promise<number>")]
    pub fn increment_offline_order_attempt(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue,
    ) -> Promise {
        promise_of(self.0.increment_offline_order_attempt(id))
    }

    /// Deletes an order, whatever its state; resolves true.
    #[wasm_bindgen(js_name = deleteOfflineOrder, unchecked_return_type = "Promise<boolean>")]
    pub fn delete_offline_order(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(confirmed(self.0.delete_offline_order(id)))
    }

    /// Deletes confirmed orders older than `days` (7); resolves how many.
    #[wasm_bindgen(js_name = clearOldOfflineOrders, unchecked_return_type = "Promise<number>")]
    pub fn clear_old_offline_orders(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] days: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.clear_old_offline_orders(Cutoff::days(&days, SHORT_DAYS)?)))
    }
}
