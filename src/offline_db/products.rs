//! The catalogue: products, and the small lists that come with them.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{OfflineDb, Operation};
use crate::catalog::{Catalog, Delta, DeltaReport, Match, Shelf};
use crate::clock;
use crate::error::{Error, Result};
use crate::global::property;
use crate::model::{Category, Product, Tax};
use crate::store::{Bulk, BulkReport, KeyValue, Record, Select};

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

    /// The product with this barcode, that with the smallest key of several; `null` when there is none. A number and its digits
    /// are the same.
    ///
    /// # Errors
    /// `InvalidArgument` when it is neither a text nor a number.
    pub fn get_product_by_barcode(&self, barcode: JsValue) -> Operation<JsValue> {
        self.first_product(Product::BARCODE.name, barcode)
    }

    /// The product with this internal reference, as by barcode.
    pub fn get_product_by_default_code(&self, code: JsValue) -> Operation<JsValue> {
        self.first_product(Product::DEFAULT_CODE.name, code)
    }

    fn first_product(&self, index: &'static str, text: JsValue) -> Operation<JsValue> {
        let catalog = self.catalog.clone();
        Box::pin(async move { Ok(or_null(catalog.first_by(products(&catalog)?, index, &text).await?)) })
    }

    /// The products of a category, whether Odoo sent it as `5` or as `[5, "Drinks"]`; with `below`, those of every
    /// category below it too.
    pub fn get_products_by_category(&self, category: &JsValue, below: bool) -> Operation<Array> {
        let db = self.clone();
        let id = KeyValue::argument("categoryId", category);
        Box::pin(async move {
            let mut ids = vec![id?];
            if below {
                let categories = db.select(Category::STORE, Select::all()).await?;
                with_all_below(&mut ids, &categories);
            }
            db.catalog.by_category(products(&db.catalog)?, &ids).await
        })
    }

    /// The products that cost at least `from` and at most `to`, the cheapest first.
    pub fn get_products_by_price(&self, from: f64, to: f64) -> Operation<Array> {
        let catalog = self.catalog.clone();
        Box::pin(async move { catalog.by_price(products(&catalog)?, from, to).await })
    }

    /// The products that have every word of `text` in their name, barcode or internal reference, without regard to case
    /// and accents, the best first: the barcode itself, the beginning of a text, the beginning of words, anywhere.
    pub fn search_products(&self, text: &str, limit: u32) -> Operation<Vec<Match>> {
        let (catalog, text) = (self.catalog.clone(), text.to_owned());
        Box::pin(async move { catalog.search(products(&catalog)?, &text, limit).await })
    }

    /// Takes over what has changed at the server in one transaction; each record is loaded now.
    ///
    /// # Errors
    /// `InvalidRecord` with the position of the first record that cannot be saved; then nothing is changed.
    /// `InvalidArgument` when the store is none of the catalogue's.
    pub fn apply_delta(&self, store: &str, delta: Delta) -> Operation<DeltaReport> {
        let (catalog, store) = (self.catalog.clone(), store.to_owned());
        Box::pin(async move { catalog.apply_delta(shelf_of(&catalog, &store)?, delta, clock::now_iso().into()).await })
    }

    /// The watermark of the last delta; `null` when everything has to be fetched.
    pub fn get_watermark(&self, store: &str) -> Operation<JsValue> {
        let (catalog, store) = (self.catalog.clone(), store.to_owned());
        Box::pin(async move { catalog.watermark(shelf_of(&catalog, &store)?).await })
    }

    /// The category, `null` when there is none.
    pub fn get_category(&self, id: JsValue) -> Operation<JsValue> {
        self.get_or_null(Category::STORE, id)
    }

    /// The tax, `null` when there is none.
    pub fn get_tax(&self, id: JsValue) -> Operation<JsValue> {
        self.get_or_null(Tax::STORE, id)
    }

    fn get_or_null(&self, store: &'static str, id: JsValue) -> Operation<JsValue> {
        let catalog = self.catalog.clone();
        Box::pin(async move {
            let key = KeyValue::argument("key", &id)?;
            Ok(or_null(catalog.get(shelf_of(&catalog, store)?, &key).await?))
        })
    }
}

fn or_null(found: Option<JsValue>) -> JsValue {
    found.unwrap_or(JsValue::NULL)
}

fn products(catalog: &Catalog) -> Result<&Rc<Shelf>> {
    shelf_of(catalog, STORE)
}

fn shelf_of<'a>(catalog: &'a Catalog, store: &str) -> Result<&'a Rc<Shelf>> {
    catalog.shelf(store).ok_or_else(|| Error::argument("store", format!("'{store}' is no store of the catalogue")))
}

/// Adds the ids of every category below those there are, each once.
fn with_all_below(ids: &mut Vec<KeyValue>, categories: &Array) {
    let mut place = 0;
    while let Some(above) = ids.get(place).cloned() {
        for category in categories.iter() {
            let parent = property(&category, Category::PARENT_ID.name);
            let parent = if Array::is_array(&parent) { Array::from(&parent).get(0) } else { parent };
            let id = KeyValue::from_js(&property(&category, "id"));
            if KeyValue::from_js(&parent).is_some_and(|parent| parent == above)
                && let Some(id) = id.filter(|id| !ids.contains(id))
            {
                ids.push(id);
            }
        }
        place += 1;
    }
}
