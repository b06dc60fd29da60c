//! Which field of a refused record is at fault; asked only after the browser has refused it.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use super::scan::primary_key;
use crate::error::{Error, ErrorKind};
use crate::global::structured_clone;
use crate::row::describe;
use crate::schema::{KeyPath, StoreSchema};

/// The same error, naming the field that is no key or that cannot be cloned.
pub(crate) fn explain(row: &JsValue, schema: &StoreSchema, error: Error) -> Error {
    if !matches!(error.kind(), ErrorKind::InvalidRecord { .. }) || !row.is_object() {
        return error;
    }
    let keys = Object::keys::<JsValue>(row.unchecked_ref());
    for field in keys.iter() {
        let Ok(value) = Reflect::get(row, &field) else {
            continue;
        };
        if let Err(thrown) = structured_clone(&value) {
            let name = field.as_string().unwrap_or_default();
            let why = Error::from_js(&thrown);
            let why = match why.kind() {
                ErrorKind::InvalidRecord { .. } => String::new(),
                // What a getter of the caller's threw.
                other => format!(": {other}"),
            };
            return error.in_field(&name, &format!("{} cannot be stored{why}", describe(&value)));
        }
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
