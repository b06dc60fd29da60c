//! What the catalogue is given.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{Options, each, is_missing, text};
use crate::catalog::Delta;
use crate::error::{Error, Result};
use crate::model::Product;
use crate::row::describe;
use crate::store::{KeyValue, Record};

/// The store of the catalogue that is meant: that of the products unless given.
pub(in super::super) fn catalog_store(value: &JsValue) -> Result<String> {
    if is_missing(value) { Ok(Product::STORE.to_owned()) } else { text("store", value) }
}

/// A number, `None` when it is not given.
pub(in super::super) fn number(argument: &str, value: &JsValue) -> Result<Option<f64>> {
    match value.as_f64() {
        _ if is_missing(value) => Ok(None),
        Some(number) if !number.is_nan() => Ok(Some(number)),
        _ => Err(Error::argument(argument, format!("must be a number, got {}", describe(value)))),
    }
}

/// `{store, upserts, deletes, watermark}`
pub(in super::super) fn delta(value: &JsValue) -> Result<(String, Delta)> {
    if is_missing(value) {
        return Err(Error::argument("delta", format!("must be an object, got {}", describe(value))));
    }
    let options = Options::of("delta", value, &["store", "upserts", "deletes", "watermark"])?;
    let list = |name| match options.get(name) {
        value if is_missing(&value) => Ok(Array::new()),
        value if Array::is_array(&value) => Ok(Array::from(&value)),
        value => Err(Error::argument(name, format!("must be an array, got {}", describe(&value)))),
    };
    let watermark = options.get("watermark");
    if !is_missing(&watermark) {
        text("watermark", &watermark)?;
    }
    let deletes = each("deletes", &list("deletes")?.into(), &|key| KeyValue::argument("deletes", key))?;
    Ok((catalog_store(&options.get("store"))?, Delta { upserts: list("upserts")?, deletes, watermark }))
}
