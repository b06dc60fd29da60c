//! What the store asks of a second copy, and what it notes for it while a transaction runs.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::IdbTransaction;

use super::direct::Direct;
use super::key::KeyValue;
use super::plain::clone_of;
use super::request::Request;
use crate::error::Result;
use crate::row::Row;
use crate::schema::{COUNTER_KEY, JOURNALED, SEQUENCE_KEY};

/// Copies the changes of a transaction that is about to commit under its number, each change as `[store, key, row]`, without
/// a row when it was removed. Begins when it is called.
pub(crate) type Writer = Box<dyn FnOnce(f64, &Array) -> LocalBoxFuture<'static, Copied>>;

/// Keeps a second copy of the journaled stores.
pub(crate) trait Copies {
    /// A connection has been opened. When the database is new, nobody uses it before this has ended.
    fn opened(&self, direct: Direct, origin: Origin) -> LocalBoxFuture<'static, ()>;

    /// Waits until what one of the two has lost has been brought back.
    fn ready(&self) -> LocalBoxFuture<'static, ()>;

    /// Gives a transaction that begins what will copy it. It is held until then, so that a database that is closed
    /// meanwhile still has its last writes copied.
    fn writer(&self) -> Writer;

    /// Everything is about to be deleted on purpose.
    fn erase(&self) -> LocalBoxFuture<'static, ()>;

    /// The database was closed.
    fn close(&self);
}

// What keeps the copy is not shown: that would take 40 KB of the module.
impl fmt::Debug for dyn Copies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Copies")
    }
}

/// Where a connection comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origin {
    /// Whether the database was not there.
    pub created: bool,
    /// Why the browser has deleted the database that was there, or does not open it any longer, in its words.
    pub loss: Option<String>,
    /// The storage bucket in which it is; `None` for the default one.
    pub bucket: Option<&'static str>,
}

/// What became of a copy.
pub(crate) struct Copied {
    /// How many there are besides that of the database.
    pub copies: u32,
    /// Takes it back, because the transaction did not commit.
    pub undo: LocalBoxFuture<'static, ()>,
}

/// The changes of a transaction.
#[derive(Debug)]
pub(super) struct Notes {
    native: IdbTransaction,
    counter: RefCell<Option<Request>>,
    changes: Array,
    /// The keys of ranges that were deleted, each with its store and the number of changes before it.
    ranges: RefCell<Vec<(u32, String, Request)>>,
    copies: Rc<Cell<u32>>,
}

impl Notes {
    /// Begins to note. The number of the last change is asked for first, so that it is there when it is needed.
    pub fn begin(native: &IdbTransaction) -> Result<Notes> {
        let counter = native.object_store(JOURNALED[0])?.get(&COUNTER_KEY.into())?;
        let (changes, ranges) = (Array::new(), RefCell::default());
        Ok(Notes {
            native: native.clone(),
            counter: RefCell::new(Some(Request::new(counter))),
            changes,
            ranges,
            copies: Rc::default(),
        })
    }

    /// How many copies there are of the changes besides that of the database, once they are made.
    pub fn copies(&self) -> Rc<Cell<u32>> {
        Rc::clone(&self.copies)
    }

    /// A row was put. It is copied now, because its owner may change it before the commit.
    pub fn put(&self, store: &str, key: &KeyValue, row: &JsValue) -> Result<()> {
        if is_noted(store, key) {
            self.changes.push(&Array::of3(&store.into(), &key.to_js(), &clone_of(row)?));
        }
        Ok(())
    }

    /// A row was removed.
    pub fn remove(&self, store: &str, key: &KeyValue) {
        if is_noted(store, key) {
            self.changes.push(&Array::of2(&store.into(), &key.to_js()));
        }
    }

    /// The rows with these keys are about to be removed.
    pub fn remove_range(&self, store: &str, keys: Request) {
        self.ranges.borrow_mut().push((self.changes.length(), store.to_owned(), keys));
    }

    /// Numbers the changes; `None` when there are none.
    pub async fn finish(&self) -> Result<Option<(f64, Array)>> {
        let mut changes = self.changes.clone();
        // From the end on, so that the places before stay right.
        for (place, store, keys) in self.ranges.take().into_iter().rev() {
            let (before, removed) = (changes.slice(0, place), Array::new());
            for key in Array::from(&keys.await?).iter() {
                if KeyValue::from_js(&key).is_some_and(|key| is_noted(&store, &key)) {
                    removed.push(&Array::of2(&store.as_str().into(), &key));
                }
            }
            changes = before.concat(&removed).concat(&changes.slice(place, changes.length()));
        }
        let counter = self.counter.take().filter(|_| changes.length() > 0);
        let Some(counter) = counter else { return Ok(None) };
        let number = count_of(&counter.await?) + 1.0;
        self.native.object_store(JOURNALED[0])?.put(counter_row(number).as_js())?;
        Ok(Some((number, changes)))
    }
}

/// Whether a row has a second copy; of the settings only the sequence has.
fn is_noted(store: &str, key: &KeyValue) -> bool {
    store != JOURNALED[0] || matches!(key, KeyValue::Text(key) if key == SEQUENCE_KEY)
}

/// The number in a row of the counter; 0 when there is none.
pub(crate) fn count_of(stored: &JsValue) -> f64 {
    if stored.is_object() { Row::owned(stored.clone()).number("value") } else { 0.0 }
}

/// The counter as a row of the settings.
pub(crate) fn counter_row(number: f64) -> Row {
    Row::of(&[("key", COUNTER_KEY.into()), ("value", number.into())])
}
