//! Some rows of a segment: a bit for each.

use super::manifest::SEGMENT_ROWS;

const BLOCKS: usize = SEGMENT_ROWS as usize / 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowSet([u64; BLOCKS]);

impl RowSet {
    pub const NONE: RowSet = RowSet([0; BLOCKS]);
    pub const ALL: RowSet = RowSet([u64::MAX; BLOCKS]);
    /// Bytes of a set on disk.
    pub const BYTES: usize = BLOCKS * 8;

    pub fn add(&mut self, row: u32) {
        self.0[row as usize / 64] |= 1 << (row % 64);
    }

    pub fn has(&self, row: u32) -> bool {
        self.0[row as usize / 64] & (1 << (row % 64)) != 0
    }

    pub fn len(&self) -> u32 {
        self.0.iter().map(|block| block.count_ones()).sum()
    }

    pub fn and(&mut self, others: &RowSet) {
        self.0.iter_mut().zip(others.0).for_each(|(rows, others)| *rows &= others);
    }

    pub fn or(&mut self, others: &RowSet) {
        self.0.iter_mut().zip(others.0).for_each(|(rows, others)| *rows |= others);
    }

    /// These rows, in their order, without some.
    pub fn without(self, others: RowSet) -> impl Iterator<Item = u32> {
        (0..).zip(self.0).zip(others.0).flat_map(|((block, rows), others): ((u32, u64), u64)| {
            let mut rows = rows & !others;
            std::iter::from_fn(move || {
                let row = (rows != 0).then(|| block * 64 + rows.trailing_zeros());
                rows &= rows.wrapping_sub(1);
                row
            })
        })
    }

    /// From the lowest bit of the first byte on.
    pub fn to_bytes(self) -> [u8; RowSet::BYTES] {
        let mut bytes = [0; RowSet::BYTES];
        let (blocks, _) = bytes.as_chunks_mut();
        blocks.iter_mut().zip(self.0).for_each(|(block, rows)| *block = rows.to_le_bytes());
        bytes
    }

    /// Reads [`RowSet::BYTES`] bytes.
    pub fn from_bytes(bytes: &[u8]) -> RowSet {
        let mut rows = RowSet::NONE;
        let (blocks, _) = bytes.as_chunks();
        rows.0.iter_mut().zip(blocks).for_each(|(rows, block)| *rows = u64::from_le_bytes(*block));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_where_they_stood_on_disk_from_the_first_version_on() {
        let mut rows = RowSet::NONE;
        [0, 9, 63, 64, 2_047].into_iter().for_each(|row| rows.add(row));
        let bytes = rows.to_bytes();
        let set: Vec<_> = (0..).zip(&bytes).filter(|(_, byte)| **byte != 0).collect();
        assert_eq!(set, [(0, &1), (1, &2), (7, &128), (8, &1), (255, &128)]);
        assert_eq!(RowSet::from_bytes(&bytes), rows);
    }

    #[test]
    fn rows_come_in_their_order_without_others() {
        let (mut rows, mut others) = (RowSet::NONE, RowSet::NONE);
        [2_047, 64, 63, 0].into_iter().for_each(|row| rows.add(row));
        [64, 65].into_iter().for_each(|row| others.add(row));
        assert_eq!(rows.without(others).collect::<Vec<_>>(), [0, 63, 2_047]);
        assert_eq!((rows.len(), rows.has(64), rows.has(65)), (4, true, false));
        assert_eq!(RowSet::ALL.without(RowSet::NONE).count(), SEGMENT_ROWS as usize);
    }
}
