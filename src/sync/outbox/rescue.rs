//! The rescue file: what the server has not confirmed is taken off one till and put into another, or back. A line stands or
//! falls by itself, nothing that is here is touched, and whatever is put in is asked about before it is sent, because the
//! other till may have sent it.

mod file;

use wasm_bindgen::JsValue;

use self::file::Line;
use super::entry::{self, uuid_of};
use super::queue::number;
use super::{Outbox, STORE, unsynced};
use crate::error::{Error, Result};
use crate::global;
use crate::model::{ConfigEntry, OfflineOrder};
use crate::offline_db::new_key;
use crate::row::{Row, text_of};
use crate::store::{Bounds, KeyValue, Record, Select, WriteRows, WriteTx};
use crate::sync::plan::State;

/// The stores of which rows are rescued.
const STORES: [&str; 2] = [STORE, OfflineOrder::STORE];

/// What became of a rescue file.
#[derive(Debug, Default)]
pub struct RescueReport {
    /// Rows that are on disk now.
    pub imported: u32,
    /// Rows that were here already, and were left as they are.
    pub known: u32,
    /// What could not be imported, in the order of the lines; last of all, that lines are missing at the end.
    pub failures: Vec<RescueFailure>,
}

/// A line that could not be imported.
#[derive(Debug)]
pub struct RescueFailure {
    /// Counts from 1, which is the header.
    pub line: u32,
    /// `InvalidRecord`, saying why.
    pub error: Error,
}

impl Outbox {
    /// Every row that the server has not confirmed, and every such offline order, as a rescue file. Reads in one
    /// transaction and changes nothing. JSON has no `Date`, `Map` or bytes: such values become what JSON makes of them,
    /// as they do when they are sent.
    pub async fn export(&self) -> Result<String> {
        let database = self.db.database();
        let rows = database
            .read(&STORES, async |tx| {
                let unconfirmed = Select::index(OfflineOrder::SYNCED.name, Bounds::only(KeyValue::Number(0.0)));
                let orders = tx.rows(OfflineOrder::STORE)?.select(&unconfirmed).await?.rows;
                Ok([unsynced(&tx.rows(STORE)?, None).await?, orders])
            })
            .await?;
        file::write(database.name(), rows)
    }

    /// Puts the rows of a rescue file behind those that wait here, all in one transaction; with it, the uuids of the new
    /// rows of the outbox.
    ///
    /// # Errors
    /// `InvalidArgument` when it is no rescue file, or one of a newer version; then nothing is written.
    pub async fn import(&self, text: &str) -> Result<(RescueReport, Vec<String>)> {
        let database = self.db.database();
        let file = file::read(text, database.schema())?;
        let (imported, known, uuids) = database
            .write(&[STORE, ConfigEntry::STORE, OfflineOrder::STORE], async |tx| {
                let mut shelves = [Shelf::of(tx, STORES[0]).await?, Shelf::of(tx, STORES[1]).await?];
                let (mut imported, mut known, mut uuids) = (0, 0, Vec::new());
                for line in &file.lines {
                    let shelf = &mut shelves[usize::from(line.store != STORE)];
                    let Some(row) = shelf.place(line)? else {
                        known += 1;
                        continue;
                    };
                    if line.store == STORE {
                        shelf.follow(&row);
                        uuids.push(readied(&row, &line.row, &file.database));
                        number(tx, &row).await?;
                    }
                    shelf.rows.put(row.as_js())?;
                    imported += 1;
                }
                Ok((imported, known, uuids))
            })
            .await?;
        Ok((RescueReport { imported, known, failures: file.failures }, uuids))
    }
}

/// Makes a row of another till's a row that waits here, unless it was refused; its uuid.
fn readied(row: &Row, before: &Row, database: &JsValue) -> String {
    let uuid = uuid_of(before).unwrap_or_default();
    let field = |name: &'static str| (name, before.get(name));
    let rescued = [("database", database.clone()), field("id"), field("sequence"), field("created_at")];
    row.set("rescued", Row::of(&rescued));
    row.set("uuid", uuid.as_str());
    row.set("uncertain", true);
    entry::release(row);
    if State::of(row.get("state").as_string().as_deref()) != State::Rejected {
        row.set("state", State::Pending.as_str());
    }
    uuid
}

/// The field that holds the key.
fn key_of(store: &str) -> &'static str {
    if store == STORE { "id" } else { "offline_id" }
}

/// What tells a row apart.
#[derive(PartialEq)]
struct Name {
    /// The key as text; empty when it can be no key, as what JSON has made of a `Date`.
    id: String,
    uuid: Option<String>,
}

impl Name {
    fn of(store: &str, row: &Row) -> Name {
        let id = row.get(key_of(store));
        let uuid = if store == STORE { uuid_of(row) } else { global::text(row.as_js(), "uuid") };
        Name { id: KeyValue::from_js(&id).map(|_| text_of(&id)).unwrap_or_default(), uuid }
    }

    /// Whether both mean one sale: by uuid, or by key where one has none.
    fn is(&self, other: &Name) -> bool {
        match (&self.uuid, &other.uuid) {
            (Some(ours), Some(theirs)) => ours == theirs,
            _ => self.id == other.id,
        }
    }
}

/// A store that rows are put into.
struct Shelf {
    rows: WriteRows,
    /// What was there before.
    here: Vec<Name>,
    /// What the file has, as it is named there, and the id it has here.
    placed: Vec<(Name, String)>,
}

impl Shelf {
    async fn of(tx: &WriteTx, store: &'static str) -> Result<Shelf> {
        let rows = tx.rows(store)?;
        let mut here = Vec::new();
        for row in rows.select(&Select::all()).await?.rows.iter() {
            here.push(Name::of(store, &Row::owned(row)));
        }
        Ok(Shelf { rows, here, placed: Vec::new() })
    }

    /// A copy of the row of a line, under an id that is free; `None` when it is there already.
    fn place(&mut self, Line { store, row }: &Line) -> Result<Option<Row>> {
        let name = Name::of(store, row);
        // Not by uuid alone: rows of one sale have it in common, and follow one another.
        if self.placed.iter().any(|(placed, _)| *placed == name) {
            return Ok(None);
        }
        if let Some(known) = self.here.iter().find(|here| here.is(&name)) {
            let id = known.id.clone();
            self.placed.push((name, id));
            return Ok(None);
        }
        let row = Row::copy_of(row.as_js())?;
        let mut id = name.id.clone();
        if id.is_empty() || self.has(&id) {
            id = new_key(global::text(row.as_js(), "type").as_deref().unwrap_or("rescued"));
            row.set(key_of(store), id.as_str());
        }
        self.placed.push((name, id));
        Ok(Some(row))
    }

    fn has(&self, id: &str) -> bool {
        self.here.iter().any(|here| here.id == id) || self.placed.iter().any(|(_, placed)| placed == id)
    }

    /// Lets a row wait for the one that it has waited for, whose id may be another here.
    fn follow(&self, row: &Row) {
        let after = global::text(row.as_js(), "after");
        if let Some((_, id)) = self.placed.iter().find(|(name, _)| Some(&name.id) == after.as_ref()) {
            row.set("after", id.as_str());
        }
    }
}
