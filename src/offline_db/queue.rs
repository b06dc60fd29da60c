//! Rows that the server has yet to confirm: what the transactions and the offline orders have in common.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::OfflineDb;
use super::age::{Cutoff, oldest_first};
use super::generic::delete_where;
use crate::clock;
use crate::error::Result;
use crate::model::{OfflineOrder, Transaction};
use crate::row::Row;
use crate::stamp;
use crate::store::{Bounds, Database, KeyValue, Record, Select};

/// A store with a flag `synced`, and the names of its fields.
pub(super) struct Queue {
    store: &'static str,
    key: &'static str,
    attempts: &'static str,
    /// The index that `synced` leads or is, and whether it is composite.
    index: &'static str,
    is_composite: bool,
}

pub(super) const TRANSACTIONS: Queue = Queue {
    store: Transaction::STORE,
    key: "id",
    attempts: "attempts",
    index: Transaction::SYNCED_CREATED.name,
    is_composite: true,
};

pub(super) const OFFLINE_ORDERS: Queue = Queue {
    store: OfflineOrder::STORE,
    key: "offline_id",
    attempts: "sync_attempts",
    index: OfflineOrder::SYNCED.name,
    is_composite: false,
};

impl Queue {
    /// Saves a row and gives it back as saved, when it is committed. `complete` fills in what is missing, the key too.
    pub async fn save(&self, db: &OfflineDb, record: &JsValue, complete: impl Fn(&Row)) -> Result<JsValue> {
        let schema = db.database.schema().store(self.store)?;
        let row = stamp::for_disk(record, schema)?;
        let is_new = !row.has(self.key);
        row.set_default(self.attempts, || 0);
        complete(&row);
        db.save_sale(self.store, self.key, &row, is_new).await?;
        stamp::for_js(row.as_js(), schema);
        Ok(row.into())
    }

    /// Every row that the server has not confirmed, oldest first.
    pub async fn unsynced(&self, db: &OfflineDb) -> Result<Array> {
        let rows = db.select(self.store, &self.unconfirmed()).await?;
        Ok(if self.is_composite { rows } else { oldest_first(rows, "created_at") })
    }

    /// How many there are; counted in the index, no record is read.
    pub async fn unsynced_count(&self, db: &OfflineDb) -> Result<u32> {
        db.count(self.store, &self.unconfirmed()).await
    }

    /// Marks a row as confirmed by the server; whether it exists.
    pub async fn mark_synced(&self, db: &OfflineDb, id: &JsValue) -> Result<bool> {
        let marked = db
            .change(self.store, id, |row| {
                row.set("synced", 1);
                row.set("synced_at", clock::now_iso());
            })
            .await?;
        Ok(marked.is_some())
    }

    /// Counts one more attempt; the new number, 0 when there is no such row.
    pub async fn count_attempt(&self, db: &OfflineDb, id: &JsValue) -> Result<f64> {
        let attempts = db
            .change(self.store, id, |row| {
                let attempts = row.number(self.attempts) + 1.0;
                row.set(self.attempts, attempts);
                row.set("last_attempt", clock::now_iso());
                attempts
            })
            .await?;
        Ok(attempts.unwrap_or(0.0))
    }

    /// Deletes the confirmed rows created before the cutoff; how many. A row that is not confirmed is never deleted here.
    pub async fn clear_old(&self, database: &Database, cutoff: &Cutoff) -> Result<u32> {
        let old = cutoff.select("created_at");
        database
            .write(&[self.store], async |tx| {
                delete_where(&tx.rows(self.store)?, &old, |row| {
                    row.get("synced").is_truthy() && cutoff.is_before(&row.get("created_at"))
                })
                .await
            })
            .await
    }

    fn unconfirmed(&self) -> Select {
        let key = KeyValue::Number(0.0);
        let bounds = if self.is_composite { Bounds::prefix(vec![key]) } else { Bounds::only(key) };
        Select::index(self.index, bounds)
    }
}
