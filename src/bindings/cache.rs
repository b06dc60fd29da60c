//! Everything that is loaded from the server at once.

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::*;

use super::decode::{Options, tell_failures};
use super::{JsOfflineDb, confirmed, decoded, promise_of};
use crate::offline_db::{CacheCounts, then};
use crate::row::Row;

/// The lists in the order of [`crate::offline_db::CacheInput`].
const LISTS: [&str; 4] = ["products", "categories", "paymentMethods", "taxes"];

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves the four lists; a list that is missing counts 0.
    #[wasm_bindgen(js_name = cacheAllPOSData, unchecked_return_type = "Promise<POSDataCounts>")]
    pub fn cache_all_pos_data(&self, #[wasm_bindgen(unchecked_param_type = "POSDataInput")] data: JsValue) -> Promise {
        decoded(|| {
            let options = Options::lenient("data", &data)?;
            let saved = |reports: CacheCounts| {
                for (list, report) in LISTS.into_iter().zip(&reports) {
                    tell_failures(list, report, None);
                }
                lists(reports.map(|report| report.saved))
            };
            Ok(then(self.0.cache_all_pos_data(LISTS.map(|list| options.get(list))), saved))
        })
    }

    /// The four lists, from one transaction.
    #[wasm_bindgen(js_name = getAllPOSData, unchecked_return_type = "Promise<POSData>")]
    pub fn get_all_pos_data(&self) -> Promise {
        promise_of(then(self.0.get_all_pos_data(), lists))
    }

    /// Deletes the four lists, in one transaction; resolves true.
    #[wasm_bindgen(js_name = clearAllPOSData, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_all_pos_data(&self) -> Promise {
        promise_of(confirmed(self.0.clear_all_pos_data()))
    }

    /// Whether there are products to sell.
    #[wasm_bindgen(js_name = hasCachedPOSData, unchecked_return_type = "Promise<boolean>")]
    pub fn has_cached_pos_data(&self) -> Promise {
        promise_of(self.0.has_cached_pos_data())
    }

    /// Every row of every store: the till's from one transaction, the catalogue's from another.
    #[wasm_bindgen(js_name = readAll, unchecked_return_type = "Promise<Record<StoreName, StoredRecord[]>>")]
    pub fn read_all(&self) -> Promise {
        promise_of(self.0.read_all())
    }

    /// How many rows each store has.
    #[wasm_bindgen(unchecked_return_type = "Promise<Record<StoreName, number>>")]
    pub fn counts(&self) -> Promise {
        promise_of(self.0.counts())
    }
}

/// An object of what there is for each list.
fn lists<T: Into<JsValue>>(values: impl IntoIterator<Item = T>) -> JsValue {
    let object = Row::owned(Object::new().into());
    LISTS.into_iter().zip(values).for_each(|(list, value)| object.set(list, value));
    object.into()
}
