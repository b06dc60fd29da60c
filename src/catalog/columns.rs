//! What is known of the rows of a segment without reading its pages: their keys, hashes to find them by, prices.

use std::ops::Range;

use crate::crc32::crc32;
use crate::store::KeyValue;

/// Bytes of a row on disk: key, price, and three hashes.
const ROW_BYTES: usize = 8 + 8 + 4 + 4 + 4;

/// Hash of a key, never 0. 32-bit FNV-1a with the finish of MurmurHash3, which spreads it over all bits.
pub(super) fn hash(key: &KeyValue) -> u32 {
    let mut state = SEED;
    feed(&mut state, key);
    finish(state)
}

/// Hash of a text as a key.
pub(super) fn hash_text(text: &str) -> u32 {
    let mut state = SEED;
    eat(&mut state, text.as_bytes());
    finish(state)
}

const SEED: u32 = 0x811c_9dc5;

fn finish(mut state: u32) -> u32 {
    state ^= state >> 16;
    state = state.wrapping_mul(0x85eb_ca6b);
    state ^= state >> 13;
    state = state.wrapping_mul(0xc2b2_ae35);
    state ^= state >> 16;
    state.max(1)
}

fn eat(state: &mut u32, bytes: &[u8]) {
    for byte in bytes {
        *state = (*state ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    }
}

fn feed(state: &mut u32, key: &KeyValue) {
    match key {
        // Adding 0 makes 0 of -0, which is the same key.
        KeyValue::Number(number) => eat(state, &(number + 0.0).to_le_bytes()),
        KeyValue::Date(ms) => {
            eat(state, b"d");
            eat(state, &(ms + 0.0).to_le_bytes());
        }
        KeyValue::Text(text) => eat(state, text.as_bytes()),
        KeyValue::Binary(bytes) => {
            eat(state, b"b");
            eat(state, bytes);
        }
        KeyValue::Array(parts) => {
            eat(state, b"a");
            parts.iter().for_each(|part| feed(state, part));
        }
    }
}

/// The columns of some rows; every list has one element a row.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Columns {
    /// Numeric keys; `NaN` for a key of another kind, which stands in `odd`.
    pub numbers: Vec<f64>,
    /// Keys that are no numbers, by row, in the order of the rows.
    pub odd: Vec<(u32, KeyValue)>,
    /// `NaN` for none.
    pub prices: Vec<f64>,
    /// Hashes, 0 for none.
    pub barcodes: Vec<u32>,
    pub codes: Vec<u32>,
    /// Of the id, also where Odoo sends `[id, name]`.
    pub categories: Vec<u32>,
}

impl Columns {
    pub fn rows(&self) -> u32 {
        self.numbers.len() as u32
    }

    /// Whether there is a key for every row.
    pub fn has_every_key(&self) -> bool {
        self.odd.len() == self.numbers.iter().filter(|number| number.is_nan()).count()
    }

    /// The largest key; infinite when one is no number.
    pub fn ceiling(&self) -> f64 {
        let largest = self.numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if self.odd.is_empty() { largest } else { f64::INFINITY }
    }

    /// Some of the rows.
    pub fn slice(&self, rows: Range<u32>) -> Columns {
        let mut slice = Columns::default();
        slice.extend(self, rows);
        slice
    }

    /// Adds some rows of others.
    pub fn extend(&mut self, other: &Columns, rows: Range<u32>) {
        let odd = other.odd.iter().filter(|(row, _)| rows.contains(row));
        let shift = self.rows();
        self.odd.extend(odd.map(|(row, key)| (row - rows.start + shift, key.clone())));
        let rows = rows.start as usize..rows.end as usize;
        for (column, from) in [(&mut self.numbers, &other.numbers), (&mut self.prices, &other.prices)] {
            column.extend_from_slice(&from[rows.clone()]);
        }
        for (column, from) in [
            (&mut self.barcodes, &other.barcodes),
            (&mut self.codes, &other.codes),
            (&mut self.categories, &other.categories),
        ] {
            column.extend_from_slice(&from[rows.clone()]);
        }
    }

    /// The key of a row.
    pub fn key(&self, row: u32) -> KeyValue {
        match self.numbers[row as usize] {
            number if number.is_nan() => {
                let place = self.odd.binary_search_by_key(&row, |(at, _)| *at);
                place.map_or(KeyValue::Array(Vec::new()), |place| self.odd[place].1.clone())
            }
            number => KeyValue::Number(number),
        }
    }

    /// The key of a row, when it is a number.
    pub fn number(&self, row: u32) -> Option<f64> {
        Some(self.numbers[row as usize]).filter(|number| !number.is_nan())
    }

    /// Everything but the odd keys, little-endian, one column after the other.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.numbers.len() * ROW_BYTES);
        for column in [&self.numbers, &self.prices] {
            for number in column {
                bytes.extend(number.to_bits().to_le_bytes());
            }
        }
        for column in [&self.barcodes, &self.codes, &self.categories] {
            for hash in column {
                bytes.extend(hash.to_le_bytes());
            }
        }
        bytes
    }

    /// Reads the bytes of `rows` rows; `None` unless they are whole and have this checksum.
    pub fn from_bytes(bytes: &[u8], rows: u32, sum: u32, odd: Vec<(u32, KeyValue)>) -> Option<Columns> {
        let count = rows as usize;
        if bytes.len() != count * ROW_BYTES || crc32(bytes) != sum {
            return None;
        }
        let (numbers, rest) = bytes.split_at(count * 8);
        let (prices, rest) = rest.split_at(count * 8);
        let (barcodes, rest) = rest.split_at(count * 4);
        let (codes, categories) = rest.split_at(count * 4);
        Some(Columns {
            numbers: floats(numbers),
            odd,
            prices: floats(prices),
            barcodes: hashes(barcodes),
            codes: hashes(codes),
            categories: hashes(categories),
        })
    }
}

fn floats(bytes: &[u8]) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks();
    numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect()
}

/// Numbers of 32 bits, little-endian.
pub(super) fn hashes(bytes: &[u8]) -> Vec<u32> {
    let (numbers, _) = bytes.as_chunks();
    numbers.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Columns {
        Columns {
            numbers: vec![0.0, 1.0, 2.0, f64::NAN, 4.0],
            odd: vec![(3, KeyValue::Text("x".into()))],
            prices: vec![0.0, 0.25, f64::NAN, 0.75, 1.0],
            barcodes: vec![0, 1, 2, 3, 4],
            codes: vec![0, 2, 4, 6, 8],
            categories: vec![0, 3, 6, 9, 12],
        }
    }

    #[test]
    fn rows_of_others_are_added_with_their_keys() {
        let mut some = columns().slice(2..5);
        assert_eq!((some.rows(), some.key(0), some.key(1)), (3, KeyValue::Number(2.0), KeyValue::Text("x".into())));
        some.extend(&columns(), 3..4);
        assert_eq!((some.rows(), some.key(3), some.categories), (4, KeyValue::Text("x".into()), vec![6, 9, 12, 9]));
    }

    #[test]
    fn columns_survive_their_bytes_and_a_flipped_bit_does_not() {
        let columns = columns();
        let bytes = columns.to_bytes();
        let sum = crc32(&bytes);
        let read = Columns::from_bytes(&bytes, 5, sum, columns.odd.clone()).unwrap();
        assert_eq!(read.to_bytes(), bytes);
        assert_eq!(read.key(3), KeyValue::Text("x".into()));
        assert_eq!((read.number(3), read.number(4)), (None, Some(4.0)));
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert_eq!(Columns::from_bytes(&damaged, 5, sum, Vec::new()), None, "byte {at}");
        }
        assert_eq!(Columns::from_bytes(&bytes[1..], 5, sum, Vec::new()), None);
        assert_eq!(Columns::from_bytes(&bytes, 4, sum, Vec::new()), None);
    }

    #[test]
    fn equal_keys_have_equal_hashes_and_kinds_differ() {
        assert_eq!(hash(&KeyValue::Number(0.0)), hash(&KeyValue::Number(-0.0)));
        let one = [
            KeyValue::Number(1.0),
            KeyValue::Date(1.0),
            KeyValue::Text("1".into()),
            KeyValue::Binary(vec![b'1']),
            KeyValue::Array(vec![KeyValue::Text("1".into())]),
        ];
        for (at, key) in one.iter().enumerate() {
            assert!(one[..at].iter().all(|other| hash(other) != hash(key)), "{key:?}");
        }
    }
}
