//! Any store, records as JavaScript objects.

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{OfflineDb, Operation, then};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::row::{Row, describe};
use crate::stamp;
use crate::store::{Bulk, BulkReport, Database, Explanation, KeyValue, ReadTx, Select, WriteOptions};

impl OfflineDb {
    /// Inserts or replaces; resolves with the primary key when committed.
    ///
    /// # Errors
    /// `InvalidRecord` naming the field, `Constraint` naming the index where the browser does, `QuotaExceeded`.
    pub fn put(&self, store: &str, record: JsValue, options: WriteOptions) -> Operation<JsValue> {
        let (db, store) = (self.clone(), store.to_owned());
        Box::pin(async move {
            if let Some(shelf) = db.catalog.shelf(&store) {
                return db.catalog.put(shelf, &record, options).await;
            }
            let row = stamp::for_disk(&record, db.database.schema().store(&store)?)?;
            db.put_row(&store, &row, options).await
        })
    }

    /// The record with this key, `undefined` when there is none.
    pub fn get(&self, store: &str, key: JsValue) -> Operation<JsValue> {
        let (catalog, database, store) = (self.catalog.clone(), self.database.clone(), store.to_owned());
        Box::pin(async move {
            let key = KeyValue::argument("key", &key)?;
            if let Some(shelf) = catalog.shelf(&store) {
                return Ok(catalog.get(shelf, &key).await?.unwrap_or_default());
            }
            let row = database.read(&[&store], async |tx| tx.rows(&store)?.get(&key)?.await).await?;
            stamp::for_js(&row, database.schema().store(&store)?);
            Ok(row)
        })
    }

    /// The records that a query asks for.
    pub fn select(&self, store: &str, select: Select) -> Operation<Array> {
        self.select_all_of(store, Ok(vec![select]))
    }

    /// The records that several queries ask for, one after the other in one list.
    pub(super) fn select_all_of(&self, store: &str, selects: Result<Vec<Select>>) -> Operation<Array> {
        let queries = selects.map(|selects| selects.into_iter().map(|select| (store.to_owned(), select)).collect());
        then(self.select_each(queries), |lists| {
            lists.into_iter().reduce(|all, list| all.concat(&list)).unwrap_or_default()
        })
    }

    /// Every record of each of several stores.
    pub(super) fn select_stores(&self, stores: &[&str]) -> Operation<Vec<Array>> {
        self.select_each(Ok(stores.iter().map(|store| ((*store).to_owned(), Select::all())).collect()))
    }

    /// The records that each of several queries asks for, as [`answer_each`] reads them.
    fn select_each(&self, queries: Result<Vec<(String, Select)>>) -> Operation<Vec<Array>> {
        let (catalog, database) = (self.catalog.clone(), self.database.clone());
        Box::pin(async move {
            let queries = queries?;
            let select_one = async |tx: &ReadTx, store: &str, select: &Select| match catalog.shelf(store) {
                Some(shelf) => catalog.select_any(tx, shelf, select).await,
                None => Ok(tx.rows(store)?.select(select).await?.rows),
            };
            let lists = answer_each(&catalog, &database, &queries, select_one).await?;
            for ((store, _), list) in queries.iter().zip(&lists) {
                let schema = database.schema().store(store)?;
                if !schema.flags.is_empty() {
                    list.iter().for_each(|row| stamp::for_js(&row, schema));
                }
            }
            Ok(lists)
        })
    }

    /// The first record that a query asks for, `undefined` when there is none.
    pub(super) fn first(&self, store: &str, select: Select) -> Operation<JsValue> {
        // Array.get beyond the end is undefined.
        then(self.select(store, select.limit(1)), |rows| rows.get(0))
    }

    /// How many records a query asks for, its limit left aside.
    pub fn count(&self, store: &str, select: Select) -> Operation<u32> {
        let counts = self.count_each(vec![(store.to_owned(), select)]);
        // One query, one count.
        then(counts, |counts| counts[0])
    }

    /// How many records each of several queries asks for, as [`answer_each`] reads them.
    pub(super) fn count_each(&self, queries: Vec<(String, Select)>) -> Operation<Vec<u32>> {
        let (catalog, database) = (self.catalog.clone(), self.database.clone());
        Box::pin(async move {
            let count_one = async |tx: &ReadTx, store: &str, select: &Select| match catalog.shelf(store) {
                Some(shelf) => catalog.count(tx, shelf, select).await,
                None => tx.rows(store)?.count(select).await,
            };
            answer_each(&catalog, &database, &queries, count_one).await
        })
    }

    /// Deletes the record with this key, if there is one.
    pub fn delete(&self, store: &str, key: JsValue) -> Operation<()> {
        let keys = KeyValue::argument("key", &key).map(|key| vec![key]);
        then(self.delete_keys(store, keys, WriteOptions::default()), drop)
    }

    /// Deletes the records with these keys in one transaction; how many keys were given.
    ///
    /// # Errors
    /// `InvalidArgument` naming the first position that holds no key; then nothing is deleted.
    pub fn bulk_delete(&self, store: &str, keys: JsValue, options: WriteOptions) -> Operation<u32> {
        self.delete_keys(store, keys_argument(&keys), options)
    }

    fn delete_keys(&self, store: &str, keys: Result<Vec<KeyValue>>, options: WriteOptions) -> Operation<u32> {
        let (catalog, database, store) = (self.catalog.clone(), self.database.clone(), store.to_owned());
        Box::pin(async move {
            let keys = keys?;
            if let Some(shelf) = catalog.shelf(&store) {
                catalog.delete(shelf, &keys, options).await?;
                return Ok(keys.len() as u32);
            }
            database
                .write_with(&[&store], options, async |tx| {
                    let rows = tx.rows(&store)?;
                    keys.iter().try_for_each(|key| rows.delete(key))
                })
                .await?;
            Ok(keys.len() as u32)
        })
    }

    /// Deletes every record of a store.
    pub fn clear(&self, store: &str) -> Operation<()> {
        self.clear_each(&[store])
    }

    /// Deletes every record of several stores: in one transaction those of the till's database, in another those of the
    /// catalogue.
    pub(super) fn clear_each(&self, stores: &[&str]) -> Operation<()> {
        let (catalog, database) = (self.catalog.clone(), self.database.clone());
        let stores: Vec<_> = stores.iter().map(|store| (*store).to_owned()).collect();
        Box::pin(async move {
            let (paged, others) = catalog.divide(stores.iter().map(String::as_str));
            if !others.is_empty() {
                database.write(&others, async |tx| others.iter().try_for_each(|store| tx.rows(store)?.clear())).await?;
            }
            if !paged.is_empty() {
                let shelves: Vec<_> = paged.iter().filter_map(|store| catalog.shelf(store)).collect();
                catalog.clear(&shelves).await?;
            }
            Ok(())
        })
    }

    /// Saves an array of records.
    ///
    /// # Errors
    /// As [`Bulk::put_each`]; `InvalidArgument` when `records` is no array.
    pub fn bulk_save(&self, store: &str, records: JsValue, bulk: Bulk) -> Operation<BulkReport> {
        self.bulk_save_stamped(store, records, bulk, None)
    }

    /// As [`OfflineDb::bulk_save`], each record with a field of its own, such as the time.
    pub(super) fn bulk_save_stamped(
        &self,
        store: &str,
        records: JsValue,
        bulk: Bulk,
        stamped: Option<(&'static str, JsValue)>,
    ) -> Operation<BulkReport> {
        let (catalog, database, store) = (self.catalog.clone(), self.database.clone(), store.to_owned());
        Box::pin(async move {
            let records = array("records", &records)?;
            if let Some(shelf) = catalog.shelf(&store) {
                let stamp = stamped.map_or(JsValue::UNDEFINED, |(_, value)| value);
                return catalog.bulk_save(shelf, &records, &stamp, &bulk).await;
            }
            let schema = database.schema().store(&store)?;
            let record = |position: usize| {
                let row = stamp::for_disk(&records.get(position as u32), schema)?;
                if let Some((field, value)) = &stamped {
                    row.set(field, value);
                }
                Ok(row.into())
            };
            bulk.put_each(&database, &store, records.length() as usize, record).await
        })
    }

    /// What would serve a query, and how the store commits.
    pub fn explain(&self, store: &str, select: Select) -> Operation<Explanation> {
        let (catalog, database, store) = (self.catalog.clone(), self.database.clone(), store.to_owned());
        Box::pin(async move {
            let explanation = database.explain(&store, &select).await?;
            let served_by = catalog.shelf(&store).map(|shelf| Catalog::explain(shelf, &select));
            Ok(Explanation { served_by: served_by.unwrap_or(explanation.served_by), ..explanation })
        })
    }

    /// Writes one row as it is; resolves with its key.
    pub(super) async fn put_row(&self, store: &str, row: &Row, options: WriteOptions) -> Result<JsValue> {
        // The key is awaited after the commit, which then need not wait for it.
        self.database.write_with(&[store], options, async |tx| tx.rows(store)?.put(row.as_js())).await?.await
    }

    /// Reads the row under a key, `undefined` when there is none, and writes what `next` makes of it, in one
    /// transaction. Resolves with the key, `undefined` when there was nothing to write.
    pub(super) async fn replace(
        &self,
        store: &str,
        key: &KeyValue,
        next: &dyn Fn(JsValue) -> Result<Option<Row>>,
    ) -> Result<JsValue> {
        let written = self
            .database
            .write(&[store], async |tx| {
                let rows = tx.rows(store)?;
                let row = next(rows.get(key)?.await?)?;
                row.map(|row| rows.put(row.as_js())).transpose()
            })
            .await?;
        match written {
            Some(request) => request.await,
            None => Ok(JsValue::UNDEFINED),
        }
    }

    /// Reads, changes and writes one row in one transaction; the row as written, `None` when there is no such row.
    pub(super) fn change(&self, store: &'static str, id: JsValue, change: Box<dyn Fn(&Row)>) -> Operation<Option<Row>> {
        let db = self.clone();
        Box::pin(async move {
            let key = KeyValue::argument("id", &id)?;
            let changed = RefCell::new(None);
            let next = |stored: JsValue| {
                let row = if stored.is_undefined() { None } else { Some(Row::owned(stored)) };
                row.iter().for_each(&change);
                changed.replace(row.clone());
                Ok(row)
            };
            db.replace(store, &key, &next).await?;
            Ok(changed.into_inner())
        })
    }
}

/// The answers to several queries, in their order: those about the catalogue from one transaction of its database, the others
/// from one of the till's.
async fn answer_each<T: Clone + Default>(
    catalog: &Catalog,
    database: &Database,
    queries: &[(String, Select)],
    answer: impl AsyncFn(&ReadTx, &str, &Select) -> Result<T>,
) -> Result<Vec<T>> {
    let answers = RefCell::new(vec![T::default(); queries.len()]);
    let answer_those = async |tx: &ReadTx, are_paged: bool| {
        for (at, (store, select)) in queries.iter().enumerate() {
            if catalog.shelf(store).is_some() == are_paged {
                let answered = answer(tx, store, select).await?;
                answers.borrow_mut()[at] = answered;
            }
        }
        Ok(())
    };
    let (paged, others) = catalog.divide(queries.iter().map(|(store, _)| store.as_str()));
    if !paged.is_empty() {
        catalog.read(&paged, async |tx| answer_those(tx, true).await).await?;
    }
    if !others.is_empty() {
        database.read(&others, async |tx| answer_those(tx, false).await).await?;
    }
    Ok(answers.into_inner())
}

/// Deletes the rows that `is_due` picks from what the queries find, in one transaction; how many.
pub(super) fn delete_where(
    database: &Database,
    store: &'static str,
    among: Vec<Select>,
    is_due: Box<dyn Fn(&Row) -> bool>,
) -> Operation<u32> {
    let database = database.clone();
    Box::pin(async move {
        database
            .write(&[store], async |tx| {
                let rows = tx.rows(store)?;
                let mut deleted = 0;
                for select in &among {
                    for stored in rows.select(select).await?.rows.iter() {
                        let row = Row::owned(stored);
                        if is_due(&row)
                            && let Some(key) = rows.key_of(row.as_js())
                        {
                            rows.delete(&key)?;
                            deleted += 1;
                        }
                    }
                }
                Ok(deleted)
            })
            .await
    })
}

fn keys_argument(keys: &JsValue) -> Result<Vec<KeyValue>> {
    let mut found = Vec::new();
    for (position, key) in array("keys", keys)?.iter().enumerate() {
        found.push(KeyValue::argument(&format!("keys[{position}]"), &key)?);
    }
    Ok(found)
}

/// An argument that must be an array.
fn array(name: &str, value: &JsValue) -> Result<Array> {
    if Array::is_array(value) {
        return Ok(Array::from(value));
    }
    Err(Error::argument(name, format!("must be an array, got {}", describe(value))))
}
