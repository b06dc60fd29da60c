//! The catalogue: products, and the small lists that come with them.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{OfflineDb, Operation, then};
use crate::clock;
use crate::model::{Category, Product, Tax};
use crate::store::{Bounds, Bulk, BulkReport, KeyValue, Record, Select};

const STORE: &str = Product::STORE;

impl OfflineDb {
    /// Saves products with `cached_at` now.
    ///
    /// # Errors
    /// As [`OfflineDb::bulk_save`].
    pub fn bulk_save_products(&self, products: JsValue, bulk: Bulk) -> Operation<BulkReport> {
        self.bulk_save_cached(STORE, products, bulk)
    }

    /// Saves records of a cached list with `cached_at` now.
    ///
    /// # Errors
    /// As [`OfflineDb::bulk_save`].
    pub fn bulk_save_cached(&self, store: &str, records: JsValue, bulk: Bulk) -> Operation<BulkReport> {
        self.bulk_save_stamped(store, records, bulk, Some(("cached_at", clock::now_iso().into())))
    }

    /// The product, `null` when there is none.
    pub fn get_product(&self, id: JsValue) -> Operation<JsValue> {
        self.get_or_null(STORE, id)
    }

    /// The first product with this barcode, `null` when there is none.
    pub fn get_product_by_barcode(&self, barcode: &str) -> Operation<JsValue> {
        or_null(self.first(STORE, by_text(Product::BARCODE.name, barcode)))
    }

    /// The first product with this internal reference, `null` when there is none.
    pub fn get_product_by_default_code(&self, code: &str) -> Operation<JsValue> {
        or_null(self.first(STORE, by_text(Product::DEFAULT_CODE.name, code)))
    }

    /// The products of a category, whether Odoo sent it as `5` or as `[5, "Drinks"]`.
    pub fn get_products_by_category(&self, category: &JsValue) -> Operation<Array> {
        let by = |bounds| Select::index(Product::CATEG_ID.name, bounds);
        let as_number_or_pair = |id: KeyValue| vec![by(Bounds::only(id.clone())), by(Bounds::prefix(vec![id]))];
        self.select_all_of(STORE, KeyValue::argument("categoryId", category).map(as_number_or_pair))
    }

    /// The category, `null` when there is none.
    pub fn get_category(&self, id: JsValue) -> Operation<JsValue> {
        self.get_or_null(Category::STORE, id)
    }

    /// The tax, `null` when there is none.
    pub fn get_tax(&self, id: JsValue) -> Operation<JsValue> {
        self.get_or_null(Tax::STORE, id)
    }

    fn get_or_null(&self, store: &str, id: JsValue) -> Operation<JsValue> {
        or_null(self.get(store, id))
    }
}

fn or_null(found: Operation<JsValue>) -> Operation<JsValue> {
    then(found, |found| if found.is_undefined() { JsValue::NULL } else { found })
}

fn by_text(index: &str, text: &str) -> Select {
    Select::index(index, Bounds::only(KeyValue::Text(text.to_owned())))
}
