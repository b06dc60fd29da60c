//! The wall clock and the dates that callers hand in: milliseconds since 1970 on one side, ISO-8601 on the other.

use js_sys::{Date, Function};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use crate::global::{global, property};
use crate::text::split;

/// Milliseconds in a day.
pub(crate) const DAY_MS: f64 = 24.0 * 60.0 * 60.0 * 1000.0;

/// The largest distance from 1970 that a JavaScript date can hold, in milliseconds (ECMA-262, "Time Values").
const DATE_LIMIT_MS: f64 = 8.64e15;

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> f64 {
    Date::now()
}

/// Milliseconds since some moment, for measuring: finer than the wall clock, and never set back.
pub(crate) fn tick() -> f64 {
    let performance = global("performance");
    let now = property(&performance, "now").dyn_into::<Function>().and_then(|now| now.call0(&performance));
    now.ok().and_then(|now| now.as_f64()).unwrap_or_else(now_ms)
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

/// The day as `2026-01-07`, in UTC.
pub(crate) fn day(ms: f64) -> String {
    let mut text = iso(ms);
    text.truncate("2026-01-07".len());
    text
}

/// Reads a point in time: ISO-8601, Odoo's `2026-01-07 10:00:00` (UTC), a `Date`, or milliseconds since 1970.
/// `None` when the value is no date.
pub(crate) fn read_ms(value: &JsValue) -> Option<f64> {
    let ms = if let Some(text) = value.as_string() {
        Date::parse(&canonical(&text)?)
    } else if let Some(ms) = date_ms(value) {
        ms
    } else {
        value.as_f64()?
    };
    (ms.abs() <= DATE_LIMIT_MS).then_some(ms)
}

#[wasm_bindgen]
extern "C" {
    /// As `Date`; what inherits from it without being one throws.
    type AnyDate;

    #[wasm_bindgen(method, catch, js_name = getTime)]
    fn time(this: &AnyDate) -> Result<f64, JsValue>;
}

/// Returns the milliseconds of a `Date`, NaN for an invalid one; `None` for anything else, also for a `Date` behind a `Proxy`,
/// which nobody can ask.
pub(crate) fn date_ms(value: &JsValue) -> Option<f64> {
    value.dyn_ref::<Date>()?;
    value.unchecked_ref::<AnyDate>().time().ok()
}

/// The text with `T` between date and time and an explicit zone, or `None` when it does not have the shape of a date.
///
/// Browsers read far more as a date than a till should (`new Date("order 1")` is valid in Chromium), and read a text
/// without a zone as local time where Odoo means UTC; so the shape is decided here, before the browser sees it.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    if !matches_shape(date, "dddd-dd-dd") {
        return None;
    }
    let (clock, zone) = match rest.as_bytes() {
        [] => return Some(format!("{date}T00:00:00.000Z")),
        [b'T' | b' ', ..] => split(rest.get(1..)?, b"Z+-"),
        _ => return None,
    };
    let zone = match zone {
        "" | "Z" => "Z",
        offset if matches_shape(offset, "+dd:dd") || matches_shape(offset, "-dd:dd") => offset,
        _ => return None,
    };
    let (seconds, fraction) = split(clock, b".");
    let clock = match fraction.as_bytes() {
        [] if matches_shape(clock, "dd:dd") => format!("{clock}:00.000"),
        [] if matches_shape(clock, "dd:dd:dd") => format!("{clock}.000"),
        [_, digits @ ..]
            if matches_shape(seconds, "dd:dd:dd") && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) =>
        {
            let mut clock = clock.to_owned() + "00";
            clock.truncate("dd:dd:dd.ddd".len());
            clock
        }
        _ => return None,
    };
    Some(format!("{date}T{clock}{zone}"))
}

/// Whether `text` has the shape of `pattern`, in which `d` stands for a digit.
fn matches_shape(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.bytes().zip(pattern.bytes()).all(|(byte, expected)| match expected {
            b'd' => byte.is_ascii_digit(),
            _ => byte == expected,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_a_till_meets_is_read_as_utc() {
        for (text, expected) in [
            ("2026-01-07T10:00:00.000Z", "2026-01-07T10:00:00.000Z"),
            ("2026-01-07 10:00:00", "2026-01-07T10:00:00.000Z"),
            ("2026-01-07T10:00:00", "2026-01-07T10:00:00.000Z"),
            ("2026-01-07 10:00:00.5", "2026-01-07T10:00:00.500Z"),
            ("2026-01-07T10:00:00.123456Z", "2026-01-07T10:00:00.123Z"),
            ("2026-01-07T10:00", "2026-01-07T10:00:00.000Z"),
            ("2026-01-07", "2026-01-07T00:00:00.000Z"),
            ("2026-01-07T10:00:00+02:00", "2026-01-07T10:00:00.000+02:00"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "order 1",
            "yesterday",
            "2026-1-7",
            "2026-01-07X",
            "2026-01-07T10",
            "2026-01-07T10:00:00.Z",
            "é026-01-07",
            "2026-01-07T10:00:00+2",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
