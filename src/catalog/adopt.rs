//! Takes over the rows of the stores that held the catalogue before: copied part by part, each in one transaction with the
//! key it went up to, and removed from the old store only with the last part. A tab that dies goes on where it was.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::bulk::Upserts;
use super::kind::KEY;
use super::manifest::SEGMENT_ROWS;
use super::write::{Alteration, Change};
use super::{Catalog, Shelf, disk};
use crate::error::Result;
use crate::global::property;
use crate::schema::CATALOG_STORE;
use crate::store::{KeyValue, WriteTx};

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
            let part = async |tx: &WriteTx| self.adopt_part(tx, shelf).await;
            match database.write(&[CATALOG_STORE, store], part).await {
                // Another tab was first.
                Err(error) if error.is_stale() => {}
                result => {
                    let (change, last) = result?;
                    self.take_over(shelf, change);
                    is_done = last;
                }
            }
        }
        shelf.adopted.set(true);
        Ok(())
    }

    /// Takes over one part; whether it was the last.
    async fn adopt_part(&self, tx: &WriteTx, shelf: &Rc<Shelf>) -> Result<(Change, bool)> {
        let rows = tx.rows(CATALOG_STORE)?;
        let after = KeyValue::from_js(&self.refresh(&rows, shelf).await?.borrow().taken);
        let old = disk::old_rows(tx, shelf.kind, after.as_ref(), SEGMENT_ROWS).await?;
        let count = old.length();
        let is_last = count < SEGMENT_ROWS;
        let taken = if is_last { JsValue::UNDEFINED } else { property(&old.get(count - 1), KEY) };
        let alteration = Alteration {
            upserts: Some(Upserts::new(old, JsValue::UNDEFINED)),
            taken: Some(taken),
            ..Alteration::default()
        };
        let change = self.alter_in(tx, shelf, &alteration).await?;
        if is_last {
            tx.rows(shelf.kind.store)?.clear()?;
        }
        Ok((change, is_last))
    }
}
