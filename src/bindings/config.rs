//! Named settings.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::text;
use super::{JsOfflineDb, decoded};

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves a setting of any shape; resolves with its key.
    #[wasm_bindgen(js_name = saveConfig, unchecked_return_type = "Promise<string>")]
    pub fn save_config(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] key: JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] value: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.save_config(&text("key", &key)?, &value)))
    }

    /// The value of a setting, undefined when it was never saved.
    #[wasm_bindgen(js_name = getConfig, unchecked_return_type = "Promise<unknown>")]
    pub fn get_config(&self, #[wasm_bindgen(unchecked_param_type = "string")] key: JsValue) -> Promise {
        decoded(|| Ok(self.0.get_config(&text("key", &key)?)))
    }
}
