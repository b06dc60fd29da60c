//! The list of a kind's segments, with which of their rows are in force. It is one small record, written by every
//! change, so that a reader sees the old catalogue or the new one and never a mix.

use super::columns::hashes;

/// Rows of a segment at the most: its columns are then small enough that browsers keep them beside the key (28 KB).
pub(super) const SEGMENT_ROWS: u32 = 2048;
/// Rows of a page: what is read for one of its rows (ARCHITECTURE.md).
pub(super) const PAGE_ROWS: u32 = 512;
/// Bits for the rows of a segment.
pub(super) const MAP_BYTES: usize = SEGMENT_ROWS as usize / 8;
const EXTENT_BYTES: usize = 8 + MAP_BYTES;

/// A segment in the list. Rows are only ever added to it; what replaces a row stands in another place, and this one is
/// marked as dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    /// Never given twice.
    pub number: u32,
    pub rows: u32,
    dead: [u8; MAP_BYTES],
}

impl Extent {
    pub fn new(number: u32) -> Extent {
        Extent { number, rows: 0, dead: [0; MAP_BYTES] }
    }

    pub fn is_live(&self, row: u32) -> bool {
        row < self.rows && self.dead[row as usize / 8] & (1 << (row % 8)) == 0
    }

    pub fn bury(&mut self, row: u32) {
        self.dead[row as usize / 8] |= 1 << (row % 8);
    }

    pub fn live(&self) -> u32 {
        self.rows - self.dead.iter().map(|byte| byte.count_ones()).sum::<u32>()
    }

    /// How many pages it has.
    pub fn pages(&self) -> u32 {
        self.rows.div_ceil(PAGE_ROWS)
    }

    /// How many rows one of its pages has.
    pub fn page_rows(&self, page: u32) -> u32 {
        (self.rows - page * PAGE_ROWS).min(PAGE_ROWS)
    }
}

/// The list as bytes.
pub(super) fn to_bytes(extents: &[Extent]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(extents.len() * EXTENT_BYTES);
    for extent in extents {
        bytes.extend(extent.number.to_le_bytes());
        bytes.extend(extent.rows.to_le_bytes());
        bytes.extend(extent.dead);
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
        let (head, map) = bytes.split_at(8);
        let (head, dead) = (hashes(head), map.try_into().ok()?);
        let extent = Extent { number: head[0], rows: head[1], dead };
        if extent.rows > SEGMENT_ROWS || extent.dead.iter().map(|byte| byte.count_ones()).sum::<u32>() > extent.rows {
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
        let mut extent = Extent { rows: 700, ..Extent::new(7) };
        extent.bury(0);
        extent.bury(699);
        extent.bury(699);
        assert_eq!(
            (extent.live(), extent.is_live(0), extent.is_live(1), extent.is_live(700)),
            (698, false, true, false)
        );
        assert_eq!((extent.pages(), extent.page_rows(0), extent.page_rows(2)), (3, 256, 188));
        let list = vec![extent, Extent { rows: SEGMENT_ROWS, ..Extent::new(9) }];
        assert_eq!(from_bytes(&to_bytes(&list)), Some(list));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        let bytes = to_bytes(&[Extent { rows: 10, ..Extent::new(1) }]);
        assert_eq!(from_bytes(&bytes[1..]), None);
        let mut too_long = bytes.clone();
        too_long[5] = 5;
        assert_eq!(from_bytes(&too_long), None, "more rows than a segment has");
        let mut more_dead_than_rows = bytes;
        more_dead_than_rows[8..12].fill(255);
        assert_eq!(from_bytes(&more_dead_than_rows), None);
    }
}
