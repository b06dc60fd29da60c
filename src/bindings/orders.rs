//! Orders of the Point of Sale.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::JsOfflineDb;
use super::decode::text;
use crate::offline_db::{Cutoff, TRANSACTION_DAYS};

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves an order with `JSONuiState` and `saved_at`; resolves with it as saved, when it is committed.
    #[wasm_bindgen(js_name = saveOrder, unchecked_return_type = "Promise<OrderRecord>")]
    pub fn save_order(&self, #[wasm_bindgen(unchecked_param_type = "OrderInput")] order: JsValue) -> Promise {
        self.run(async move |db| db.save_order(&order).await)
    }

    /// Every order.
    #[wasm_bindgen(js_name = getAllOrders, unchecked_return_type = "Promise<OrderRecord[]>")]
    pub fn get_all_orders(&self) -> Promise {
        self.run(async move |db| db.get_all_orders().await)
    }

    /// The order, undefined when there is none.
    #[wasm_bindgen(js_name = getOrder, unchecked_return_type = "Promise<OrderRecord | undefined>")]
    pub fn get_order(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        self.run(async move |db| db.get_order(&id).await)
    }

    /// Deletes an order, whatever its state; resolves true.
    #[wasm_bindgen(js_name = deleteOrder, unchecked_return_type = "Promise<boolean>")]
    pub fn delete_order(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        self.run(async move |db| db.delete_order(&id).await.map(|()| true))
    }

    /// Every order in a state other than paid, done, invoiced and cancel, oldest first.
    #[wasm_bindgen(js_name = getPendingOrders, unchecked_return_type = "Promise<OrderRecord[]>")]
    pub fn get_pending_orders(&self) -> Promise {
        self.run(async move |db| db.get_pending_orders().await)
    }

    /// The orders dated `from` to `to`, both inclusive, in one state or in all, oldest first.
    #[wasm_bindgen(js_name = getOrdersByDateRange, unchecked_return_type = "Promise<OrderRecord[]>")]
    pub fn get_orders_by_date_range(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Time")] from: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Time")] to: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "string | null")] state: JsValue,
    ) -> Promise {
        self.run(async move |db| {
            let state = if state.is_undefined() || state.is_null() { None } else { Some(text("state", &state)?) };
            db.get_orders_by_date_range(&from, &to, state.as_deref()).await
        })
    }

    /// Deletes orders older than `days` (30) that are paid, done, invoiced or cancelled; resolves how many.
    #[wasm_bindgen(js_name = clearOldOrders, unchecked_return_type = "Promise<number>")]
    pub fn clear_old_orders(&self, #[wasm_bindgen(unchecked_optional_param_type = "number")] days: JsValue) -> Promise {
        self.run(async move |db| db.clear_old_orders(Cutoff::days(&days, TRANSACTION_DAYS)?).await)
    }
}
