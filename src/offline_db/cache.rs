//! Everything that is loaded from the server at once.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

use super::OfflineDb;
use crate::error::Result;
use crate::model::{Category, PaymentMethod, Product, Tax};
use crate::row::Row;
use crate::stamp;
use crate::store::{Bulk, BulkReport, Record, Select};

/// The stores of the cached data.
const CACHED: [&str; 4] = [Product::STORE, Category::STORE, PaymentMethod::STORE, Tax::STORE];

/// The lists to save, products, categories, payment methods, taxes; `undefined` or `null` for none.
pub type CacheInput = [JsValue; 4];

/// What became of each list, in the same order.
pub type CacheCounts = [BulkReport; 4];

impl OfflineDb {
    /// Saves the four lists; a list that is missing counts 0.
    ///
    /// # Errors
    /// As [`OfflineDb::bulk_save`], of the first list that fails as a whole; the lists before it are saved.
    pub async fn cache_all_pos_data(&self, lists: &CacheInput) -> Result<CacheCounts> {
        let mut reports = CacheCounts::default();
        for ((store, list), report) in CACHED.into_iter().zip(lists).zip(&mut reports) {
            if !list.is_undefined() && !list.is_null() {
                *report = self.bulk_save_cached(store, list, Bulk::default()).await?;
            }
        }
        Ok(reports)
    }

    /// The four lists, from one transaction.
    pub async fn get_all_pos_data(&self) -> Result<[Array; 4]> {
        self.database
            .read(&CACHED, async |tx| {
                let mut lists = [(); 4].map(|()| Array::new());
                for (store, list) in CACHED.into_iter().zip(&mut lists) {
                    *list = tx.rows(store)?.select(&Select::all()).await?.rows;
                }
                Ok(lists)
            })
            .await
    }

    /// Deletes the four lists, in one transaction.
    pub async fn clear_all_pos_data(&self) -> Result<()> {
        self.database.write(&CACHED, async |tx| CACHED.iter().try_for_each(|store| tx.rows(store)?.clear())).await
    }

    /// Whether there are products to sell.
    pub async fn has_cached_pos_data(&self) -> Result<bool> {
        Ok(self.count(Product::STORE, &Select::all()).await? > 0)
    }

    /// Every row of every store, as `{store: rows}`, from one transaction.
    pub async fn read_all(&self) -> Result<Object> {
        let schema = self.database.schema();
        let names = schema.names();
        self.database
            .read(&names, async |tx| {
                let all = Object::new();
                for store in schema.stores() {
                    let rows = tx.rows(&store.name)?.select(&Select::all()).await?.rows;
                    rows.iter().for_each(|row| stamp::for_js(&row, store));
                    Reflect::set(&all, &store.name.as_str().into(), &rows)?;
                }
                Ok(all)
            })
            .await
    }

    /// How many rows each store has, as `{store: count}`.
    pub async fn counts(&self) -> Result<Object> {
        let schema = self.database.schema();
        let names = schema.names();
        self.database
            .read(&names, async |tx| {
                let counts = Row::owned(Object::new().into());
                for store in &names {
                    counts.set(store, tx.rows(store)?.count(&Select::all()).await?);
                }
                Ok(JsValue::from(counts).into())
            })
            .await
    }
}
