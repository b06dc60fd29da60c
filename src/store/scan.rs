//! The answer of an index that is missing on disk, found by reading every row.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use super::key::KeyValue;
use super::query::Select;
use crate::order::sorted_places;
use crate::schema::{IndexSchema, KeyPath, StoreSchema};

/// What the index would have given, out of all rows: the same rows in the same order.
pub(crate) fn pick(all: &Array, select: &Select, schema: &StoreSchema) -> Array {
    let index = select.index.as_deref().and_then(|name| schema.index(name));
    let mut found = Vec::new();
    // getAll() gives the order of the primary key, which a stable sort keeps among equal index keys.
    for row in all.iter() {
        for key in index.map_or_else(Vec::new, |index| keys_of(&row, index)) {
            if select.bounds.contains(&key) {
                found.push((key, row.clone()));
            }
        }
    }
    let mut places = sorted_places(&found, |(a, _), (b, _)| a.cmp(b));
    if select.is_descending() {
        places.reverse();
    }
    let limit = select.limit.map_or(places.len(), |limit| limit as usize);
    places.into_iter().take(limit).map(|place| &found[place].1).collect()
}

/// The primary key of a row; `None` when it has none.
pub(crate) fn primary_key(row: &JsValue, store: &StoreSchema) -> Option<KeyValue> {
    key_at(row, &store.key_path)
}

/// The keys under which an index holds a row; none when a part is no key.
pub(crate) fn keys_of(row: &JsValue, index: &IndexSchema) -> Vec<KeyValue> {
    match key_at(row, &index.key_path) {
        Some(KeyValue::Array(parts)) if index.multi_entry => parts,
        Some(key) => vec![key],
        None => Vec::new(),
    }
}

fn key_at(row: &JsValue, path: &KeyPath) -> Option<KeyValue> {
    match path {
        KeyPath::Field(field) => KeyValue::from_js(&value_at(row, field)),
        KeyPath::Fields(fields) => {
            let mut parts = Vec::new();
            for field in fields {
                parts.push(KeyValue::from_js(&value_at(row, field))?);
            }
            Some(KeyValue::Array(parts))
        }
    }
}

/// The value at a key path; dots reach into nested objects.
fn value_at(row: &JsValue, path: &str) -> JsValue {
    path.split('.')
        .try_fold(row.clone(), |value, field| Reflect::get(&value, &field.into()))
        .unwrap_or(JsValue::UNDEFINED)
}
