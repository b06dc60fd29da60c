//! Rows that the server has yet to confirm: what the transactions and the offline orders have in common.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::age::{Cutoff, oldest_first};
use super::generic::delete_where;
use super::{OfflineDb, Operation, then};
use crate::clock;
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

pub(super) static TRANSACTIONS: Queue = Queue {
    store: Transaction::STORE,
    key: "id",
    attempts: "attempts",
    index: Transaction::SYNCED_CREATED.name,
    is_composite: true,
};

pub(super) static OFFLINE_ORDERS: Queue = Queue {
    store: OfflineOrder::STORE,
    key: "offline_id",
    attempts: "sync_attempts",
    index: OfflineOrder::SYNCED.name,
    is_composite: false,
};

impl Queue {
    /// Saves a row and gives it back as saved, when it is committed. `complete` fills in what is missing, the key too.
    pub fn save(&'static self, db: &OfflineDb, record: JsValue, complete: fn(&Row)) -> Operation<JsValue> {
        let db = db.clone();
        Box::pin(async move {
            let schema = db.database.schema().store(self.store)?;
            let row = stamp::for_disk(&record, schema)?;
            let is_new = !row.has(self.key);
            row.set_default(self.attempts, || 0);
            complete(&row);
            db.save_sale(self.store, self.key, &row, is_new).await?;
            stamp::for_js(row.as_js(), schema);
            Ok(row.into())
        })
    }

    /// Every row that the server has not confirmed, oldest first.
    pub fn unsynced(&self, db: &OfflineDb) -> Operation<Array> {
        let rows = db.select(self.store, self.unconfirmed());
        if self.is_composite { rows } else { then(rows, |rows| oldest_first(&rows, "created_at")) }
    }

    /// How many there are; counted in the index, no record is read.
    pub fn unsynced_count(&self, db: &OfflineDb) -> Operation<u32> {
        db.count(self.store, self.unconfirmed())
    }

    /// Marks a row as confirmed by the server; whether it exists.
    pub fn mark_synced(&self, db: &OfflineDb, id: JsValue) -> Operation<bool> {
        let mark = |row: &Row| {
            row.set("synced", 1);
            row.set("synced_at", clock::now_iso());
        };
        then(db.change(self.store, id, Box::new(mark)), |row| row.is_some())
    }

    /// Counts one more attempt; the new number, 0 when there is no such row.
    pub fn count_attempt(&'static self, db: &OfflineDb, id: JsValue) -> Operation<f64> {
        let count = |row: &Row| {
            row.set(self.attempts, row.number(self.attempts) + 1.0);
            row.set("last_attempt", clock::now_iso());
        };
        let row = db.change(self.store, id, Box::new(count));
        Box::pin(async move { Ok(row.await?.map_or(0.0, |row| row.number(self.attempts))) })
    }

    /// Deletes the confirmed rows created before the cutoff; how many. A row that is not confirmed is never deleted here.
    pub fn clear_old(&self, database: &Database, cutoff: Cutoff) -> Operation<u32> {
        let is_due = move |row: &Row| row.get("synced").is_truthy() && cutoff.is_before(&row.get("created_at"));
        delete_where(database, self.store, vec![cutoff.select("created_at")], Box::new(is_due))
    }

    pub fn unconfirmed(&self) -> Select {
        let key = KeyValue::Number(0.0);
        let bounds = if self.is_composite { Bounds::prefix(vec![key]) } else { Bounds::only(key) };
        Select::index(self.index, bounds)
    }
}
