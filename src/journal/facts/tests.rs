use super::*;

const TRANSACTIONS: usize = 1;
const ORDERS: usize = 3;

fn key(name: &str) -> KeyValue {
    KeyValue::Text(name.into())
}

/// A row that was put; its place is a number.
fn put(number: f64, name: &str, place: u32) -> Fact<u32> {
    Fact { number, store: TRANSACTIONS, key: key(name), place: Some(place), is_open: false }
}

/// A row of a checkpoint.
fn still(number: f64, name: &str, place: u32) -> Fact<u32> {
    Fact { is_open: true, ..put(number, name, place) }
}

fn removed(number: f64, name: &str) -> Fact<u32> {
    Fact { place: None, ..put(number, name, 0) }
}

fn upto(number: f64) -> Checkpoint {
    Checkpoint { number, erased: false }
}

/// The open rows, as `name=place`.
fn open(facts: &[Fact<u32>], checkpoints: &[Checkpoint]) -> Vec<String> {
    let shown = |fact: Fact<u32>| match (fact.key, fact.place) {
        (KeyValue::Text(name), Some(place)) => Some(format!("{name}={place}")),
        _ => None,
    };
    known(facts, checkpoints).rows.into_iter().filter_map(shown).collect()
}

fn no_keys() -> Vec<Vec<KeyValue>> {
    vec![Vec::new(); 4]
}

fn with_keys(names: &[&str]) -> Vec<Vec<KeyValue>> {
    let mut keys = no_keys();
    keys[TRANSACTIONS] = names.iter().map(|name| key(name)).collect();
    keys
}

#[test]
fn the_highest_number_counts_in_whatever_file_it_is() {
    assert_eq!(open(&[put(3.0, "a", 3), put(1.0, "a", 1), put(2.0, "b", 2)], &[]), ["a=3", "b=2"]);
    assert_eq!(open(&[removed(4.0, "a"), put(3.0, "a", 3)], &[]), Vec::<String>::new());
    assert_eq!(open(&[removed(4.0, "a"), put(5.0, "a", 5)], &[]), ["a=5"]);
}

#[test]
fn of_one_transaction_the_last_change_counts() {
    assert_eq!(open(&[put(1.0, "a", 1), put(1.0, "a", 2)], &[]), ["a=2"]);
    assert_eq!(open(&[removed(1.0, "a"), put(1.0, "a", 2)], &[]), ["a=2"]);
    assert_eq!(open(&[put(1.0, "a", 1), removed(1.0, "a")], &[]), Vec::<String>::new());
}

#[test]
fn nothing_older_than_the_newest_checkpoint_counts() {
    let facts = [put(1.0, "settled", 1), put(2.0, "open", 2), still(7.0, "open", 7), put(8.0, "new", 8)];
    assert_eq!(open(&facts, &[upto(7.0), upto(2.0)]), ["new=8", "open=7"]);
}

#[test]
fn what_was_removed_without_a_number_is_missing_from_the_checkpoint_and_stays_away() {
    let facts = [put(6.0, "a", 1), put(7.0, "removed", 2), still(7.0, "a", 3)];
    assert_eq!(open(&facts, &[upto(7.0)]), ["a=3"]);
}

#[test]
fn a_checkpoint_that_was_not_finished_is_true_as_far_as_it_goes() {
    let facts = [put(1.0, "a", 1), put(2.0, "b", 2), still(5.0, "a", 5)];
    assert_eq!(open(&facts, &[]), ["a=5", "b=2"]);
}

#[test]
fn rows_of_two_stores_may_share_a_key() {
    let order = Fact { store: ORDERS, ..put(1.0, "a", 4) };
    assert_eq!(open(&[order, put(1.0, "a", 1), removed(2.0, "a")], &[]), ["a=4"]);
}

#[test]
fn what_was_deleted_on_purpose_is_no_loss_until_something_comes_after_it() {
    let erased = Checkpoint { number: 5.0, erased: true };
    let nothing = known(&[put(4.0, "a", 4)], &[upto(2.0), erased]);
    assert!(nothing.erased && nothing.rows.is_empty());
    assert_eq!(nothing.number, 5.0);
    assert!(!known(&[put(6.0, "b", 6)], &[erased]).erased);
    assert!(!known::<u32>(&[], &[erased, upto(6.0)]).erased);
}

#[test]
fn an_empty_database_gets_every_open_row_back() {
    let known = known(&[put(1.0, "a", 1), put(2.0, "b", 2), removed(3.0, "a")], &[]);
    let repair = repair(&known, 0.0, &no_keys());
    let places: Vec<_> = repair.put.iter().map(|fact| fact.place).collect();
    assert_eq!((places, repair.remove), (vec![Some(2)], Vec::new()));
}

#[test]
fn above_the_number_of_the_database_the_journal_is_right() {
    let known = known(&[put(4.0, "edited", 4), removed(5.0, "settled"), put(1.0, "old", 1)], &[]);
    let repair = repair(&known, 3.0, &with_keys(&["edited", "old", "settled"]));
    assert_eq!(repair.put.iter().map(|fact| fact.place).collect::<Vec<_>>(), [Some(4)]);
    assert_eq!(repair.remove, [(TRANSACTIONS, key("settled"))]);
}

#[test]
fn up_to_the_number_of_the_database_it_is_right_but_for_rows_that_it_has_not_got() {
    let known = known(&[put(1.0, "kept", 1), put(2.0, "lost", 2), removed(3.0, "back")], &[]);
    let repair = repair(&known, 9.0, &with_keys(&["back", "kept"]));
    assert_eq!(repair.put.iter().map(|fact| fact.place).collect::<Vec<_>>(), [Some(2)]);
    assert!(repair.remove.is_empty());
}

#[test]
fn a_row_that_a_newer_checkpoint_lacks_is_doubtful() {
    let facts = [still(5.0, "a", 1), put(6.0, "b", 2)];
    let doubtful = |checkpoints: &[Checkpoint], number| {
        repair(&known(&facts, checkpoints), number, &with_keys(&["a", "b", "c"])).doubtful
    };
    assert_eq!(doubtful(&[upto(5.0)], 4.0), [key("c")]);
    assert_eq!(doubtful(&[upto(5.0)], 5.0), []);
    assert_eq!(doubtful(&[], 0.0), []);
}
