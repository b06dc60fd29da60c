//! Odoo's habits on the wire.

use serde::{Deserialize, Deserializer};

/// Odoo answers `false` for an empty field of any type: read it, and whatever else is not a `T`, as `None`.
pub(super) fn empty_is_false<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Field<T> {
        Value(T),
        Empty(serde::de::IgnoredAny),
    }
    Ok(match Option::<Field<T>>::deserialize(deserializer)? {
        Some(Field::Value(value)) => Some(value),
        Some(Field::Empty(_)) | None => None,
    })
}
