//! Rust types over rows: a record knows its store and its key, and a store gives and takes nothing else.

use std::marker::PhantomData;
use std::ops::{Deref, RangeBounds};

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};

use super::bulk::{Bulk, BulkReport};
use super::database::Database;
use super::key::Key;
use super::query::{Bounds, Explanation, Query};
use super::request::Request;
use super::rows::{ReadRows, WriteRows};
use super::transaction::{ReadTx, WriteTx};
use crate::codec::{from_js, to_js};
use crate::error::{Error, Result};
use crate::row::Row;

/// A type whose values are rows of one store.
///
/// ```
/// use pos_offline::Record;
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Card { id: u32, points: u32 }
/// impl Record for Card {
///     const STORE: &'static str = "loyalty_cards";
///     type Key = u32;
/// }
/// ```
pub trait Record: Serialize + DeserializeOwned {
    /// Name of the store.
    const STORE: &'static str;
    /// Type of the primary key.
    type Key: Key;
}

impl Database {
    /// The typed records of a store.
    pub fn store<R: Record>(&self) -> Store<R> {
        Store { database: self.clone(), record: PhantomData }
    }
}

impl ReadTx {
    /// The typed records of a store.
    ///
    /// # Errors
    /// As [`ReadTx::rows`].
    pub fn store<R: Record>(&self) -> Result<ReadStore<R>> {
        Ok(ReadStore { rows: self.rows(R::STORE)?, record: PhantomData })
    }
}

impl WriteTx {
    /// The typed records of a store.
    ///
    /// # Errors
    /// As [`ReadTx::rows`].
    pub fn store<R: Record>(&self) -> Result<WriteStore<R>> {
        Ok(WriteStore { rows: self.rows(R::STORE)?, read: (**self).store()? })
    }
}

/// The records of type `R` in a database; every call is a transaction of its own.
#[derive(Debug, Clone)]
pub struct Store<R> {
    database: Database,
    record: PhantomData<R>,
}

impl<R: Record> Store<R> {
    /// The record with this key.
    pub async fn get(&self, key: impl Key) -> Result<Option<R>> {
        self.database.read(&[R::STORE], async |tx| tx.store::<R>()?.get(&key).await).await
    }

    /// The records with these keys, in their order, `None` where there is none; one transaction for all.
    pub async fn get_many(&self, keys: &[R::Key]) -> Result<Vec<Option<R>>> {
        self.database.read(&[R::STORE], async |tx| tx.store::<R>()?.get_many(keys).await).await
    }

    /// Every record, in the order of the primary key.
    pub async fn all(&self) -> Result<Vec<R>> {
        self.query(Query::all()).await
    }

    /// The records that the query asks for.
    pub async fn query(&self, query: Query<R>) -> Result<Vec<R>> {
        self.database.read(&[R::STORE], async |tx| tx.store::<R>()?.query(&query).await).await
    }

    /// How many records the query asks for, its limit left aside.
    pub async fn count(&self, query: Query<R>) -> Result<u32> {
        self.database.read(&[R::STORE], async |tx| tx.store::<R>()?.count(&query).await).await
    }

    /// What would serve the query, and how this store commits.
    pub async fn explain(&self, query: Query<R>) -> Result<Explanation> {
        self.database.explain(R::STORE, &query.select?).await
    }

    /// Inserts or replaces the whole row; resolves when committed.
    pub async fn put(&self, record: &R) -> Result<()> {
        self.database.write(&[R::STORE], async |tx| tx.store::<R>()?.put(record).map(drop)).await
    }

    /// Reads, changes and writes back in one transaction; fields that `R` does not name stay as they are.
    /// `None` when there is no such record.
    pub async fn update(&self, key: impl Key, change: impl Fn(&mut R)) -> Result<Option<R>> {
        self.database.write(&[R::STORE], async |tx| tx.store::<R>()?.update(&key, &change).await).await
    }

    /// Deletes the record, if there is one.
    pub async fn delete(&self, key: impl Key) -> Result<()> {
        self.database.write(&[R::STORE], async |tx| tx.store::<R>()?.delete(&key)).await
    }

    /// Deletes every record whose primary key lies in `range`.
    pub async fn delete_range(&self, range: impl RangeBounds<R::Key>) -> Result<()> {
        let bounds = Bounds::range(range)?;
        self.database.write(&[R::STORE], async |tx| tx.rows(R::STORE)?.delete_range(&bounds)).await
    }

    /// Deletes every record.
    pub async fn clear(&self) -> Result<()> {
        self.database.write(&[R::STORE], async |tx| tx.rows(R::STORE)?.clear()).await
    }

    /// Saves many records and reports each failure by its position.
    pub async fn bulk_put(&self, records: &[R], bulk: Bulk) -> Result<BulkReport> {
        let rows: Vec<_> = records.iter().map(to_js).collect();
        bulk.put_each(&self.database, R::STORE, rows.len(), |position| rows[position].clone()).await
    }

    /// Deletes many records in one transaction.
    pub async fn bulk_delete(&self, keys: &[R::Key]) -> Result<()> {
        self.database
            .write(&[R::STORE], async |tx| {
                let store = tx.store::<R>()?;
                keys.iter().try_for_each(|key| store.delete(key))
            })
            .await
    }
}

/// The records of one store in a transaction that can read.
#[derive(Debug)]
pub struct ReadStore<R> {
    rows: ReadRows,
    record: PhantomData<R>,
}

impl<R: Record> ReadStore<R> {
    /// The record with this key.
    pub async fn get(&self, key: &impl Key) -> Result<Option<R>> {
        decode(self.rows.get(&key.to_key()?)?.await?)
    }

    /// The records with these keys, in their order; all are requested before the first is awaited.
    pub async fn get_many(&self, keys: &[R::Key]) -> Result<Vec<Option<R>>> {
        let requests = keys.iter().map(|key| self.rows.get(&key.to_key()?)).collect::<Result<Vec<Request>>>()?;
        let rows = futures::future::try_join_all(requests).await?;
        rows.into_iter().map(decode).collect()
    }

    /// The records that the query asks for.
    pub async fn query(&self, query: &Query<R>) -> Result<Vec<R>> {
        let selected = self.rows.select(query.select.as_ref().map_err(Error::clone)?).await?;
        selected.rows.iter().map(from_js).collect()
    }

    /// How many records the query asks for, its limit left aside.
    pub async fn count(&self, query: &Query<R>) -> Result<u32> {
        self.rows.count(query.select.as_ref().map_err(Error::clone)?).await
    }
}

fn decode<R: Record>(row: JsValue) -> Result<Option<R>> {
    if row.is_undefined() { Ok(None) } else { from_js(row).map(Some) }
}

/// The records of one store in a transaction that can also write.
#[derive(Debug)]
pub struct WriteStore<R> {
    rows: WriteRows,
    read: ReadStore<R>,
}

impl<R: Record> WriteStore<R> {
    /// Inserts or replaces the whole row. Await the request for its key, or leave it to the commit.
    pub fn put(&self, record: &R) -> Result<Request> {
        self.rows.put(&to_js(record)?)
    }

    /// Reads, changes and writes back; fields that `R` does not name stay as they are.
    pub async fn update(&self, key: &impl Key, change: impl Fn(&mut R)) -> Result<Option<R>> {
        let stored = self.rows.get(&key.to_key()?)?.await?;
        let Some(mut record) = decode::<R>(stored.clone())? else {
            return Ok(None);
        };
        change(&mut record);
        let row = Row::owned(stored.unchecked_into());
        row.merge(&to_js(&record)?)?;
        self.rows.put(row.as_js())?;
        Ok(Some(record))
    }

    /// Deletes the record, if there is one.
    pub fn delete(&self, key: &impl Key) -> Result<()> {
        self.rows.delete(&key.to_key()?)
    }
}

impl<R> Deref for WriteStore<R> {
    type Target = ReadStore<R>;

    fn deref(&self) -> &ReadStore<R> {
        &self.read
    }
}
