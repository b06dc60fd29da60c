//! The catalogue: products and the small lists that come with them, many records to a value.
//!
//! One value of IndexedDB costs about the same whether it holds one record or a few hundred, so the catalogue keeps its
//! records in pages, and what finds them in columns, which are read first and kept in memory. What it promises:
//!
//! - A change is one transaction with the manifest, so a reader sees the old catalogue or the new one, never a mix, and a
//!   tab that dies leaves one of the two.
//! - Records come back as they were given, whatever a structured clone can hold.
//! - A page that fails its check is reported, and its records can be loaded from the server again; the rest goes on.
//! - What another tab has changed is seen at the latest a second after it was committed.
//! - It has a database of its own, `<name>-catalog`: a load is kept away from the sales.
//!
//! # Layout
//! - `kind.rs` says what is held. `disk.rs` is the form on disk: manifest, columns, texts, pages.
//! - `table.js` and `table.rs` make a table of many records at once; `batch.rs` reads what the columns keep of them.
//! - `state.rs` is what is known in memory; `lookup.rs`, `columns.rs`, `texts.rs`, `manifest.rs` and `row_set.rs` are
//!   its parts.
//! - `read.rs` answers with rows from `pages.rs`; `search.rs`, `grams.rs` and `fold.rs` find by text.
//! - `write.rs` changes, `segment.rs` adds rows, `bulk.rs` saves lists, `adopt.rs` takes over what is in the till's database:
//!   the pages of version 6, and the rows of the stores that held the catalogue before.

mod adopt;
mod batch;
mod bulk;
mod columns;
mod disk;
mod fold;
mod grams;
mod kind;
mod lookup;
mod manifest;
mod pages;
mod read;
mod row_set;
mod search;
mod segment;
mod state;
mod table;
mod texts;
mod write;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::channel::Channel;
use crate::clock;
use crate::error::Result;
use crate::global::{dispatch, spawn};
use crate::row::Row;
use crate::schema::{CATALOG_STORE, Schema};
use crate::store::{Database, ReadRows};
use kind::{Fields, KINDS, Kind};
use manifest::Extent;
use state::State;

pub use read::Match;
pub use search::Rank;
pub use write::{Delta, DeltaReport};

/// For how long an answer is given without a look at the disk, in milliseconds. Other tabs say when they have changed
/// something; this is for those that are not heard.
const TRUSTED_MS: f64 = 1000.0;

/// The storage bucket for what is written in bulk, where the browser has those: it has files of its own, so what a load
/// does to them does not happen to the sales.
pub(crate) const BULK_BUCKET: &str = "pos-offline-bulk";

/// The catalogue of a till. Cloning gives another handle of the same one.
#[derive(Debug, Clone)]
pub struct Catalog(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Where the pages are.
    database: Database,
    /// That of the till, which has the stores that held the catalogue before, and the pages of version 6.
    till: Database,
    shelves: [Rc<Shelf>; KINDS.len()],
    /// Open while something is known.
    channel: RefCell<Option<Channel>>,
}

/// What is known of a kind.
#[derive(Debug)]
pub(crate) struct Shelf {
    kind: &'static Kind,
    fields: Fields,
    /// Replaced when everything is forgotten, so that whoever still reads keeps what it has begun with.
    state: RefCell<Rc<RefCell<State>>>,
    /// When the state was last known to be that of the disk, and of which connection.
    checked: Cell<(f64, u32)>,
    /// Whether the old store is empty.
    adopted: Cell<bool>,
}

/// Never checked.
const UNCHECKED: (f64, u32) = (f64::NEG_INFINITY, 0);

impl Shelf {
    fn new(kind: &'static Kind) -> Shelf {
        let state = RefCell::new(Rc::new(RefCell::new(State::empty())));
        Shelf { kind, fields: Fields::of(kind), state, checked: Cell::new(UNCHECKED), adopted: Cell::new(false) }
    }

    fn state(&self) -> Rc<RefCell<State>> {
        Rc::clone(&self.state.borrow())
    }

    /// Lets go of what is known.
    fn forget(&self) {
        self.state.replace(Rc::new(RefCell::new(State::empty())));
        self.checked.set(UNCHECKED);
    }
}

impl Catalog {
    /// The catalogue of a till's database; nothing is opened or read yet.
    pub fn new(database: &Database) -> Catalog {
        let shelves = std::array::from_fn(|at| Rc::new(Shelf::new(&KINDS[at])));
        let pages = database.beside("catalog", BULK_BUCKET, Schema::of_catalogue());
        Catalog(Rc::new(Inner { database: pages, till: database.clone(), shelves, channel: RefCell::default() }))
    }

    /// Which of these stores are the catalogue's, and which are others.
    pub(crate) fn divide<'a>(&self, stores: impl Iterator<Item = &'a str>) -> (Vec<&'a str>, Vec<&'a str>) {
        stores.partition(|store| self.shelf(store).is_some())
    }

    /// Where the records of a store are, when it is one of the catalogue's.
    pub(crate) fn shelf(&self, store: &str) -> Option<&Rc<Shelf>> {
        self.0.shelves.iter().find(|shelf| shelf.kind.store == store)
    }

    /// May be opened again after [`Catalog::close`], by the next call.
    pub fn allow(&self) {
        self.0.database.allow();
    }

    /// Closes, and lets go of everything in memory.
    pub fn close(&self) {
        self.forget();
        self.0.database.close();
    }

    /// Deletes it.
    ///
    /// # Errors
    /// As [`Database::reset`].
    pub async fn reset(&self) -> Result<()> {
        self.forget();
        self.0.database.reset().await
    }

    /// Lets go of everything in memory; the next call reads it again.
    fn forget(&self) {
        self.0.channel.take();
        for shelf in &self.0.shelves {
            shelf.forget();
            shelf.adopted.set(false);
        }
    }

    /// Whether what is in memory was on disk, as far as is known.
    fn is_known(&self, shelf: &Shelf) -> bool {
        let (checked, connection) = shelf.checked.get();
        checked != UNCHECKED.0
            && connection == self.0.database.reopened()
            && !shelf.state.borrow().borrow().is_unreadable
    }

    /// Whether what is in memory may answer.
    fn is_trusted(&self, shelf: &Shelf) -> bool {
        let age = clock::now_ms() - shelf.checked.get().0;
        shelf.adopted.get() && self.0.database.is_open() && self.is_known(shelf) && age.abs() < TRUSTED_MS
    }

    fn note_checked(&self, shelf: &Shelf) {
        shelf.checked.set((clock::now_ms(), self.0.database.reopened()));
        let mut channel = self.0.channel.borrow_mut();
        // Closed meanwhile, nobody would close the channel.
        if channel.is_none() && self.0.database.is_open() {
            let inner = Rc::downgrade(&self.0);
            *channel = Channel::open(&self.channel_name(), move |_| {
                if let Some(inner) = inner.upgrade() {
                    inner.shelves.iter().for_each(|shelf| shelf.checked.set(UNCHECKED));
                }
            });
        }
    }

    fn channel_name(&self) -> String {
        format!("{CATALOG_STORE}:{}", self.0.till.name())
    }

    /// Brings what is known up to what a transaction sees.
    async fn refresh(&self, rows: &ReadRows, shelf: &Rc<Shelf>) -> Result<Rc<RefCell<State>>> {
        self.refresh_and(rows, shelf, &|_| Ok(())).await
    }

    /// As [`Catalog::refresh`]; what else is needed is asked for as soon as the list of segments is known.
    async fn refresh_and(
        &self,
        rows: &ReadRows,
        shelf: &Rc<Shelf>,
        ask: &dyn Fn(&[Extent]) -> Result<()>,
    ) -> Result<Rc<RefCell<State>>> {
        let state = shelf.state();
        match disk::manifest(rows, shelf.kind).await? {
            Some(manifest) if manifest.version == state.borrow().version => ask(&manifest.extents)?,
            Some(manifest) => {
                // No borrow is held while the columns are read.
                let known: Vec<_> = state.borrow().segments.iter().map(|segment| segment.extent.clone()).collect();
                let requests = disk::request_contents(rows, shelf.kind, &manifest.extents, &known)?;
                ask(&manifest.extents)?;
                let fresh = disk::contents(requests).await?;
                state.borrow_mut().advance(manifest, fresh);
                if !state.borrow().damaged.is_empty() {
                    self.report(shelf, Array::new(), "what finds its records is damaged; load all of them again");
                }
            }
            None => {
                let before = state.replace(State::unreadable());
                if !before.is_unreadable {
                    let reason =
                        "its list of pages is damaged, or in the form of another version; load all of it again";
                    self.report(shelf, Array::new(), reason);
                }
            }
        }
        self.note_checked(shelf);
        Ok(state)
    }

    /// Tells, when nothing is borrowed any more, that records are lost; their keys where they are known. The watermark
    /// goes, so that the next start fetches everything.
    fn report(&self, shelf: &Rc<Shelf>, keys: Array, reason: &str) {
        let (catalog, shelf) = (self.clone(), Rc::clone(shelf));
        let store = shelf.kind.store;
        let message = format!("pos-offline: part of the catalogue '{store}' cannot be read: {reason}");
        spawn(Box::pin(async move {
            web_sys::console::error_1(&message.as_str().into());
            let fields = [
                ("database", catalog.0.till.name().into()),
                ("store", store.into()),
                ("keys", keys.into()),
                ("message", message.into()),
            ];
            dispatch("pdc-catalog-damaged", Row::of(&fields).as_js());
            // Fails when the database is closed or full; then the next start tells again.
            let _ = catalog.set_watermark(&shelf, JsValue::NULL).await;
        }));
    }
}
