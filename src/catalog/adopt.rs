//! Takes over what is in the till's database: the pages that version 6 had there, and the rows of the stores that held the
//! catalogue before. What is copied is committed before it is removed, and copying it again does no harm: a tab that dies in
//! between, or another tab that does the same, loses nothing.
//!
//! An older version that comes back finds its stores empty and fills them; what it has written is newer, and is taken over
//! again.

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
    /// Makes sure that nothing of a kind is left in the till's database.
    pub(crate) async fn adopt(&self, shelf: &Rc<Shelf>) -> Result<()> {
        if shelf.adopted.get() {
            return Ok(());
        }
        let store = shelf.kind.store;
        let (has_pages, has_list, has_rows) = self
            .0
            .till
            .read(&[CATALOG_STORE, store], async |tx| {
                let rows = tx.rows(CATALOG_STORE)?;
                let pages: Array = rows.keys(&disk::all(shelf.kind), 1)?.await?.unchecked_into();
                let has_pages = pages.length() > 0;
                let list = if has_pages { disk::manifest(&rows, shelf.kind).await? } else { None };
                let has_list = list.is_some_and(|list| list.version != 0.0);
                Ok((has_pages, has_list, !tx.rows(store)?.is_empty().await?))
            })
            .await?;
        // Pages without a list that can be read are nobody's.
        if has_list {
            self.adopt_pages(shelf).await?;
        }
        if has_rows {
            self.adopt_rows(shelf).await?;
        }
        if has_pages || has_rows {
            self.remove_old(shelf).await?;
        }
        shelf.adopted.set(true);
        Ok(())
    }

    /// Removes what is left of a kind in the till's database.
    pub(super) async fn remove_old(&self, shelf: &Rc<Shelf>) -> Result<()> {
        let store = shelf.kind.store;
        self.0
            .till
            .write(&[CATALOG_STORE, store], async |tx| {
                tx.rows(CATALOG_STORE)?.delete_range(&disk::all(shelf.kind))?;
                tx.rows(store)?.clear()
            })
            .await
    }

    /// Puts the pages of the till's database in the place of those that are here, in one transaction.
    async fn adopt_pages(&self, shelf: &Rc<Shelf>) -> Result<()> {
        let bounds = disk::all(shelf.kind);
        let till = &self.0.till;
        let (keys, records) = till
            .read(&[CATALOG_STORE], async |tx| {
                let rows = tx.rows(CATALOG_STORE)?;
                let keys: Array = rows.keys(&bounds, u32::MAX)?.await?.unchecked_into();
                let (mut requests, records) = (Vec::new(), Array::new());
                for key in keys.iter() {
                    requests.push(rows.get_or_fail(&KeyValue::argument("key", &key)?)?);
                }
                for request in requests {
                    // What the browser cannot read is missing here as well, and is told when it is needed.
                    records.push(&disk::read(request).await?.unwrap_or_default());
                }
                Ok((keys, records))
            })
            .await?;
        self.0
            .database
            .write(&[CATALOG_STORE], async |tx| {
                let rows = tx.rows(CATALOG_STORE)?;
                rows.delete_range(&bounds)?;
                for (key, record) in keys.iter().zip(records.iter()) {
                    if record.is_object() {
                        rows.put_at(&KeyValue::argument("key", &key)?, &record)?;
                    }
                }
                Ok(())
            })
            .await?;
        shelf.forget();
        Ok(())
    }

    /// Takes over the rows of the old store.
    async fn adopt_rows(&self, shelf: &Rc<Shelf>) -> Result<()> {
        loop {
            let after = self.0.database.read(&[CATALOG_STORE], async |tx| {
                Ok(self.refresh(&tx.rows(CATALOG_STORE)?, shelf).await?.borrow().taken.clone())
            });
            let after = after.await?;
            let part = self.0.till.read(&[shelf.kind.store], async |tx| self.old_rows(tx, shelf, &after).await).await?;
            let take_part = async |tx: &WriteTx| self.adopt_part(tx, shelf, &part).await;
            match self.0.database.write(&[CATALOG_STORE], take_part).await {
                // Another tab was first.
                Err(error) if error.is_stale() => {}
                result => {
                    self.take_over(shelf, result?);
                    if part.is_last {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// The next part of the old rows. One that the browser cannot read is told, and left behind: in a transaction of its
    /// own, because Chromium aborts one that writes after such a row.
    async fn old_rows(&self, tx: &ReadTx, shelf: &Rc<Shelf>, after: &JsValue) -> Result<Part> {
        let old = tx.rows(shelf.kind.store)?;
        let lower = KeyValue::from_js(after).map_or(Bound::Unbounded, Bound::Excluded);
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
        Ok(Part { after: after.clone(), records, taken, is_last })
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
        self.alter_in(tx, shelf, &alteration).await
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
