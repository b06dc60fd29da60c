//! How old a row is, and from when on it is too old.

use std::ops::Bound;

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::clock;
use crate::error::{Error, Result};
use crate::order::sorted_places;
use crate::row::{Row, describe};
use crate::store::{Bounds, KeyValue, Select};

/// How long confirmed transactions are kept, in days: the legacy module's default.
pub const TRANSACTION_DAYS: f64 = 30.0;
/// How long confirmed offline orders, old errors and sessions are kept, in days: the legacy module's default.
pub const SHORT_DAYS: f64 = 7.0;

/// The largest number that callers mean as days; a larger one is a time in milliseconds since 1970.
const MOST_DAYS: f64 = 365.0;

/// Rows from before this time are old.
#[derive(Debug, Clone, Copy)]
pub struct Cutoff(f64);

impl Cutoff {
    /// So many days ago, `default` when `undefined`.
    ///
    /// # Errors
    /// `InvalidArgument` unless it is a number from 0 on.
    pub fn days(days: &JsValue, default: f64) -> Result<Cutoff> {
        let days = if days.is_undefined() { Some(default) } else { days.as_f64() };
        match days.filter(|days| *days >= 0.0) {
            Some(days) => Ok(Cutoff::days_ago(days)),
            None => Err(Error::argument("days", "must be a number of days, 0 or more")),
        }
    }

    /// As [`Cutoff::days`], but a number above 365 is a time in milliseconds since 1970, and so is a `Date`.
    ///
    /// # Errors
    /// `InvalidArgument` unless it is a number from 0 on or a date.
    pub fn days_or_time(value: &JsValue, default: f64) -> Result<Cutoff> {
        match value.as_f64() {
            Some(number) if number <= MOST_DAYS => Cutoff::days(value, default),
            None if value.is_undefined() => Cutoff::days(value, default),
            _ => clock::read_ms(value).map(Cutoff).ok_or_else(|| {
                let given = describe(value);
                Error::argument("daysOrTimestamp", format!("must be a number of days or a time, got {given}"))
            }),
        }
    }

    /// Whether the time in a row is before the cutoff; `false` for what is no time.
    pub(super) fn is_before(&self, time: &JsValue) -> bool {
        clock::read_ms(time).is_some_and(|time| time < self.0)
    }

    /// The rows that an index over a time the library writes (always ISO-8601 text) holds from before the cutoff.
    pub(super) fn select(&self, index: &str) -> Select {
        let upper = Bound::Excluded(KeyValue::Text(clock::iso(self.0)));
        Select::index(index, Bounds { lower: Bound::Unbounded, upper })
    }

    /// A day after which nothing is written that lies before the cutoff, whatever its zone (at most 14 hours).
    pub(super) fn day_beyond(&self) -> String {
        clock::day(self.0 + 2.0 * clock::DAY_MS)
    }

    pub(super) fn days_ago(days: f64) -> Cutoff {
        Cutoff(clock::now_ms() - days * clock::DAY_MS)
    }
}

/// Sorts rows by the time in `field`; rows without one come first.
pub(super) fn oldest_first(rows: &Array, field: &str) -> Array {
    let time = |row| clock::read_ms(&Row::owned(row).get(field)).unwrap_or(f64::NEG_INFINITY);
    let times: Vec<_> = rows.iter().map(time).collect();
    sorted_places(&times, f64::total_cmp).into_iter().map(|place| rows.get(place as u32)).collect()
}
