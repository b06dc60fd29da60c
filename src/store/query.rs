//! What is asked of a store: which index, which keys of it, in which direction, how many; and what served it.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ops::{Bound, RangeBounds};

use rexie::{Direction, KeyRange};

use super::key::{Key, KeyValue};
use crate::error::{Error, Result};

/// The keys between two bounds; no bound means no limit on that side.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Where it begins.
    pub lower: Bound<KeyValue>,
    /// Where it ends.
    pub upper: Bound<KeyValue>,
}

impl Bounds {
    /// Every key.
    pub fn all() -> Bounds {
        Bounds { lower: Bound::Unbounded, upper: Bound::Unbounded }
    }

    /// This key alone.
    pub fn only(key: KeyValue) -> Bounds {
        Bounds { lower: Bound::Included(key.clone()), upper: Bound::Included(key) }
    }

    /// Every array key that begins with `parts`: from `[parts]` to `[parts, []]`, because an array sorts after every
    /// other kind of key.
    pub fn prefix(parts: Vec<KeyValue>) -> Bounds {
        let mut beyond = parts.clone();
        beyond.push(KeyValue::Array(Vec::new()));
        Bounds { lower: Bound::Included(KeyValue::Array(parts)), upper: Bound::Excluded(KeyValue::Array(beyond)) }
    }

    /// The keys of a Rust range.
    pub fn range<K: Key>(range: impl RangeBounds<K>) -> Result<Bounds> {
        Ok(Bounds { lower: to_key(range.start_bound())?, upper: to_key(range.end_bound())? })
    }

    /// Whether `key` lies within.
    pub fn contains(&self, key: &KeyValue) -> bool {
        (self.lower.as_ref(), self.upper.as_ref()).contains(key)
    }

    /// Whether no key can lie within; IndexedDB refuses to make such a range.
    pub fn is_empty(&self) -> bool {
        match (&self.lower, &self.upper) {
            (Bound::Included(lower), Bound::Included(upper)) => lower > upper,
            (Bound::Included(lower) | Bound::Excluded(lower), Bound::Included(upper) | Bound::Excluded(upper)) => {
                lower >= upper
            }
            _ => false,
        }
    }

    /// The native range, `None` for every key.
    pub(crate) fn to_native(&self) -> Result<Option<KeyRange>> {
        let range = match (&self.lower, &self.upper) {
            (Bound::Unbounded, Bound::Unbounded) => return Ok(None),
            (Bound::Unbounded, Bound::Included(upper)) => KeyRange::upper_bound(&upper.to_js(), Some(false)),
            (Bound::Unbounded, Bound::Excluded(upper)) => KeyRange::upper_bound(&upper.to_js(), Some(true)),
            (Bound::Included(lower), Bound::Unbounded) => KeyRange::lower_bound(&lower.to_js(), Some(false)),
            (Bound::Excluded(lower), Bound::Unbounded) => KeyRange::lower_bound(&lower.to_js(), Some(true)),
            (Bound::Included(lower) | Bound::Excluded(lower), Bound::Included(upper) | Bound::Excluded(upper)) => {
                KeyRange::bound(
                    &lower.to_js(),
                    &upper.to_js(),
                    Some(matches!(self.lower, Bound::Excluded(_))),
                    Some(matches!(self.upper, Bound::Excluded(_))),
                )
            }
        };
        range.map(Some).map_err(|_| Error::argument("range", "the browser refuses these bounds"))
    }
}

fn to_key<K: Key>(bound: Bound<&K>) -> Result<Bound<KeyValue>> {
    Ok(match bound {
        Bound::Included(key) => Bound::Included(key.to_key()?),
        Bound::Excluded(key) => Bound::Excluded(key.to_key()?),
        Bound::Unbounded => Bound::Unbounded,
    })
}

/// A query without types: what JavaScript asks, and what a typed [`Query`] holds.
#[derive(Debug, Clone)]
pub struct Select {
    /// Name of the index, the primary key when `None`.
    pub index: Option<String>,
    /// Which keys of it.
    pub bounds: Bounds,
    /// Ascending (`Next`) or descending (`Prev`).
    pub direction: Direction,
    /// At most so many records.
    pub limit: Option<u32>,
}

impl Select {
    /// Every record in the order of the primary key.
    pub fn all() -> Select {
        Select::keys(Bounds::all())
    }

    /// By primary key.
    pub fn keys(bounds: Bounds) -> Select {
        Select { index: None, bounds, direction: Direction::Next, limit: None }
    }

    /// By an index.
    pub fn index(name: &str, bounds: Bounds) -> Select {
        Select { index: Some(name.to_owned()), ..Select::keys(bounds) }
    }

    /// The same, from the other end.
    pub fn rev(self) -> Select {
        let direction = if self.is_descending() { Direction::Next } else { Direction::Prev };
        Select { direction, ..self }
    }

    /// The same, at most `limit` records.
    pub fn limit(self, limit: u32) -> Select {
        Select { limit: Some(limit), ..self }
    }

    /// Whether the largest key comes first.
    pub fn is_descending(&self) -> bool {
        matches!(self.direction, Direction::Prev | Direction::PrevUnique)
    }
}

/// A query over the records of type `R`. Make one with [`Index`](crate::Index) or [`Query::keys`].
#[derive(Debug, Clone)]
pub struct Query<R> {
    pub(crate) select: Result<Select>,
    record: PhantomData<R>,
}

impl<R> Query<R> {
    pub(crate) fn new(select: Result<Select>) -> Query<R> {
        Query { select, record: PhantomData }
    }

    /// Every record in the order of the primary key.
    pub fn all() -> Query<R> {
        Query::new(Ok(Select::all()))
    }

    /// From the largest key to the smallest.
    pub fn rev(self) -> Query<R> {
        Query::new(self.select.map(Select::rev))
    }

    /// At most so many records.
    pub fn limit(self, limit: u32) -> Query<R> {
        Query::new(self.select.map(|select| select.limit(limit)))
    }
}

impl<R: super::Record> Query<R> {
    /// The records whose primary key lies in `range`.
    pub fn keys(range: impl RangeBounds<R::Key>) -> Query<R> {
        Query::new(Bounds::range(range).map(Select::keys))
    }
}

/// What served a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServedBy {
    /// The store itself, in the order of its primary key.
    PrimaryKey,
    /// The index of this name.
    Index(Cow<'static, str>),
    /// Every record was read, because the index of this name is missing on disk.
    Scan {
        /// The index that would have served it.
        missing: String,
    },
}

impl ServedBy {
    /// `primary key`, the name of the index, or `scan`.
    pub fn as_str(&self) -> &str {
        match self {
            ServedBy::PrimaryKey => "primary key",
            ServedBy::Index(name) => name,
            ServedBy::Scan { .. } => "scan",
        }
    }
}

/// How a query would be served, and how a write to its store commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The store.
    pub store: String,
    /// What serves the query.
    pub served_by: ServedBy,
    /// How a write commits unless the call says otherwise.
    pub durability: crate::schema::Durability,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: f64) -> KeyValue {
        KeyValue::Number(number)
    }

    #[test]
    fn a_prefix_holds_every_key_that_begins_with_it_and_no_other() {
        let bounds = Bounds::prefix(vec![number(0.0)]);
        let pair = |flag: f64, rest: KeyValue| KeyValue::Array(vec![number(flag), rest]);
        assert!(bounds.contains(&pair(0.0, KeyValue::Text("2026".into()))));
        assert!(bounds.contains(&pair(0.0, KeyValue::Date(0.0))));
        assert!(bounds.contains(&pair(0.0, KeyValue::Binary(vec![255]))));
        assert!(!bounds.contains(&pair(1.0, KeyValue::Text(String::new()))));
        assert!(!bounds.contains(&pair(-1.0, KeyValue::Text("z".into()))));
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_empty() {
        let (one, two) = (1, 2);
        assert!(Bounds::range(two..one).unwrap().is_empty());
        assert!(Bounds::range(1..1).unwrap().is_empty());
        assert!(!Bounds::range(1..=1).unwrap().is_empty());
        assert!(!Bounds::all().is_empty());
    }
}
