//! Everything that is loaded from the server at once.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use super::{OfflineDb, Operation, then};
use crate::model::{Category, PaymentMethod, Product, Tax};
use crate::row::Row;
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
    pub fn cache_all_pos_data(&self, lists: CacheInput) -> Operation<CacheCounts> {
        let db = self.clone();
        Box::pin(async move {
            let mut reports = CacheCounts::default();
            for ((store, list), report) in CACHED.into_iter().zip(lists).zip(&mut reports) {
                if !list.is_undefined() && !list.is_null() {
                    *report = db.bulk_save_cached(store, list, Bulk::default()).await?;
                }
            }
            Ok(reports)
        })
    }

    /// The four lists, in the order of [`CacheInput`], from one transaction.
    pub fn get_all_pos_data(&self) -> Operation<Vec<Array>> {
        self.select_stores(&CACHED)
    }

    /// Deletes the four lists, in one transaction.
    pub fn clear_all_pos_data(&self) -> Operation<()> {
        self.clear_each(&CACHED)
    }

    /// Whether there are products to sell.
    pub fn has_cached_pos_data(&self) -> Operation<bool> {
        then(self.count(Product::STORE, Select::all()), |count| count > 0)
    }

    /// Every row of every store, as `{store: rows}`: the till's from one transaction, the catalogue's from another.
    pub fn read_all(&self) -> Operation<Object> {
        let db = self.clone();
        Box::pin(async move {
            let names = db.database.schema().names();
            let lists = db.select_stores(&names).await?;
            let all = Row::owned(Object::new().into());
            names.into_iter().zip(lists).for_each(|(name, rows)| all.set(name, rows));
            Ok(JsValue::from(all).into())
        })
    }

    /// How many rows each store has, as `{store: count}`.
    pub fn counts(&self) -> Operation<Object> {
        let names: Vec<String> = self.database.schema().names().into_iter().map(str::to_owned).collect();
        let counting = self.count_each(names.iter().map(|name| (name.clone(), Select::all())).collect());
        Box::pin(async move {
            let counts = Row::new();
            names.iter().zip(counting.await?).for_each(|(name, count)| counts.set(name, count));
            Ok(JsValue::from(counts).into())
        })
    }
}
