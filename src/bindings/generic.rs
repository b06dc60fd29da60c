//! Any store.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::{self, text};
use super::{JsOfflineDb, encode};
use crate::error::Result;
use crate::offline_db::OfflineDb;
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
        self.run(async move |db| db.put(&text("store", &store)?, &record, decode::write_options(&options)?).await)
    }

    /// The record with this primary key, undefined when there is none.
    #[wasm_bindgen(unchecked_return_type = "Promise<StoredRecord | undefined>")]
    pub fn get(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] key: JsValue,
    ) -> Promise {
        self.run(async move |db| db.get(&text("store", &store)?, &key).await)
    }

    /// Every record of a store, or those of a range of primary keys.
    #[wasm_bindgen(js_name = getAll, unchecked_return_type = "Promise<StoredRecord[]>")]
    pub fn get_all(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Omit<Query, \"index\">")] options: JsValue,
    ) -> Promise {
        self.selected(store, options)
    }

    /// The records that a query asks for.
    #[wasm_bindgen(unchecked_return_type = "Promise<StoredRecord[]>")]
    pub fn query(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Query")] query: JsValue,
    ) -> Promise {
        self.selected(store, query)
    }

    /// How many records a query asks for, its limit left aside; counted in the index.
    #[wasm_bindgen(unchecked_return_type = "Promise<number>")]
    pub fn count(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Query")] query: JsValue,
    ) -> Promise {
        self.run(async move |db| {
            let (store, select) = select_of(&db, &store, &query)?;
            db.count(&store, &select).await
        })
    }

    /// What would serve a query, and how a write to the store commits.
    #[wasm_bindgen(unchecked_return_type = "Promise<Explanation>")]
    pub fn explain(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "Query")] query: JsValue,
    ) -> Promise {
        self.run(async move |db| {
            let (store, select) = select_of(&db, &store, &query)?;
            db.explain(&store, &select).await.map(|explanation| encode::explanation(&explanation))
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
        self.run(async move |db| {
            let (bulk, on_report) = decode::bulk(&options)?;
            let report = encode::report(&db.bulk_save(&text("store", &store)?, &records, bulk, |_| ()).await?);
            if let Some(on_report) = on_report {
                decode::call(&on_report, &report);
            }
            Ok(report)
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
        self.run(async move |db| db.bulk_delete(&text("store", &store)?, &keys, decode::write_options(&options)?).await)
    }

    /// Deletes the record with this primary key; resolves true.
    #[wasm_bindgen(unchecked_return_type = "Promise<boolean>")]
    pub fn delete(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] key: JsValue,
    ) -> Promise {
        self.run(async move |db| db.delete(&text("store", &store)?, &key).await.map(|()| true))
    }

    /// Deletes every record of a store; resolves true.
    #[wasm_bindgen(unchecked_return_type = "Promise<boolean>")]
    pub fn clear(&self, #[wasm_bindgen(unchecked_param_type = "StoreName")] store: JsValue) -> Promise {
        self.run(async move |db| db.clear(&text("store", &store)?).await.map(|()| true))
    }
}

impl JsOfflineDb {
    fn selected(&self, store: JsValue, query: JsValue) -> Promise {
        self.run(async move |db| {
            let (store, select) = select_of(&db, &store, &query)?;
            db.select(&store, &select).await
        })
    }
}

fn select_of(db: &OfflineDb, store: &JsValue, query: &JsValue) -> Result<(String, Select)> {
    let store = text("store", store)?;
    let select = decode::select(query, db.database().schema().store(&store)?)?;
    Ok((store, select))
}
