//! Saving lists: counted by record, failures by position, as the other stores' bulk save does.

use std::cell::RefCell;
use std::ops::Range;
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::batch::{Batch, keyless, record};
use super::columns::hash;
use super::kind::{Fields, KEY};
use super::lookup::Lookup;
use super::manifest::SEGMENT_ROWS;
use super::table::take;
use super::write::{AT_ONCE_MS, Alteration};
use super::{Catalog, Shelf};
use crate::clock::tick;
use crate::error::{Error, Result};
use crate::global::property;
use crate::order::sorted_places;
use crate::row::Row;
use crate::schema::StoreSchema;
use crate::store::{Bulk, BulkFailure, BulkMode, BulkReport, WriteOptions, explain, plain_copy, primary_key};

/// Records of a transaction unless told otherwise: fewer take longer, with more a lookup waits longer (ARCHITECTURE.md).
const CHUNK_ROWS: u32 = 4 * SEGMENT_ROWS;
/// Records that are read at a time.
const READ_ROWS: u32 = 512;

/// By place, what is wrong with a record.
pub(super) type Failures = Vec<(u32, Error)>;

impl Catalog {
    /// Saves records, each with the time it was loaded, `undefined` for none.
    ///
    /// # Errors
    /// As [`Bulk::put_each`].
    pub(crate) async fn bulk_save(
        &self,
        shelf: &Rc<Shelf>,
        records: &Array,
        stamp: &JsValue,
        bulk: &Bulk,
    ) -> Result<BulkReport> {
        self.adopt(shelf).await?;
        let schema = self.0.till.schema().store(shelf.kind.store)?;
        let saving = |range: Range<u32>| Saving {
            catalog: self,
            shelf,
            records: records.slice(range.start, range.end),
            stamp: stamp.clone(),
            options: bulk.write,
            all_or_nothing: bulk.mode == BulkMode::AllOrNothing,
        };
        // The next chunk is read while the browser commits the last one.
        let ahead = RefCell::new(None);
        let save = async |range: Range<u32>| {
            let chunk = saving(range.clone());
            let upserts = match ahead.take() {
                Some(upserts) => upserts,
                None => chunk.read().await,
            };
            let alteration = Alteration::default();
            let issued = Rc::clone(&alteration.issued);
            let next = range.end..records.length().min(range.end.saturating_add(range.end - range.start));
            let reading = async {
                issued.wait().await;
                if !next.is_empty() {
                    ahead.replace(Some(saving(next).read().await));
                }
            };
            let (saved, failed) = match select(pin!(chunk.write(upserts, alteration)), pin!(reading)).await {
                Either::Left((result, reading)) => {
                    // What has failed may never have been handed over, and what follows may not be wanted any more.
                    if result.0.is_ok() {
                        reading.await;
                    }
                    result
                }
                Either::Right((_, writing)) => writing.await,
            };
            let failure = |(place, error)| failure(range.start + place, records, error, schema);
            (saved, failed.into_iter().map(failure).collect())
        };
        bulk.in_chunks(records.length(), CHUNK_ROWS, &|range| Box::pin(save(range))).await
    }

    /// Inserts or replaces one record; its key.
    ///
    /// # Errors
    /// `InvalidRecord`, or why the transaction did not commit.
    pub(crate) async fn put(&self, shelf: &Rc<Shelf>, record: &JsValue, options: WriteOptions) -> Result<JsValue> {
        self.adopt(shelf).await?;
        let (catalog, records, stamp) = (self, Array::of1(record), JsValue::UNDEFINED);
        let key = property(record, KEY);
        let saving = Saving { catalog, shelf, records, stamp, options, all_or_nothing: true };
        let (saved, failed) = saving.run(Alteration::default()).await;
        match failed.into_iter().next() {
            Some((_, error)) => Err(explain(record, self.0.till.schema().store(shelf.kind.store)?, error)),
            None => saved.map(|_| key),
        }
    }
}

/// Records of a caller's that go into one transaction; of several with one key the last counts.
pub(super) struct Saving<'a> {
    pub catalog: &'a Catalog,
    pub shelf: &'a Rc<Shelf>,
    pub records: Array,
    /// When they were loaded, `undefined` for none.
    pub stamp: JsValue,
    pub options: WriteOptions,
    /// Whether nothing is saved when one is bad.
    pub all_or_nothing: bool,
}

/// Records that were read.
#[derive(Default)]
pub(super) struct Upserts {
    batches: Vec<Batch>,
    /// Those that cannot be saved.
    failed: Failures,
}

impl Saving<'_> {
    /// Saves the records, with what else an alteration does: the good ones, or nothing. How many.
    pub async fn run(&self, alteration: Alteration) -> (Result<u32>, Failures) {
        self.write(self.read().await, alteration).await
    }

    async fn write(&self, upserts: Result<Upserts>, alteration: Alteration) -> (Result<u32>, Failures) {
        let Upserts { batches, failed } = match upserts {
            Ok(upserts) => upserts,
            Err(error) => return (Err(error), Vec::new()),
        };
        if let Some((_, error)) = failed.first().filter(|_| self.all_or_nothing) {
            return (Err(error.clone()), failed);
        }
        let alteration = Alteration { upserts: batches, ..alteration };
        let result = self.catalog.alter(self.shelf, self.options, &alteration).await;
        (result.map(|()| self.records.length() - failed.len() as u32), failed)
    }

    /// Reads the fields of the records as they are now.
    async fn read(&self) -> Result<Upserts> {
        let (mut upserts, mut begun) = (Upserts::default(), tick());
        for from in (0..self.records.length()).step_by(READ_ROWS as usize) {
            if tick() - begun > AT_ONCE_MS {
                TimeoutFuture::new(0).await;
                begun = tick();
            }
            self.read_some(from..self.records.length().min(from + READ_ROWS), &mut upserts)?;
        }
        keep_latest(&mut upserts.batches, &self.shelf.fields)?;
        Ok(upserts)
    }

    fn read_some(&self, range: Range<u32>, upserts: &mut Upserts) -> Result<()> {
        let (fields, records) = (&self.shelf.fields, self.records.slice(range.start, range.end));
        let (mut table, mut refused) = take(&records, &self.stamp)?;
        if replace_by_copies(&records, &refused) {
            (table, refused) = take(&records, &self.stamp)?;
        }
        let why = |row: u32, thrown: &JsValue| match Row::copy_of(&records.get(row)) {
            Err(error) => error,
            Ok(_) => Error::of_clone(thrown),
        };
        let mut failed: Vec<_> = refused.iter().map(|(row, thrown)| (*row, why(*row, thrown))).collect();
        let (mut batch, without_key) = Batch::read(table, fields)?;
        for row in without_key {
            if !failed.iter().any(|(other, _)| *other == row) {
                failed.push((row, keyless(&record(&batch.table, row), fields)));
            }
        }
        if !failed.is_empty() {
            let is_good = |row: &u32| !failed.iter().any(|(other, _)| other == row);
            batch.keep(&(0..batch.rows()).filter(is_good).collect::<Vec<_>>(), fields)?;
            for place in sorted_places(&failed, |(a, _), (b, _)| a.cmp(b)) {
                let (row, error) = failed[place].clone();
                upserts.failed.push((range.start + row, error));
            }
        }
        upserts.batches.push(batch);
        Ok(())
    }
}

/// Puts plain copies in the places of refused records, such as reactive proxies; whether there are any.
fn replace_by_copies(records: &Array, refused: &[(u32, JsValue)]) -> bool {
    let mut is_replaced = false;
    for (row, _) in refused {
        if let Ok(copy) = plain_copy(&records.get(*row)) {
            records.set(*row, copy);
            is_replaced = true;
        }
    }
    is_replaced
}

/// Of several rows with one key only the last stays.
fn keep_latest(batches: &mut [Batch], fields: &Fields) -> Result<()> {
    let numbers = batches.iter().flat_map(|batch| &batch.columns.numbers);
    // As they mostly are. NaN, which stands for another kind of key, is in no order.
    if numbers.clone().zip(numbers.skip(1)).all(|(a, b)| a < b) {
        return Ok(());
    }
    let rows = batches.iter().map(|batch| batch.rows() as usize).sum();
    let mut seen = Lookup::with_room(rows);
    let mut kept = vec![Vec::new(); batches.len()];
    for (place, latest) in kept.iter_mut().enumerate().rev() {
        for row in (0..batches[place].rows()).rev() {
            let key = batches[place].columns.key(row);
            let at = |packed: u32| batches[(packed / SEGMENT_ROWS) as usize].columns.key(packed % SEGMENT_ROWS);
            if !seen.rows(hash(&key)).any(|other| at(other) == key) {
                seen.insert(hash(&key), place as u32 * SEGMENT_ROWS + row);
                latest.push(row);
            }
        }
        latest.reverse();
    }
    batches.iter_mut().zip(&kept).try_for_each(|(batch, rows)| batch.keep(rows, fields))
}

fn failure(position: u32, records: &Array, error: Error, schema: &StoreSchema) -> BulkFailure {
    let record = records.get(position);
    let key = primary_key(&record, schema).map_or(JsValue::UNDEFINED, |key| key.to_js());
    BulkFailure { position, key, error: explain(&record, schema, error).at(position) }
}
