//! The kinds of records the catalogue holds, and which of their fields it answers by.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::model::{Category, PaymentMethod, Product, Tax};
use crate::store::{Index, Record};

/// The field that every kind is named by, and the one that is its key.
const NAME: &str = "name";
pub(super) const KEY: &str = "id";

/// A kind of record: the store that held its rows one by one before, and the fields with a column of their own.
#[derive(Debug)]
pub(super) struct Kind {
    pub store: &'static str,
    pub barcode: Option<&'static str>,
    pub code: Option<&'static str>,
    pub category: Option<&'static str>,
    pub price: Option<&'static str>,
}

const PLAIN: Kind = Kind { store: "", barcode: None, code: None, category: None, price: None };

pub(super) static KINDS: [Kind; 4] = [
    Kind {
        store: Product::STORE,
        barcode: Some(field_of(&Product::BARCODE)),
        code: Some(field_of(&Product::DEFAULT_CODE)),
        category: Some(field_of(&Product::CATEG_ID)),
        price: Some("list_price"),
    },
    Kind { store: Category::STORE, category: Some(field_of(&Category::PARENT_ID)), ..PLAIN },
    Kind { store: PaymentMethod::STORE, ..PLAIN },
    Kind { store: Tax::STORE, ..PLAIN },
];

/// An index over one field has the name of the field.
const fn field_of<R, K>(index: &Index<R, K>) -> &'static str {
    index.name
}

/// A column that finds rows by a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Barcode,
    Code,
    Category,
}

impl Kind {
    /// The column of an index, if it has one.
    pub fn column(&self, index: &str) -> Option<Column> {
        [(self.barcode, Column::Barcode), (self.code, Column::Code), (self.category, Column::Category)]
            .into_iter()
            .find_map(|(field, column)| (field == Some(index)).then_some(column))
    }
}

/// The names of the fields as JavaScript values, made once for many rows.
#[derive(Debug)]
pub(super) struct Fields {
    pub key: JsValue,
    pub name: JsValue,
    pub barcode: Option<JsValue>,
    pub code: Option<JsValue>,
    pub category: Option<JsValue>,
    /// Key, price, category, name, code, barcode; `undefined` for those that the kind does not have.
    pub all: Array,
}

impl Fields {
    pub fn of(kind: &Kind) -> Fields {
        let js = |field: Option<&str>| field.map(JsValue::from_str);
        let (key, name) = (JsValue::from_str(KEY), JsValue::from_str(NAME));
        let (barcode, code, category) = (js(kind.barcode), js(kind.code), js(kind.category));
        let all = [&Some(key.clone()), &js(kind.price), &category, &Some(name.clone()), &code, &barcode];
        let all = all.into_iter().map(|field| field.clone().unwrap_or_default()).collect();
        Fields { key, name, barcode, code, category, all }
    }

    /// The field behind a column; `name` for a column that the kind does not have.
    pub fn field(&self, column: Column) -> &JsValue {
        let field = match column {
            Column::Barcode => &self.barcode,
            Column::Code => &self.code,
            Column::Category => &self.category,
        };
        field.as_ref().unwrap_or(&self.name)
    }
}
