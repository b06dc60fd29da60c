//! The second copy where there are no files, or where they are too young to count: a small database of its own, in which
//! each row is what it last was, with the number of the change that made it so.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::facts::{Checkpoint, Fact};
use crate::error::Result;
use crate::row::Row;
use crate::schema::{Durability, JOURNALED, KeyPath, StoreSchema};
use crate::store::{Bounds, Database, DatabaseOptions, EventSink, KeyValue, Select, Timeouts, WriteRows};

const STORE: &str = "journal";

/// The storage bucket that it is in.
const BUCKET: &str = "pos-offline-journal";

/// Under this key the number up to which everything was deleted on purpose.
const ERASED: f64 = 0.0;

/// The database that mirrors the open rows of another.
#[derive(Debug)]
pub(super) struct Mirror {
    database: Database,
}

/// What a change has replaced, to put it back when the change did not happen.
pub(super) type Replaced = Vec<(KeyValue, JsValue)>;

impl Mirror {
    /// A handle; nothing is opened yet.
    pub fn new(name: &str, timeouts: Timeouts) -> Mirror {
        let options = DatabaseOptions {
            name: format!("{name}-journal"),
            bucket: Some(BUCKET),
            timeouts,
            events: EventSink::default(),
            ..DatabaseOptions::default()
        };
        let store = StoreSchema {
            name: STORE.into(),
            key_path: KeyPath::Fields(Vec::new()),
            auto_increment: false,
            indexes: Vec::new(),
            flags: Vec::new(),
            times: Vec::new(),
            durability: Durability::Strict,
        };
        Mirror { database: Database::beside(options, 1, vec![store]) }
    }

    /// Keeps changes, each `[store, key, row]`; with what they have replaced.
    pub async fn append(&self, number: f64, changes: &Array) -> Result<Replaced> {
        self.database
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let mut replaced = Replaced::new();
                for change in changes.iter() {
                    let change: Array = change.into();
                    let store = change.get(0);
                    let Some(place) = JOURNALED.iter().position(|name| store == **name) else { continue };
                    let Some(key) = KeyValue::from_js(&change.get(1)) else {
                        rows.delete_range(&Bounds::prefix(vec![KeyValue::Number(place as f64 + 1.0)]))?;
                        continue;
                    };
                    let key = KeyValue::Array(vec![KeyValue::Number(place as f64 + 1.0), key]);
                    let stored = rows.get(&key)?.await?;
                    // Another tab's change may come earlier although it was made later.
                    if stored.is_object() && Row::owned(stored.clone()).number("number") > number {
                        continue;
                    }
                    put(&rows, &key, number, &change.get(2))?;
                    replaced.push((key, stored));
                }
                Ok(replaced)
            })
            .await
    }

    /// Puts back what a change has replaced.
    pub async fn undo(&self, number: f64, replaced: &Replaced) -> Result<()> {
        self.database
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                for (key, stored) in replaced {
                    if Row::owned(rows.get(key)?.await?).number("number") != number {
                    } else if stored.is_object() {
                        rows.put_at(key, stored)?;
                    } else {
                        rows.delete(key)?;
                    }
                }
                Ok(())
            })
            .await
    }

    /// What it knows.
    pub async fn facts(&self) -> Result<(Vec<Fact<JsValue>>, Vec<Checkpoint>)> {
        self.database.init().await?;
        let (keys, rows) = self
            .database
            .read(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let keys = rows.keys(&Bounds::all(), u32::MAX)?;
                let found = rows.select(&Select::all()).await?.rows;
                Ok((Array::from(&keys.await?), found))
            })
            .await?;
        let (mut facts, mut checkpoints) = (Vec::new(), Vec::new());
        for (key, row) in keys.iter().zip(rows.iter()) {
            let row = Row::owned(row);
            let (number, place) = (row.number("number"), row.get("row"));
            match KeyValue::from_js(&key) {
                Some(KeyValue::Number(_)) => checkpoints.push(Checkpoint { number, erased: true }),
                Some(KeyValue::Array(parts)) => {
                    let [KeyValue::Number(store), key] = parts.as_slice() else { continue };
                    let place = (!place.is_undefined()).then_some(place);
                    facts.push(Fact { number, store: *store as usize - 1, key: Some(key.clone()), place });
                }
                _ => {}
            }
        }
        Ok((facts, checkpoints))
    }

    /// Deletes everything: the files have it.
    pub async fn clear(&self) -> Result<()> {
        self.database.write(&[STORE], async |tx| tx.rows(STORE)?.clear()).await
    }

    /// Deletes everything on purpose.
    pub async fn erase(&self, number: f64) -> Result<()> {
        self.database
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                rows.clear()?;
                put(&rows, &KeyValue::Number(ERASED), number, &JsValue::UNDEFINED)
            })
            .await
    }

    /// Closes; what has begun is still committed.
    pub fn close(&self) {
        self.database.close();
    }
}

fn put(rows: &WriteRows, key: &KeyValue, number: f64, row: &JsValue) -> Result<()> {
    let entry = Row::of(&[("number", number.into()), ("row", row.clone())]);
    rows.put_at(key, entry.as_js()).map(drop)
}
