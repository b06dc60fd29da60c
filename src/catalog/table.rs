//! The bindings of `table.js`: many records as one table.

use js_sys::{Array, Map};
use wasm_bindgen::prelude::*;

use crate::error::Result;

#[wasm_bindgen(module = "/src/catalog/table.js")]
extern "C" {
    /// Records with the same fields, as a column for each field; those that are not like the others stand apart.
    #[derive(Debug, Clone)]
    pub(super) type Table;

    #[wasm_bindgen(method, getter)]
    pub(super) fn count(this: &Table) -> u32;

    /// The records that stand apart, by place.
    #[wasm_bindgen(method, getter)]
    pub(super) fn loose(this: &Table) -> Map;

    #[wasm_bindgen(js_name = take, catch)]
    fn take_fields(records: &Array, stamp: &JsValue) -> std::result::Result<Array, JsValue>;

    /// What the columns keep of each record, of the fields with these names: three lists of numbers, three texts.
    #[wasm_bindgen(catch)]
    pub(super) fn gather(table: &Table, fields: &Array) -> std::result::Result<Array, JsValue>;

    /// About how many bytes a record of the table has; `NaN` when there is none.
    #[wasm_bindgen(catch)]
    pub(super) fn weigh(table: &Table) -> std::result::Result<f64, JsValue>;

    /// What is put for a page of these ranges: lists of a table, and from where to where.
    #[wasm_bindgen(catch)]
    pub(super) fn pack(ranges: &Array) -> std::result::Result<Table, JsValue>;

    /// Whether a table is whole and its records have these keys, in their order; `NaN` stands for any key.
    #[wasm_bindgen(catch)]
    pub(super) fn keyed(table: &Table, keys: &[f64]) -> std::result::Result<bool, JsValue>;

    /// All records, which belong to the caller.
    #[wasm_bindgen(catch)]
    pub(super) fn rows(table: &Table) -> std::result::Result<Array, JsValue>;

    /// A record, which belongs to the caller.
    #[wasm_bindgen(catch)]
    pub(super) fn row(table: &Table, place: u32) -> std::result::Result<JsValue, JsValue>;

    /// As [`row`]; `undefined` when a field, unless it is `undefined`, has not this text, nor is a number that is written
    /// so, and when the record cannot be copied. A call that may throw takes longer.
    pub(super) fn found(table: &Table, place: u32, field: &JsValue, text: &JsValue) -> JsValue;

    /// The records at some places of a list of pages.
    #[wasm_bindgen(catch)]
    pub(super) fn pick(pages: &Array, places: &[u32], size: u32) -> std::result::Result<Array, JsValue>;
}

/// The fields of records as they are now, in a table that shares nothing with the caller; `stamp`, unless `undefined`, is
/// when they were loaded. With it the places of what is refused, each with what the browser threw, `undefined` for what is no
/// record.
pub(super) fn take(records: &Array, stamp: &JsValue) -> Result<(Table, Vec<(u32, JsValue)>)> {
    let taken = take_fields(records, stamp)?;
    let refused: Array = taken.get(1).unchecked_into();
    let refused = refused.iter().map(|pair| {
        let pair: Array = pair.unchecked_into();
        (pair.get(0).as_f64().unwrap_or_default() as u32, pair.get(1))
    });
    Ok((taken.get(0).unchecked_into(), refused.collect()))
}
