//! Saving lists: counted by record, failures by position, as the other stores' bulk save does.

use std::ops::Range;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::batch::{Batch, keyless, others};
use super::columns::hash;
use super::copy::cloned;
use super::lookup::Lookup;
use super::manifest::SEGMENT_ROWS;
use super::write::Alteration;
use super::{Catalog, Shelf};
use crate::error::{Error, Result};
use crate::order::sorted_places;
use crate::row::Row;
use crate::schema::StoreSchema;
use crate::store::{Bulk, BulkFailure, BulkMode, BulkReport, KeyValue, SavedChunk, WriteOptions, explain, primary_key};

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
        let all_or_nothing = bulk.mode == BulkMode::AllOrNothing;
        let save = |positions| {
            self.save(shelf, positions, records, stamp, bulk.write, Alteration::default(), all_or_nothing)
        };
        bulk.in_chunks(records.length(), SEGMENT_ROWS, &|positions| Box::pin(save(positions))).await
    }

    /// Inserts or replaces one record; its key.
    ///
    /// # Errors
    /// `InvalidRecord`, or why the transaction did not commit.
    pub(crate) async fn put(&self, shelf: &Rc<Shelf>, record: &JsValue, options: WriteOptions) -> Result<JsValue> {
        self.adopt(shelf).await?;
        let records = Array::of1(record);
        let (saved, failures) =
            self.save(shelf, 0..1, &records, &JsValue::UNDEFINED, options, Alteration::default(), true).await;
        match failures.into_iter().next() {
            Some(failure) => Err(failure.error.nowhere()),
            None => saved.map(|_| Row::owned(record.clone()).get(super::kind::KEY)),
        }
    }

    /// Saves some of the records in one transaction, with what else an alteration does: the good ones, or nothing.
    #[allow(clippy::too_many_arguments)]
    pub(super) async fn save(
        &self,
        shelf: &Rc<Shelf>,
        positions: Range<u32>,
        records: &Array,
        stamp: &JsValue,
        options: WriteOptions,
        mut alteration: Alteration,
        all_or_nothing: bool,
    ) -> SavedChunk {
        let schema = match self.0.database.schema().store(shelf.kind.store) {
            Ok(schema) => schema,
            Err(error) => return (Err(error), Vec::new()),
        };
        // The browser copies the caller's objects when they are put. When it refuses one, each is tried by itself.
        for is_careful in [false, true] {
            let taken = match Taken::from(records.slice(positions.start, positions.end), is_careful, shelf) {
                Ok(taken) => taken,
                Err(_) if !is_careful => continue,
                Err(error) => return (Err(error), Vec::new()),
            };
            let failures: Vec<_> = sorted_places(&taken.failed, |(a, _), (b, _)| a.cmp(b))
                .into_iter()
                .map(|place| failure(positions.start + taken.failed[place].0, records, &taken.failed[place].1, schema))
                .collect();
            if let Some(first) = failures.first().filter(|_| all_or_nothing) {
                return (Err(first.error.clone()), failures);
            }
            alteration.upserts = Some(Batch { stamp: stamp.clone(), ..taken.batch });
            match self.alter(shelf, options, &alteration).await {
                Err(error) if error.is_about_one_record() && !is_careful => {}
                result => {
                    let saved = positions.end - positions.start - failures.len() as u32;
                    return (result.map(|()| saved), failures);
                }
            }
        }
        (Err(Error::transaction_aborted()), Vec::new())
    }
}

/// Records taken from the caller.
struct Taken {
    /// Of several with one key the last.
    batch: Batch,
    /// By place, what is wrong with the others.
    failed: Vec<(u32, Error)>,
}

impl Taken {
    /// Takes them as they are where they are plain objects; when `is_careful`, a copy of each.
    ///
    /// # Errors
    /// A field of one of them cannot be read.
    fn from(records: Array, is_careful: bool, shelf: &Shelf) -> Result<Taken> {
        let mut failed = Vec::new();
        let mut places: Vec<u32> = (0..records.length()).collect();
        let others = if is_careful { places.clone() } else { others(&records)? };
        for place in others {
            let record = records.get(place);
            match if is_careful { cloned(&record) } else { Row::copy_of(&record).map(JsValue::from) } {
                Ok(copy) => records.set(place, copy),
                Err(error) => failed.push((place, error)),
            }
        }
        let mut good = records;
        if !failed.is_empty() {
            places.retain(|place| !failed.iter().any(|(other, _)| other == place));
            good = places.iter().map(|place| good.get(*place)).collect();
        }
        let (batch, without_key) = Batch::read(good, &shelf.fields)?;
        failed.extend(without_key.iter().map(|at| (places[*at as usize], keyless(&batch.records.get(*at), &shelf.fields))));
        let latest = latest(&batch.columns, &without_key);
        let batch = match latest {
            None => batch,
            Some(rows) => Batch::of(rows.into_iter().map(|row| batch.records.get(row)).collect(), &shelf.fields)?,
        };
        Ok(Taken { batch, failed })
    }
}

/// Of several rows with one key the last, without those that have none; `None` when that is every row.
fn latest(columns: &super::columns::Columns, without_key: &[u32]) -> Option<Vec<u32>> {
    if without_key.is_empty() && columns.numbers.windows(2).all(|pair| pair[0] < pair[1]) {
        return None;
    }
    let mut seen = Lookup::with_room(columns.rows() as usize);
    let mut latest = Vec::new();
    for row in (0..columns.rows()).rev().filter(|row| !without_key.contains(row)) {
        let key: KeyValue = columns.key(row);
        let hash = hash(&key);
        if !seen.rows(hash).any(|other| columns.key(other) == key) {
            seen.insert(hash, row);
            latest.push(row);
        }
    }
    latest.reverse();
    (latest.len() < columns.rows() as usize).then_some(latest)
}

fn failure(position: u32, records: &Array, error: &Error, schema: &StoreSchema) -> BulkFailure {
    let record = records.get(position);
    let key = primary_key(&record, schema).map_or(JsValue::UNDEFINED, |key| key.to_js());
    BulkFailure { position, key, error: explain(&record, schema, error.clone()).at(position) }
}
