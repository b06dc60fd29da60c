//! What can be a key: the types IndexedDB orders, and nothing else.
//!
//! Booleans, `null` and `NaN` are not keys: IndexedDB leaves such a row out of the index without a word, which is how
//! the legacy module came to scan whole stores. Here `bool` does not implement [`Key`]:
//!
//! ```compile_fail
//! use pos_offline::{Key, model::Transaction};
//! // The legacy module's range over a boolean: does not compile.
//! let pending = Transaction::SYNCED_CREATED.prefix(false);
//! ```
//!
//! ```
//! use pos_offline::model::{Flag, Transaction};
//! let pending = Transaction::SYNCED_CREATED.prefix(Flag::No);
//! ```

use std::cmp::Ordering;

use js_sys::{Array, ArrayBuffer, Date, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::clock;
use crate::error::{Error, Result};
use crate::row::describe;

/// A valid IndexedDB key. Its order is IndexedDB's: numbers, dates, texts (by UTF-16 unit), bytes, arrays.
#[derive(Debug, Clone)]
pub enum KeyValue {
    /// A number, never `NaN`.
    Number(f64),
    /// A `Date`, in milliseconds since 1970.
    Date(f64),
    /// A text.
    Text(String),
    /// An `ArrayBuffer` or a view of one.
    Binary(Vec<u8>),
    /// Several keys, compared one after the other.
    Array(Vec<KeyValue>),
}

/// A type that can be a key or a part of one.
pub trait Key {
    /// The key.
    ///
    /// # Errors
    /// `InvalidArgument` for a number that is `NaN`.
    fn to_key(&self) -> Result<KeyValue>;
}

impl KeyValue {
    /// The JavaScript value of this key.
    pub fn to_js(&self) -> JsValue {
        match self {
            KeyValue::Number(number) => JsValue::from_f64(*number),
            KeyValue::Date(ms) => Date::new(&JsValue::from_f64(*ms)).into(),
            KeyValue::Text(text) => JsValue::from_str(text),
            KeyValue::Binary(bytes) => Uint8Array::from(bytes.as_slice()).into(),
            KeyValue::Array(parts) => parts.iter().map(KeyValue::to_js).collect::<Array>().into(),
        }
    }

    /// Reads a JavaScript value as a key; `None` when IndexedDB would not take it as one.
    pub fn from_js(value: &JsValue) -> Option<KeyValue> {
        if let Some(number) = value.as_f64() {
            (!number.is_nan()).then_some(KeyValue::Number(number))
        } else if let Some(text) = value.as_string() {
            Some(KeyValue::Text(text))
        } else if let Some(ms) = clock::date_ms(value) {
            (!ms.is_nan()).then_some(KeyValue::Date(ms))
        } else if Array::is_array(value) {
            let mut parts = Vec::new();
            for part in value.unchecked_ref::<Array>().iter() {
                parts.push(KeyValue::from_js(&part)?);
            }
            Some(KeyValue::Array(parts))
        } else if value.is_instance_of::<ArrayBuffer>() {
            Some(KeyValue::Binary(Uint8Array::new(value).to_vec()))
        } else if ArrayBuffer::is_view(value.unchecked_ref()) {
            let view: &Uint8Array = value.unchecked_ref();
            let bytes =
                Uint8Array::new_with_byte_offset_and_length(&view.buffer(), view.byte_offset(), view.byte_length());
            Some(KeyValue::Binary(bytes.to_vec()))
        } else {
            None
        }
    }

    /// Reads an argument of a JavaScript caller as a key.
    ///
    /// # Errors
    /// `InvalidArgument` that says what was given and what can be a key.
    pub fn argument(name: &str, value: &JsValue) -> Result<KeyValue> {
        KeyValue::from_js(value).ok_or_else(|| {
            let given = describe(value);
            Error::argument(
                name,
                format!("{given} is not a key; use a number, a text, a valid Date, bytes or an array of these"),
            )
        })
    }

    fn rank(&self) -> u8 {
        match self {
            KeyValue::Number(_) => 0,
            KeyValue::Date(_) => 1,
            KeyValue::Text(_) => 2,
            KeyValue::Binary(_) => 3,
            KeyValue::Array(_) => 4,
        }
    }
}

impl Ord for KeyValue {
    /// The order of keys in IndexedDB 3.0, section 2.4, "compare two keys".
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (KeyValue::Number(a), KeyValue::Number(b)) | (KeyValue::Date(a), KeyValue::Date(b)) => {
                a.partial_cmp(b).unwrap_or(Ordering::Equal)
            }
            (KeyValue::Text(a), KeyValue::Text(b)) => a.encode_utf16().cmp(b.encode_utf16()),
            (KeyValue::Binary(a), KeyValue::Binary(b)) => a.cmp(b),
            (KeyValue::Array(a), KeyValue::Array(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for KeyValue {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for KeyValue {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for KeyValue {}

impl Key for KeyValue {
    fn to_key(&self) -> Result<KeyValue> {
        Ok(self.clone())
    }
}

impl Key for f64 {
    fn to_key(&self) -> Result<KeyValue> {
        if self.is_nan() {
            return Err(Error::argument("key", "NaN is not a key"));
        }
        Ok(KeyValue::Number(*self))
    }
}

macro_rules! number_keys {
    ($($integer:ty),*) => {$(
        impl Key for $integer {
            fn to_key(&self) -> Result<KeyValue> {
                Ok(KeyValue::Number(f64::from(*self)))
            }
        }
    )*};
}
number_keys!(u8, u16, u32, i8, i16, i32);

impl Key for str {
    fn to_key(&self) -> Result<KeyValue> {
        Ok(KeyValue::Text(self.to_owned()))
    }
}

impl Key for String {
    fn to_key(&self) -> Result<KeyValue> {
        self.as_str().to_key()
    }
}

impl<K: Key + ?Sized> Key for &K {
    fn to_key(&self) -> Result<KeyValue> {
        (**self).to_key()
    }
}

macro_rules! tuple_keys {
    ($($part:ident),+) => {
        impl<$($part: Key),+> Key for ($($part,)+) {
            #[allow(non_snake_case)]
            fn to_key(&self) -> Result<KeyValue> {
                let ($($part,)+) = self;
                Ok(KeyValue::Array(vec![$($part.to_key()?),+]))
            }
        }
    };
}
tuple_keys!(A);
tuple_keys!(A, B);
tuple_keys!(A, B, C);
tuple_keys!(A, B, C, D);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Flag, RecordId, Timestamp};

    fn text(text: &str) -> KeyValue {
        KeyValue::Text(text.into())
    }

    #[test]
    fn keys_are_ordered_as_indexed_db_orders_them() {
        let ascending = [
            KeyValue::Number(f64::NEG_INFINITY),
            KeyValue::Number(-1.0),
            KeyValue::Number(2.0),
            KeyValue::Number(f64::INFINITY),
            KeyValue::Date(-5.0),
            KeyValue::Date(0.0),
            text(""),
            text("2026-01-07 23"),
            text("2026-01-07T01"),
            // U+1F600 is two UTF-16 units from D83D, below U+FF5E; as code points it would be the other way round.
            text("\u{1F600}"),
            text("\u{FF5E}"),
            KeyValue::Binary(vec![]),
            KeyValue::Binary(vec![1]),
            KeyValue::Array(vec![]),
            KeyValue::Array(vec![KeyValue::Number(0.0)]),
            KeyValue::Array(vec![KeyValue::Number(0.0), text("a")]),
            KeyValue::Array(vec![KeyValue::Number(1.0)]),
            KeyValue::Array(vec![KeyValue::Array(vec![])]),
        ];
        for pair in ascending.windows(2) {
            assert!(pair[0] < pair[1], "{:?} must come before {:?}", pair[0], pair[1]);
        }
    }

    #[test]
    fn a_flag_is_a_number_and_a_tuple_is_an_array() {
        let key = (Flag::Yes, Timestamp::parse("2026-01-07").unwrap()).to_key().unwrap();
        assert_eq!(key, KeyValue::Array(vec![KeyValue::Number(1.0), text("2026-01-07T00:00:00.000Z")]));
    }

    #[test]
    fn nan_is_refused() {
        assert_eq!(f64::NAN.to_key().unwrap_err().code(), "InvalidArgument");
        assert!((1.0, f64::NAN).to_key().is_err());
    }

    #[test]
    fn a_record_id_keeps_its_type() {
        assert_ne!(RecordId::from(5).to_key().unwrap(), RecordId::from("5").to_key().unwrap());
    }
}
