//! The catalogue: products, categories, payment methods and taxes.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::{self, Options, text};
use super::{JsOfflineDb, confirmed, decoded, encode, promise_at_once, promise_of};
use crate::model::{Category, PaymentMethod, Product, Tax};
use crate::offline_db::then;
use crate::store::{Record, Select};

/// How many products a search finds at the most unless told otherwise.
const FOUND: u32 = 20;

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves products with `cached_at` now; resolves how many are saved. A product that cannot be saved is named on the
    /// console and in the report that `onReport` gets.
    #[wasm_bindgen(js_name = bulkSaveProducts, unchecked_return_type = "Promise<number>")]
    pub fn bulk_save_products(
        &self,
        #[wasm_bindgen(unchecked_param_type = "readonly ProductInput[]")] products: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "BulkOptions")] options: JsValue,
    ) -> Promise {
        self.save_list(Product::STORE, products, &options)
    }

    /// Every product.
    #[wasm_bindgen(js_name = getAllProducts, unchecked_return_type = "Promise<ProductRecord[]>")]
    pub fn get_all_products(&self) -> Promise {
        promise_of(self.0.select(Product::STORE, Select::all()))
    }

    /// The product, null when there is none.
    #[wasm_bindgen(js_name = getProduct, unchecked_return_type = "Promise<ProductRecord | null>")]
    pub fn get_product(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_at_once(self.0.get_product(id))
    }

    /// The product with this barcode, null when there is none. A number and its digits are the same.
    #[wasm_bindgen(js_name = getProductByBarcode, unchecked_return_type = "Promise<ProductRecord | null>")]
    pub fn get_product_by_barcode(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | number")] barcode: JsValue,
    ) -> Promise {
        promise_at_once(self.0.get_product_by_barcode(barcode))
    }

    /// The product with this internal reference, as by barcode.
    #[wasm_bindgen(js_name = getProductByDefaultCode, unchecked_return_type = "Promise<ProductRecord | null>")]
    pub fn get_product_by_default_code(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string | number")] code: JsValue,
    ) -> Promise {
        promise_at_once(self.0.get_product_by_default_code(code))
    }

    /// The products of a category, by its id; with `subcategories`, those of every category below it too.
    #[wasm_bindgen(js_name = getProductsByCategory, unchecked_return_type = "Promise<ProductRecord[]>")]
    pub fn get_products_by_category(
        &self,
        #[wasm_bindgen(js_name = categoryId, unchecked_param_type = "RecordKey")] category: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "CategoryOptions")] options: JsValue,
    ) -> Promise {
        decoded(|| {
            let below = Options::of("options", &options, &["subcategories"])?.get("subcategories").is_truthy();
            Ok(self.0.get_products_by_category(&category, below))
        })
    }

    /// The products that cost at least `from` and at most `to`, the cheapest first; null or undefined for no limit.
    #[wasm_bindgen(js_name = getProductsByPrice, unchecked_return_type = "Promise<ProductRecord[]>")]
    pub fn get_products_by_price(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number | null")] from: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "number | null")] to: JsValue,
    ) -> Promise {
        decoded(|| {
            let from = decode::number("from", &from)?.unwrap_or(f64::NEG_INFINITY);
            let to = decode::number("to", &to)?.unwrap_or(f64::INFINITY);
            Ok(self.0.get_products_by_price(from, to))
        })
    }

    /// Search as you type: the products that have every word of `text` in their name, barcode or internal reference,
    /// without regard to case, accents and the order of the words; the best first.
    #[wasm_bindgen(js_name = searchProducts, unchecked_return_type = "Promise<ProductMatch[]>")]
    pub fn search_products(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] query: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "SearchOptions")] options: JsValue,
    ) -> Promise {
        decoded(|| {
            let limit = Options::of("options", &options, &["limit"])?.whole_number("limit", 1)?;
            Ok(then(self.0.search_products(&text("text", &query)?, limit.unwrap_or(FOUND)), encode::matches))
        })
    }

    /// Takes over what has changed at the server, in one transaction: deletes, then inserts and replaces, and keeps the
    /// watermark to ask with the next time. A record that cannot be saved rejects it all, with its position.
    #[wasm_bindgen(js_name = applyDelta, unchecked_return_type = "Promise<DeltaReport>")]
    pub fn apply_delta(&self, #[wasm_bindgen(unchecked_param_type = "CatalogDelta")] delta: JsValue) -> Promise {
        decoded(|| {
            let (store, delta) = decode::delta(&delta)?;
            Ok(then(self.0.apply_delta(&store, delta), encode::delta_report))
        })
    }

    /// The watermark of the last delta; null when everything has to be fetched: before the first, after a clear, and when
    /// a part of the catalogue could not be read.
    #[wasm_bindgen(js_name = getWatermark, unchecked_return_type = "Promise<string | null>")]
    pub fn get_watermark(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "CatalogStoreName")] store: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.get_watermark(&decode::catalog_store(&store)?)))
    }

    /// How many products there are.
    #[wasm_bindgen(js_name = getProductCount, unchecked_return_type = "Promise<number>")]
    pub fn get_product_count(&self) -> Promise {
        promise_of(self.0.count(Product::STORE, Select::all()))
    }

    /// Deletes every product; resolves true.
    #[wasm_bindgen(js_name = clearAllProducts, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_all_products(&self) -> Promise {
        promise_of(confirmed(self.0.clear(Product::STORE)))
    }

    /// Saves categories; resolves how many are saved.
    #[wasm_bindgen(js_name = saveCategories, unchecked_return_type = "Promise<number>")]
    pub fn save_categories(
        &self,
        #[wasm_bindgen(unchecked_param_type = "readonly CategoryInput[]")] categories: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "BulkOptions")] options: JsValue,
    ) -> Promise {
        self.save_list(Category::STORE, categories, &options)
    }

    /// Every category.
    #[wasm_bindgen(js_name = getAllCategories, unchecked_return_type = "Promise<CategoryRecord[]>")]
    pub fn get_all_categories(&self) -> Promise {
        promise_of(self.0.select(Category::STORE, Select::all()))
    }

    /// The category, null when there is none.
    #[wasm_bindgen(js_name = getCategory, unchecked_return_type = "Promise<CategoryRecord | null>")]
    pub fn get_category(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_at_once(self.0.get_category(id))
    }

    /// Deletes every category; resolves true.
    #[wasm_bindgen(js_name = clearAllCategories, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_all_categories(&self) -> Promise {
        promise_of(confirmed(self.0.clear(Category::STORE)))
    }

    /// Saves payment methods; resolves how many are saved.
    #[wasm_bindgen(js_name = savePaymentMethods, unchecked_return_type = "Promise<number>")]
    pub fn save_payment_methods(
        &self,
        #[wasm_bindgen(js_name = paymentMethods, unchecked_param_type = "readonly PaymentMethodInput[]")]
        payment_methods: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "BulkOptions")] options: JsValue,
    ) -> Promise {
        self.save_list(PaymentMethod::STORE, payment_methods, &options)
    }

    /// Every payment method.
    #[wasm_bindgen(js_name = getAllPaymentMethods, unchecked_return_type = "Promise<PaymentMethodRecord[]>")]
    pub fn get_all_payment_methods(&self) -> Promise {
        promise_of(self.0.select(PaymentMethod::STORE, Select::all()))
    }

    /// Deletes every payment method; resolves true.
    #[wasm_bindgen(js_name = clearAllPaymentMethods, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_all_payment_methods(&self) -> Promise {
        promise_of(confirmed(self.0.clear(PaymentMethod::STORE)))
    }

    /// Saves taxes; resolves how many are saved.
    #[wasm_bindgen(js_name = saveTaxes, unchecked_return_type = "Promise<number>")]
    pub fn save_taxes(
        &self,
        #[wasm_bindgen(unchecked_param_type = "readonly TaxInput[]")] taxes: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "BulkOptions")] options: JsValue,
    ) -> Promise {
        self.save_list(Tax::STORE, taxes, &options)
    }

    /// Every tax.
    #[wasm_bindgen(js_name = getAllTaxes, unchecked_return_type = "Promise<TaxRecord[]>")]
    pub fn get_all_taxes(&self) -> Promise {
        promise_of(self.0.select(Tax::STORE, Select::all()))
    }

    /// The tax, null when there is none.
    #[wasm_bindgen(js_name = getTax, unchecked_return_type = "Promise<TaxRecord | null>")]
    pub fn get_tax(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_at_once(self.0.get_tax(id))
    }

    /// Deletes every tax; resolves true.
    #[wasm_bindgen(js_name = clearAllTaxes, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_all_taxes(&self) -> Promise {
        promise_of(confirmed(self.0.clear(Tax::STORE)))
    }
}

impl JsOfflineDb {
    fn save_list(&self, store: &'static str, records: JsValue, options: &JsValue) -> Promise {
        decoded(|| {
            let (bulk, on_report) = decode::bulk(options)?;
            let saving = self.0.bulk_save_cached(store, records, bulk);
            Ok(Box::pin(async move {
                let report = saving.await?;
                decode::tell_failures(store, &report, on_report);
                Ok(report.saved)
            }))
        })
    }
}
