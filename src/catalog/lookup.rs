//! Rows by the hash of a key: open addressing with linear probing, half full at the most.

/// An entry: hash and row; `FREE` where there is none.
type Slot = (u32, u32);
const FREE: Slot = (0, u32::MAX);
/// Slots of the smallest table, a power of two.
const SMALLEST: usize = 64;

/// Which rows may have a key. Several rows can share a hash: whoever asks compares the keys.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    slots: Vec<Slot>,
    used: usize,
}

impl Lookup {
    /// Room for so many rows before it has to grow.
    pub fn with_room(rows: usize) -> Lookup {
        Lookup { slots: vec![FREE; (rows * 2).next_power_of_two().max(SMALLEST)], used: 0 }
    }

    pub fn insert(&mut self, hash: u32, row: u32) {
        if (self.used + 1) * 2 > self.slots.len() {
            let grown = Lookup::with_room(self.used.max(SMALLEST) * 2);
            for (hash, row) in std::mem::replace(self, grown).slots {
                if row != FREE.1 {
                    self.place(hash, row);
                }
            }
        }
        self.place(hash, row);
    }

    fn place(&mut self, hash: u32, row: u32) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].1 != FREE.1 {
            at = (at + 1) & mask;
        }
        self.slots[at] = (hash, row);
        self.used += 1;
    }

    /// The rows with this hash, in the order in which they came.
    pub fn rows(&self, hash: u32) -> impl Iterator<Item = u32> {
        let mask = self.slots.len().wrapping_sub(1);
        let places = (0..self.slots.len()).map(move |step| (hash as usize + step) & mask);
        let taken = places.map(|place| self.slots[place]).take_while(|slot| slot.1 != FREE.1);
        taken.filter(move |(other, _)| *other == hash).map(|(_, row)| row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_hash_and_no_other() {
        let mut lookup = Lookup::default();
        assert_eq!(lookup.rows(7).count(), 0);
        // Few hashes, so that many rows share one and the probes run into each other.
        let hash = |row: u32| row % 97 * 3;
        for row in 0..2_000 {
            lookup.insert(hash(row), row);
        }
        for wanted in 0..400 {
            let expected: Vec<u32> = (0..2_000).filter(|row| hash(*row) == wanted).collect();
            assert_eq!(lookup.rows(wanted).collect::<Vec<_>>(), expected, "hash {wanted}");
        }
        assert_eq!(lookup.rows(u32::MAX).count(), 0);
    }
}
