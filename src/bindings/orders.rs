//! Orders of the Point of Sale.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::text;
use super::{JsOfflineDb, confirmed, decoded, promise_of};
use crate::offline_db::{Cutoff, TRANSACTION_DAYS};

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves an order with `JSONuiState` and `saved_at`; resolves with it as saved, when it is committed.
    #[wasm_bindgen(js_name = saveOrder, unchecked_return_type = "Promise<OrderRecord>")]
    pub fn save_order(&self, #[wasm_bindgen(unchecked_param_type = "OrderInput")] order: JsValue) -> Promise {
        promise_of(self.0.save_order(order))
    }

    /// Every order.
    #[wasm_bindgen(js_name = getAllOrders, unchecked_return_type = "Promise<OrderRecord[]>")]
    pub fn get_all_orders(&self) -> Promise {
        promise_of(self.0.get_all_orders())
    }

    /// The order, undefined when there is none.
    #[wasm_bindgen(js_name = getOrder, unchecked_return_type = "Promise<OrderRecord | undefined>")]
    pub fn get_order(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(self.0.get_order(id))
    }

    /// Deletes an order, whatever its state; resolves true.
    #[wasm_bindgen(js_name = deleteOrder, unchecked_return_type = "Promise<boolean>")]
    pub fn delete_order(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(confirmed(self.0.delete_order(id)))
    }

    /// Every order in a state other than paid, done, invoiced and cancel, oldest first.
    #[wasm_bindgen(js_name = getPendingOrders, unchecked_return_type = "Promise<OrderRecord[]>")]
    pub fn get_pending_orders(&self) -> Promise {
        promise_of(self.0.get_pending_orders())
    }

    /// The orders dated `from` to `to`, both inclusive, in one state or in all, oldest first.
    #[wasm_bindgen(js_name = getOrdersByDateRange, unchecked_return_type = "Promise<OrderRecord[]>")]
    pub fn get_orders_by_date_range(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Time")] from: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Time")] to: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] state: JsValue,
    ) -> Promise {
        decoded(|| {
            let state = if state.is_undefined() || state.is_null() { None } else { Some(text("state", &state)?) };
            Ok(self.0.get_orders_by_date_range(from, to, state))
        })
    }

    /// Deletes orders older than `days` (30) that are paid, done, invoiced or cancelled; resolves how many.
    #[wasm_bindgen(js_name = clearOldOrders, unchecked_return_type = "Promise<number>")]
    pub fn clear_old_orders(&self, #[wasm_bindgen(unchecked_optional_param_type = "number")] days: JsValue) -> Promise {
        decoded(|| Ok(self.0.clear_old_orders(Cutoff::days(&days, TRANSACTION_DAYS)?)))
    }
}
