//! The list of a kind's segments, with which of their rows are in force. It is one small record, written by every
//! change, so that a reader sees the old catalogue or the new one and never a mix.

use std::ops::Range;

use super::columns::hashes;
use super::row_set::RowSet;

/// Rows of a segment at the most: its columns are then small enough (56 KB) that Chromium keeps them beside the key and not
/// in a file of their own.
pub(super) const SEGMENT_ROWS: u32 = 2048;
/// Rows of a page at the most, and about how many bytes: what is read for one of its rows (ARCHITECTURE.md).
const PAGE_ROWS: u32 = 512;
const PAGE_BYTES: f64 = 512.0 * 1024.0;
const EXTENT_BYTES: usize = 12 + RowSet::BYTES;

/// How many rows of so many bytes make a page.
pub(super) fn page_rows(bytes: f64) -> u32 {
    let mut rows = PAGE_ROWS;
    while rows > 1 && f64::from(rows) * bytes > PAGE_BYTES {
        rows /= 2;
    }
    rows
}

/// A segment in the list. Rows are only ever added to it; what replaces a row stands in another place, and this one is
/// marked as dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    /// Never given twice.
    pub number: u32,
    pub rows: u32,
    /// Rows of each page but the last one.
    pub page_rows: u32,
    /// Rows that are not in force.
    pub dead: RowSet,
}

impl Extent {
    pub fn new(number: u32, page_rows: u32) -> Extent {
        Extent { number, rows: 0, page_rows, dead: RowSet::NONE }
    }

    pub fn is_live(&self, row: u32) -> bool {
        row < self.rows && !self.dead.has(row)
    }

    pub fn bury(&mut self, row: u32) {
        self.dead.add(row);
    }

    pub fn live(&self) -> u32 {
        self.rows - self.dead.len()
    }

    /// How many pages it has.
    pub fn pages(&self) -> u32 {
        self.rows.div_ceil(self.page_rows)
    }

    /// The page that a row stands in, and its place there.
    pub fn page_of(&self, row: u32) -> (u32, u32) {
        (row / self.page_rows, row % self.page_rows)
    }

    /// The rows of a page.
    pub fn rows_of(&self, page: u32) -> Range<u32> {
        let first = page * self.page_rows;
        first..self.rows.min(first + self.page_rows)
    }

    /// The rows of the last page, if there is room in it.
    pub fn unfinished(&self) -> Range<u32> {
        self.rows - self.rows % self.page_rows..self.rows
    }
}

/// The list as bytes.
pub(super) fn to_bytes(extents: &[Extent]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(extents.len() * EXTENT_BYTES);
    for extent in extents {
        bytes.extend(extent.number.to_le_bytes());
        bytes.extend(extent.rows.to_le_bytes());
        bytes.extend(extent.page_rows.to_le_bytes());
        bytes.extend(extent.dead.to_bytes());
    }
    bytes
}

/// Reads the list; `None` when it cannot be one.
pub(super) fn from_bytes(bytes: &[u8]) -> Option<Vec<Extent>> {
    let (extents, rest) = bytes.as_chunks::<EXTENT_BYTES>();
    if !rest.is_empty() {
        return None;
    }
    let mut all = Vec::with_capacity(extents.len());
    for bytes in extents {
        let (head, dead) = bytes.split_at(12);
        let (head, dead) = (hashes(head), RowSet::from_bytes(dead));
        let extent = Extent { number: head[0], rows: head[1], page_rows: head[2], dead };
        let has_pages = (1..=PAGE_ROWS).contains(&extent.page_rows);
        if !has_pages || extent.rows > SEGMENT_ROWS || extent.dead.len() > extent.rows {
            return None;
        }
        all.push(extent);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_its_bytes() {
        let mut extent = Extent { rows: 700, ..Extent::new(7, 256) };
        extent.bury(0);
        extent.bury(699);
        extent.bury(699);
        assert_eq!(
            (extent.live(), extent.is_live(0), extent.is_live(1), extent.is_live(700)),
            (698, false, true, false)
        );
        assert_eq!((extent.pages(), extent.rows_of(0), extent.rows_of(2)), (3, 0..256, 512..700));
        assert_eq!((extent.page_of(255), extent.page_of(256), extent.unfinished()), ((0, 255), (1, 0), 512..700));
        let list = vec![extent, Extent { rows: SEGMENT_ROWS, ..Extent::new(9, 512) }];
        assert!(list[1].unfinished().is_empty());
        assert_eq!(from_bytes(&to_bytes(&list)), Some(list));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let bytes = to_bytes(&[Extent { rows: 10, ..Extent::new(1, 512) }]);
        assert_eq!(from_bytes(&bytes[1..]), None);
        let mut too_long = bytes.clone();
        too_long[5] = 9;
        assert_eq!(from_bytes(&too_long), None, "more rows than a segment has");
        let mut more_dead_than_rows = bytes;
        more_dead_than_rows[12..16].fill(255);
        assert_eq!(from_bytes(&more_dead_than_rows), None);
        assert_eq!(from_bytes(&to_bytes(&[Extent { rows: 10, ..Extent::new(1, 0) }])), None, "pages without rows");
    }

    #[test]
    fn heavy_rows_make_short_pages() {
        assert_eq!(
            [0.0, 700.0, 1024.0, 1025.0, 20_000.0, 1e9, f64::NAN].map(page_rows),
            [512, 512, 512, 256, 16, 1, 512]
        );
    }
}
