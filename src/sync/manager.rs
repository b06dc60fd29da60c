//! The manager as its callers see it.

use std::cell::Ref;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::engine::Inner;
use super::host::Host;
use super::link::Link;
use super::news::News;
use super::options::SyncOptions;
use super::outbox::{Decision, Enqueue, Receipt, RescueReport};
use super::state::{State, Summary};
use super::transport::Transport;
use super::users::{LAST_SYNC, UsersReport};
use crate::clock;
use crate::error::Result;
use crate::global::spawn;
use crate::offline_db::{OfflineDb, Operation};

/// Brings what is queued to the server. A cheap handle: clones share one manager.
///
/// Nothing happens by itself before [`init`](SyncManager::init) or [`start`](SyncManager::start). After
/// [`stop`](SyncManager::stop) no timer, listener, lock, channel or request is left.
#[derive(Debug, Clone)]
pub struct SyncManager(pub(super) Rc<Inner>);

impl SyncManager {
    /// A manager that does nothing yet.
    pub fn new(
        db: OfflineDb,
        link: Rc<dyn Link>,
        transport: Rc<dyn Transport>,
        host: Host,
        options: SyncOptions,
    ) -> SyncManager {
        SyncManager(Inner::new(db, link, transport, host, options))
    }

    /// Looks at the outbox, starts watching the connection, and sends as soon as there is one.
    ///
    /// # Errors
    /// Of the database.
    pub fn init(&self) -> Operation<()> {
        let inner = Rc::clone(&self.0);
        Box::pin(async move {
            inner.survey().await?;
            let last_sync = inner.db.get_config(LAST_SYNC).await?.as_string();
            {
                let mut state = inner.state.borrow_mut();
                state.last_sync = last_sync;
                let (count, index) = (state.survey.uuids.len(), &state.survey.index);
                web_sys::console::log_1(&format!("pos-offline: {count} transactions pending, by index {index}").into());
            }
            let recovering = Rc::downgrade(&inner);
            let db = inner.db.clone();
            spawn(Box::pin(async move {
                // Rows that come back after the count are counted as well.
                if db.has_recovered().await
                    && let Some(inner) = recovering.upgrade()
                {
                    let _ = inner.survey().await.inspect_err(|error| inner.report(error));
                }
            }));
            inner.run();
            if inner.link.is_reachable() {
                inner.want_round();
            }
            Ok(())
        })
    }

    /// A round now, and one every interval. Calling it again is harmless.
    pub fn start(&self) {
        self.0.run();
        if self.0.state.borrow().next_round.is_none() {
            self.0.want_round();
        }
    }

    /// Ends everything that goes on: requests are aborted, and what they carried is asked about before it is sent again.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// As [`stop`](SyncManager::stop), and stops the connection monitor if this manager has started it.
    pub fn destroy(&self) {
        self.0.stop();
        self.0.stop_link();
    }

    /// Puts something into the outbox; resolves when it is committed. It is sent soon if there is a connection.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`](super::Outbox::enqueue).
    pub fn enqueue(&self, what: Enqueue) -> Operation<Receipt> {
        let inner = Rc::clone(&self.0);
        Box::pin(async move {
            let begun = clock::tick();
            let receipt = inner.outbox.enqueue(what).await?;
            inner.state.borrow_mut().note_queued(&receipt, clock::tick() - begun);
            inner.say(&News::Queued(receipt.uuid.clone()));
            inner.kick(false);
            Ok(receipt)
        })
    }

    /// Sends what waits, also what waits for its next attempt when `eager`; what it came to. Joins what is under way.
    ///
    /// # Errors
    /// `Aborted` when the manager is stopped.
    pub fn send(&self, eager: bool) -> Operation<Summary> {
        self.0.send(eager)
    }

    /// All phases, one after the other; joins a round that is under way.
    ///
    /// # Errors
    /// `Aborted` when the manager is stopped.
    pub fn sync_all(&self) -> Operation<Summary> {
        let told = self.0.rounded.wait();
        self.0.want_round();
        told
    }

    /// As [`sync_all`](SyncManager::sync_all), without waiting for a pause to end; `false` while there is no connection.
    ///
    /// # Errors
    /// `Aborted` when the manager is stopped.
    pub fn force(&self) -> Operation<bool> {
        if !self.0.link.is_reachable() {
            return Box::pin(async { Ok(false) });
        }
        self.0.state.borrow_mut().lift(|_| true);
        let (sent, round) = (self.send(true), self.sync_all());
        Box::pin(async move {
            sent.await?;
            round.await.map(|_| true)
        })
    }

    /// Touches the session that is open.
    ///
    /// # Errors
    /// Of the database.
    pub fn sync_session_data(&self) -> Operation<()> {
        self.0.sync_session_data()
    }

    /// Fetches the users and saves them, all in one transaction; notes the time.
    ///
    /// # Errors
    /// Of the server or the database; then what was there stays.
    pub fn update_cached_data(&self) -> Operation<UsersReport> {
        self.0.update_cached_data()
    }

    /// Deletes what the server has confirmed some time ago, and old errors and sessions.
    ///
    /// # Errors
    /// Of the database.
    pub fn clean_up(&self) -> Operation<()> {
        self.0.clean_up()
    }

    /// What waits has been changed by hand: it is counted anew and sent.
    ///
    /// # Errors
    /// Of the database.
    pub(super) async fn changed(&self) -> Result<()> {
        self.0.survey().await?;
        self.0.say(&News::Changed);
        self.0.kick(false);
        Ok(())
    }

    /// Counts anew what waits; how many rows the server has not confirmed.
    ///
    /// # Errors
    /// Of the database.
    pub fn recount(&self) -> Operation<u32> {
        let inner = Rc::clone(&self.0);
        Box::pin(async move {
            inner.survey().await?;
            Ok(inner.state.borrow().survey.uuids.len() as u32)
        })
    }

    /// Every row that the server has refused, oldest first.
    ///
    /// # Errors
    /// Of the database.
    pub fn rejected(&self) -> Operation<Array> {
        let outbox = self.0.outbox.clone();
        Box::pin(async move { outbox.rejected().await })
    }

    /// Does with one refused row, or with all of them, what the user has decided; with how many.
    ///
    /// # Errors
    /// As [`Outbox::decide`](super::Outbox::decide).
    pub fn decide(&self, id: Option<JsValue>, decision: Decision) -> Operation<u32> {
        let manager = self.clone();
        Box::pin(async move {
            let count = manager.0.outbox.decide(id, decision).await?;
            manager.changed().await?;
            Ok(count)
        })
    }

    /// What the server has not confirmed, as the text of a rescue file.
    ///
    /// # Errors
    /// Of the database.
    pub fn export_unsynced(&self) -> Operation<String> {
        let outbox = self.0.outbox.clone();
        Box::pin(async move { outbox.export().await })
    }

    /// Puts the rows of a rescue file into the outbox; they are sent soon if there is a connection.
    ///
    /// # Errors
    /// As [`Outbox::import`](super::Outbox::import).
    pub fn import_unsynced(&self, text: String) -> Operation<RescueReport> {
        let manager = self.clone();
        Box::pin(async move {
            let (report, uuids) = manager.0.outbox.import(&text).await?;
            for uuid in uuids {
                manager.0.say(&News::Queued(uuid));
            }
            manager.changed().await?;
            Ok(report)
        })
    }

    /// Whether something is being sent.
    pub fn is_syncing(&self) -> bool {
        self.0.is_syncing()
    }

    /// What is known without asking the database.
    pub fn state(&self) -> Ref<'_, State> {
        self.0.state.borrow()
    }

    /// Whether the server can be reached.
    pub fn is_online(&self) -> bool {
        self.0.link.is_reachable()
    }

    /// When something is sent next, in milliseconds since 1970.
    pub fn next_attempt(&self) -> Option<f64> {
        let state = self.0.state.borrow();
        if state.survey.uuids.len() == state.survey.rejected { None } else { state.next_due.or(state.next_round) }
    }

    /// The database.
    pub fn db(&self) -> &OfflineDb {
        &self.0.db
    }
}
