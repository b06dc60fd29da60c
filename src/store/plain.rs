//! The bindings of `plain.js`: records that the browser refuses to clone as they are, as the plain values that they show.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::error::{Error, Result};
use crate::global::structured_clone;
use crate::row::describe;

#[wasm_bindgen(module = "/src/store/plain.js")]
extern "C" {
    #[wasm_bindgen(js_name = plainCopy, catch)]
    fn copy_plainly(record: &JsValue) -> std::result::Result<JsValue, JsValue>;
}

/// What a record holds that cannot be stored.
pub(crate) struct Unstorable {
    /// Where it is in the record, such as `data.lines[0].onClick`.
    pub path: String,
    pub reason: String,
}

/// Copies a record as the plain values that it shows, at any depth: reactive proxies become what they stand for.
pub(crate) fn plain_copy(record: &JsValue) -> std::result::Result<JsValue, Unstorable> {
    copy_plainly(record).map_err(|thrown| {
        // Anything but the script's own list would be an error of the script; it is told as it is.
        let parts: Array = thrown.clone().dyn_into().unwrap_or_else(|_| Array::of3(&"".into(), &"".into(), &thrown));
        let reason = match parts.get(2) {
            none if none.is_undefined() => format!("{} cannot be stored", describe(&parts.get(1))),
            thrown => format!("it cannot be read: {}", Error::from_js(&thrown)),
        };
        Unstorable { path: parts.get(0).as_string().unwrap_or_default(), reason }
    })
}

/// Copies a record as the browser would, or plainly where the browser refuses.
///
/// # Errors
/// `InvalidRecord` naming the path of what cannot be stored.
pub(crate) fn clone_of(record: &JsValue) -> Result<JsValue> {
    structured_clone(record).or_else(|thrown| {
        plain_copy(record).map_err(|Unstorable { path, reason }| Error::of_clone(&thrown).in_field(&path, &reason))
    })
}
