//! What the journal knows, put together from whatever copies there are, and compared with the database. Decisions without
//! a browser: a fact says that a change with a number put a row, or removed it; the highest number counts.

use std::cmp::Ordering;

use crate::order::sorted_places;
use crate::store::KeyValue;

/// The place of the outbox among the journaled stores.
const OUTBOX: usize = 1;

/// One change of one row.
#[derive(Debug, Clone)]
pub(super) struct Fact<P> {
    /// Number of the transaction that made it.
    pub number: f64,
    /// The store, by its place in [`JOURNALED`](crate::schema::JOURNALED).
    pub store: usize,
    /// Primary key of the row.
    pub key: KeyValue,
    /// Where the row is that was put; `None` when it was removed.
    pub place: Option<P>,
    /// Whether it is part of a checkpoint, with the number of that.
    pub is_open: bool,
}

/// The end of a list of all that was open: no older fact counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Checkpoint {
    /// Number of the last change that is in it.
    pub number: f64,
    /// Whether nothing is open because somebody has deleted everything.
    pub erased: bool,
}

/// What is known of each row: the last thing that happened to it.
#[derive(Debug)]
pub(super) struct Known<P> {
    /// The highest number, 0 when nothing is known.
    pub number: f64,
    /// The number of the newest checkpoint, which has every row that was open then; 0 without one.
    pub base: f64,
    /// Whether all of it was deleted on purpose, and nothing has come since.
    pub erased: bool,
    /// One fact a row, by store and key.
    pub rows: Vec<Fact<P>>,
}

/// Puts facts together, in the order in which each copy has them.
pub(super) fn known<P: Clone>(facts: &[Fact<P>], checkpoints: &[Checkpoint]) -> Known<P> {
    let mut base = Checkpoint { number: 0.0, erased: false };
    for checkpoint in checkpoints {
        if checkpoint.number >= base.number {
            base = *checkpoint;
        }
    }
    let mut number = base.number;
    let mut rows: Vec<Fact<P>> = Vec::new();
    for at in sorted_places(facts, compare) {
        let fact = facts[at].clone();
        number = number.max(fact.number);
        // What was changed without a number is in the checkpoint, and the change before it is not.
        if fact.number < base.number || fact.number == base.number && !fact.is_open {
            continue;
        }
        match rows.last_mut() {
            // The same row: this is the later of the two.
            Some(last) if (last.store, &last.key) == (fact.store, &fact.key) => *last = fact,
            _ => rows.push(fact),
        }
    }
    Known { number, base: base.number, erased: base.erased && number == base.number, rows }
}

/// By row, then by number; the sort keeps the order of equals.
fn compare<P>(a: &Fact<P>, b: &Fact<P>) -> Ordering {
    (a.store, &a.key).cmp(&(b.store, &b.key)).then(a.number.total_cmp(&b.number))
}

/// What has to be done to the database, so that it has what the journal knows.
#[derive(Debug)]
pub(super) struct Repair<P> {
    /// Rows that the database has lost, or has in an older state.
    pub put: Vec<Fact<P>>,
    /// Rows whose removal the database has lost: store and key.
    pub remove: Vec<(usize, KeyValue)>,
    /// Rows of the outbox that a checkpoint newer than the database does not have: the server most probably has them.
    pub doubtful: Vec<KeyValue>,
}

/// Compares with a database that has seen changes up to `number`, and has rows with these `keys` in each store, in order.
/// Above that number the journal is right; up to it the database is, but for rows that it has not got. So a row comes back
/// that was removed while no copy could be written: the server is asked before it is sent.
pub(super) fn repair<P: Clone>(known: &Known<P>, number: f64, keys: &[Vec<KeyValue>]) -> Repair<P> {
    let mut repair = Repair { put: Vec::new(), remove: Vec::new(), doubtful: Vec::new() };
    if known.base > number {
        let is_known = |key| known.rows.binary_search_by(|fact| (fact.store, &fact.key).cmp(&(OUTBOX, key))).is_ok();
        repair.doubtful = keys[OUTBOX].iter().filter(|key| !is_known(key)).cloned().collect();
    }
    for fact in &known.rows {
        let is_there = keys[fact.store].binary_search(&fact.key).is_ok();
        let is_newer = fact.number > number;
        match fact.place {
            Some(_) if is_newer || !is_there => repair.put.push(fact.clone()),
            None if is_newer && is_there => repair.remove.push((fact.store, fact.key.clone())),
            _ => {}
        }
    }
    repair
}

#[cfg(test)]
mod tests;
