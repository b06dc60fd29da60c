//! Many records and what the columns keep of them.

use std::ops::Range;

use js_sys::{Array, Float64Array, JsString, Reflect, Uint32Array};
use wasm_bindgen::prelude::*;

use super::columns::{Columns, hash, hash_text};
use super::fold::fold;
use super::kind::{Fields, KEY};
use super::texts::{END, Texts};
use crate::error::{Error, Result};
use crate::row::{describe, text_of};
use crate::store::KeyValue;

#[wasm_bindgen(module = "/src/catalog/records.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    fn gather(records: &Array) -> std::result::Result<Array, JsValue>;

    /// Whether the records have these keys, in their order; `NaN` stands for any key.
    #[wasm_bindgen(catch)]
    pub(super) fn keyed(records: &Array, keys: &[f64]) -> std::result::Result<bool, JsValue>;

    /// Gives the records the times of their runs.
    #[wasm_bindgen(catch)]
    pub(super) fn stamp(records: &Array, runs: &Array, field: &str) -> std::result::Result<(), JsValue>;

    /// The records at some places of a list of pages.
    #[wasm_bindgen(catch)]
    pub(super) fn pick(pages: &Array, places: &[u32], size: u32) -> std::result::Result<Array, JsValue>;

    /// A copy of a record that came from disk.
    #[wasm_bindgen(catch)]
    pub(super) fn copied(record: &JsValue) -> std::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = take, catch)]
    fn take_fields(records: &Array) -> std::result::Result<Array, JsValue>;
}

/// The fields of records, in objects of their own; the places of what is no record, and of records that share something with
/// another.
///
/// # Errors
/// `InvalidRecord` when a getter throws.
pub(super) fn take(records: &Array) -> Result<(Array, Vec<u32>, Vec<u32>)> {
    let taken = take_fields(records).map_err(|thrown| Error::of_clone(&thrown))?;
    let places = |place| taken.get(place).unchecked_into::<Uint32Array>().to_vec();
    Ok((taken.get(0).unchecked_into(), places(1), places(2)))
}

/// What `records.js` puts for a value that has to be looked at by itself.
const OTHER: &str = "\u{1}";

/// Records with their columns and texts.
#[derive(Debug)]
pub(super) struct Batch {
    pub records: Array,
    pub columns: Columns,
    pub texts: Texts,
    /// When they were loaded; `undefined` when the records say so themselves, or nobody does.
    pub stamp: JsValue,
}

impl Batch {
    /// Reads records, and says which of them have no key.
    ///
    /// # Errors
    /// `InvalidRecord` when a field of one of them cannot be read.
    pub fn read(records: Array, fields: &Fields) -> Result<(Batch, Vec<u32>)> {
        let gathered = gather(&records).map_err(|thrown| Error::of_clone(&thrown))?;
        // There are many NaN, and a checksum would tell them apart.
        let plain = |number: f64| if number.is_nan() { f64::NAN } else { number };
        let numbers = |place| {
            let numbers: Float64Array = gathered.get(place).unchecked_into();
            numbers.to_vec().into_iter().map(plain).collect::<Vec<_>>()
        };
        let rows = records.length() as usize;
        let mut columns = Columns { numbers: numbers(0), ..Columns::default() };
        let mut keyless = Vec::new();
        for (place, _) in (0..).zip(&columns.numbers).filter(|(_, number)| number.is_nan()) {
            let id = value(&records, place, &fields.key);
            match KeyValue::from_js(&id) {
                // Half a letter (a lone surrogate) is lost on the way into the module: such keys could not be told apart.
                Some(KeyValue::Text(text)) if id != *text.as_str() => keyless.push(place),
                Some(key) => columns.odd.push((place, key)),
                None => keyless.push(place),
            }
        }
        columns.prices = if fields.price.is_some() { numbers(1) } else { vec![f64::NAN; rows] };
        columns.categories = match &fields.category {
            Some(field) => (0..)
                .zip(numbers(if fields.price.is_some() { 2 } else { 3 }))
                .map(|(place, number)| category(&records, place, field, number))
                .collect(),
            None => vec![0; rows],
        };
        let texts =
            |place, field| texts(&records, String::from(gathered.get(place).unchecked_into::<JsString>()), field);
        let (names, _) = texts(4, Some(&fields.name));
        let (codes, code_hashes) = texts(5, fields.code.as_ref());
        let (barcodes, barcode_hashes) = texts(6, fields.barcode.as_ref());
        (columns.codes, columns.barcodes) = (code_hashes, barcode_hashes);
        let texts = Texts::zip([&names, &codes, &barcodes], records.length());
        Ok((Batch { records, columns, texts, stamp: JsValue::UNDEFINED }, keyless))
    }

    /// As [`Batch::read`], of records that are known to have keys.
    pub fn of(records: Array, fields: &Fields) -> Result<Batch> {
        match Batch::read(records, fields)? {
            (batch, keyless) if keyless.is_empty() => Ok(batch),
            _ => Err(Error::record("it has no key".into())),
        }
    }

    pub fn rows(&self) -> u32 {
        self.columns.rows()
    }

    pub fn keys(&self) -> impl Iterator<Item = KeyValue> {
        (0..self.rows()).map(|row| self.columns.key(row))
    }

    /// What the checksum of a page of these rows is over.
    pub fn digest(&self) -> Vec<u8> {
        digest(&self.columns, &self.texts, 0..self.rows())
    }
}

/// What the checksum of a page of some rows is over: what stands in fields of their own. A category may stand in a pair, which
/// is not copied with the record.
pub(super) fn digest(columns: &Columns, texts: &Texts, rows: Range<u32>) -> Vec<u8> {
    let columns = &Columns { categories: Vec::new(), ..columns.slice(rows.clone()) };
    let mut bytes = columns.to_bytes();
    for (_, key) in &columns.odd {
        bytes.extend(hash(key).to_le_bytes());
    }
    bytes.extend(texts.slice(rows));
    bytes
}

fn value(records: &Array, place: u32, field: &JsValue) -> JsValue {
    // It was read before; a getter that throws now counts as nothing.
    Reflect::get(&records.get(place), field).unwrap_or(JsValue::UNDEFINED)
}

/// The hash of a category, as a number, a text or Odoo's pair.
fn category(records: &Array, place: u32, field: &JsValue, number: f64) -> u32 {
    if !number.is_nan() {
        return hash(&KeyValue::Number(number));
    }
    let value = value(records, place, field);
    hash_of(&if Array::is_array(&value) { value.unchecked_ref::<Array>().get(0) } else { value })
}

/// The folded texts of a field, each with its end, and the hash of each as a key.
fn texts(records: &Array, raw: String, field: Option<&JsValue>) -> (String, Vec<u32>) {
    let count = records.length();
    let Some(field) = field else { return ("\0".repeat(count as usize), vec![0; count as usize]) };
    let mut hashes = Vec::with_capacity(count as usize);
    let mut replaced: Option<String> = None;
    let mut begin = 0;
    for place in 0..count {
        let end = begin + memchr::memchr(END, &raw.as_bytes()[begin..]).unwrap_or(0);
        // The ends stand between characters; a slice that may panic would bring 2 KB along.
        let text = raw.get(begin..end).unwrap_or_default();
        let mut hash = if text.is_empty() { 0 } else { hash_text(text) };
        if text == OTHER {
            let value = value(records, place, field);
            let text = value.as_string().or_else(|| value.as_f64().map(|_| text_of(&value))).unwrap_or_default();
            hash = hash_of(&value);
            replaced
                .get_or_insert_with(|| raw.get(..begin).unwrap_or_default().into())
                .push_str(&text.replace('\0', " "));
        } else if let Some(replaced) = &mut replaced {
            replaced.push_str(text);
        }
        if let Some(replaced) = &mut replaced {
            replaced.push('\0');
        }
        hashes.push(hash);
        begin = end + 1;
    }
    (fold(&replaced.unwrap_or(raw)), hashes)
}

/// The hash of a value as a key, 0 when it is none.
fn hash_of(value: &JsValue) -> u32 {
    KeyValue::from_js(value).map_or(0, |key| hash(&key))
}

/// Why a record without a key is refused.
pub(super) fn keyless(record: &JsValue, fields: &Fields) -> Error {
    let id = Reflect::get(record, &fields.key).unwrap_or(JsValue::UNDEFINED);
    Error::field(KEY, format!("{} is not a key", describe(&id)))
}
