//! What becomes of a record that the browser has refused: a plain copy that it takes, or an error that names the field at fault.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::plain::{Unstorable, plain_copy};
use super::scan::primary_key;
use crate::error::{Error, Result};
use crate::row::describe;
use crate::schema::{KeyPath, StoreSchema};

/// The same error, naming the field that is no key or that cannot be cloned.
pub(crate) fn explain(row: &JsValue, schema: &StoreSchema, error: Error) -> Error {
    if !error.is_invalid_record() || !row.is_object() {
        return error;
    }
    if let Err(Unstorable { path, reason }) = plain_copy(row) {
        return error.in_field(&path, &reason);
    }
    match &schema.key_path {
        KeyPath::Field(field) if primary_key(row, schema).is_none() => {
            let given = Reflect::get(row, &field.into()).unwrap_or(JsValue::UNDEFINED);
            error.in_field(
                field,
                &format!(
                    "the key of store '{}' must be a number, a text, a valid Date or bytes, got {}",
                    schema.name,
                    describe(&given)
                ),
            )
        }
        _ => error,
    }
}

/// Makes a copy that the browser takes of a record that it has refused as it was.
///
/// # Errors
/// `InvalidRecord` naming what cannot be stored; whatever else was thrown, as it is.
pub(crate) fn storable(row: &JsValue, schema: &StoreSchema, thrown: &JsValue) -> Result<JsValue> {
    let error = Error::of_clone(thrown);
    if error.is_invalid_record()
        && let Ok(copy) = plain_copy(row)
    {
        return Ok(copy);
    }
    Err(explain(row, schema, error))
}
