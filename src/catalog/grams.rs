//! Which rows of a segment may have some words: bitmaps of what the texts are made of (an n-gram index).

use super::manifest::{MAP_BYTES, SEGMENT_ROWS};
use super::search::Rank;
use super::texts::{END, Texts, is_between_words};

const BLOCKS: usize = SEGMENT_ROWS as usize / 64;

/// Rows of a segment: a bit for each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows([u64; BLOCKS]);

impl Rows {
    pub const NONE: Rows = Rows([0; BLOCKS]);
    const ALL: Rows = Rows([u64::MAX; BLOCKS]);

    /// Of a map with a bit a row, from the lowest bit of each byte on.
    pub fn of_map(map: &[u8; MAP_BYTES]) -> Rows {
        let (blocks, _) = map.as_chunks();
        let mut rows = Rows::NONE;
        rows.0.iter_mut().zip(blocks).for_each(|(rows, block)| *rows = u64::from_le_bytes(*block));
        rows
    }

    pub fn add(&mut self, row: u32) {
        self.0[row as usize / 64] |= 1 << (row % 64);
    }

    /// These rows, in their order, without some.
    pub fn without(self, others: Rows) -> impl Iterator<Item = u32> {
        (0..).zip(self.0).zip(others.0).flat_map(|((block, rows), others): ((u32, u64), u64)| {
            let mut rows = rows & !others;
            std::iter::from_fn(move || {
                let row = (rows != 0).then(|| block * 64 + rows.trailing_zeros());
                rows &= rows.wrapping_sub(1);
                row
            })
        })
    }

    fn and(&mut self, others: &Rows) {
        self.0.iter_mut().zip(others.0).for_each(|(rows, others)| *rows &= others);
    }

    fn or(&mut self, others: &Rows) {
        self.0.iter_mut().zip(others.0).for_each(|(rows, others)| *rows |= others);
    }
}

/// Places for bytes: each digit and each small letter of ASCII has its own.
const BYTES: usize = 64;
/// Places for pairs of bytes.
const PAIRS: usize = 256;

fn place_of(byte: u8) -> usize {
    usize::from(match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'z' => 10 + byte - b'a',
        _ => 36 + byte % 28,
    })
}

fn anywhere(byte: u8) -> usize {
    place_of(byte)
}

fn begins_word(byte: u8) -> usize {
    BYTES + place_of(byte)
}

fn begins_text(byte: u8) -> usize {
    2 * BYTES + place_of(byte)
}

fn pair(before: u8, byte: u8) -> usize {
    3 * BYTES + (usize::from(before) * 31 + usize::from(byte)) % PAIRS
}

/// By place, the rows that have what the place stands for. Some share one: a row that has a word is in all places of the word,
/// a row that is in all of them may have it.
#[derive(Debug, Clone)]
pub(super) struct Grams(Vec<Rows>);

impl Grams {
    pub fn of(texts: &Texts) -> Grams {
        let mut places = vec![Rows::NONE; 3 * BYTES + PAIRS];
        for row in 0..texts.rows() {
            let mut before = END;
            for &byte in texts.row(row).iter() {
                if byte != END {
                    places[anywhere(byte)].add(row);
                    if before == END {
                        places[begins_text(byte)].add(row);
                    } else {
                        places[pair(before, byte)].add(row);
                    }
                    if is_between_words(before) {
                        places[begins_word(byte)].add(row);
                    }
                }
                before = byte;
            }
        }
        Grams(places)
    }

    /// The rows that may have all words, and for another rank than `Inside` may have it.
    pub fn rows<'a>(&self, words: impl Iterator<Item = &'a [u8]>, rank: Rank) -> Rows {
        let (mut found, mut begun) = (Rows::ALL, Rows::NONE);
        for word in words {
            for two in word.windows(2) {
                found.and(&self.0[pair(two[0], two[1])]);
            }
            let begins = if rank == Rank::Inside { anywhere } else { begins_word };
            found.and(&self.0[begins(word[0])]);
            begun.or(&self.0[begins_text(word[0])]);
        }
        if rank == Rank::Prefix {
            found.and(&begun);
        }
        found
    }
}
