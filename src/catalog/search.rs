//! Search as you type: which rows have every word of a query, the best ones first.

use super::fold::fold;
use super::grams::Grams;
use super::manifest::Extent;
use super::row_set::RowSet;
use super::texts::{END, Texts, is_between_words};

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

/// A query, folded: as a whole, and its words.
#[derive(Debug)]
pub(super) struct Words {
    whole: String,
    words: Vec<Finder>,
}

/// A segment to search: its place, which of its rows are in force, and their texts.
pub(super) type Segment<'a> = (u32, &'a Extent, &'a Searchable);

/// The texts of a segment, and which rows may have a word.
#[derive(Debug)]
pub(super) struct Searchable {
    pub texts: Texts,
    grams: Grams,
}

impl Searchable {
    pub fn new(texts: Texts) -> Searchable {
        let grams = Grams::of(&texts);
        Searchable { texts, grams }
    }
}

impl Words {
    pub fn of(query: &str) -> Words {
        // A 0 ends a text.
        let whole = fold(&query.replace('\0', " ")).trim().to_owned();
        let words = whole.split_whitespace().map(|word| Finder::new(word.as_bytes())).collect();
        Words { whole, words }
    }

    /// The best rows of some segments, at most `limit`: by rank, and of one rank in the order of the segments, but
    /// first those whose code is the query. `exact` are the rows that may have the query as their barcode, or as their code.
    pub fn search<'a>(
        &self,
        segments: impl Iterator<Item = Segment<'a>> + Clone,
        exact: [Vec<(u32, u32)>; 2],
        limit: usize,
    ) -> Vec<Hit> {
        if self.words.is_empty() {
            return Vec::new();
        }
        let has = |field: usize, (place, row): (u32, u32)| {
            // Where the texts are damaged there are none.
            let segment = segments.clone().find(|segment| segment.0 == place && row < segment.2.texts.rows());
            let mut texts =
                segment.into_iter().flat_map(|(_, _, segment)| segment.texts.row(row).split(|byte| *byte == END));
            texts.nth(field) == Some(self.whole.as_bytes())
        };
        let [mut barcodes, mut codes] = exact;
        barcodes.retain(|at| has(2, *at));
        codes.retain(|at| has(1, *at));
        codes.retain(|at| !barcodes.contains(at));
        let exact = [barcodes.clone(), codes.clone()].concat();
        let mut found = Found { exact, hits: [barcodes, codes, Vec::new(), Vec::new()], limit };
        // What is not in force, and what turns out to lack a word.
        let mut others: Vec<RowSet> = segments.clone().map(|(_, extent, _)| extent.dead).collect();
        // The best rank first: when there are enough of it nobody looks at the rest.
        for rank in [Rank::Prefix, Rank::WordStart, Rank::Inside] {
            for (segment, others) in segments.clone().zip(&mut others) {
                if found.has_enough(rank) {
                    return found.best();
                }
                self.ranked(rank, segment, others, &mut found);
            }
        }
        found.best()
    }

    /// The rows of this rank without some others, until there are enough of it. Others are from then on those that lack a
    /// word, too.
    fn ranked(&self, rank: Rank, (place, _, segment): Segment<'_>, others: &mut RowSet, found: &mut Found) {
        let may_have = segment.grams.rows(self.words.iter().map(|finder| &*finder.word), rank);
        for row in may_have.without(*others) {
            match self.rank(segment.texts.row(row)) {
                Some(its) if its == rank => {
                    found.add(rank, (place, row));
                    if found.has_enough(rank) {
                        return;
                    }
                }
                Some(_) => {}
                None => others.add(row),
            }
        }
    }

    /// How well a row answers; `None` when it lacks a word.
    fn rank(&self, text: &[u8]) -> Option<Rank> {
        let (mut best, mut worst) = (Rank::Inside, Rank::Prefix);
        for finder in &self.words {
            let rank = finder.best_of(text)?;
            best = best.min(rank);
            worst = worst.max(rank);
        }
        Some(if worst == Rank::Inside { worst } else { best })
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
        for finder in &self.words {
            let mut from = 0;
            while let Some(begin) = finder.find(&folded, from) {
                marked[begin..begin + finder.word.len()].fill(true);
                from = begin + 1;
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

/// A row that has every word: the place of its segment, and its row there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub rank: Rank,
    pub at: (u32, u32),
}

const RANKS: [Rank; 4] = [Rank::Barcode, Rank::Prefix, Rank::WordStart, Rank::Inside];

/// Hits by rank, of each no more than can count.
struct Found {
    /// Those that were known from the beginning.
    exact: Vec<(u32, u32)>,
    hits: [Vec<(u32, u32)>; RANKS.len()],
    limit: usize,
}

impl Found {
    fn add(&mut self, rank: Rank, at: (u32, u32)) {
        if !self.exact.contains(&at) && self.hits[rank as usize].len() < self.limit {
            self.hits[rank as usize].push(at);
        }
    }

    /// Whether there are enough of this rank or better ones.
    fn has_enough(&self, rank: Rank) -> bool {
        self.hits[..=rank as usize].iter().map(Vec::len).sum::<usize>() >= self.limit
    }

    fn best(self) -> Vec<Hit> {
        let of_rank = |(rank, places): (Rank, Vec<(u32, u32)>)| places.into_iter().map(move |at| Hit { rank, at });
        RANKS.into_iter().zip(self.hits).flat_map(of_rank).take(self.limit).collect()
    }
}

/// Looks for a word in bytes, by steps of up to its length (Horspool 1980).
#[derive(Debug)]
struct Finder {
    word: Vec<u8>,
    /// By the byte that stands where the word would end: how far to go on.
    steps: [u8; 256],
}

impl Finder {
    /// Of a word that is not empty.
    fn new(word: &[u8]) -> Finder {
        let longest = word.len().min(255) as u8;
        let mut steps = [longest; 256];
        for (at, byte) in word[..word.len() - 1].iter().enumerate() {
            steps[usize::from(*byte)] = (word.len() - 1 - at).min(255) as u8;
        }
        Finder { word: word.to_vec(), steps }
    }

    /// Where the word stands, from a place on.
    fn find(&self, bytes: &[u8], mut at: usize) -> Option<usize> {
        let last = self.word.len() - 1;
        loop {
            let end = *bytes.get(at + last)?;
            if end == self.word[last] && bytes.get(at..)?.starts_with(&self.word) {
                return Some(at);
            }
            at += usize::from(self.steps[usize::from(end)]);
        }
    }

    /// The best place of the word in the texts of a row.
    fn best_of(&self, text: &[u8]) -> Option<Rank> {
        let mut best: Option<Rank> = None;
        let mut from = 0;
        while let Some(begin) = self.find(text, from) {
            let rank = rank_at(text, begin);
            if rank == Rank::Prefix {
                return Some(rank);
            }
            best = Some(best.map_or(rank, |best| best.min(rank)));
            from = begin + 1;
        }
        best
    }
}

/// How well a word stands at a place, by what is before it.
fn rank_at(text: &[u8], at: usize) -> Rank {
    match at.checked_sub(1).map(|before| text[before]) {
        None | Some(END) => Rank::Prefix,
        Some(before) if is_between_words(before) => Rank::WordStart,
        Some(_) => Rank::Inside,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
