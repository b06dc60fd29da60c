//! Saving lists: counted by record, failures by position, as the other stores' bulk save does.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::batch::{Batch, keyless, take};
use super::columns::{Columns, hash};
use super::kind::{Fields, KEY};
use super::lookup::Lookup;
use super::manifest::SEGMENT_ROWS;
use super::write::Alteration;
use super::{Catalog, Shelf};
use crate::error::{Error, Result};
use crate::global::property;
use crate::order::sorted_places;
use crate::row::Row;
use crate::schema::StoreSchema;
use crate::store::{Bulk, BulkFailure, BulkMode, BulkReport, WriteOptions, explain, primary_key, structured_clone};

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
        let schema = self.0.database.schema().store(shelf.kind.store)?;
        let all_or_nothing = bulk.mode == BulkMode::AllOrNothing;
        bulk.in_chunks(records.length(), SEGMENT_ROWS, &|positions| {
            Box::pin(async move {
                let chunk = records.slice(positions.start, positions.end);
                let alteration = Alteration::default();
                let (saved, failed) =
                    self.save(shelf, chunk, stamp.clone(), bulk.write, alteration, all_or_nothing).await;
                let failure = |(place, error)| failure(positions.start + place, records, error, schema);
                (saved, failed.into_iter().map(failure).collect())
            })
        })
        .await
    }

    /// Inserts or replaces one record; its key.
    ///
    /// # Errors
    /// `InvalidRecord`, or why the transaction did not commit.
    pub(crate) async fn put(&self, shelf: &Rc<Shelf>, record: &JsValue, options: WriteOptions) -> Result<JsValue> {
        self.adopt(shelf).await?;
        let (records, alteration) = (Array::of1(record), Alteration::default());
        let key = property(record, KEY);
        let (saved, failed) = self.save(shelf, records, JsValue::UNDEFINED, options, alteration, true).await;
        match failed.into_iter().next() {
            Some((_, error)) => Err(explain(record, self.0.database.schema().store(shelf.kind.store)?, error)),
            None => saved.map(|_| key),
        }
    }

    /// Saves records in one transaction, with what else an alteration does: the good ones, or nothing. How many.
    pub(super) async fn save(
        &self,
        shelf: &Rc<Shelf>,
        records: Array,
        stamp: JsValue,
        options: WriteOptions,
        mut alteration: Alteration,
        all_or_nothing: bool,
    ) -> (Result<u32>, Failures) {
        let requested = records.length();
        alteration.upserts = Some(Upserts { all_or_nothing, ..Upserts::new(records, stamp) });
        // The browser copies the records when they are put. When it refuses one, each is tried by itself.
        let mut result = self.alter(shelf, options, &alteration).await;
        if result.as_ref().is_err_and(Error::is_about_one_record)
            && let Some(upserts) = &mut alteration.upserts
        {
            upserts.is_careful = true;
            result = self.alter(shelf, options, &alteration).await;
        }
        let failed = alteration.upserts.map(|upserts| upserts.failed.into_inner()).unwrap_or_default();
        (result.map(|()| requested - failed.len() as u32), failed)
    }
}

/// Records of a caller's to insert or replace; of several with one key the last counts.
#[derive(Debug)]
pub(super) struct Upserts {
    records: Array,
    stamp: JsValue,
    /// Whether nothing is saved when one is bad.
    all_or_nothing: bool,
    is_careful: bool,
    /// Those that cannot be saved.
    failed: RefCell<Failures>,
}

impl Upserts {
    pub fn new(records: Array, stamp: JsValue) -> Upserts {
        Upserts { records, stamp, all_or_nothing: true, is_careful: false, failed: RefCell::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.records.length() == 0
    }

    /// Takes the fields of the records as they are now; when careful, a copy of each that the browser has made.
    ///
    /// # Errors
    /// A field of one of them cannot be read; or one is bad, and then nothing is to be saved.
    pub fn take(&self, fields: &Fields) -> Result<Batch> {
        let mut places: Vec<u32> = (0..self.records.length()).collect();
        let (mut good, bad, shared) = match self.is_careful {
            true => (self.records.slice(0, self.records.length()), Vec::new(), places.clone()),
            false => take(&self.records)?,
        };
        let mut failed = Vec::new();
        for place in bad {
            // Says what it is.
            failed.extend(Row::copy_of(&self.records.get(place)).err().map(|error| (place, error)));
        }
        for place in shared {
            match cloned(&good.get(place)) {
                Ok(copy) => good.set(place, copy),
                Err(error) => failed.push((place, error)),
            }
        }
        if !failed.is_empty() {
            places.retain(|place| !failed.iter().any(|(other, _)| other == place));
            good = places.iter().map(|place| good.get(*place)).collect();
        }
        let (batch, without_key) = Batch::read(good, fields)?;
        let why = |row: &u32| (places[*row as usize], keyless(&batch.records.get(*row), fields));
        failed.extend(without_key.iter().map(why));
        let in_order = sorted_places(&failed, |(a, _), (b, _)| a.cmp(b));
        let failed: Failures = in_order.into_iter().map(|place| failed[place].clone()).collect();
        let first = failed.first().map(|(_, error)| error.clone());
        self.failed.replace(failed);
        if let Some(error) = first.filter(|_| self.all_or_nothing) {
            return Err(error);
        }
        let batch = match latest(&batch.columns, &without_key) {
            None => batch,
            Some(rows) => Batch::of(rows.into_iter().map(|row| batch.records.get(row)).collect(), fields)?,
        };
        Ok(Batch { stamp: self.stamp.clone(), ..batch })
    }
}

/// Of several rows with one key the last, without those that have none; `None` when that is every row.
fn latest(columns: &Columns, without_key: &[u32]) -> Option<Vec<u32>> {
    if without_key.is_empty() && columns.numbers.windows(2).all(|pair| pair[0] < pair[1]) {
        return None;
    }
    let mut seen = Lookup::with_room(columns.rows() as usize);
    let mut latest = Vec::new();
    for row in (0..columns.rows()).rev().filter(|row| !without_key.contains(row)) {
        let key = columns.key(row);
        if !seen.rows(hash(&key)).any(|other| columns.key(other) == key) {
            seen.insert(hash(&key), row);
            latest.push(row);
        }
    }
    latest.reverse();
    (latest.len() < columns.rows() as usize).then_some(latest)
}

/// A copy made by the browser, whatever the record is: the fields of a proxy, too.
fn cloned(record: &JsValue) -> Result<JsValue> {
    let row = Row::copy_of(record)?;
    structured_clone(row.as_js()).map_err(|thrown| Error::of_clone(&thrown))
}

fn failure(position: u32, records: &Array, error: Error, schema: &StoreSchema) -> BulkFailure {
    let record = records.get(position);
    let key = primary_key(&record, schema).map_or(JsValue::UNDEFINED, |key| key.to_js());
    BulkFailure { position, key, error: explain(&record, schema, error).at(position) }
}
