//! What a caller can choose, and what it is told.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use crate::schema::{Durability, StoreSchema};

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// Its name.
    pub name: String,
    /// Stores besides the eleven of the till.
    pub stores: Vec<StoreSchema>,
    /// The storage bucket that it is in: where the browser has those (Chromium from 122 on), what happens to the databases
    /// of another bucket does not happen to this one. The origin's default bucket when `None`, and in any other browser.
    pub bucket: Option<&'static str>,
    /// Whether an [`OfflineDb`](crate::OfflineDb) keeps a second copy of what the server may not have yet. It does unless
    /// this says otherwise; a bare [`Database`](crate::Database) never does.
    pub journal: bool,
    /// How long to wait for the browser.
    pub timeouts: Timeouts,
    /// Who is told about the connection.
    pub events: EventSink,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        DatabaseOptions {
            name: String::new(),
            stores: Vec::new(),
            bucket: None,
            journal: true,
            timeouts: Timeouts::default(),
            events: EventSink::default(),
        }
    }
}

impl DatabaseOptions {
    /// The till's stores in a database of this name.
    pub fn named(name: impl Into<String>) -> DatabaseOptions {
        DatabaseOptions { name: name.into(), ..DatabaseOptions::default() }
    }
}

/// How long the browser may take before the caller gets `Timeout` or `Blocked`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For opening, also while another tab blocks it. 10 s unless told otherwise.
    pub open: Duration,
    /// For an upgrade, counted from the end of `open`. 2 min unless told otherwise.
    pub upgrade: Duration,
    /// For deleting. 10 s unless told otherwise.
    pub delete: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { open: Duration::from_secs(10), upgrade: Duration::from_secs(120), delete: Duration::from_secs(10) }
    }
}

/// How one write is done.
#[derive(Debug, Clone, Copy, Default)]
pub struct WriteOptions {
    /// When the commit counts as done; that of the stores when `None`.
    pub durability: Option<Durability>,
}

/// What happens to a connection without anybody having asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatabaseEvent {
    /// Opening or deleting waits for another tab that holds the database.
    Blocked {
        /// Name of the database.
        database: String,
    },
    /// Another tab upgrades or deletes the database; this connection has been closed. The next operation opens anew.
    VersionChange {
        /// Name of the database.
        database: String,
        /// The version it will have, `None` when it is being deleted.
        new_version: Option<u32>,
    },
    /// The browser ended the connection (storage cleared, backend gone). The next operation opens anew.
    ConnectionLost {
        /// Name of the database.
        database: String,
    },
    /// The second copy cannot be kept as it should be. Sales go on.
    JournalTrouble {
        /// Name of the database.
        database: String,
        /// What is wrong.
        reason: String,
    },
    /// Rows that were on disk are not there any longer.
    DataLoss {
        /// Name of the database.
        database: String,
        /// How much.
        extent: LossExtent,
        /// What was damaged, in the browser's words; empty when it gives none. Only Chromium tells (`dataLoss` of the event
        /// `upgradeneeded`, w3c/IndexedDB issue 30), once, at the first open after it has deleted a database.
        reason: String,
        /// What has been brought back from the second copy.
        restored: Restored,
    },
}

/// How much of a database was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossExtent {
    /// Single rows.
    Rows,
    /// All of it.
    Database,
    /// All of it, and the second copy too: the till starts anew.
    Everything,
}

/// The rows that the second copy had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Restored {
    /// Work for the server.
    pub transactions: u32,
    /// Orders.
    pub orders: u32,
    /// Orders made while offline.
    pub offline_orders: u32,
}

impl DatabaseEvent {
    /// The browser has deleted the database, and there is no second copy.
    pub(super) fn data_loss(database: &str, reason: String) -> DatabaseEvent {
        let (extent, restored) = (LossExtent::Everything, Restored::default());
        DatabaseEvent::DataLoss { database: database.to_owned(), extent, reason, restored }
    }
}

/// Who is told about [`DatabaseEvent`]s: nobody unless set.
#[derive(Clone, Default)]
pub struct EventSink(Option<Rc<dyn Fn(DatabaseEvent)>>);

impl EventSink {
    /// Calls `listener` for each event.
    pub fn new(listener: impl Fn(DatabaseEvent) + 'static) -> EventSink {
        EventSink(Some(Rc::new(listener)))
    }

    pub(crate) fn send(&self, event: DatabaseEvent) {
        if let Some(listener) = &self.0 {
            listener(event);
        }
    }
}

impl fmt::Debug for EventSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "EventSink(listening)" } else { "EventSink(none)" })
    }
}
