//! Sorting, compiled once for all types: the sort of the standard library takes 3 KB of the module, for each type.

use std::cmp::Ordering;

/// The places of `items` in their sorted order; equals stay in the order they had.
pub(crate) fn sorted_places<T>(items: &[T], compare: impl Fn(&T, &T) -> Ordering) -> Vec<usize> {
    sorted((0..items.len()).collect(), &|a, b| compare(&items[a], &items[b]).is_gt())
}

/// Merge sort: both halves sorted, then always the smaller head of the two, the left one of equals.
fn sorted(mut places: Vec<usize>, is_after: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    if places.len() < 2 {
        return places;
    }
    let right = sorted(places.split_off(places.len() / 2), is_after);
    let mut merged = Vec::with_capacity(places.len() + right.len());
    let mut right = right.into_iter().peekable();
    for left in sorted(places, is_after) {
        while let Some(smaller) = right.next_if(|right| is_after(left, *right)) {
            merged.push(smaller);
        }
        merged.push(left);
    }
    merged.extend(right);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_keep_their_order() {
        for length in [0, 1, 2, 3, 1_000] {
            let items: Vec<(u32, u32)> = (0..length).map(|place| (place * 7 % 10, place)).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            let places = sorted_places(&items, |(a, _), (b, _)| a.cmp(b));
            assert_eq!(places.into_iter().map(|place| items[place]).collect::<Vec<_>>(), expected);
        }
    }
}
