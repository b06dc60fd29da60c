//! Sorting, compiled once for all types: the sort of the standard library takes 3 KB of the module for each.

use std::cmp::Ordering;

/// A stable sort.
pub(crate) fn sort_by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let mut places: Vec<usize> = (0..items.len()).collect();
    // The place decides between equals, which makes it stable.
    sort_places(&mut places, &|a, b| compare(&items[a], &items[b]).then(a.cmp(&b)));
    let mut unsorted: Vec<_> = items.drain(..).map(Some).collect();
    items.extend(places.into_iter().filter_map(|place| unsorted[place].take()));
}

fn sort_places(places: &mut [usize], compare: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_unstable_by(|a, b| compare(*a, *b));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_keep_their_order() {
        let mut items: Vec<(u32, u32)> = (0..1_000).map(|place| (place * 7 % 10, place)).collect();
        let mut expected = items.clone();
        expected.sort_by_key(|(key, _)| *key);
        sort_by(&mut items, |(a, _), (b, _)| a.cmp(b));
        assert_eq!(items, expected);
    }
}
