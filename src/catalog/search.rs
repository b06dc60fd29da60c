//! Search as you type: which rows have every word of a query, the best ones first.

use memchr::memchr;

use super::fold::fold;
use super::manifest::Extent;
use super::texts::{END, Texts};

/// How well a row answers, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Its barcode is the query.
    Barcode,
    /// Its name, code or barcode begins with a word of the query, and the other words begin words.
    Prefix,
    /// Every word of the query begins a word.
    WordStart,
    /// A word of the query stands inside a word.
    Inside,
}

/// The folded words of a query.
#[derive(Debug)]
pub(super) struct Words(Vec<String>);

/// A row that has every word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit<'a> {
    pub rank: Rank,
    /// Its folded name.
    name: &'a [u8],
    /// Place of its segment, and its row there.
    pub at: (u32, u32),
}

impl Words {
    pub fn of(query: &str) -> Words {
        Words(fold(query).split_whitespace().map(str::to_owned).collect())
    }

    /// The best rows of some segments, at most `limit`: by rank, then by folded name, then in the order they came.
    pub fn search<'a>(&self, segments: impl Iterator<Item = (u32, &'a Extent, &'a Texts)>, limit: usize) -> Vec<Hit<'a>> {
        // The longest word is in the fewest rows.
        let Some(lead) = self.0.iter().max_by_key(|word| word.len()) else { return Vec::new() };
        let mut best = Best { hits: Vec::new(), limit };
        for (segment, extent, texts) in segments {
            self.search_segment(lead.as_bytes(), (segment, extent, texts), &mut best);
        }
        best.hits
    }

    fn search_segment<'a>(&self, lead: &[u8], (segment, extent, texts): (u32, &Extent, &'a Texts), best: &mut Best<'a>) {
        let bytes = texts.bytes();
        let (offset, rare) = rarest(lead);
        let (mut from, mut row) = (0, 0);
        while let Some(found) = memchr(rare, bytes.get(from..).unwrap_or_default()) {
            let at = from + found;
            from = at + 1;
            let Some(begin) = at.checked_sub(offset) else { continue };
            if !bytes[begin..].starts_with(lead) {
                continue;
            }
            while texts.end(row) <= begin {
                row += 1;
            }
            if !extent.is_live(row) {
                from = texts.end(row);
                continue;
            }
            if self.0.len() == 1 && best.is_beyond(rank_at(bytes, begin)) {
                // It stands here no better than what there is; it may stand elsewhere in the row.
                continue;
            }
            let text = texts.row(row);
            if let Some(rank) = self.rank(text) {
                let name = &text[..memchr(END, text).unwrap_or(0)];
                best.add(Hit { rank, name, at: (segment, row) });
            }
            from = texts.end(row);
        }
    }

    /// How well a row answers; `None` when it lacks a word.
    fn rank(&self, text: &[u8]) -> Option<Rank> {
        if let [word] = self.0.as_slice()
            && barcode(text) == word.as_bytes()
        {
            return Some(Rank::Barcode);
        }
        let (mut first, mut last) = (Rank::Inside, Rank::Barcode);
        for word in &self.0 {
            let rank = best_of(text, word.as_bytes())?;
            first = first.min(rank);
            last = last.max(rank);
        }
        Some(if last == Rank::Inside { last } else { first })
    }

    /// Where the words stand in a text that is not folded: ranges in UTF-16 units, in order, none touching another.
    pub fn highlights(&self, text: &str) -> Vec<(u32, u32)> {
        // Which unit every folded byte comes from, and where the letter ends, with the marks behind it.
        let mut folded: Vec<u8> = Vec::new();
        let mut units: Vec<(u32, u32)> = Vec::new();
        let mut unit = 0;
        for letter in text.chars() {
            let end = unit + letter.len_utf16() as u32;
            let plain = fold(letter.encode_utf8(&mut [0; 4]));
            if plain.is_empty()
                && let Some(&(begin, before)) = units.last()
            {
                for place in units.iter_mut().rev().take_while(|place| **place == (begin, before)) {
                    place.1 = end;
                }
            }
            folded.extend(plain.as_bytes());
            units.resize(folded.len(), (unit, end));
            unit = end;
        }
        let mut marked = vec![false; folded.len()];
        for word in &self.0 {
            for (at, window) in folded.windows(word.len()).enumerate() {
                if window == word.as_bytes() {
                    marked[at..at + word.len()].fill(true);
                }
            }
        }
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for (&(begin, end), _) in units.iter().zip(marked).filter(|(_, is_marked)| *is_marked) {
            match ranges.last_mut() {
                Some(last) if begin <= last.1 => last.1 = end,
                _ => ranges.push((begin, end)),
            }
        }
        ranges
    }
}

/// The best hits so far, best first.
struct Best<'a> {
    hits: Vec<Hit<'a>>,
    limit: usize,
}

impl<'a> Best<'a> {
    /// Whether there are enough hits that are better than any of this rank.
    fn is_beyond(&self, rank: Rank) -> bool {
        self.hits.len() == self.limit && self.hits.last().is_none_or(|last| last.rank < rank)
    }

    fn add(&mut self, hit: Hit<'a>) {
        let is_before = |other: &Hit<'a>| (other.rank, other.name) <= (hit.rank, hit.name);
        if self.hits.len() == self.limit {
            if self.hits.last().is_none_or(is_before) {
                return;
            }
            self.hits.pop();
        }
        let place = self.hits.partition_point(is_before);
        self.hits.insert(place, hit);
    }
}

/// The best place of a word in the texts of a row.
fn best_of(text: &[u8], word: &[u8]) -> Option<Rank> {
    let mut best = None;
    let (offset, rare) = rarest(word);
    let mut from = 0;
    while let Some(found) = memchr(rare, text.get(from..)?) {
        from += found + 1;
        let Some(begin) = (from - 1).checked_sub(offset) else { continue };
        if text[begin..].starts_with(word) {
            let rank = rank_at(text, begin);
            if rank == Rank::Prefix {
                return Some(rank);
            }
            best = Some(best.map_or(rank, |best: Rank| best.min(rank)));
        }
    }
    best
}

/// How well a word stands at a place, by what is before it.
fn rank_at(text: &[u8], at: usize) -> Rank {
    match at.checked_sub(1).map(|before| text[before]) {
        None | Some(END) => Rank::Prefix,
        Some(before) if before.is_ascii() && !before.is_ascii_alphanumeric() => Rank::WordStart,
        Some(_) => Rank::Inside,
    }
}

/// The last of a row's texts.
fn barcode(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(&[END]).unwrap_or(text);
    text.rsplit(|byte| *byte == END).next().unwrap_or_default()
}

/// The byte of a word that is found the least often, and where it stands.
fn rarest(word: &[u8]) -> (usize, u8) {
    /// What texts are mostly made of, the most frequent last; all other bytes are rarer.
    const FREQUENT: &[u8] = b"vkbyfgpm9876543cdul-0hsr2nit1oa\xd9\xd8e ";
    let frequency = |byte: u8| FREQUENT.iter().position(|other| *other == byte).map_or(0, |place| place + 1);
    let mut best = (0, word[0]);
    for (at, byte) in word.iter().enumerate() {
        if frequency(*byte) < frequency(best.1) {
            best = (at, *byte);
        }
    }
    best
}

#[cfg(test)]
mod tests;
