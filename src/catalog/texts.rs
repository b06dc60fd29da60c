//! The searchable texts of a segment: folded name, code and barcode of every row, one after the other.

use std::ops::Range;

use crate::crc32::crc32;

/// Ends a text; no text contains it.
pub(super) const END: u8 = 0;
/// Name, code, barcode.
const TEXTS_A_ROW: usize = 3;

/// The texts of the rows of a segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<u32>,
}

/// Whether a word can begin behind a byte.
pub(super) fn is_between_words(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

impl Texts {
    /// The texts of some rows, from all names, all codes and all barcodes, each with its end.
    pub fn zip(fields: [&str; TEXTS_A_ROW], rows: u32) -> Texts {
        let mut texts = Texts::default();
        let mut rests = fields.map(str::as_bytes);
        texts.bytes.reserve(rests.iter().map(|rest| rest.len()).sum());
        for _ in 0..rows {
            for rest in &mut rests {
                let (text, after) = rest.split_at(memchr::memchr(END, rest).map_or(rest.len(), |end| end + 1));
                texts.bytes.extend_from_slice(text);
                *rest = after;
            }
            texts.ends.push(texts.bytes.len() as u32);
        }
        texts
    }

    /// Adds some rows of others.
    pub fn extend(&mut self, other: &Texts, rows: Range<u32>) {
        let (begin, shift) = (other.begin(rows.start), self.bytes.len());
        self.bytes.extend_from_slice(other.slice(rows.clone()));
        self.ends.extend(rows.map(|row| (other.end(row) - begin + shift) as u32));
    }

    /// The bytes of some rows.
    pub fn slice(&self, rows: Range<u32>) -> &[u8] {
        &self.bytes[self.begin(rows.start)..self.begin(rows.end)]
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn rows(&self) -> u32 {
        self.ends.len() as u32
    }

    /// Where a row ends in [`Texts::bytes`]; the next one begins there.
    fn end(&self, row: u32) -> usize {
        self.ends[row as usize] as usize
    }

    fn begin(&self, row: u32) -> usize {
        row.checked_sub(1).map_or(0, |before| self.end(before))
    }

    /// The texts of a row.
    pub fn row(&self, row: u32) -> &[u8] {
        self.slice(row..row + 1)
    }

    /// Reads the bytes of `rows` rows; `None` unless they are whole and have this checksum.
    pub fn from_bytes(bytes: Vec<u8>, rows: u32, sum: u32) -> Option<Texts> {
        if crc32(&bytes) != sum {
            return None;
        }
        let mut ends = Vec::with_capacity(rows as usize);
        let mut texts = 0;
        for at in memchr::memchr_iter(END, &bytes) {
            texts += 1;
            if texts % TEXTS_A_ROW == 0 {
                ends.push(at as u32 + 1);
            }
        }
        let is_whole = ends.len() == rows as usize && ends.last().map_or(0, |end| *end as usize) == bytes.len();
        is_whole.then_some(Texts { bytes, ends })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_survive_their_bytes_and_damage_is_noticed() {
        let texts = Texts::zip(["desk\0\0thé vert\0", "d-1\0\0\0", "590\0\0\0"], 3);
        let mut some = Texts::default();
        some.extend(&texts, 2..3);
        some.extend(&texts, 0..2);
        assert_eq!((some.row(0), some.row(1), some.row(2)), (texts.row(2), texts.row(0), texts.row(1)));
        let (bytes, sum) = (texts.bytes().to_vec(), crc32(texts.bytes()));
        assert_eq!(Texts::from_bytes(bytes.clone(), 3, sum), Some(texts.clone()));
        assert_eq!(texts.row(1), b"\0\0\0");
        assert_eq!(texts.row(2), "thé vert\0\0\0".as_bytes());
        assert_eq!(Texts::from_bytes(bytes.clone(), 2, sum), None);
        assert_eq!(Texts::from_bytes(bytes[1..].to_vec(), 3, sum), None);
        assert_eq!(Texts::from_bytes(Vec::new(), 0, crc32(b"")), Some(Texts::default()));
    }
}
