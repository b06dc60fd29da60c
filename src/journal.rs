//! The journal: the second copy of what the server may not have yet, in files of the origin private file system that no
//! loss of the database takes along; in a small database of its own where there are no such files, and beside them while
//! they are too young to be found again after a power cut. `docs/format.md` has the form of both, and what is assumed.
//!
//! Every transaction over a journaled store has a number, from a counter that is part of the transaction. So what is in the
//! journal above the number of the database is what the database has lost.
//!
//! - `facts.rs` puts what the copies know together and compares it with the database: decisions without a browser.
//! - `worker.rs` talks to the worker that holds the copies; `worker/` is its script: values and frames are the form on disk,
//!   files and mirror the two kinds of copy, messages what it can be asked.
//! - `recovery.rs` runs when a connection has been opened: what one of the two has lost, the other brings back.
//! - `marker.rs` notices the loss of everything.

mod facts;
mod marker;
mod recovery;
mod worker;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::clock;
use crate::error::{Error, Result};
use crate::global::{property, spawn};
use crate::model::Transaction;
use crate::row::Row;
use crate::schema::{COUNTER_KEY, JOURNALED, SEQUENCE_KEY};
use crate::store::{
    Closing, Copied, Copies, DatabaseEvent, DatabaseOptions, Direct, EventSink, LossExtent, Origin, Record, Restored,
    Writer,
};
use worker::Copier;

/// From this size on a file is begun anew, in bytes; or from twice what it had after it was begun, if that is more.
const LONG: f64 = 1024.0 * 1024.0;

/// About how many sales the mean size of a sale is made of.
const RECENT_SALES: f64 = 16.0;

/// For how long a worker that has failed is left alone, in milliseconds.
const REST_MS: f64 = 1_000.0;

/// The journal of a database. Cloning gives another handle of the same one.
#[derive(Debug, Clone)]
pub(crate) struct Journal(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    events: EventSink,
    copier: RefCell<Option<Rc<Copier>>>,
    state: State,
    /// Happens when what was lost has been brought back.
    ready: RefCell<Rc<Closing>>,
}

/// What is known of the copies, and what has happened.
#[derive(Debug, Default)]
struct State {
    has_files: Cell<bool>,
    /// The storage bucket of the database; `None` for the default one.
    bucket: Cell<Option<&'static str>>,
    /// Whether the files count as a copy.
    settled: Cell<bool>,
    /// Size of the file that is written, and what it had when it was begun, in bytes.
    bytes: Cell<f64>,
    begun_with: Cell<f64>,
    is_renewing: Cell<bool>,
    /// When a worker may be started again, by [`clock::tick`].
    next_start: Cell<f64>,
    copied_at: Cell<f64>,
    copies: Cell<u32>,
    /// About how many bytes the frame of a sale has; 0 before the first.
    sale_bytes: Cell<f64>,
    /// Whether the mark outside of every store says that something was saved here.
    is_marked: Cell<bool>,
    problems: RefCell<Vec<String>>,
    recovered: RefCell<Option<Recovered>>,
}

/// What the last comparison with the database has found.
#[derive(Debug, Clone, Copy)]
pub struct Recovered {
    /// When, in milliseconds since 1970.
    pub at: f64,
    /// Whether the database had just been created.
    pub is_new: bool,
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
    /// Whether it is in files.
    pub files: bool,
    /// Whether they are old enough to be a copy.
    pub settled: bool,
    /// Size of the file that is written, in bytes.
    pub bytes: f64,
    /// How many copies there are of what was saved last, that of the database among them; 0 before anything was.
    pub copies: u32,
    /// When something was last copied, in milliseconds since 1970; 0 when nothing was.
    pub copied_at: f64,
    /// About how many bytes a sale takes in a file; 0 before one was written.
    pub sale_bytes: f64,
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
            events: options.events.clone(),
            copier: RefCell::default(),
            state: State::default(),
            ready: RefCell::default(),
        }))
    }

    /// What it is doing.
    pub fn status(&self) -> JournalStatus {
        let state = &self.0.state;
        JournalStatus {
            files: state.has_files.get(),
            settled: state.settled.get(),
            bytes: state.bytes.get(),
            copies: state.copies.get(),
            copied_at: state.copied_at.get(),
            sale_bytes: state.sale_bytes.get(),
            problems: state.problems.borrow().clone(),
            recovered: *state.recovered.borrow(),
        }
    }

    fn copier(&self) -> Option<Rc<Copier>> {
        self.0.copier.borrow().clone().filter(|copier| copier.is_alive())
    }

    /// Starts the worker unless it runs; what the copies have.
    async fn start(&self) -> Result<JsValue> {
        let opened = self.open().await;
        match &opened {
            Ok(found) => self.note(found),
            Err(error) => self.has_failed(error),
        }
        opened
    }

    async fn open(&self) -> Result<JsValue> {
        let copier = match self.copier() {
            Some(copier) => copier,
            None => {
                let journal = Rc::downgrade(&self.0);
                let copier = Rc::new(Copier::start(move |told| {
                    if let Some(inner) = journal.upgrade() {
                        let journal = Journal(inner);
                        journal.note(&told);
                        // The mirror is not needed any longer once the files have everything.
                        journal.renew();
                    }
                })?);
                self.0.copier.replace(Some(Rc::clone(&copier)));
                copier
            }
        };
        let opened = copier.call("open", &self.0.name.as_str().into()).await;
        copier.has_started();
        opened
    }

    /// The worker has failed: another is started when something is to be copied next, but not at once.
    fn has_failed(&self, error: &Error) {
        self.problem(&error.to_string());
        if let Some(copier) = self.0.copier.take() {
            copier.give_up();
        }
        self.0.state.has_files.set(false);
        self.0.state.settled.set(false);
        self.0.state.next_start.set(clock::tick() + REST_MS);
    }

    fn problem(&self, text: &str) {
        let mut problems = self.0.state.problems.borrow_mut();
        if !problems.iter().any(|known| known == text) {
            problems.push(text.to_owned());
        }
    }

    /// Something has been saved of which there is no second copy: told when it begins.
    fn tell_trouble(&self) {
        let reason = self.0.state.problems.borrow().join("; ");
        let database = self.0.name.clone();
        self.0.events.send(DatabaseEvent::JournalTrouble { database, reason });
    }

    /// Keeps what the worker says.
    fn note(&self, told: &JsValue) {
        let told = Row::owned(told.clone());
        let state = &self.0.state;
        state.has_files.set(told.get("files").is_truthy());
        state.bytes.set(told.number("bytes"));
        state.settled.set(told.get("settled").is_truthy());
        for problem in items(told.as_js(), "problems").iter() {
            self.problem(&problem.as_string().unwrap_or_default());
        }
    }

    /// Keeps a mean of what a sale takes in a file, in which the last ones count most.
    fn weigh(&self, bytes: f64) {
        let mean = self.0.state.sale_bytes.get();
        // The file was begun again meanwhile, or there is none.
        if bytes > 0.0 {
            self.0.state.sale_bytes.set(if mean > 0.0 { mean + (bytes - mean) / RECENT_SALES } else { bytes });
        }
    }

    /// Starts a worker again after one has failed.
    fn start_again(&self) {
        if self.copier().is_none() && clock::tick() >= self.0.state.next_start.get() {
            self.0.state.next_start.set(f64::INFINITY);
            self.0.state.problems.borrow_mut().clear();
            let journal = self.clone();
            spawn(Box::pin(async move {
                if journal.start().await.is_ok() {
                    journal.renew();
                }
            }));
        }
    }

    /// Has everything copied that is open, unless that is being done: the file has grown long, or something was changed
    /// that nobody has told.
    pub fn renew(&self) {
        let Some(copier) = self.copier() else { return };
        if self.0.state.is_renewing.replace(true) {
            return;
        }
        let journal = self.clone();
        spawn(Box::pin(async move {
            let stores: Array = JOURNALED.iter().map(|store| JsValue::from_str(store)).collect();
            let name = journal.0.name.as_str().into();
            let bucket = journal.0.state.bucket.get().map_or(JsValue::UNDEFINED, JsValue::from);
            let database = Array::of5(&name, &stores, &COUNTER_KEY.into(), &SEQUENCE_KEY.into(), &bucket);
            // What fails is tried again when the file has grown further; the frames are all there.
            if let Ok(told) = copier.call_patiently("checkpoint", &database).await {
                journal.note(&told);
            }
            journal.0.state.begun_with.set(journal.0.state.bytes.get());
            journal.0.state.is_renewing.set(false);
        }));
    }

    /// Copies changes. The worker is held as long as it is needed: one that is closed meanwhile ends afterwards, and a ticket
    /// is worth nothing to another.
    async fn copy(
        &self,
        copier: Option<Rc<Copier>>,
        copying: Option<LocalBoxFuture<'static, Result<JsValue>>>,
        sales: u32,
    ) -> Copied {
        let state = &self.0.state;
        let told = match copying {
            Some(copying) => copying.await.inspect_err(|error| self.has_failed(error)).unwrap_or_default(),
            None => JsValue::UNDEFINED,
        };
        let (ticket, copies) = (property(&told, "ticket"), property(&told, "copies") == 1);
        if told.is_object() {
            let before = state.bytes.get();
            self.note(&told);
            if sales > 0 {
                self.weigh((state.bytes.get() - before) / f64::from(sales));
            }
        }
        if !state.is_marked.replace(true) {
            marker::set(&self.0.name);
        }
        let had = state.copies.replace(1 + u32::from(copies));
        if copies {
            state.copied_at.set(clock::now_ms());
        } else if had != 1 {
            self.tell_trouble();
        }
        if state.bytes.get() > LONG.max(2.0 * state.begun_with.get()) {
            self.renew();
        }
        let journal = self.clone();
        let undo = Box::pin(async move {
            if let Some(copier) = copier.filter(|copier| copier.is_alive() && ticket.is_truthy())
                && let Err(error) = copier.call("cancel", &ticket).await
            {
                journal.has_failed(&error);
            }
        });
        Copied { copies: u32::from(copies), undo }
    }
}

/// Counts the rows of the outbox among the changes of a transaction that have just been queued.
fn sales_in(changes: &Array) -> u32 {
    let is_sale = |change: &JsValue| {
        let change: &Array = change.unchecked_ref();
        change.get(0) == Transaction::STORE && property(&change.get(2), "attempts") == 0
    };
    changes.iter().filter(is_sale).count() as u32
}

/// A list that the worker has given; empty when it has not.
fn items(told: &JsValue, name: &str) -> Array {
    property(told, name).dyn_into().unwrap_or_default()
}

impl Copies for Journal {
    fn opened(&self, direct: Direct, origin: Origin) -> LocalBoxFuture<'static, ()> {
        let ready = Rc::new(Closing::default());
        self.0.ready.replace(Rc::clone(&ready));
        let is_new = origin.created;
        self.0.state.bucket.set(origin.bucket);
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

    fn writer(&self) -> Writer {
        self.start_again();
        let (journal, held) = (self.clone(), self.copier());
        Box::new(move |number, changes| {
            let (given, sales) = (Array::of2(&number.into(), changes), sales_in(changes));
            let copier = journal.copier().or(held.filter(|held| held.is_alive()));
            let copying = copier.as_ref().map(|copier| copier.call("append", &given));
            Box::pin(async move { journal.copy(copier, copying, sales).await })
        })
    }

    fn erase(&self) -> LocalBoxFuture<'static, ()> {
        let journal = self.clone();
        Box::pin(async move { journal.erase_all().await })
    }

    fn close(&self) {
        // The worker ends when nobody waits for it any longer.
        self.0.copier.take();
    }
}
