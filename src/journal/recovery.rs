//! What happens when a connection has been opened: the journal is compared with the database, and what one of them has lost
//! comes back from the other. Each step may be repeated: a till that dies in between begins anew.

use std::cell::Cell;
use std::time::Duration;

use gloo_timers::future::sleep;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use super::facts::{Checkpoint, Fact, Known, Repair, known, repair};
use super::{Journal, Recovered, items, marker};
use crate::clock;
use crate::error::{Error, Result};
use crate::global::property;
use crate::row::Row;
use crate::schema::{COUNTER_KEY, JOURNALED, SEQUENCE_KEY};
use crate::store::{
    Bounds, DatabaseEvent, Direct, KeyValue, LossExtent, Origin, Restored, Select, WriteTx, count_of, counter_row,
};

/// Rows that are put back in one transaction.
const BATCH: usize = 500;

/// How often a journal that cannot be read is read again before a till starts anew, and what is waited before each.
const READINGS: usize = 3;
const REST: Duration = Duration::from_millis(500);

/// What the database has.
struct Present {
    /// Number of the last change.
    number: f64,
    /// The keys of the journaled stores, in order.
    keys: Vec<Vec<KeyValue>>,
    /// How many rows are open, of the stores with a flag.
    open: [u32; 2],
}

impl Journal {
    /// Compares and repairs.
    pub(super) async fn recover(&self, direct: &Direct, origin: Origin) -> Result<()> {
        let begun = clock::tick();
        // The database first: what comes to it meanwhile from another tab is in the journal as well.
        let present = look(direct).await?;
        let (mut known, mut is_whole) = self.read().await;
        for _ in 0..READINGS {
            // What is lost now is lost for good, so an empty till does not believe at once that nothing can be read.
            if is_whole || known.number > 0.0 || !origin.created || !marker::is_set(&self.0.name) {
                break;
            }
            sleep(REST).await;
            (known, is_whole) = self.read().await;
        }
        let repair = repair(&known, present.number, &present.keys);
        let restored = self.put_back(direct, &present, &known, &repair).await?;
        if let Some(copier) = self.copier() {
            // Nobody asks for the rows any longer.
            copier.call("forget", &JsValue::UNDEFINED).await?;
        }
        let is_changed = restored != Restored::default() || !repair.remove.is_empty();
        // What was there before the first change that was numbered has the number 0.
        let has_known = known.number > 0.0 || !known.rows.is_empty();
        let lost = if known.erased {
            None
        } else if has_known && (origin.created || is_changed && present.number == 0.0) {
            Some(LossExtent::Database)
        } else if origin.created && (origin.loss.is_some() || marker::is_set(&self.0.name)) {
            Some(LossExtent::Everything)
        } else {
            is_changed.then_some(LossExtent::Rows)
        };
        // A till that has saved nothing yet cannot lose anything.
        if has_known || present.number > 0.0 || present.keys.iter().any(|keys| !keys.is_empty()) {
            marker::set(&self.0.name);
        }
        let at = clock::now_ms();
        self.0.state.recovered.replace(Some(Recovered {
            at,
            is_new: origin.created,
            lost,
            restored,
            took: clock::tick() - begun,
        }));
        if let Some(extent) = lost {
            let (database, reason) = (self.0.name.clone(), origin.loss.unwrap_or_default());
            self.0.events.send(DatabaseEvent::DataLoss { database, extent, reason, restored });
        }
        let open = [1, 2]
            .map(|store| known.rows.iter().filter(|fact| fact.store == store && fact.place.is_some()).count() as u32);
        if is_changed || !is_whole || present.number != known.number || open != present.open {
            self.renew();
        }
        Ok(())
    }

    /// What the copies know, and whether all of them could be read.
    async fn read(&self) -> (Known<JsValue>, bool) {
        let (mut facts, mut checkpoints) = (Vec::new(), Vec::new());
        let Ok(found) = self.start().await else { return (known(&facts, &checkpoints), false) };
        for change in list(&found, "changes") {
            let store = change.get(1);
            let place = JOURNALED.iter().position(|name| store == **name);
            if let (Some(store), Some(key)) = (place, KeyValue::from_js(&change.get(2))) {
                let place = Some(change.get(3)).filter(|place| !place.is_undefined());
                let is_open = change.get(4).is_truthy();
                facts.push(Fact { number: number_of(&change), store, key, place, is_open });
            }
        }
        for checkpoint in list(&found, "checkpoints") {
            checkpoints.push(Checkpoint { number: number_of(&checkpoint), erased: checkpoint.get(1).is_truthy() });
        }
        (known(&facts, &checkpoints), property(&found, "isWhole").is_truthy())
    }

    /// Repairs the database; with how many rows of each kind came back.
    async fn put_back(
        &self,
        direct: &Direct,
        present: &Present,
        known: &Known<JsValue>,
        repair: &Repair<JsValue>,
    ) -> Result<Restored> {
        let restored = Cell::new(Restored::default());
        for part in repair.put.chunks(BATCH) {
            let places: Array = part.iter().filter_map(|fact| fact.place.clone()).collect();
            let rows = Array::from(&self.ask("rowsAt", &places).await?);
            direct
                .write(&JOURNALED, async |tx| {
                    // What came to the database since it was looked at is another tab's, which has gone on with it.
                    let is_behind = counter(tx).await? < known.number;
                    for (fact, row) in part.iter().zip(rows.iter()) {
                        let is_newer = fact.number > present.number;
                        if (is_behind || !is_newer) && put_row(tx, fact, &row, is_newer).await? {
                            restored.set(with_one_of(restored.get(), fact.store));
                        }
                    }
                    Ok(())
                })
                .await?;
        }
        // Last, for it says that all before is done.
        if known.number > present.number {
            direct
                .write(&JOURNALED, async |tx| {
                    if counter(tx).await? < known.number {
                        for (store, key) in &repair.remove {
                            tx.rows(JOURNALED[*store])?.delete(key)?;
                        }
                        for key in &repair.doubtful {
                            doubt(tx, key).await?;
                        }
                        tx.rows(JOURNALED[0])?.put(counter_row(known.number).as_js())?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(restored.get())
    }

    /// Has the worker do something that takes as long as it takes.
    async fn ask(&self, command: &str, given: &JsValue) -> Result<JsValue> {
        let copier = self.copier().ok_or_else(|| Error::other("InvalidStateError", "the worker has ended"))?;
        copier.call_patiently(command, given).await
    }

    /// Everything is about to be deleted on purpose.
    pub(super) async fn erase_all(&self) {
        let (known, _) = self.read().await;
        if let Err(error) = self.ask("erase", &(known.number.max(1.0) + 1.0).into()).await {
            self.problem(&error.to_string());
        }
        self.0.state.is_marked.set(false);
        marker::unset(&self.0.name);
    }
}

/// A list of lists that the worker has given.
fn list(found: &JsValue, name: &str) -> Vec<Array> {
    items(found, name).iter().map(JsCast::unchecked_into).collect()
}

/// The number that such a list begins with.
fn number_of(list: &Array) -> f64 {
    list.get(0).as_f64().unwrap_or(0.0)
}

/// Looks at the database.
async fn look(direct: &Direct) -> Result<Present> {
    direct
        .read(&JOURNALED, async |tx| {
            let stored = tx.rows(JOURNALED[0])?.get(&KeyValue::Text(COUNTER_KEY.into()))?;
            let mut requests = Vec::new();
            for store in JOURNALED {
                requests.push(tx.rows(store)?.keys(&Bounds::all(), u32::MAX)?);
            }
            let mut open = [0; 2];
            for (open, store) in open.iter_mut().zip(&JOURNALED[1..]) {
                *open = tx.rows(store)?.count_untold(&unsynced()).await?;
            }
            let mut all = Vec::new();
            for request in requests {
                let mut keys = Vec::new();
                for key in Array::from(&request.await?).iter() {
                    keys.extend(KeyValue::from_js(&key));
                }
                all.push(keys);
            }
            Ok(Present { number: count_of(&stored.await?), keys: all, open })
        })
        .await
}

fn unsynced() -> Select {
    Select::index("synced", Bounds::only(KeyValue::Number(0.0)))
}

async fn counter(tx: &WriteTx) -> Result<f64> {
    Ok(count_of(&tx.rows(JOURNALED[0])?.get(&KeyValue::Text(COUNTER_KEY.into()))?.await?))
}

fn with_one_of(mut restored: Restored, store: usize) -> Restored {
    match store {
        1 => restored.transactions += 1,
        2 => restored.offline_orders += 1,
        3 => restored.orders += 1,
        _ => {}
    }
    restored
}

/// Puts one row back, over what is there only when it `is_newer`; whether it was put.
async fn put_row(tx: &WriteTx, fact: &Fact<JsValue>, row: &JsValue, is_newer: bool) -> Result<bool> {
    let key = &fact.key;
    let rows = tx.rows(JOURNALED[fact.store])?;
    let stored = rows.get(key)?.await?;
    let row = Row::owned(row.clone());
    if stored.is_object() && !is_newer {
        return Ok(false);
    }
    match fact.store {
        // The sequence never goes back.
        0 if *key == KeyValue::Text(SEQUENCE_KEY.into()) && last_of(&stored) > last_of(row.as_js()) => {
            return Ok(false);
        }
        // What was known of its way to the server may be out of date: the server is asked before it is sent.
        1 => row.set("uncertain", true),
        _ => {}
    }
    rows.put(row.as_js())?;
    Ok(true)
}

/// Has the server asked for a row of the outbox before it is sent.
async fn doubt(tx: &WriteTx, key: &KeyValue) -> Result<()> {
    let rows = tx.rows(JOURNALED[1])?;
    let row = Row::owned(rows.get(key)?.await?);
    if row.as_js().is_object() && !row.get("synced").is_truthy() {
        row.set("uncertain", true);
        rows.put(row.as_js())?;
    }
    Ok(())
}

fn last_of(row: &JsValue) -> f64 {
    property(&property(row, "value"), "last").as_f64().unwrap_or(0.0)
}
