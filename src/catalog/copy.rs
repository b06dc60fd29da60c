//! Copies of records: the caller's on their way in, the kept ones on their way out.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};
use crate::row::Row;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = structuredClone, catch)]
    fn structured_clone(value: &JsValue) -> std::result::Result<JsValue, JsValue>;
}

/// A copy made by the browser, whatever the record is: the fields of a proxy, too.
///
/// # Errors
/// `InvalidRecord` when it cannot be copied.
pub(super) fn cloned(record: &JsValue) -> Result<JsValue> {
    let row = Row::copy_of(record)?;
    structured_clone(row.as_js()).map_err(|thrown| Error::of_clone(&thrown))
}

/// A copy of a record that came from disk. The browser's `structuredClone` takes three times as long: it writes and reads
/// a text of bytes.
///
/// # Errors
/// What the browser says when memory is short.
pub(super) fn copied(record: &JsValue) -> Result<JsValue> {
    let copy = Object::assign(&Object::new(), record.unchecked_ref());
    let values: Array = Object::values(&copy).unchecked_into();
    let mut fields = None;
    for place in 0..values.length() {
        let value = values.get(place);
        if value.is_object() {
            let fields = fields.get_or_insert_with(|| Object::keys::<JsValue>(copy.unchecked_ref()));
            Reflect::set(&copy, &fields.get(place), &nested(&value)?)?;
        }
    }
    Ok(copy.into())
}

fn nested(value: &JsValue) -> Result<JsValue> {
    if Array::is_array(value) {
        let items: &Array = value.unchecked_ref();
        let is_flat = !items.iter().any(|item| item.is_object())
            // No field besides its items, and no hole.
            && Object::keys::<JsValue>(value.unchecked_ref()).length() == items.length();
        if is_flat {
            return Ok(items.slice(0, items.length()).into());
        }
    }
    Ok(structured_clone(value)?)
}
