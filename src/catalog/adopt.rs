//! Takes over the rows of the stores that held the catalogue before: copied part by part, each in one transaction with the
//! key it went up to, and removed from the old store only with the last part. A tab that dies goes on where it was.

use std::ops::Bound;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::batch::Batch;
use super::manifest::SEGMENT_ROWS;
use super::write::{Alteration, Change};
use super::{Catalog, Shelf, disk};
use crate::error::{Error, Result};
use crate::schema::CATALOG_STORE;
use crate::store::{Bounds, KeyValue, ReadTx, WriteTx};

impl Catalog {
    /// Makes sure that the old store of each of the catalogue's stores among these is empty; the stores that a
    /// transaction over them needs.
    pub(crate) async fn ready<'a>(&self, stores: &[&'a str]) -> Result<Vec<&'a str>> {
        let mut all = stores.to_vec();
        for store in stores {
            if let Some(shelf) = self.shelf(store) {
                self.adopt(shelf).await?;
                if !all.contains(&CATALOG_STORE) {
                    all.push(CATALOG_STORE);
                }
            }
        }
        Ok(all)
    }

    /// Makes sure that the old store is empty.
    pub(crate) async fn adopt(&self, shelf: &Rc<Shelf>) -> Result<()> {
        if shelf.adopted.get() {
            return Ok(());
        }
        let (database, store) = (&self.0.database, shelf.kind.store);
        let mut is_done = database.read(&[store], async |tx| tx.rows(store)?.is_empty().await).await?;
        while !is_done {
            let part = database.read(&[CATALOG_STORE, store], async |tx| self.old_rows(tx, shelf).await).await?;
            let move_part = async |tx: &WriteTx| self.adopt_part(tx, shelf, &part).await;
            match database.write(&[CATALOG_STORE, store], move_part).await {
                // Another tab was first.
                Err(error) if error.is_stale() => {}
                result => {
                    self.take_over(shelf, result?);
                    is_done = part.is_last;
                }
            }
        }
        shelf.adopted.set(true);
        Ok(())
    }

    /// The next part of the old rows. One that the browser cannot read is told, and left behind: in a transaction of its
    /// own, because Chromium aborts one that writes after such a row.
    async fn old_rows(&self, tx: &ReadTx, shelf: &Rc<Shelf>) -> Result<Part> {
        let old = tx.rows(shelf.kind.store)?;
        let after = self.refresh(&tx.rows(CATALOG_STORE)?, shelf).await?.borrow().taken.clone();
        let lower = KeyValue::from_js(&after).map_or(Bound::Unbounded, Bound::Excluded);
        let bounds = Bounds { lower, upper: Bound::Unbounded };
        let keys: Array = old.keys(&bounds, SEGMENT_ROWS)?.await?.unchecked_into();
        let (records, lost) = (Array::new(), Array::new());
        let (mut requests, mut last) = (Vec::new(), keys.get(keys.length().saturating_sub(1)));
        for key in keys.iter() {
            match KeyValue::argument("key", &key)? {
                // Half a letter (a lone surrogate) is lost on the way into the module: this would be another row's key.
                KeyValue::Text(text) if key != *text.as_str() => drop(lost.push(&key)),
                exact => {
                    requests.push((key.clone(), old.get_or_fail(&exact)?));
                    last = key;
                }
            }
        }
        for (key, request) in requests {
            match disk::read(request).await? {
                Ok(record) => records.push(&record),
                Err(_) => lost.push(&key),
            };
        }
        if lost.length() > 0 {
            self.report(shelf, lost, "what was saved by an older version cannot be taken over");
        }
        let is_last = keys.length() < SEGMENT_ROWS;
        let taken = if is_last { JsValue::UNDEFINED } else { last };
        Ok(Part { after, records, taken, is_last })
    }

    /// Takes over a part, unless another tab has.
    async fn adopt_part(&self, tx: &WriteTx, shelf: &Rc<Shelf>, part: &Part) -> Result<Change> {
        let rows = tx.rows(CATALOG_STORE)?;
        let taken = self.refresh(&rows, shelf).await?.borrow().taken.clone();
        if KeyValue::from_js(&taken) != KeyValue::from_js(&part.after) {
            return Err(Error::stale());
        }
        let upserts = vec![Batch::of(&part.records, &shelf.fields)?];
        let alteration = Alteration { upserts, taken: Some(part.taken.clone()), ..Alteration::default() };
        let change = self.alter_in(tx, shelf, &alteration).await?;
        if part.is_last {
            tx.rows(shelf.kind.store)?.clear()?;
        }
        Ok(change)
    }
}

/// Some of the old rows.
struct Part {
    /// The key up to which rows had been taken over; `undefined` for none.
    after: JsValue,
    records: Array,
    /// The key of the last of these; `undefined` when they are the last of all.
    taken: JsValue,
    is_last: bool,
}
