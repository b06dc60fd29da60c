//! A product of the catalogue.

use serde::{Deserialize, Serialize};

use super::{RecordId, Timestamp, odoo};
use crate::store::{Index, Record};

/// A product. [`OfflineDb`](crate::OfflineDb) keeps products in the pages of the [catalogue](crate::catalog); rows of the store
/// `pos_products` itself are moved there when the database is next opened.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Product {
    /// Primary key, the server's id.
    pub id: RecordId,
    /// Barcode, when it has one.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub barcode: Option<String>,
    /// Internal reference, when it has one.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub default_code: Option<String>,
    /// Name.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub name: Option<String>,
    /// Sales price in the shop's currency.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub list_price: Option<f64>,
    /// When it was loaded.
    #[serde(default)]
    pub cached_at: Option<Timestamp>,
}

impl Record for Product {
    const STORE: &'static str = "pos_products";
    type Key = RecordId;
}

impl Product {
    /// By barcode.
    pub const BARCODE: Index<Product, String> = Index::new("barcode", &["barcode"]);
    /// By internal reference.
    pub const DEFAULT_CODE: Index<Product, String> = Index::new("default_code", &["default_code"]);
    /// By category id. Odoo may also send `[id, name]`, which is another key: see `getProductsByCategory`.
    pub const CATEG_ID: Index<Product, RecordId> = Index::new("categ_id", &["categ_id"]);
    /// By name, case and accents as written.
    pub const NAME: Index<Product, String> = Index::new("name", &["name"]);
    /// By time of loading.
    pub const CACHED_AT: Index<Product, Timestamp> = Index::new("cached_at", &["cached_at"]);
}
