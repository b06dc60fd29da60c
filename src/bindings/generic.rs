//! Any store.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::{self, store_name};
use super::{JsOfflineDb, confirmed, decoded, encode};
use crate::error::Result;
use crate::offline_db::then;
use crate::store::Select;

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Inserts or replaces a record; resolves with its primary key when committed.
    #[wasm_bindgen(unchecked_return_type = "Promise<RecordKey>")]
    pub fn put(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "object")] record: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WriteOptions")] options: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.put(&store_name(&store)?, record, decode::write_options(&options)?)))
    }

    /// The record with this primary key, undefined when there is none.
    #[wasm_bindgen(unchecked_return_type = "Promise<StoredRecord | undefined>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] key: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.get(&store_name(&store)?, key)))
    }

    /// Every record of a store, or those of a range of primary keys.
    #[wasm_bindgen(js_name = getAll, unchecked_return_type = "Promise<StoredRecord[]>")]
    pub fn get_all(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Omit<Query, \"index\">")] options: JsValue,
    ) -> Promise {
        self.selected(&store, &options)
    }

    /// The records that a query asks for.
    #[wasm_bindgen(unchecked_return_type = "Promise<StoredRecord[]>")]
    pub fn query(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Query")] query: JsValue,
    ) -> Promise {
        self.selected(&store, &query)
    }

    /// How many records a query asks for, its limit left aside; counted in the index.
    #[wasm_bindgen(unchecked_return_type = "Promise<number>")]
    pub fn count(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Query")] query: JsValue,
    ) -> Promise {
        decoded(|| {
            let (store, select) = self.select_of(&store, &query)?;
            Ok(self.0.count(&store, select))
        })
    }

    /// What would serve a query, and how a write to the store commits.
    #[wasm_bindgen(unchecked_return_type = "Promise<Explanation>")]
    pub fn explain(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Query")] query: JsValue,
    ) -> Promise {
        decoded(|| {
            let (store, select) = self.select_of(&store, &query)?;
            Ok(then(self.0.explain(&store, select), |explanation| encode::explanation(&explanation)))
        })
    }

    /// Saves many records: one transaction per chunk, every put issued at once, each one counted.
    #[wasm_bindgen(js_name = bulkSave, unchecked_return_type = "Promise<BulkReport>")]
    pub fn bulk_save(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "readonly object[]")] records: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "BulkOptions")] options: JsValue,
    ) -> Promise {
        decoded(|| {
            let (bulk, on_report) = decode::bulk(&options)?;
            let saving = self.0.bulk_save(&store_name(&store)?, records, bulk);
            Ok(Box::pin(async move {
                let report = encode::report(&saving.await?);
                if let Some(on_report) = on_report {
                    decode::call(&on_report, &report);
                }
                Ok(report)
            }))
        })
    }

    /// Deletes many records in one transaction; resolves with how many keys were given.
    #[wasm_bindgen(js_name = bulkDelete, unchecked_return_type = "Promise<number>")]
    pub fn bulk_delete(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "readonly RecordKey[]")] keys: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "WriteOptions")] options: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.bulk_delete(&store_name(&store)?, keys, decode::write_options(&options)?)))
    }

    /// Deletes the record with this primary key; resolves true.
    #[wasm_bindgen(unchecked_return_type = "Promise<boolean>")]
    pub fn delete(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] key: JsValue,
    ) -> Promise {
        decoded(|| Ok(confirmed(self.0.delete(&store_name(&store)?, key))))
    }

    /// Deletes every record of a store; resolves true.
    #[wasm_bindgen(unchecked_return_type = "Promise<boolean>")]
    pub fn clear(&self, #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue) -> Promise {
        decoded(|| Ok(confirmed(self.0.clear(&store_name(&store)?))))
    }
}

impl JsOfflineDb {
    fn selected(&self, store: &JsValue, query: &JsValue) -> Promise {
        decoded(|| {
            let (store, select) = self.select_of(store, query)?;
            Ok(self.0.select(&store, select))
        })
    }

    fn select_of(&self, store: &JsValue, query: &JsValue) -> Result<(String, Select)> {
        let store = store_name(store)?;
        let select = decode::select(query, self.0.database().schema().store(&store)?)?;
        Ok((store, select))
    }
}
