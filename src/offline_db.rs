//! What a Point of Sale does with its data: the contract of the legacy module, one file per kind of data.
//!
//! Records come and go as JavaScript objects, so that every field passes through; the fields the library owns are
//! stamped on a copy. `generic.rs` is the face for any store and the base of everything else here.
//!
//! Every method gives an [`Operation`] that owns what it needs, so that a method that only names a store and a query
//! hands on the operation of another and is compiled to a call.

mod age;
mod cache;
mod config;
mod events;
mod generic;
mod identity;
mod maintenance;
mod native;
mod offline_orders;
mod orders;
mod products;
mod queue;
mod quota;
mod sessions;
mod sync_errors;
mod transactions;
mod users;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::future::LocalBoxFuture;
use gloo_events::EventListener;
use rexie::TransactionMode;
use web_sys::{IdbFactory, IdbTransaction};

use crate::catalog::{BULK_BUCKET, Catalog};
use crate::error::Result;
use crate::journal::Journal;
use crate::schema::is_journaled;
use crate::store::{Copies, Database, DatabaseOptions, Restored, Status, Timeouts, factory};

pub use crate::journal::{JournalStatus, Recovered};
pub use age::{Cutoff, SHORT_DAYS, TRANSACTION_DAYS};
pub use cache::{CacheCounts, CacheInput};
pub use quota::Quota;
pub use users::SavedUser;

pub(crate) use config::config_row;
pub(crate) use events::{lost_name, restored_row};
pub(crate) use identity::{new_key, new_uuid, same_sale};
pub(crate) use orders::{as_sent, order_row};

/// What a call of [`OfflineDb`] does; it runs when it is awaited.
pub type Operation<T> = LocalBoxFuture<'static, Result<T>>;

/// The operation with what it resolves with made into something else. A function, not a closure: the same machinery
/// serves all with these types. (`map_ok` makes sure that nobody polls it again, which nobody does, and is three times as
/// large.)
pub(crate) fn then<T: 'static, U: 'static>(operation: Operation<T>, make: fn(T) -> U) -> Operation<U> {
    Box::pin(Then { operation, make })
}

struct Then<T, U> {
    operation: Operation<T>,
    make: fn(T) -> U,
}

impl<T, U> Future for Then<T, U> {
    type Output = Result<U>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<U>> {
        self.operation.as_mut().poll(context).map_ok(self.make)
    }
}

/// The till's database. Cloning gives another handle of the same one.
#[derive(Debug, Clone)]
pub struct OfflineDb {
    database: Database,
    catalog: Catalog,
    /// The second copy of what the server may not have yet, unless it is turned off.
    journal: Option<Journal>,
    /// While open: cleans up when the page is hidden.
    on_hidden: Rc<RefCell<Option<EventListener>>>,
}

impl OfflineDb {
    /// A handle. Nothing is opened yet; the first operation or [`OfflineDb::init`] does.
    /// What happens to the connection is also dispatched as events on `window` (in a worker: on `self`).
    ///
    /// # Errors
    /// As [`Database::new`].
    pub fn new(options: DatabaseOptions) -> Result<OfflineDb> {
        let options = DatabaseOptions { events: events::sink(options.events.clone()), ..options };
        let journal = options.journal.then(|| Journal::new(&options));
        let database = Database::new(options)?;
        if let Some(journal) = &journal {
            database.keep_copies(Rc::new(journal.clone()));
        }
        database.when_full(|database| Box::pin(maintenance::make_room(database)));
        let catalog = Catalog::new(&database);
        Ok(OfflineDb { database, catalog, journal, on_hidden: Rc::default() })
    }

    /// Opens and upgrades; resolves when ready. A second call is harmless.
    ///
    /// # Errors
    /// As [`Database::init`].
    pub fn init(&self) -> Operation<()> {
        let db = self.clone();
        Box::pin(async move {
            db.catalog.allow();
            db.database.init().await?;
            if db.on_hidden.borrow().is_none() {
                *db.on_hidden.borrow_mut() = maintenance::clean_when_hidden(&db.database);
            }
            Ok(())
        })
    }

    /// Whether it is open.
    pub fn is_ready(&self) -> bool {
        self.database.is_open()
    }

    /// Closes; leaves no listener behind. What has begun is still committed.
    pub fn close(&self) {
        self.on_hidden.borrow_mut().take();
        self.catalog.close();
        self.database.close();
    }

    /// Deletes the database with every row in it.
    ///
    /// # Errors
    /// As [`Database::reset`].
    pub fn reset(&self) -> Operation<()> {
        let db = self.clone();
        Box::pin(async move {
            db.on_hidden.borrow_mut().take();
            // A catalogue that cannot be deleted does not keep the till from being.
            let catalogue = db.catalog.reset().await;
            db.database.reset().await.and(catalogue)
        })
    }

    /// A native transaction: the escape hatch. Its `put` and `add` bring flags and times into the form on disk, so that
    /// no row it writes is missing from an index. What it changes is copied into the journal when it has committed.
    ///
    /// # Errors
    /// `Closed` when the database is not open; `InvalidArgument` for an unknown store.
    pub fn native_transaction(&self, stores: &[&str], mode: TransactionMode) -> Result<IdbTransaction> {
        let transaction = self.database.native_transaction(stores, mode)?;
        if mode == TransactionMode::ReadWrite {
            for name in stores {
                native::stamp_rows(&transaction.object_store(name)?, self.database.schema().store(name)?)?;
            }
            if let Some(journal) = self.journal.clone().filter(|_| stores.iter().any(|store| is_journaled(store))) {
                native::when_complete(&transaction, move || journal.renew());
            }
        }
        Ok(transaction)
    }

    /// What the database is doing and did last.
    pub fn status(&self) -> Status {
        self.database.status()
    }

    /// The IndexedDB in which the catalogue is, for what the host writes in bulk: a storage bucket of its own, the origin's
    /// where the browser has none.
    ///
    /// # Errors
    /// `Unsupported` without IndexedDB; `Timeout` when the browser does not answer; what the browser says when it cannot
    /// open the bucket.
    pub fn bulk_storage(&self) -> Operation<IdbFactory> {
        Box::pin(factory(Some(BULK_BUCKET), Timeouts::default().open))
    }

    /// Waits until the open database has been compared with its second copy; whether rows came back.
    pub(crate) async fn has_recovered(&self) -> bool {
        let Some(journal) = &self.journal else { return false };
        journal.ready().await;
        journal.status().recovered.is_some_and(|recovered| recovered.restored != Restored::default())
    }

    /// Waits until the open database has been compared with its second copy; whether a number of the sequence may have been
    /// given that neither knows: the till has just begun, or has lost something.
    pub(crate) async fn may_lack_numbers(&self) -> bool {
        let Some(journal) = &self.journal else { return true };
        journal.ready().await;
        journal.status().recovered.is_none_or(|recovered| recovered.is_new || recovered.lost.is_some())
    }

    /// What the second copy is doing; `None` when it is turned off.
    pub fn journal_status(&self) -> Option<JournalStatus> {
        self.journal.as_ref().map(Journal::status)
    }

    /// The typed face of the same database.
    pub fn database(&self) -> &Database {
        &self.database
    }
}
