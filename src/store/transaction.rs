//! The only code that begins or ends a transaction.
//!
//! A write resolves on `complete`, never on a request's `success`; when it does not commit, the error is the browser's own
//! [`Reason`], read on `abort` because it is not complete before. Inside a body, await only the transaction's own requests:
//! the browser commits a transaction that has nothing to do.

use std::cell::Cell;
use std::future::poll_fn;
use std::ops::Deref;
use std::rc::Rc;

use futures::future::{LocalBoxFuture, join};
use js_sys::{Array, Object, Reflect};
use rexie::TransactionMode;
use wasm_bindgen::prelude::*;
use web_sys::{Event, IdbTransaction};

use super::connection::Connection;
use super::copies::{Copies, Notes};
use super::reason::Reason;
use super::request::Signal;
use super::rows::{ReadRows, WriteRows};
use super::trace::Trace;
use crate::error::{Error, Result};
use crate::schema::{Durability, JOURNALED, Schema};

/// A transaction that can only read: it has no `put`.
///
/// ```no_run
/// # use pos_offline::{Database, Record, model::Transaction};
/// # async fn sell(db: Database, sale: &Transaction) -> pos_offline::Result<()> {
/// db.write(&[Transaction::STORE], async |tx| tx.store::<Transaction>()?.put(sale).map(drop)).await
/// # }
/// ```
///
/// ```compile_fail
/// # use pos_offline::{Database, Record, model::Transaction};
/// # async fn sell(db: Database, sale: &Transaction) -> pos_offline::Result<()> {
/// db.read(&[Transaction::STORE], async |tx| tx.store::<Transaction>()?.put(sale).map(drop)).await
/// # }
/// ```
#[derive(Debug)]
pub struct ReadTx {
    native: IdbTransaction,
    schema: Rc<Schema>,
    trace: Rc<Trace>,
    /// What it changes, for the second copy.
    notes: Option<Rc<Notes>>,
}

impl ReadTx {
    fn new(native: IdbTransaction, connection: &Connection, notes: Option<Rc<Notes>>) -> ReadTx {
        ReadTx { native, schema: connection.schema(), trace: connection.trace(), notes }
    }

    /// The untyped rows of a store.
    ///
    /// # Errors
    /// `InvalidArgument` when the store is not part of this transaction.
    pub fn rows(&self, store: &str) -> Result<ReadRows> {
        let native = self.native.object_store(store).map_err(|_| {
            Error::argument("store", format!("'{store}' is not one of the stores this transaction was begun with"))
        })?;
        Ok(ReadRows::new(native, Rc::clone(self.schema.store(store)?), Rc::clone(&self.trace)))
    }
}

/// A transaction that can read and write. It commits when its body returns `Ok`, and leaves nothing when it returns `Err`.
#[derive(Debug)]
pub struct WriteTx(ReadTx);

impl WriteTx {
    /// The same transaction; only the machinery of [`write()`] knows that it can.
    pub(super) fn new(transaction: ReadTx) -> WriteTx {
        WriteTx(transaction)
    }

    /// The untyped rows of a store.
    ///
    /// # Errors
    /// As [`ReadTx::rows`].
    pub fn rows(&self, store: &str) -> Result<WriteRows> {
        let notes = self.0.notes.clone().filter(|_| JOURNALED.contains(&store));
        Ok(WriteRows::new(self.0.rows(store)?, notes))
    }

    /// How many copies of this transaction are on disk besides that of the database, once it has committed.
    pub(crate) fn copies(&self) -> Rc<Cell<u32>> {
        self.0.notes.as_ref().map(|notes| notes.copies()).unwrap_or_default()
    }
}

impl Deref for WriteTx {
    type Target = ReadTx;

    fn deref(&self) -> &ReadTx {
        &self.0
    }
}

#[wasm_bindgen]
extern "C" {
    /// `IDBDatabase` with the options argument of `transaction()`, which web-sys hides behind an unstable flag.
    #[wasm_bindgen(extends = web_sys::IdbDatabase)]
    type DatabaseWithOptions;

    #[wasm_bindgen(method, catch, js_name = transaction)]
    fn transaction_with_options(
        this: &DatabaseWithOptions,
        stores: &Array,
        mode: &str,
        options: &Object,
    ) -> std::result::Result<IdbTransaction, JsValue>;

    /// `IDBTransaction` with `commit()`, which is in the standard (IndexedDB 3.0) but not in web-sys's stable part.
    #[wasm_bindgen(extends = IdbTransaction)]
    type CommittableTransaction;

    #[wasm_bindgen(method, catch)]
    fn commit(this: &CommittableTransaction) -> std::result::Result<(), JsValue>;
}

/// Begins a transaction and leaves its end to the browser; the escape hatch of JavaScript callers.
pub(super) fn begin(
    connection: &Connection,
    stores: &[&str],
    mode: TransactionMode,
    durability: Durability,
) -> Result<IdbTransaction> {
    let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
    let options = Object::new();
    // Setting a property of an object made one line above cannot fail.
    let _ = Reflect::set(&options, &"durability".into(), &durability.as_str().into());
    let mode = match mode {
        TransactionMode::ReadOnly => "readonly",
        _ => "readwrite",
    };
    let database: &DatabaseWithOptions = connection.native().unchecked_ref();
    Ok(database.transaction_with_options(&names, mode, &options)?)
}

/// What runs inside a transaction. Boxed, so that the machinery around it is compiled once and not for each operation.
pub(super) type Body<'a> = &'a dyn Fn(ReadTx) -> LocalBoxFuture<'a, Result<()>>;

/// Runs `body` in a transaction that reads.
pub(super) async fn read(connection: &Connection, stores: &[&str], body: Body<'_>) -> Result<()> {
    let native = begin(connection, stores, TransactionMode::ReadOnly, Durability::Relaxed)?;
    let reason = Reason::of(native.clone());
    let result = body(ReadTx::new(native, connection, None)).await;
    // The one that is awaited may only have been cut off by another.
    let reasoned = |error: Error| if error.is_abort() { reason.get().unwrap_or(error) } else { error };
    result.map_err(|error| connection.explain_failure(reasoned(error)))
}

/// Runs `body` in a transaction that writes, and resolves when it has committed and, if there are `copies` to keep, what it
/// changed is copied: both are under way at once.
pub(super) async fn write(
    connection: &Connection,
    stores: &[&str],
    durability: Durability,
    body: Body<'_>,
    copies: Option<&dyn Copies>,
) -> Result<()> {
    let native = begin(connection, stores, TransactionMode::ReadWrite, durability)?;
    let end = End::of(native.clone());
    let writer = copies.map(Copies::writer);
    let notes = copies.map(|_| Notes::begin(&native).map(Rc::new)).transpose()?;
    let counted = notes.as_ref().map(|notes| notes.copies()).unwrap_or_default();
    let mut done = body(ReadTx::new(native.clone(), connection, notes.clone())).await.map(|()| None);
    if let (Ok(changed), Some(notes)) = (&mut done, notes) {
        match notes.finish().await {
            Ok(finished) => *changed = finished,
            Err(error) => done = Err(error),
        }
    }
    let result = match done {
        Ok(changed) => {
            let copying = async {
                match (changed, writer) {
                    (Some((number, changes)), Some(write)) => Some(write(number, &changes).await),
                    _ => None,
                }
            };
            let committing = async {
                // Throws when the transaction has ended by itself, or in an old browser; `end` knows how it ends.
                let _ = native.unchecked_ref::<CommittableTransaction>().commit();
                end.wait().await
            };
            // The copy first, whose message to the worker takes longest.
            let (copied, committed) = join(copying, committing).await;
            match (committed, copied) {
                (Err(error), Some(copied)) => {
                    copied.undo.await;
                    Err(error)
                }
                (committed, copied) => {
                    counted.set(copied.map_or(0, |copied| copied.copies));
                    committed
                }
            }
        }
        Err(error) => {
            // Throws when the browser has already aborted it.
            let _ = native.abort();
            match end.wait().await {
                Ok(()) => Err(Error::other(
                    "TransactionInactiveError",
                    &format!(
                        "the transaction had committed before its body failed ({error}); await only its own requests inside it"
                    ),
                )),
                // A request that was cut off says only that; the transaction knows the reason.
                Err(reason) if error.is_abort() => Err(reason),
                Err(_) => Err(error),
            }
        }
    };
    result.map_err(|error| connection.explain_failure(error))
}

/// Waits for the end of a transaction; aborts it when dropped before.
struct End {
    native: IdbTransaction,
    signal: Rc<Signal>,
    aborted: Rc<Cell<bool>>,
    reason: Reason,
    _ended: Closure<dyn FnMut(Event)>,
}

impl End {
    fn of(native: IdbTransaction) -> End {
        let signal = Rc::new(Signal::default());
        let aborted = Rc::new(Cell::new(false));
        let ended = {
            let (signal, aborted) = (Rc::clone(&signal), Rc::clone(&aborted));
            Closure::new(move |event: Event| {
                aborted.set(event.type_() == "abort");
                signal.happen();
            })
        };
        native.set_oncomplete(Some(ended.as_ref().unchecked_ref()));
        native.set_onabort(Some(ended.as_ref().unchecked_ref()));
        End { reason: Reason::of(native.clone()), native, signal, aborted, _ended: ended }
    }

    async fn wait(&self) -> Result<()> {
        poll_fn(|context| self.signal.poll(context)).await;
        match self.reason.get() {
            // WebKit may complete a transaction one of whose requests has failed, with that request's part left out.
            Some(reason) => Err(reason),
            None if self.aborted.get() => Err(Error::transaction_aborted()),
            None => Ok(()),
        }
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.native.set_oncomplete(None);
        self.native.set_onabort(None);
        if !self.signal.has_happened() {
            // The caller dropped the write half way: nothing of it may stay.
            let _ = self.native.abort();
        }
    }
}
