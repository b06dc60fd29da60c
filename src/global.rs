//! What the browser offers beside its APIs' own types; it differs between a page and a worker.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// A global such as `document`; `undefined` where there is none.
pub(crate) fn global(name: &str) -> JsValue {
    property(&js_sys::global(), name)
}

/// A property of an object; `undefined` when there is no object or no such property.
pub(crate) fn property(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
