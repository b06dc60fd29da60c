//! Many records and what the columns keep of them.

use std::ops::Range;

use js_sys::{Array, Float64Array, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use super::columns::{Columns, hash, hash_text};
use super::fold::fold_each;
use super::kind::{Fields, KEY};
use super::lookup::Lookup;
use super::table::{Table, gather, row, take, weigh};
use super::texts::{END, Texts};
use crate::error::{Error, Result};
use crate::row::{describe, text_of};
use crate::store::KeyValue;

/// What `table.js` puts for a value that has to be looked at by itself.
const OTHER: char = '\u{1}';

/// Records with their columns and texts.
#[derive(Debug)]
pub(super) struct Batch {
    pub table: Table,
    pub columns: Columns,
    pub texts: Texts,
    /// About how many bytes a record has.
    pub weight: f64,
}

impl Batch {
    /// Reads records, and says which of them have no key.
    ///
    /// # Errors
    /// `InvalidRecord` when a field of one of them cannot be read.
    pub fn read(table: Table, fields: &Fields) -> Result<(Batch, Vec<u32>)> {
        let gathered = gather(&table, &fields.all).map_err(|thrown| Error::of_clone(&thrown))?;
        // There are many NaN, and a checksum would tell them apart.
        let plain = |number: f64| if number.is_nan() { f64::NAN } else { number };
        let numbers = |place| {
            let numbers: Option<Float64Array> = gathered.get(place).dyn_into().ok();
            numbers.map(|numbers| numbers.to_vec().into_iter().map(plain).collect::<Vec<_>>())
        };
        let rows = table.count() as usize;
        let mut columns = Columns { numbers: numbers(0).unwrap_or_default(), ..Columns::default() };
        let mut keyless = Vec::new();
        for (place, _) in (0..).zip(&columns.numbers).filter(|(_, number)| number.is_nan()) {
            let id = value(&table, place, &fields.key);
            match KeyValue::from_js(&id) {
                // Half a letter (a lone surrogate) is lost on the way into the module: such keys could not be told apart.
                Some(KeyValue::Text(text)) if id != *text.as_str() => keyless.push(place),
                Some(key) => columns.odd.push((place, key)),
                None => keyless.push(place),
            }
        }
        columns.prices = numbers(1).unwrap_or_else(|| vec![f64::NAN; rows]);
        columns.categories = match (&fields.category, numbers(2)) {
            (Some(field), Some(numbers)) => {
                (0..).zip(numbers).map(|(place, number)| category(&table, place, field, number)).collect()
            }
            _ => vec![0; rows],
        };
        let [names, codes, barcodes] = thirds(gathered.get(3).unchecked_ref(), rows);
        let (names, _) = texts(&table, names, Some(&fields.name), false);
        let (codes, code_hashes) = texts(&table, codes, fields.code.as_ref(), true);
        let (barcodes, barcode_hashes) = texts(&table, barcodes, fields.barcode.as_ref(), true);
        (columns.codes, columns.barcodes) = (code_hashes, barcode_hashes);
        let texts = Texts::zip([&names, &codes, &barcodes], table.count());
        let weight = weigh(&table)?;
        Ok((Batch { table, columns, texts, weight }, keyless))
    }

    /// As [`Batch::read`], of records that are known to have keys.
    pub fn of(records: &Array, fields: &Fields) -> Result<Batch> {
        Batch::of_table(take(records, &JsValue::UNDEFINED)?.0, fields)
    }

    /// As [`Batch::read`], of records that are known to have keys.
    pub fn of_table(table: Table, fields: &Fields) -> Result<Batch> {
        match Batch::read(table, fields)? {
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

    /// Removes the rows with these keys.
    pub fn remove(&mut self, keys: &[KeyValue], fields: &Fields) -> Result<()> {
        if self.rows() == 0 || keys.is_empty() {
            return Ok(());
        }
        let mut lookup = Lookup::with_room(keys.len());
        for (place, key) in (0..).zip(keys) {
            lookup.insert(hash(key), place);
        }
        let is_gone = |key: &KeyValue| lookup.rows(hash(key)).any(|place| keys[place as usize] == *key);
        let left: Vec<u32> = (0..self.rows()).filter(|row| !is_gone(&self.columns.key(*row))).collect();
        self.keep(&left, fields)
    }

    /// Keeps only these rows.
    pub fn keep(&mut self, rows: &[u32], fields: &Fields) -> Result<()> {
        if rows.len() < self.rows() as usize {
            *self = Batch::of(&rows.iter().map(|row| record(&self.table, *row)).collect(), fields)?;
        }
        Ok(())
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

/// A record as it stands in a table.
pub(super) fn record(table: &Table, place: u32) -> JsValue {
    match table.loose().get(&place.into()) {
        loose if loose.is_undefined() => row(table, place).unwrap_or_default(),
        loose => loose,
    }
}

fn value(table: &Table, place: u32, field: &JsValue) -> JsValue {
    Reflect::get(&record(table, place), field).unwrap_or_default()
}

/// The hash of a category, as a number, a text or Odoo's pair.
fn category(table: &Table, place: u32, field: &JsValue, number: f64) -> u32 {
    if !number.is_nan() {
        return hash(&KeyValue::Number(number));
    }
    let value = value(table, place, field);
    hash_of(&if Array::is_array(&value) { value.unchecked_ref::<Array>().get(0) } else { value })
}

/// The texts of three fields, one field after the other, as many of each, each with its end.
fn thirds(bytes: &Uint8Array, count: usize) -> [String; 3] {
    let mut bytes = bytes.to_vec();
    let ends: Vec<usize> = memchr::memchr_iter(END, &bytes).map(|end| end + 1).collect();
    if count == 0 || ends.len() != 3 * count {
        // One of them has an end in it: each is looked at by itself.
        return std::array::from_fn(|_| "\u{1}\0".repeat(count));
    }
    let third = bytes.split_off(ends[2 * count - 1]);
    let second = bytes.split_off(ends[count - 1]);
    [bytes, second, third].map(|texts| String::from_utf8(texts).unwrap_or_default())
}

/// The folded texts of a field, each with its end, and the hash of each as a key if it is one.
fn texts(table: &Table, raw: String, field: Option<&JsValue>, is_key: bool) -> (String, Vec<u32>) {
    let count = table.count() as usize;
    let Some(field) = field else { return ("\0".repeat(count), vec![0; count]) };
    if !is_key && memchr::memchr(OTHER as u8, raw.as_bytes()).is_none() {
        return (fold_each(&raw), vec![0; count]);
    }
    let mut hashes = Vec::with_capacity(count);
    let mut replaced: Option<String> = None;
    let mut begin = 0;
    for (place, end) in (0..).zip(memchr::memchr_iter(END, raw.as_bytes())) {
        // The ends stand between characters; a slice that may panic would bring 2 KB along.
        let text = raw.get(begin..end).unwrap_or_default();
        if text.starts_with(OTHER) {
            let value = value(table, place, field);
            let text = value.as_string().or_else(|| value.as_f64().map(|_| text_of(&value))).unwrap_or_default();
            hashes.push(hash_of(&value));
            replaced
                .get_or_insert_with(|| raw.get(..begin).unwrap_or_default().into())
                .push_str(&text.replace('\0', " "));
        } else {
            hashes.push(if text.is_empty() || !is_key { 0 } else { hash_text(text) });
            replaced.iter_mut().for_each(|replaced| replaced.push_str(text));
        }
        replaced.iter_mut().for_each(|replaced| replaced.push('\0'));
        begin = end + 1;
    }
    (fold_each(&replaced.unwrap_or(raw)), hashes)
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
