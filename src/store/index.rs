//! An index as a constant that knows its record and its key.

use std::marker::PhantomData;
use std::ops::RangeBounds;

use super::key::Key;
use super::query::{Bounds, Query, Select};

/// An index of the records `R`, sorted by `K`: it takes only its own kind of key.
///
/// ```
/// use pos_offline::model::{Flag, Timestamp, Transaction};
/// use pos_offline::Index;
/// const QUEUE: Index<Transaction, (Flag, Timestamp)> = Index::new("synced_created", &["synced", "created_at"]);
/// let ten_oldest = QUEUE.prefix(Flag::No).limit(10);
/// ```
///
/// ```compile_fail
/// use pos_offline::model::Transaction;
/// let wrong = Transaction::CREATED_AT.only(5); // a number is not a Timestamp
/// ```
#[derive(Debug)]
pub struct Index<R, K> {
    /// Name of the index in its store.
    pub name: &'static str,
    /// The fields it is sorted by.
    pub key_path: &'static [&'static str],
    types: PhantomData<fn(K) -> R>,
}

impl<R, K> Index<R, K> {
    /// Declares an index.
    pub const fn new(name: &'static str, key_path: &'static [&'static str]) -> Self {
        Index { name, key_path, types: PhantomData }
    }

    /// Every record that the index holds, in its order.
    pub fn all(&self) -> Query<R> {
        Query::new(Ok(Select::index(self.name, Bounds::all())))
    }
}

impl<R, K: Key> Index<R, K> {
    /// The records with exactly this key.
    pub fn only(&self, key: K) -> Query<R> {
        Query::new(key.to_key().map(|key| Select::index(self.name, Bounds::only(key))))
    }

    /// The records whose key lies in `range`.
    pub fn range(&self, range: impl RangeBounds<K>) -> Query<R> {
        Query::new(Bounds::range(range).map(|bounds| Select::index(self.name, bounds)))
    }

    /// The records whose key begins with `prefix`, in the order of the rest of the key.
    pub fn prefix<P: Prefix<K>>(&self, prefix: P) -> Query<R> {
        Query::new(prefix.to_parts().map(|parts| Select::index(self.name, Bounds::prefix(parts))))
    }
}

/// The first parts of the composite key `K`.
pub trait Prefix<K> {
    /// The parts.
    ///
    /// # Errors
    /// As [`Key::to_key`].
    fn to_parts(&self) -> crate::error::Result<Vec<super::KeyValue>>;
}

impl<A: Key, B> Prefix<(A, B)> for A {
    fn to_parts(&self) -> crate::error::Result<Vec<super::KeyValue>> {
        Ok(vec![self.to_key()?])
    }
}

impl<A: Key, B, C> Prefix<(A, B, C)> for A {
    fn to_parts(&self) -> crate::error::Result<Vec<super::KeyValue>> {
        Ok(vec![self.to_key()?])
    }
}

impl<A: Key, B: Key, C> Prefix<(A, B, C)> for (A, B) {
    fn to_parts(&self) -> crate::error::Result<Vec<super::KeyValue>> {
        Ok(vec![self.0.to_key()?, self.1.to_key()?])
    }
}
