//! The journal: the second copy of what the server may not have yet, in files of the origin private file system that no
//! loss of the database takes along; in a small database of its own where there are no such files, and beside them while
//! they are too young to be found again after a power cut. `docs/format.md` has the form of both, and what is assumed.
//!
//! Every transaction over a journaled store has a number, from a counter that is part of the transaction. So what is in the
//! journal above the number of the database is what the database has lost.
//!
//! - `facts.rs` puts what the copies know together and compares it with the database: decisions without a browser.
//! - `files.rs` talks to `worker.js`, which writes the files; `mirror.rs` is the database beside them.
//! - `recovery.rs` runs when a connection has been opened: what one of the two has lost, the other brings back.

mod facts;
mod files;
mod marker;
mod mirror;
mod recovery;

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{Either, LocalBoxFuture, join, select};
use gloo_timers::future::sleep;
use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::clock;
use crate::error::{Error, Result};
use crate::global::{property, spawn};
use crate::row::Row;
use crate::schema::{COUNTER_KEY, JOURNALED, SEQUENCE_KEY};
use crate::store::{Closing, Copied, Copies, DatabaseOptions, Direct, EventSink, LossExtent, Origin, Restored};
use files::Files;
use mirror::{Mirror, Replaced};

/// From this size on a file is begun anew, in bytes; or from twice what it had after it was begun, if that is more.
const LONG: f64 = 1024.0 * 1024.0;

/// How long a copy may take before a sale goes on without it. (Chromium 156 may leave a transaction of another bucket
/// undecided for ever when the quota is exceeded.)
const PATIENCE: Duration = Duration::from_secs(3);

/// For how long a worker that has failed is left alone, in milliseconds; and the mirror, for which a sale has waited.
const WORKER_REST_MS: f64 = 1_000.0;
const MIRROR_REST_MS: f64 = 60_000.0;

/// The journal of a database. Cloning gives another handle of the same one.
#[derive(Debug, Clone)]
pub(crate) struct Journal(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    mirror: Mirror,
    events: EventSink,
    files: RefCell<Option<Rc<Files>>>,
    state: State,
    /// Happens when what was lost has been brought back.
    ready: RefCell<Rc<Closing>>,
}

/// What is known of the files, and what has happened.
#[derive(Debug, Default)]
struct State {
    /// Whether the files count as a copy.
    settled: Cell<bool>,
    /// Size of the file that is written, and what it had when it was begun, in bytes.
    bytes: Cell<f64>,
    begun_with: Cell<f64>,
    is_checkpointing: Cell<bool>,
    /// When a worker may be started again, by [`clock::tick`]; never where there can be none.
    next_start: Cell<f64>,
    /// When the mirror may be tried again, by [`clock::tick`].
    next_mirroring: Cell<f64>,
    /// Whether the mirror has something that the files have too.
    is_mirrored: Cell<bool>,
    flushed_at: Cell<f64>,
    copies: Cell<u32>,
    problems: RefCell<Vec<String>>,
    recovered: RefCell<Option<Recovered>>,
}

/// What the last comparison with the database has found.
#[derive(Debug, Clone, Copy)]
pub struct Recovered {
    /// When, in milliseconds since 1970.
    pub at: f64,
    /// What was lost; `None` when nothing was.
    pub lost: Option<LossExtent>,
    /// What was brought back.
    pub restored: Restored,
    /// How long it took, in milliseconds.
    pub took: f64,
}

/// What the journal is doing, for the people who debug it.
#[derive(Debug, Clone)]
pub struct JournalStatus {
    /// Whether files are written.
    pub files: bool,
    /// Whether they are old enough to be a copy.
    pub settled: bool,
    /// Size of the file that is written, in bytes.
    pub bytes: f64,
    /// How many copies there are of what was saved last, that of the database among them; 0 before anything was.
    pub copies: u32,
    /// When something was last copied, in milliseconds since 1970; 0 when nothing was.
    pub flushed_at: f64,
    /// What is wrong with it, for people.
    pub problems: Vec<String>,
    /// What was compared last.
    pub recovered: Option<Recovered>,
}

impl Journal {
    /// The journal of a database with these options; nothing is opened yet.
    pub fn new(options: &DatabaseOptions) -> Journal {
        Journal(Rc::new(Inner {
            name: options.name.clone(),
            mirror: Mirror::new(&options.name, options.timeouts),
            events: options.events.clone(),
            files: RefCell::default(),
            state: State::default(),
            ready: RefCell::default(),
        }))
    }

    /// What it is doing.
    pub fn status(&self) -> JournalStatus {
        let state = &self.0.state;
        JournalStatus {
            files: self.files().is_some(),
            settled: state.settled.get(),
            bytes: state.bytes.get(),
            copies: state.copies.get(),
            flushed_at: state.flushed_at.get(),
            problems: state.problems.borrow().clone(),
            recovered: *state.recovered.borrow(),
        }
    }

    /// Copies everything that is open, because something was changed that nobody has told.
    pub fn renew(&self) {
        self.start_checkpoint();
    }

    fn files(&self) -> Option<Rc<Files>> {
        self.0.files.borrow().clone().filter(|files| files.is_alive())
    }

    /// The worker that writes the files, started when there is none; with what is in all of them.
    async fn start(&self) -> Result<JsValue> {
        let opened = self.open_files().await;
        match &opened {
            Ok(found) if property(found, "slot").is_truthy() => self.note(found),
            Ok(_) => {
                self.drop_files();
                self.problem("four other tabs write its files; a database of its own holds the copy");
            }
            Err(error) => {
                self.drop_files();
                self.problem(&format!("there are no files: {error}; a database of its own holds the copy"));
            }
        }
        opened
    }

    async fn open_files(&self) -> Result<JsValue> {
        // Unless it is told otherwise, there can be none.
        self.0.state.next_start.set(f64::INFINITY);
        let files = match self.files() {
            Some(files) => files,
            None => {
                let journal = Rc::downgrade(&self.0);
                let files = Files::start(move |told| {
                    if let Some(inner) = journal.upgrade() {
                        Journal(inner).settled(&told);
                    }
                })?;
                let files = Rc::new(files);
                self.0.files.replace(Some(Rc::clone(&files)));
                files
            }
        };
        let opened = files.call("open", &self.0.name.as_str().into()).await;
        files.has_started();
        opened
    }

    fn drop_files(&self) {
        self.0.files.take();
        self.0.state.settled.set(false);
    }

    /// The worker has failed: another is started when something is to be copied next, but not at once.
    fn has_failed(&self, error: &Error) {
        self.problem(&format!("its files could not be written: {error}"));
        if let Some(files) = self.files() {
            files.give_up();
        }
        self.drop_files();
        self.0.state.next_start.set(clock::tick() + WORKER_REST_MS);
    }

    fn problem(&self, text: &str) {
        let mut problems = self.0.state.problems.borrow_mut();
        if !problems.iter().any(|known| known == text) {
            web_sys::console::warn_1(&format!("pos-offline: the journal of '{}': {text}", self.0.name).into());
            problems.push(text.to_owned());
        }
    }

    /// Keeps what the worker says of the file.
    fn note(&self, told: &JsValue) {
        let told = Row::owned(told.clone());
        self.0.state.bytes.set(told.number("bytes"));
        self.0.state.settled.set(told.get("settled").is_truthy());
    }

    /// The files count from now on; the mirror is not needed any longer once they have everything.
    fn settled(&self, told: &JsValue) {
        self.note(told);
        self.start_checkpoint();
    }

    /// Starts a worker again after one has failed.
    fn start_again(&self) {
        if self.files().is_none() && clock::tick() >= self.0.state.next_start.get() {
            let journal = self.clone();
            spawn(Box::pin(async move {
                if journal.start().await.is_ok() {
                    journal.0.state.problems.borrow_mut().clear();
                    journal.start_checkpoint();
                }
            }));
        }
    }

    /// Writes everything that is open into the other file, unless that is being done.
    fn start_checkpoint(&self) {
        let Some(files) = self.files() else { return };
        if self.0.state.is_checkpointing.replace(true) {
            return;
        }
        let journal = self.clone();
        spawn(Box::pin(async move {
            let stores: Array = JOURNALED.iter().map(|store| JsValue::from_str(store)).collect();
            let database =
                Array::of4(&journal.0.name.as_str().into(), &stores, &COUNTER_KEY.into(), &SEQUENCE_KEY.into());
            let written = files.call_patiently("checkpoint", &database).await;
            journal.0.state.is_checkpointing.set(false);
            // What fails is tried again when the file has grown further; the frames are all there.
            match written {
                Ok(told) => {
                    journal.note(&told);
                    journal.0.state.begun_with.set(journal.0.state.bytes.get());
                    journal.drop_mirrored().await;
                }
                Err(_) => journal.0.state.begun_with.set(journal.0.state.bytes.get()),
            }
        }));
    }

    /// Deletes what the files have by now.
    async fn drop_mirrored(&self) {
        let state = &self.0.state;
        if state.settled.get()
            && state.is_mirrored.replace(false)
            && self.with_mirror(self.0.mirror.clear()).await.is_err()
        {
            state.is_mirrored.set(true);
        }
    }

    /// Copies changes into the files and, as long as those do not count, into the mirror.
    fn copy(&self, number: f64, changes: &Array) -> LocalBoxFuture<'static, Copied> {
        self.start_again();
        let given = Array::of2(&number.into(), changes);
        let files = self.files();
        let written = files.as_ref().map(|files| files.call("append", &given));
        let (journal, changes) = (self.clone(), changes.clone());
        Box::pin(async move {
            let writing = async {
                match written {
                    Some(written) => Some(written.await),
                    None => None,
                }
            };
            let is_settled = journal.0.state.settled.get();
            let mirroring = async { if is_settled { None } else { Some(journal.mirror(number, &changes).await) } };
            let (written, mut mirrored) = join(writing, mirroring).await;
            let ticket = match written {
                Some(Ok(told)) => {
                    journal.note(&told);
                    Some(property(&told, "ticket"))
                }
                Some(Err(error)) => {
                    journal.has_failed(&error);
                    None
                }
                None => None,
            };
            let counts = is_settled && ticket.is_some();
            if !counts && mirrored.is_none() {
                mirrored = Some(journal.mirror(number, &changes).await);
            }
            let replaced = match mirrored {
                Some(Ok(replaced)) => Some(replaced),
                Some(Err(error)) => {
                    journal.problem(&format!("the database beside the files could not be written: {error}"));
                    None
                }
                None => None,
            };
            let copies = u32::from(counts || replaced.is_some());
            let state = &journal.0.state;
            state.copies.set(1 + copies);
            if copies > 0 {
                state.flushed_at.set(clock::now_ms());
            }
            if state.bytes.get() > LONG.max(2.0 * state.begun_with.get()) {
                journal.start_checkpoint();
            }
            let undo = journal.undo(files, ticket, number, replaced);
            Copied { copies, undo }
        })
    }

    async fn mirror(&self, number: f64, changes: &Array) -> Result<Replaced> {
        self.0.state.is_mirrored.set(true);
        self.with_mirror(self.0.mirror.append(number, changes)).await
    }

    /// Does something with the mirror, unless it has kept somebody waiting just now.
    async fn with_mirror<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let next = &self.0.state.next_mirroring;
        if clock::tick() < next.get() {
            return Err(late("the database beside the files"));
        }
        let result = within(work, "the database beside the files").await;
        if result.is_err() {
            next.set(clock::tick() + MIRROR_REST_MS);
        }
        result
    }

    fn undo(
        &self,
        files: Option<Rc<Files>>,
        ticket: Option<JsValue>,
        number: f64,
        replaced: Option<Replaced>,
    ) -> LocalBoxFuture<'static, ()> {
        let journal = self.clone();
        Box::pin(async move {
            if let (Some(files), Some(ticket)) = (files, ticket)
                && let Err(error) = files.call("cancel", &ticket).await
            {
                journal.has_failed(&error);
            }
            if let Some(replaced) = replaced
                && let Err(error) = journal.with_mirror(journal.0.mirror.undo(number, &replaced)).await
            {
                journal.problem(&format!("a change that did not happen could not be taken back: {error}"));
            }
        })
    }
}

/// What a copy gives, unless it takes too long.
async fn within<T>(work: impl Future<Output = Result<T>>, who: &str) -> Result<T> {
    match select(pin!(work), sleep(PATIENCE)).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(late(who)),
    }
}

fn late(who: &str) -> Error {
    Error::other("TimeoutError", &format!("{who} does not answer"))
}

impl Copies for Journal {
    fn opened(&self, direct: Direct, origin: Origin) -> LocalBoxFuture<'static, ()> {
        let ready = Rc::new(Closing::default());
        self.0.ready.replace(Rc::clone(&ready));
        let is_new = origin.created;
        let journal = self.clone();
        let recovering: LocalBoxFuture<'static, ()> = Box::pin(async move {
            if let Err(error) = journal.recover(&direct, origin).await {
                journal.problem(&format!("it could not be compared with the database: {error}"));
            }
            ready.happen();
        });
        if is_new {
            return recovering;
        }
        spawn(recovering);
        Box::pin(async {})
    }

    fn ready(&self) -> LocalBoxFuture<'static, ()> {
        Box::pin(self.0.ready.borrow().wait())
    }

    fn append(&self, number: f64, changes: &Array) -> LocalBoxFuture<'static, Copied> {
        self.copy(number, changes)
    }

    fn erase(&self) -> LocalBoxFuture<'static, ()> {
        let journal = self.clone();
        Box::pin(async move { journal.erase_all().await })
    }

    fn keep(&self) {
        self.start_checkpoint();
    }

    fn close(&self) {
        // The worker ends when nobody waits for it any longer.
        self.0.files.take();
        self.0.mirror.close();
    }
}
