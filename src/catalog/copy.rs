//! A copy of a caller's record.

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
