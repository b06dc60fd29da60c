//! Between Rust values and JavaScript values: the only place that chooses serializer settings.
//!
//! Maps become plain objects, bytes become `Uint8Array`, `None` becomes `undefined`, and an integer that a
//! JavaScript number cannot hold exactly (above 2^53) is an error instead of a rounded value.

use serde::{Serialize, de::DeserializeOwned};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

use crate::error::Result;

/// Encodes a Rust value as a plain JavaScript value.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue> {
    Ok(value.serialize(&Serializer::new().serialize_maps_as_objects(true))?)
}

/// Decodes a JavaScript value; fields that the Rust type does not name are ignored.
pub fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    Ok(serde_wasm_bindgen::from_value(value)?)
}
