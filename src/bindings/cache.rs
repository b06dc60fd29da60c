//! Everything that is loaded from the server at once.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::{Options, tell_failures};
use super::{JsOfflineDb, encode};

/// The lists in the order of [`crate::offline_db::CacheInput`].
const LISTS: [&str; 4] = ["products", "categories", "paymentMethods", "taxes"];

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves the four lists; a list that is missing counts 0.
    #[wasm_bindgen(js_name = cacheAllPOSData, unchecked_return_type = "Promise<POSDataCounts>")]
    pub fn cache_all_pos_data(&self, #[wasm_bindgen(unchecked_param_type = "POSDataInput")] data: JsValue) -> Promise {
        self.run(async move |db| {
            let options = Options::lenient("data", &data)?;
            let reports = db.cache_all_pos_data(&LISTS.map(|list| options.get(list))).await?;
            for (list, report) in LISTS.into_iter().zip(&reports) {
                tell_failures(list, report, None);
            }
            let [products, categories, payment_methods, taxes] = reports.map(|report| report.saved.into());
            Ok(lists([products, categories, payment_methods, taxes]))
        })
    }

    /// The four lists, from one transaction.
    #[wasm_bindgen(js_name = getAllPOSData, unchecked_return_type = "Promise<POSData>")]
    pub fn get_all_pos_data(&self) -> Promise {
        self.run(async move |db| Ok(lists(db.get_all_pos_data().await?.map(JsValue::from))))
    }

    /// Deletes the four lists, in one transaction; resolves true.
    #[wasm_bindgen(js_name = clearAllPOSData, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_all_pos_data(&self) -> Promise {
        self.run(async move |db| db.clear_all_pos_data().await.map(|()| true))
    }

    /// Whether there are products to sell.
    #[wasm_bindgen(js_name = hasCachedPOSData, unchecked_return_type = "Promise<boolean>")]
    pub fn has_cached_pos_data(&self) -> Promise {
        self.run(async move |db| db.has_cached_pos_data().await)
    }

    /// Every row of every store, from one transaction.
    #[wasm_bindgen(js_name = readAll, unchecked_return_type = "Promise<Record<StoreName, StoredRecord[]>>")]
    pub fn read_all(&self) -> Promise {
        self.run(async move |db| db.read_all().await)
    }

    /// How many rows each store has.
    #[wasm_bindgen(unchecked_return_type = "Promise<Record<StoreName, number>>")]
    pub fn counts(&self) -> Promise {
        self.run(async move |db| db.counts().await)
    }
}

fn lists(values: [JsValue; 4]) -> JsValue {
    let [products, categories, payment_methods, taxes] = values;
    encode::object([(LISTS[0], products), (LISTS[1], categories), (LISTS[2], payment_methods), (LISTS[3], taxes)])
}
