//! Any store, records as JavaScript objects.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::OfflineDb;
use crate::error::{Error, Result};
use crate::row::{Row, describe};
use crate::stamp;
use crate::store::{Bulk, BulkReport, Explanation, KeyValue, Select, WriteOptions, WriteRows};

impl OfflineDb {
    /// Inserts or replaces; resolves with the primary key when committed.
    ///
    /// # Errors
    /// `InvalidRecord` naming the field, `Constraint` naming the index, `QuotaExceeded`.
    pub async fn put(&self, store: &str, record: &JsValue, options: WriteOptions) -> Result<JsValue> {
        let row = stamp::for_disk(record, self.database.schema().store(store)?)?;
        self.database.write_with(&[store], options, async |tx| tx.rows(store)?.put(row.as_js())?.await).await
    }

    /// The record with this key, `undefined` when there is none.
    pub async fn get(&self, store: &str, key: &JsValue) -> Result<JsValue> {
        let key = KeyValue::argument("key", key)?;
        let row = self.database.read(&[store], async |tx| tx.rows(store)?.get(&key)?.await).await?;
        stamp::for_js(&row, self.database.schema().store(store)?);
        Ok(row)
    }

    /// The records that a query asks for.
    pub async fn select(&self, store: &str, select: &Select) -> Result<Array> {
        let selected = self.database.read(&[store], async |tx| tx.rows(store)?.select(select).await).await?;
        let schema = self.database.schema().store(store)?;
        if !schema.flags.is_empty() {
            selected.rows.iter().for_each(|row| stamp::for_js(&row, schema));
        }
        Ok(selected.rows)
    }

    /// The first record that a query asks for, `null` when there is none.
    pub(super) async fn first(&self, store: &str, select: Select) -> Result<JsValue> {
        let rows = self.select(store, &select.limit(1)).await?;
        Ok(if rows.length() == 0 { JsValue::NULL } else { rows.get(0) })
    }

    /// How many records a query asks for, its limit left aside.
    pub async fn count(&self, store: &str, select: &Select) -> Result<u32> {
        self.database.read(&[store], async |tx| tx.rows(store)?.count(select).await).await
    }

    /// Deletes the record with this key, if there is one.
    pub async fn delete(&self, store: &str, key: &JsValue) -> Result<()> {
        let key = KeyValue::argument("key", key)?;
        self.database.write(&[store], async |tx| tx.rows(store)?.delete(&key)).await
    }

    /// Deletes the records with these keys in one transaction; how many keys were given.
    ///
    /// # Errors
    /// `InvalidArgument` naming the first position that holds no key; then nothing is deleted.
    pub async fn bulk_delete(&self, store: &str, keys: &JsValue, options: WriteOptions) -> Result<u32> {
        let keys = array("keys", keys)?;
        let keys = keys
            .iter()
            .enumerate()
            .map(|(position, key)| KeyValue::argument(&format!("keys[{position}]"), &key))
            .collect::<Result<Vec<_>>>()?;
        self.database
            .write_with(&[store], options, async |tx| {
                let rows = tx.rows(store)?;
                keys.iter().try_for_each(|key| rows.delete(key))
            })
            .await?;
        Ok(keys.len() as u32)
    }

    /// Deletes every record of a store.
    pub async fn clear(&self, store: &str) -> Result<()> {
        self.database.write(&[store], async |tx| tx.rows(store)?.clear()).await
    }

    /// Saves an array of records; what `stamp` does to a copy of each is saved with it.
    ///
    /// # Errors
    /// As [`Bulk::put_each`]; `InvalidArgument` when `records` is no array.
    pub async fn bulk_save(
        &self,
        store: &str,
        records: &JsValue,
        bulk: Bulk,
        stamp: impl Fn(&Row),
    ) -> Result<BulkReport> {
        let records = array("records", records)?;
        let schema = self.database.schema().store(store)?;
        let record = |position: usize| {
            let row = stamp::for_disk(&records.get(position as u32), schema)?;
            stamp(&row);
            Ok(row.into())
        };
        bulk.put_each(&self.database, store, records.length() as usize, record).await
    }

    /// What would serve a query, and how the store commits.
    pub async fn explain(&self, store: &str, select: &Select) -> Result<Explanation> {
        self.database.explain(store, select).await
    }

    /// Reads, changes and writes one row in one transaction; `None` when there is no such row.
    pub(super) async fn change<T>(&self, store: &str, key: &JsValue, change: impl Fn(&Row) -> T) -> Result<Option<T>> {
        let key = KeyValue::argument("id", key)?;
        self.database
            .write(&[store], async |tx| {
                let rows = tx.rows(store)?;
                let stored = rows.get(&key)?.await?;
                if stored.is_undefined() {
                    return Ok(None);
                }
                let row = Row::owned(stored);
                let result = change(&row);
                rows.put(row.as_js())?;
                Ok(Some(result))
            })
            .await
    }
}

/// Deletes the rows of a query that `is_due` picks; how many. Part of a transaction.
pub(super) async fn delete_where(rows: &WriteRows, select: &Select, is_due: impl Fn(&Row) -> bool) -> Result<u32> {
    let mut deleted = 0;
    for stored in rows.select(select).await?.rows.iter() {
        let row = Row::owned(stored);
        if is_due(&row)
            && let Some(key) = rows.key_of(row.as_js())
        {
            rows.delete(&key)?;
            deleted += 1;
        }
    }
    Ok(deleted)
}

/// An argument that must be an array.
pub(super) fn array(name: &str, value: &JsValue) -> Result<Array> {
    if Array::is_array(value) {
        return Ok(Array::from(value));
    }
    Err(Error::argument(name, format!("must be an array, got {}", describe(value))))
}
