//! The handle of a database: opened once however many ask, healed when the browser kills it, closed when dropped.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, FutureExt, LocalBoxFuture, Shared, select};
use gloo_timers::future::sleep;
use rexie::TransactionMode;
use web_sys::IdbTransaction;

use super::bucket::has_buckets;
use super::closing::Closing;
use super::connection::Connection;
use super::copies::Copies;
use super::direct::Direct;
use super::open;
use super::options::{DatabaseEvent, DatabaseOptions, WriteOptions};
use super::query::{Explanation, Select, ServedBy};
use super::trace::{Status, Trace};
use super::transaction::{self, Body, ReadTx, WriteTx};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Durability, JOURNALED, Schema, is_journaled};

/// How often in a row a dead connection is reopened for one operation.
const REOPENINGS: usize = 3;

/// The storage bucket into which a journaled database moves when the browser can no longer open the default one's: Chromium's
/// LevelDB, once the file by which it finds its others is damaged, neither opens nor deletes a database at any later start.
const REFUGE: &str = "pos-offline-refuge";

/// Waits between the tries of an operation that the browser aborted or that found the quota exceeded: the legacy
/// module's five.
const RETRY_DELAYS: [Duration; 5] = [
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(500),
    Duration::from_millis(1000),
    Duration::from_millis(2000),
];

/// A database. Cloning gives another handle of the same one; it closes when the last is dropped.
#[derive(Debug, Clone)]
pub struct Database(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    options: DatabaseOptions,
    schema: Rc<Schema>,
    trace: Rc<Trace>,
    state: RefCell<State>,
    /// How often a dead connection was replaced.
    reopened: Cell<u32>,
    /// Who keeps the second copy of the journaled stores.
    copies: RefCell<Option<Rc<dyn Copies>>>,
    /// Why it has moved into a storage bucket of its own, in the browser's words.
    moved: RefCell<Option<String>>,
    /// Who removes what can be done without when the disk is full.
    room: Cell<Option<MakeRoom>>,
}

/// Removes what can be done without.
pub(crate) type MakeRoom = fn(Database) -> LocalBoxFuture<'static, ()>;

type Opening = Shared<LocalBoxFuture<'static, Result<Rc<Connection>>>>;

#[derive(Debug)]
struct State {
    phase: Phase,
    /// Told by `close()`.
    closing: Rc<Closing>,
}

#[derive(Debug)]
enum Phase {
    Idle,
    Opening(Opening),
    Open(Rc<Connection>),
    Closed,
}

impl State {
    fn new() -> State {
        State { phase: Phase::Idle, closing: Rc::default() }
    }
}

impl Database {
    /// A handle. Nothing is opened yet; the first operation or [`Database::init`] does.
    ///
    /// # Errors
    /// `InvalidArgument` when a store of the caller's clashes with another.
    pub fn new(options: DatabaseOptions) -> Result<Database> {
        let schema = Schema::with_stores(options.stores.clone())?;
        Ok(Database::of(options, schema, Rc::default()))
    }

    /// A handle of another database beside this one, with its timeouts: named after it, with stores of its own, in a
    /// storage bucket. What it did last is part of this one's status; what happens to its connection is told to nobody.
    pub(crate) fn beside(&self, suffix: &str, bucket: &'static str, schema: Schema) -> Database {
        let Inner { options, .. } = &*self.0;
        let (name, timeouts) = (format!("{}-{suffix}", options.name), options.timeouts);
        let trace = Rc::clone(&self.0.trace);
        Database::of(DatabaseOptions { bucket: Some(bucket), timeouts, ..DatabaseOptions::named(name) }, schema, trace)
    }

    fn of(options: DatabaseOptions, schema: Schema, trace: Rc<Trace>) -> Database {
        let (schema, state) = (Rc::new(schema), RefCell::new(State::new()));
        Database(Rc::new(Inner {
            options,
            schema,
            trace,
            state,
            reopened: Cell::default(),
            copies: RefCell::default(),
            moved: RefCell::default(),
            room: Cell::default(),
        }))
    }

    /// Has a second copy kept of what the journaled stores hold, from the next opening on.
    pub(crate) fn keep_copies(&self, copies: Rc<dyn Copies>) {
        self.0.copies.replace(Some(copies));
    }

    /// Has room made when a write finds the disk full, before it is tried again.
    pub(crate) fn when_full(&self, room: MakeRoom) {
        self.0.room.set(Some(room));
    }

    fn copies(&self) -> Option<Rc<dyn Copies>> {
        self.0.copies.borrow().clone()
    }

    /// Opens and upgrades; resolves when ready. Any number of calls at once open once.
    ///
    /// # Errors
    /// `Blocked`, `Timeout`, `SchemaTooNew`, `Unsupported`, or what the browser reports.
    pub async fn init(&self) -> Result<()> {
        self.allow();
        self.reach(&mut 0).await.map(drop)
    }

    /// May be opened again after it was closed, by the next operation.
    pub(crate) fn allow(&self) {
        let mut state = self.0.state.borrow_mut();
        if matches!(state.phase, Phase::Closed) {
            *state = State::new();
        }
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        matches!(&self.0.state.borrow().phase, Phase::Open(connection) if connection.is_alive())
    }

    /// Closes. What has begun is still committed; whatever waits or comes later gets `Closed`, until [`Database::init`].
    pub fn close(&self) {
        let mut state = self.0.state.borrow_mut();
        // The old one goes with its connection.
        state.phase = Phase::Closed;
        state.closing.happen();
        drop(state);
        if let Some(copies) = self.copies() {
            copies.close();
        }
    }

    /// Closes and deletes the database with every row in it. The next operation opens a new, empty one.
    ///
    /// # Errors
    /// `Blocked` when another tab keeps it open, `Timeout` when the browser does not answer.
    pub async fn reset(&self) -> Result<()> {
        // Before the rows go, for what is deleted by halves is brought back whole. When they stay, they are copied at the
        // next opening.
        if let Some(copies) = self.copies() {
            copies.erase().await;
        }
        self.close();
        open::delete(&self.options()).await?;
        self.allow();
        Ok(())
    }

    /// Name of the database.
    pub fn name(&self) -> &str {
        &self.0.options.name
    }

    /// The stores it has.
    pub fn schema(&self) -> &Schema {
        &self.0.schema
    }

    /// What it is doing and did last.
    pub fn status(&self) -> Status {
        let version = match &self.0.state.borrow().phase {
            Phase::Open(connection) if connection.is_alive() => Some(connection.native().version() as u32),
            _ => None,
        };
        self.0.trace.status(&self.0.options.name, version, self.reopened())
    }

    /// How often a dead connection was replaced: what was known of the disk before is not known now.
    pub(crate) fn reopened(&self) -> u32 {
        self.0.reopened.get()
    }

    /// Notes what has served a query that is not answered by a store.
    pub(crate) fn note_query(&self, store: &str, served_by: &ServedBy) {
        self.0.trace.note(store, served_by);
    }

    /// Runs `body` in a transaction that reads `stores`. The body may run again when the connection has died.
    ///
    /// # Errors
    /// Of the body, or of the browser.
    pub async fn read<T>(&self, stores: &[&str], body: impl AsyncFn(&ReadTx) -> Result<T>) -> Result<T> {
        let result = Cell::new(None);
        let run: Body<'_> = &|tx| {
            Box::pin(async {
                let tx = tx;
                result.set(Some(body(&tx).await?));
                Ok(())
            })
        };
        self.run(stores, None, run).await?;
        result.into_inner().ok_or_else(Error::transaction_aborted)
    }

    /// Runs `body` in a transaction that writes `stores`: commits on `Ok`, leaves nothing on `Err`, resolves when the
    /// commit is done with the durability of the stores (strict if one of them holds money).
    ///
    /// The body may run again, in a new transaction, when the browser aborted the first. Inside it, await only the
    /// transaction's own requests: the browser commits while a timer or a fetch is awaited.
    ///
    /// # Errors
    /// Of the body, or the browser's reason for not committing.
    pub fn write<T>(
        &self,
        stores: &[&str],
        body: impl AsyncFn(&WriteTx) -> Result<T>,
    ) -> impl Future<Output = Result<T>> {
        self.write_with(stores, WriteOptions::default(), body)
    }

    /// As [`Database::write`], with options.
    pub async fn write_with<T>(
        &self,
        stores: &[&str],
        options: WriteOptions,
        body: impl AsyncFn(&WriteTx) -> Result<T>,
    ) -> Result<T> {
        let result = Cell::new(None);
        let run: Body<'_> = &|tx| {
            Box::pin(async {
                let tx = WriteTx::new(tx);
                result.set(Some(body(&tx).await?));
                Ok(())
            })
        };
        let durability = options.durability.unwrap_or_else(|| self.0.schema.durability(stores));
        self.run(stores, Some(durability), run).await?;
        result.into_inner().ok_or_else(Error::transaction_aborted)
    }

    /// A native transaction, begun and handed over at once: the escape hatch. The caller alone knows when it commits.
    ///
    /// # Errors
    /// `Closed` when the database is not open, `ConnectionLost` when the browser has just killed the connection (the
    /// next call of [`Database::init`] opens it again), `InvalidArgument` for an unknown store.
    pub fn native_transaction(&self, stores: &[&str], mode: TransactionMode) -> Result<IdbTransaction> {
        self.check(stores)?;
        let connection = match &self.0.state.borrow().phase {
            Phase::Open(connection) if connection.is_alive() => Rc::clone(connection),
            _ => return Err(self.closed()),
        };
        let durability = self.0.schema.durability(stores);
        transaction::begin(&connection, stores, mode, durability).inspect_err(|error| {
            if error.is_connection_lost() {
                connection.give_up()
            }
        })
    }

    /// What would serve a query, and how its store commits.
    ///
    /// # Errors
    /// `InvalidArgument` for an unknown store or index.
    pub async fn explain(&self, store: &str, select: &Select) -> Result<Explanation> {
        let served_by = self.read(&[store], async |tx| tx.rows(store)?.explain(select)).await?;
        let durability = self.0.schema.durability(&[store]);
        Ok(Explanation { store: store.to_owned(), served_by, durability })
    }

    fn check(&self, stores: &[&str]) -> Result<()> {
        if stores.is_empty() {
            return Err(Error::argument("stores", "name at least one store"));
        }
        stores.iter().try_for_each(|name| self.0.schema.store(name).map(drop))
    }

    /// Runs a body in a transaction, a writing one if there is a durability, and again after what may pass: a dead
    /// connection, an abort, a full quota, for which room is made first.
    async fn run(&self, stores: &[&str], write: Option<Durability>, body: Body<'_>) -> Result<()> {
        self.check(stores)?;
        let is_copied = write.is_some() && stores.iter().any(|store| is_journaled(store));
        let copies = self.copies().filter(|_| is_copied);
        if let Some(durability) = write {
            self.0.trace.wrote(stores, durability);
        }
        let mut stores = stores.to_vec();
        if copies.is_some() && !stores.contains(&JOURNALED[0]) {
            stores.push(JOURNALED[0]);
        }
        let mut delays = RETRY_DELAYS.into_iter();
        let mut reopenings = 0;
        let mut has_room_been_made = false;
        loop {
            let connection = self.reach(&mut reopenings).await?;
            if let Some(copies) = &copies {
                copies.ready().await;
            }
            let result = match write {
                Some(durability) => transaction::write(&connection, &stores, durability, body, copies.as_deref()).await,
                None => transaction::read(&connection, &stores, body).await,
            };
            match result {
                Err(error) if error.is_connection_lost() && reopenings < REOPENINGS => {
                    connection.give_up();
                    reopenings += 1;
                }
                Err(error) if error.is_full() && !has_room_been_made && self.make_room().await => {
                    has_room_been_made = true;
                }
                Err(error) if error.is_transient() => match delays.next() {
                    Some(delay) => self.wait(delay).await?,
                    None => return Err(error),
                },
                result => return result,
            }
        }
    }

    /// Has room made, unless that is going on, for what is written to make it may find the disk full as well; whether it was.
    async fn make_room(&self) -> bool {
        let Some(room) = self.0.room.take() else { return false };
        room(self.clone()).await;
        self.0.room.set(Some(room));
        true
    }

    /// The options, with the bucket in which it is.
    fn options(&self) -> DatabaseOptions {
        let mut options = self.0.options.clone();
        if self.0.moved.borrow().is_some() {
            options.bucket = Some(REFUGE);
        }
        options
    }

    /// Has the database opened in a storage bucket of its own from now on, where the journal can bring back what it had;
    /// whether that is new.
    fn moves(&self, error: &Error) -> bool {
        let may_move = self.copies().is_some() && self.0.options.bucket.is_none() && has_buckets();
        may_move && self.0.moved.borrow_mut().replace(error.to_string()).is_none()
    }

    /// The connection; when the browser's backing store is gone for a moment, opened again a little later. When it stays gone,
    /// the database moves.
    async fn reach(&self, reopenings: &mut usize) -> Result<Rc<Connection>> {
        loop {
            match self.connection().await {
                Err(error) if error.is_connection_lost() && *reopenings < REOPENINGS => {
                    self.wait(RETRY_DELAYS[*reopenings]).await?;
                    *reopenings += 1;
                }
                Err(error) if error.is_connection_lost() && self.moves(&error) => {}
                result => return result,
            }
        }
    }

    /// Waits, or gives `Closed` as soon as the handle is closed.
    async fn wait(&self, delay: Duration) -> Result<()> {
        let closing = self.0.state.borrow().closing.wait();
        match select(sleep(delay), closing).await {
            Either::Left(_) => Ok(()),
            Either::Right(_) => Err(self.closed()),
        }
    }

    async fn connection(&self) -> Result<Rc<Connection>> {
        let (opening, closing) = {
            let mut state = self.0.state.borrow_mut();
            let opening = match &state.phase {
                Phase::Closed => return Err(self.closed()),
                Phase::Open(connection) if connection.is_alive() => {
                    return Ok(Rc::clone(connection));
                }
                Phase::Opening(opening) => opening.clone(),
                Phase::Open(_) | Phase::Idle => {
                    if matches!(state.phase, Phase::Open(_)) {
                        self.0.reopened.set(self.reopened() + 1);
                    }
                    let opening = self.start_opening();
                    state.phase = Phase::Opening(opening.clone());
                    opening
                }
            };
            (opening, state.closing.wait())
        };
        let Either::Left((result, _)) = select(opening.clone(), closing).await else {
            return Err(self.closed());
        };
        let mut state = self.0.state.borrow_mut();
        if matches!(&state.phase, Phase::Opening(current) if current.ptr_eq(&opening)) {
            state.phase = match &result {
                Ok(connection) => Phase::Open(Rc::clone(connection)),
                Err(_) => Phase::Idle,
            };
        }
        result
    }

    fn start_opening(&self) -> Opening {
        let (options, schema) = (self.options(), Rc::clone(&self.0.schema));
        let moved = self.0.moved.borrow().clone();
        let trace = Rc::clone(&self.0.trace);
        let copies = self.copies();
        let opening: LocalBoxFuture<'static, _> = Box::pin(async move {
            let (connection, mut origin) = open::open(&options, schema, trace).await?;
            let connection = Rc::new(connection);
            origin.bucket = options.bucket;
            origin.loss = origin.loss.or(moved);
            match (copies, origin.loss.clone()) {
                (Some(copies), _) => copies.opened(Direct::new(&connection), origin).await,
                (None, Some(reason)) => options.events.send(DatabaseEvent::data_loss(&options.name, reason)),
                (None, None) => {}
            }
            Ok(connection)
        });
        opening.shared()
    }

    fn closed(&self) -> Error {
        ErrorKind::Closed { database: self.0.options.name.clone() }.into()
    }
}
