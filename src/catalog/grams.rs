//! Which rows of a segment may have some words: bitmaps of what the texts are made of (an n-gram index).

use super::row_set::RowSet;
use super::search::Rank;
use super::texts::{END, Texts, is_between_words};

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
pub(super) struct Grams(Vec<RowSet>);

impl Grams {
    pub fn of(texts: &Texts) -> Grams {
        let mut places = vec![RowSet::NONE; 3 * BYTES + PAIRS];
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
    pub fn rows<'a>(&self, words: impl Iterator<Item = &'a [u8]>, rank: Rank) -> RowSet {
        let (mut found, mut begun) = (RowSet::ALL, RowSet::NONE);
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
