//! The catalogue: products, and the small lists that come with them.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::OfflineDb;
use crate::clock;
use crate::error::Result;
use crate::model::{Category, Product, Tax};
use crate::store::{Bounds, Bulk, BulkReport, KeyValue, Record, Select};

const STORE: &str = Product::STORE;

impl OfflineDb {
    /// Saves products with `cached_at` now.
    ///
    /// # Errors
    /// As [`OfflineDb::bulk_save`].
    pub async fn bulk_save_products(&self, products: &JsValue, bulk: Bulk) -> Result<BulkReport> {
        self.bulk_save_cached(STORE, products, bulk).await
    }

    /// Saves records of a cached list with `cached_at` now.
    ///
    /// # Errors
    /// As [`OfflineDb::bulk_save`].
    pub async fn bulk_save_cached(&self, store: &str, records: &JsValue, bulk: Bulk) -> Result<BulkReport> {
        let now = JsValue::from(clock::now_iso());
        self.bulk_save(store, records, bulk, |row| row.set("cached_at", &now)).await
    }

    /// The product, `null` when there is none.
    pub async fn get_product(&self, id: &JsValue) -> Result<JsValue> {
        self.get_or_null(STORE, id).await
    }

    /// The first product with this barcode, `null` when there is none.
    pub async fn get_product_by_barcode(&self, barcode: &str) -> Result<JsValue> {
        self.first(STORE, by_text(Product::BARCODE.name, barcode)).await
    }

    /// The first product with this internal reference, `null` when there is none.
    pub async fn get_product_by_default_code(&self, code: &str) -> Result<JsValue> {
        self.first(STORE, by_text(Product::DEFAULT_CODE.name, code)).await
    }

    /// The products of a category, whether Odoo sent it as `5` or as `[5, "Drinks"]`.
    pub async fn get_products_by_category(&self, category: &JsValue) -> Result<Array> {
        let id = KeyValue::argument("categoryId", category)?;
        self.database
            .read(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let by_category = |bounds| Select::index(Product::CATEG_ID.name, bounds);
                let as_number = rows.select(&by_category(Bounds::only(id.clone()))).await?.rows;
                let as_pair = rows.select(&by_category(Bounds::prefix(vec![id.clone()]))).await?.rows;
                Ok(as_number.concat(&as_pair))
            })
            .await
    }

    /// The category, `null` when there is none.
    pub async fn get_category(&self, id: &JsValue) -> Result<JsValue> {
        self.get_or_null(Category::STORE, id).await
    }

    /// The tax, `null` when there is none.
    pub async fn get_tax(&self, id: &JsValue) -> Result<JsValue> {
        self.get_or_null(Tax::STORE, id).await
    }

    async fn get_or_null(&self, store: &str, id: &JsValue) -> Result<JsValue> {
        let found = self.get(store, id).await?;
        Ok(if found.is_undefined() { JsValue::NULL } else { found })
    }
}

fn by_text(index: &str, text: &str) -> Select {
    Select::index(index, Bounds::only(KeyValue::Text(text.to_owned())))
}
