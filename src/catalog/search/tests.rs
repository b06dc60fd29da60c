use super::*;

struct Shop {
    extent: Extent,
    searchable: Searchable,
    rows: Vec<[String; 3]>,
}

fn shop<'a>(rows: impl IntoIterator<Item = [&'a str; 3]>) -> Shop {
    let rows: Vec<[String; 3]> = rows.into_iter().map(|row| row.map(fold)).collect();
    let all = |field: usize| rows.iter().map(|row| format!("{}\0", row[field])).collect::<String>();
    let count = rows.len() as u32;
    let texts = Texts::zip([&all(0), &all(1), &all(2)], count);
    let mut extent = Extent::new(0, 512);
    extent.rows = count;
    Shop { extent, searchable: Searchable::new(texts), rows }
}

impl Shop {
    fn search(&self, query: &str, limit: usize) -> Vec<(u32, Rank)> {
        let words = Words::of(query);
        // Every row may have it; which ones have is for the search to find out.
        let any: Vec<_> = (0..self.extent.rows).filter(|at| self.extent.is_live(*at)).map(|at| (0, at)).collect();
        let exact = [any.clone(), any];
        let hits = words.search([(0, &self.extent, &self.searchable)].into_iter(), exact, limit);
        hits.iter().map(|hit| (hit.at.1, hit.rank)).collect()
    }

    /// The same, one row and one word after the other.
    fn naive(&self, query: &str, limit: usize) -> Vec<(u32, Rank)> {
        let query = fold(query);
        let words: Vec<&str> = query.split_whitespace().collect();
        let mut found = Vec::new();
        for (at, row) in self.rows.iter().enumerate().filter(|(at, _)| self.extent.is_live(*at as u32)) {
            let ranks: Option<Vec<Rank>> = words.iter().map(|word| naive_rank(row, word)).collect();
            let Some((best, worst)) =
                ranks.as_ref().and_then(|ranks| Some((*ranks.iter().min()?, *ranks.iter().max()?)))
            else {
                continue;
            };
            let rank = match words.as_slice() {
                [_, ..] if query == row[2] => Rank::Barcode,
                _ if worst == Rank::Inside => Rank::Inside,
                _ => best,
            };
            found.push((rank, rank != Rank::Prefix || query != row[1], at as u32));
        }
        found.sort();
        found.into_iter().take(limit).map(|(rank, _, at)| (at, rank)).collect()
    }
}

fn naive_rank(row: &[String; 3], word: &str) -> Option<Rank> {
    let places = row.iter().flat_map(|text| {
        text.char_indices().filter(|(at, _)| text[*at..].starts_with(word)).map(|(at, _)| {
            match text[..at].chars().next_back() {
                None => Rank::Prefix,
                Some(before) if before.is_ascii() && !before.is_ascii_alphanumeric() => Rank::WordStart,
                Some(_) => Rank::Inside,
            }
        })
    });
    places.min()
}

#[test]
fn the_best_come_first() {
    let shop = shop([
        ["Green tea", "T-1", "4001"],
        ["Teapot", "T-2", "4002"],
        ["Steam iron", "T-3", "4003"],
        ["Black coffee", "tea", "4004"],
        ["Cup", "C-1", "tea"],
    ]);
    let found = shop.search("TEA", 9);
    let expected = [(4, Rank::Barcode), (3, Rank::Prefix), (1, Rank::Prefix), (0, Rank::WordStart), (2, Rank::Inside)];
    assert_eq!(found, expected);
    assert_eq!(shop.search("tea", 2), expected[..2]);
    assert_eq!(shop.search("tea green", 9), [(0, Rank::Prefix)], "in any order");
    assert_eq!(shop.search("4003 iron", 9), [(2, Rank::Prefix)], "words may stand in different texts");
    assert_eq!(shop.search("tea coffee x", 9), []);
    assert_eq!(shop.search("   ", 9), []);
    assert_eq!(shop.search("", 9), []);
}

#[test]
fn a_dead_row_is_not_found() {
    let mut shop = shop([["Tea", "", ""], ["Tea", "", ""]]);
    shop.extent.bury(0);
    assert_eq!(shop.search("tea", 9), [(1, Rank::Prefix)]);
}

#[test]
fn what_stands_twice_is_marked_twice_and_touching_marks_are_one() {
    let marks = |query: &str, text: &str| Words::of(query).highlights(text);
    assert_eq!(marks("te", "Tea te"), [(0, 2), (4, 6)]);
    assert_eq!(marks("te ea", "Tea"), [(0, 3)]);
    assert_eq!(marks("aa", "aaa"), [(0, 3)]);
    assert_eq!(marks("x", "Tea"), []);
    assert_eq!(marks("tea", ""), []);
}

#[test]
fn rows_are_found_all_over_a_segment() {
    let rows: Vec<[String; 3]> = (0..2_048_u32)
        .map(|row| [format!("Desk l'ete {}", row * 7_919 % 2_048), format!("r-{row}"), format!("590{row:09}")])
        .collect();
    let mut shop = shop(rows.iter().map(|[name, code, barcode]| [name.as_str(), code, barcode]));
    (0..2_048).step_by(3).for_each(|row| shop.extent.bury(row));
    for query in
        ["desk", "7", "77", "2047", "r-204", "590", "5900000", "590000002047", "ete 1", "1 e", "l'ete", "'", "k l", "x"]
    {
        for limit in [1, 20, 5_000] {
            assert_eq!(shop.search(query, limit), shop.naive(query, limit), "'{query}', at most {limit}");
        }
    }
}

#[test]
fn it_finds_what_a_naive_search_finds() {
    use proptest::prelude::*;
    use proptest::test_runner::{Config, TestRunner};
    // Few letters, so that words meet often, in texts and across their ends.
    let text = "[ab1 -]{0,7}";
    let rows = prop::collection::vec((text, text, text), 0..40);
    let query = "[ab1]{1,3}( [ab1]{1,2}){0,2}";
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(2_000) });
    runner
        .run(&(rows, query, 1..50_usize, any::<u64>()), |(rows, query, limit, dead)| {
            let mut shop = shop(rows.iter().map(|(name, code, barcode)| [name.as_str(), code, barcode]));
            (0..shop.extent.rows).filter(|row| dead >> row & 1 == 1).for_each(|row| shop.extent.bury(row));
            prop_assert_eq!(shop.search(&query, limit), shop.naive(&query, limit), "{:?} for '{}'", rows, query);
            Ok(())
        })
        .unwrap();
}
