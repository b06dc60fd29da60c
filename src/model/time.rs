//! Points in time as the till stores them.

use serde::{Deserialize, Serialize};

/// A point in time as ISO-8601 text in UTC, `2026-01-07T10:00:00.000Z`: sorts as text in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(String);

impl Timestamp {
    /// Takes ISO-8601 or Odoo's `2026-01-07 10:00:00` (UTC by Odoo's convention); `None` when it is no date.
    pub fn parse(text: &str) -> Option<Timestamp> {
        canonical(text).map(Timestamp)
    }

    /// The text as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text with `T` between date and time and an explicit zone, or `None` when it does not have the shape of a date.
///
/// Browsers read far more as a date than a till should (`new Date("order 1")` is valid in Chromium), and read a text
/// without a zone as local time where Odoo means UTC; so the shape is decided here, before the browser sees it.
fn canonical(text: &str) -> Option<String> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    if !matches_shape(date, "dddd-dd-dd") {
        return None;
    }
    if rest.is_empty() {
        return Some(format!("{date}T00:00:00.000Z"));
    }
    let rest = rest.strip_prefix(['T', ' '])?;
    let zone_at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone_at);
    let zone = match zone {
        "" | "Z" => "Z",
        offset if matches_shape(&offset[1..], "dd:dd") => offset,
        _ => return None,
    };
    let clock = match clock.split_once('.') {
        _ if matches_shape(clock, "dd:dd") => format!("{clock}:00.000"),
        None if matches_shape(clock, "dd:dd:dd") => format!("{clock}.000"),
        Some((seconds, fraction))
            if matches_shape(seconds, "dd:dd:dd")
                && !fraction.is_empty()
                && fraction.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            format!("{seconds}.{:0<3.3}", fraction)
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
            assert_eq!(Timestamp::parse(text).map(|time| time.0).as_deref(), Some(expected), "{text}");
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
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
