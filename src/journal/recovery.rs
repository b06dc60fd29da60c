//! What happens when a connection has been opened: the journal is compared with the database, and what one of them has lost
//! comes back from the other. Each step may be repeated: a till that dies in between begins anew.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::facts::{Checkpoint, Fact, Known, Repair, known, repair};
use super::{Journal, Recovered, marker};
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

/// What the database has.
struct Present {
    /// Number of the last change.
    number: f64,
    /// The keys of the journaled stores, in order.
    keys: Vec<Vec<KeyValue>>,
    /// How many rows are open, of the stores with a flag.
    open: [u32; 2],
}

/// Where a row is that a copy has.
#[derive(Debug, Clone)]
enum Place {
    /// In a file, as the worker names it.
    File(JsValue),
    Mirror(JsValue),
}

impl Journal {
    /// Compares and repairs.
    pub(super) async fn recover(&self, direct: &Direct, origin: Origin) -> Result<()> {
        let begun = clock::tick();
        // The database first: what comes to it meanwhile from another tab is in the journal as well.
        let present = look(direct).await?;
        let (known, is_whole) = self.read().await;
        let repair = repair(&known, present.number, &present.keys);
        let restored = self.put_back(direct, &present, &known, &repair).await?;
        if let Some(files) = self.files() {
            // Nobody asks for the rows any longer.
            files.call("forget", &JsValue::UNDEFINED).await?;
        }
        let is_changed = !repair.put.is_empty() || !repair.remove.is_empty();
        let was_here = known.number > 0.0 && !known.erased;
        let lost = if origin.created && was_here {
            Some(LossExtent::Database)
        } else if origin.created && !known.erased && (origin.loss.is_some() || marker::is_set(&self.0.name)) {
            Some(LossExtent::Everything)
        } else if is_changed && !origin.created {
            Some(LossExtent::Rows)
        } else {
            None
        };
        marker::set(&self.0.name);
        let at = clock::now_ms();
        self.0.state.recovered.replace(Some(Recovered { at, lost, restored, took: clock::tick() - begun }));
        if let Some(extent) = lost {
            let (database, reason) = (self.0.name.clone(), origin.loss.unwrap_or_default());
            self.0.events.send(DatabaseEvent::DataLoss { database, extent, reason, restored });
        }
        let open = [1, 2]
            .map(|store| known.rows.iter().filter(|fact| fact.store == store && fact.place.is_some()).count() as u32);
        if is_changed || !is_whole || present.number > known.number || open != present.open {
            self.start_checkpoint();
        }
        Ok(())
    }

    /// What the copies know, and whether all of them could be read.
    async fn read(&self) -> (Known<Place>, bool) {
        let (mut facts, mut checkpoints, mut is_whole) = (Vec::new(), Vec::new(), true);
        if let Ok(found) = self.start().await {
            let found = Row::owned(found);
            for problem in Array::from(&found.get("problems")).iter() {
                is_whole = false;
                self.problem(&format!("file {}", problem.as_string().unwrap_or_default()));
            }
            read_files(&found.get("facts"), &mut facts, &mut checkpoints);
        }
        match self.with_mirror(self.0.mirror.facts()).await {
            Ok((rows, ends)) => {
                if !rows.is_empty() {
                    self.0.state.is_mirrored.set(true);
                }
                for Fact { number, store, key, place } in rows {
                    facts.push(Fact { number, store, key, place: place.map(Place::Mirror) });
                }
                checkpoints.extend(ends);
            }
            Err(error) => {
                is_whole = false;
                self.problem(&format!("the database beside the files could not be read: {error}"));
            }
        }
        (known(&facts, &checkpoints), is_whole)
    }

    /// Repairs the database; with how many rows of each kind came back.
    async fn put_back(
        &self,
        direct: &Direct,
        present: &Present,
        known: &Known<Place>,
        repair: &Repair<Place>,
    ) -> Result<Restored> {
        let mut restored = Restored::default();
        for part in repair.put.chunks(BATCH) {
            let rows = self.rows_of(part).await?;
            direct
                .write(&JOURNALED, async |tx| {
                    // Another tab may have done it, and gone on.
                    let is_behind = counter(tx).await? < known.number;
                    for (fact, row) in part.iter().zip(rows.iter()) {
                        put_row(tx, fact, row, is_behind && fact.number > present.number).await?;
                    }
                    Ok(())
                })
                .await?;
            for fact in part {
                match fact.store {
                    1 => restored.transactions += 1,
                    2 => restored.offline_orders += 1,
                    3 => restored.orders += 1,
                    _ => {}
                }
            }
        }
        // Last, for it says that all before is done.
        if known.number > present.number {
            direct
                .write(&JOURNALED, async |tx| {
                    if counter(tx).await? < known.number {
                        for (store, key) in &repair.remove {
                            tx.rows(JOURNALED[*store])?.delete(key)?;
                        }
                        tx.rows(JOURNALED[0])?.put(counter_row(known.number).as_js())?;
                    }
                    Ok(())
                })
                .await?;
        }
        Ok(restored)
    }

    /// The rows of facts, in their order.
    async fn rows_of(&self, facts: &[Fact<Place>]) -> Result<Vec<JsValue>> {
        let places = Array::new();
        for fact in facts {
            if let Some(Place::File(place)) = &fact.place {
                places.push(place);
            }
        }
        let mut from_files = Array::new();
        if places.length() > 0 {
            let files = self.files().ok_or_else(|| Error::other("InvalidStateError", "the worker has ended"))?;
            from_files = files.call_patiently("rowsAt", &places).await?.into();
        }
        let mut from_files = from_files.iter();
        let row = |fact: &Fact<Place>| match &fact.place {
            Some(Place::Mirror(row)) => row.clone(),
            _ => from_files.next().unwrap_or_default(),
        };
        Ok(facts.iter().map(row).collect())
    }

    /// Everything is about to be deleted on purpose.
    pub(super) async fn erase_all(&self) {
        let (known, _) = self.read().await;
        let number = JsValue::from(known.number.max(1.0) + 1.0);
        if let Some(files) = self.files()
            && let Err(error) = files.call("erase", &number).await
        {
            self.has_failed(&error);
        }
        if let Err(error) = self.with_mirror(self.0.mirror.erase(known.number.max(1.0) + 1.0)).await {
            self.problem(&format!("the database beside the files could not be emptied: {error}"));
        }
        self.0.state.is_mirrored.set(false);
        marker::unset(&self.0.name);
    }
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
                *open = tx.rows(store)?.count(&unsynced()).await?;
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

/// Puts one row back: over what is there only when that `is_older`.
async fn put_row(tx: &WriteTx, fact: &Fact<Place>, row: &JsValue, is_older: bool) -> Result<()> {
    let Some(key) = &fact.key else { return Ok(()) };
    let rows = tx.rows(JOURNALED[fact.store])?;
    let stored = rows.get(key)?.await?;
    let row = Row::owned(row.clone());
    if stored.is_object() && !is_older {
        return Ok(());
    }
    match fact.store {
        // The sequence never goes back.
        0 if *key == KeyValue::Text(SEQUENCE_KEY.into()) && last_of(&stored) > last_of(row.as_js()) => return Ok(()),
        // What was known of its way to the server may be out of date: the server is asked before it is sent.
        1 => row.set("uncertain", true),
        _ => {}
    }
    rows.put(row.as_js()).map(drop)
}

fn last_of(row: &JsValue) -> f64 {
    property(&property(row, "value"), "last").as_f64().unwrap_or(0.0)
}

/// What the worker has found, as it says it.
fn read_files(found: &JsValue, facts: &mut Vec<Fact<Place>>, checkpoints: &mut Vec<Checkpoint>) {
    for change in Array::from(&property(found, "changes")).iter() {
        let change = Array::from(&change);
        let store = change.get(1);
        let Some(store) = JOURNALED.iter().position(|name| store == **name) else { continue };
        let place = Some(change.get(3)).filter(|place| !place.is_undefined()).map(Place::File);
        let key = KeyValue::from_js(&change.get(2));
        facts.push(Fact { number: change.get(0).as_f64().unwrap_or(0.0), store, key, place });
    }
    for checkpoint in Array::from(&property(found, "checkpoints")).iter() {
        let checkpoint = Array::from(&checkpoint);
        let number = checkpoint.get(0).as_f64().unwrap_or(0.0);
        checkpoints.push(Checkpoint { number, erased: checkpoint.get(1).is_truthy() });
    }
}
