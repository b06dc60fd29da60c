//! The wall clock and the dates that callers hand in: milliseconds since 1970 on one side, ISO-8601 on the other.

use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};

use crate::model::Timestamp;

/// Milliseconds in a day.
pub(crate) const DAY_MS: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// The largest distance from 1970 that a JavaScript date can hold, in milliseconds (ECMA-262, "Time Values").
const DATE_LIMIT_MS: f64 = 8.64e15;

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    Date::now()
}

/// The time now as `2026-01-07T10:00:00.000Z`.
pub(crate) fn now_iso() -> String {
    iso(now_ms())
}

/// The time as `2026-01-07T10:00:00.000Z`; the nearest time a date can hold when `ms` is out of range.
pub(crate) fn iso(ms: f64) -> String {
    let ms = if ms.is_nan() { 0.0 } else { ms.clamp(-DATE_LIMIT_MS, DATE_LIMIT_MS) };
    Date::new(&JsValue::from_f64(ms)).to_iso_string().into()
}

/// Reads a point in time: ISO-8601, Odoo's `2026-01-07 10:00:00` (UTC), a `Date`, or milliseconds since 1970.
/// `None` when the value is no date.
pub(crate) fn read_ms(value: &JsValue) -> Option<f64> {
    let ms = if let Some(text) = value.as_string() {
        Date::parse(Timestamp::parse(&text)?.as_str())
    } else if let Some(date) = value.dyn_ref::<Date>() {
        date.get_time()
    } else {
        value.as_f64()?
    };
    (ms.abs() <= DATE_LIMIT_MS).then_some(ms)
}
