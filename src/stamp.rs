//! The fields of a JavaScript record that the library owns: flags and times.
//!
//! A flag is a boolean to JavaScript and 0 or 1 on disk, because IndexedDB leaves a row with a boolean out of its
//! indexes; a time is always there and always ISO-8601 text, so that the order of an index is the order of time.

use wasm_bindgen::JsValue;

use crate::clock;
use crate::error::{Error, Result};
use crate::row::{Row, describe};
use crate::schema::StoreSchema;

/// The time given to a legacy row that has none: the oldest, so that it is sent first.
const UNKNOWN_TIME_MS: f64 = 0.0;

/// A copy of a caller's record with its owned fields as they are stored.
///
/// # Errors
/// `InvalidRecord` when it is no object, or a time is no date.
pub(crate) fn for_disk(record: &JsValue, store: &StoreSchema) -> Result<Row> {
    let row = Row::copy_of(record)?;
    for flag in &store.flags {
        row.set(flag, u8::from(row.get(flag).is_truthy()));
    }
    for time in &store.times {
        let given = row.get(time);
        let ms = if row.has(time) { time_of(time, &given)? } else { clock::now_ms() };
        row.set(time, clock::iso(ms));
    }
    Ok(row)
}

/// Turns the flags of a row that was read from disk back into booleans.
pub(crate) fn for_js(row: &JsValue, store: &StoreSchema) {
    if store.flags.is_empty() || !row.is_object() {
        return;
    }
    let row = Row::owned(row.clone());
    for flag in &store.flags {
        row.set(flag, row.get(flag).is_truthy());
    }
}

/// The value as a time in milliseconds.
///
/// # Errors
/// `InvalidRecord` naming the field.
pub(crate) fn time_of(field: &str, value: &JsValue) -> Result<f64> {
    clock::read_ms(value).ok_or_else(|| {
        let given = describe(value);
        Error::field(field, format!("{given} is no date; use ISO-8601 text, a valid Date or milliseconds since 1970"))
    })
}

/// Whether rows of this store can need [`repair`].
pub(crate) fn has_owned_fields(store: &StoreSchema) -> bool {
    !store.flags.is_empty() || !store.times.is_empty()
}

/// Brings a row that other code has written into the form on disk; whether it had to change.
pub(crate) fn repair(row: &Row, store: &StoreSchema) -> bool {
    let mut changed = false;
    for flag in &store.flags {
        let value = row.get(flag);
        if !matches!(value.as_f64(), Some(0.0 | 1.0)) {
            row.set(flag, u8::from(value.is_truthy()));
            changed = true;
        }
    }
    for time in &store.times {
        let value = row.get(time);
        let text = clock::iso(clock::read_ms(&value).unwrap_or(UNKNOWN_TIME_MS));
        if value.as_string().as_ref() != Some(&text) {
            row.set(time, text);
            changed = true;
        }
    }
    changed
}
