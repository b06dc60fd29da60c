//! How much the browser lets this site store.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::{function, text};
use super::{JsOfflineDb, decoded, encode, promise_of};
use crate::offline_db::then;

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Bytes used and allowed; `percentUsed` is a share from 0 to 1, `ok` is true below 0.9. All 0 where the browser
    /// does not say (it says only over https and on localhost).
    #[wasm_bindgen(js_name = checkQuota, unchecked_return_type = "Promise<QuotaStatus>")]
    pub fn check_quota(&self) -> Promise {
        promise_of(then(self.0.check_quota(), |quota| encode::quota(&quota)))
    }

    /// Runs `saveFn(data, store)` when there is room, after removing what the server has confirmed when there is not;
    /// rejects with `QUOTA_EXCEEDED` when it is still full.
    #[wasm_bindgen(js_name = saveWithQuotaCheck, unchecked_return_type = "Promise<unknown>")]
    pub fn save_with_quota_check(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] data: JsValue,
        #[wasm_bindgen(js_name = saveFn, unchecked_param_type = "(data: unknown, store: StoreName) => unknown")]
        save: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.save_with_quota_check(text("store", &store)?, data, function("saveFn", &save)?)))
    }
}
