//! Saving many records: one transaction, every put issued at once, each one counted by its own event, done on
//! `complete`, failures by position.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::ops::Range;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Event, IdbRequest};

use super::database::Database;
use super::options::WriteOptions;
use super::request::{Signal, outcome};
use super::rows::WriteRows;
use crate::error::{Error, ErrorKind, Result};
use crate::order::sorted_places;

/// Records per transaction unless told otherwise. A sale that comes meanwhile waits for one of them, and the page does
/// nothing else while one is issued: 20 to 50 ms each, and hardly slower than one transaction for all (ARCHITECTURE.md).
pub const DEFAULT_CHUNK: u32 = 250;

/// What a bad record does to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BulkMode {
    /// The others are saved.
    #[default]
    SkipTheBad,
    /// Nothing is saved; one transaction whatever the size.
    AllOrNothing,
}

/// How many records are saved.
#[derive(Default)]
pub struct Bulk {
    /// What a bad record does to the others.
    pub mode: BulkMode,
    /// Durability of the transactions.
    pub write: WriteOptions,
    /// Records per transaction, at least 1; [`DEFAULT_CHUNK`] when `None`, and more in the catalogue. Not used by
    /// [`BulkMode::AllOrNothing`].
    pub chunk: Option<u32>,
    /// Called after each transaction has committed.
    pub on_progress: Option<Box<dyn Fn(BulkProgress)>>,
    /// Stops between two transactions.
    pub signal: Option<AbortSignal>,
}

/// How far a bulk save has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BulkProgress {
    /// Records given.
    pub requested: u32,
    /// Records dealt with, saved or failed.
    pub done: u32,
    /// Records on disk.
    pub saved: u32,
}

/// The result of a bulk save.
#[derive(Debug, Clone, Default)]
pub struct BulkReport {
    /// Records given.
    pub requested: u32,
    /// Records on disk.
    pub saved: u32,
    /// Records that are not, by position.
    pub failures: Vec<BulkFailure>,
}

/// A record that was not saved.
#[derive(Debug, Clone)]
pub struct BulkFailure {
    /// Position in what was given, from 0.
    pub position: u32,
    /// Its key, `undefined` when it has none.
    pub key: JsValue,
    /// Why.
    pub error: Error,
}

impl Bulk {
    /// Saves the `count` records that `record` makes, asked for one by one in the order of their positions.
    ///
    /// # Errors
    /// `Partial` when a transaction fails as a whole (`QuotaExceeded`, a lost connection) or the signal stops it: it says
    /// how many records are on disk. A bad record is not an error but a failure in the report.
    pub async fn put_each(
        &self,
        database: &Database,
        store: &str,
        count: usize,
        record: impl Fn(usize) -> Result<JsValue>,
    ) -> Result<BulkReport> {
        let save = async |positions: Range<u32>| {
            let failures = RefCell::new(Vec::new());
            let saved = database
                .write_with(&[store], self.write, async |tx| {
                    let mut batch = Batch::new(tx.rows(store)?);
                    batch.issue(positions.clone(), &record)?;
                    batch.settled().await;
                    *failures.borrow_mut() = batch.failures(&record);
                    batch.note_saved(&failures.borrow(), positions.clone(), &record)?;
                    match failures.borrow().first() {
                        Some(first) if self.mode == BulkMode::AllOrNothing => Err(first.error.clone()),
                        _ => Ok(batch.saved()),
                    }
                })
                .await;
            (saved, failures.into_inner())
        };
        // Array lengths in JavaScript fit into u32.
        self.in_chunks(count as u32, DEFAULT_CHUNK, &|positions| Box::pin(save(positions))).await
    }

    /// Saves chunk after chunk, reports after each, and stops when the signal says so.
    pub(crate) async fn in_chunks<'a>(
        &self,
        requested: u32,
        usual: u32,
        save: &dyn Fn(Range<u32>) -> LocalBoxFuture<'a, SavedChunk>,
    ) -> Result<BulkReport> {
        let mut report = BulkReport { requested, ..BulkReport::default() };
        let chunk = match self.mode {
            BulkMode::SkipTheBad => self.chunk.unwrap_or(usual).max(1),
            BulkMode::AllOrNothing => requested.max(1),
        };
        let mut from = 0;
        while from < requested {
            if self.signal.as_ref().is_some_and(AbortSignal::aborted) {
                return Err(partial(&report, ErrorKind::Aborted.into()));
            }
            let until = requested.min(from.saturating_add(chunk));
            let (saved, failures) = save(from..until).await;
            report.saved += match saved {
                Ok(saved) => saved,
                Err(_) if self.mode == BulkMode::AllOrNothing && !failures.is_empty() => 0,
                Err(error) => return Err(partial(&report, error)),
            };
            report.failures.extend(failures);
            from = until;
            if let Some(on_progress) = &self.on_progress {
                on_progress(BulkProgress { requested, done: from, saved: report.saved });
            }
        }
        Ok(report)
    }
}

/// How many records of a chunk are on disk, or why none, and those that are at fault themselves.
pub(crate) type SavedChunk = (Result<u32>, Vec<BulkFailure>);

/// The puts of one transaction.
struct Batch {
    rows: WriteRows,
    requests: Array,
    /// Positions of `requests`.
    issued: Vec<u32>,
    /// Positions that the browser refused at once, or that had no record.
    refused: Vec<(u32, Error)>,
    tally: Rc<Tally>,
    on_settled: Closure<dyn FnMut(Event)>,
}

/// What the events of a batch have told so far.
#[derive(Default)]
struct Tally {
    expected: Cell<Option<u32>>,
    saved: Cell<u32>,
    /// Place among the requests, and why.
    failed: RefCell<Vec<(u32, Error)>>,
    cut_off: Cell<u32>,
    all_settled: Signal,
}

impl Tally {
    fn count(&self, event: &Event) {
        let request = event.target().and_then(|target| target.dyn_into::<IdbRequest>().ok());
        match request.as_ref().map(outcome) {
            Some(Err(error)) if error.is_about_one_record() => {
                // Events come in the order of the requests, so the number of those before is this one's place.
                let place = self.settled();
                // The transaction goes on with the others.
                event.prevent_default();
                self.failed.borrow_mut().push((place, error));
            }
            Some(Ok(_)) => self.saved.set(self.saved.get() + 1),
            // The transaction as a whole has failed, and says why when it ends.
            Some(Err(_)) | None => self.cut_off.set(self.cut_off.get() + 1),
        }
        if Some(self.settled()) == self.expected.get() {
            self.all_settled.happen();
        }
    }

    fn settled(&self) -> u32 {
        self.saved.get() + self.failed.borrow().len() as u32 + self.cut_off.get()
    }
}

impl Batch {
    fn new(rows: WriteRows) -> Batch {
        let tally = Rc::new(Tally::default());
        let settled = {
            let tally = Rc::clone(&tally);
            Closure::new(move |event: Event| tally.count(&event))
        };
        Batch { rows, requests: Array::new(), issued: Vec::new(), refused: Vec::new(), tally, on_settled: settled }
    }

    /// Issues a put for every record, without waiting for any.
    ///
    /// # Errors
    /// What ends the transaction; a record that cannot be put is kept for the report.
    fn issue(&mut self, positions: Range<u32>, record: &impl Fn(usize) -> Result<JsValue>) -> Result<()> {
        let handler = Some(self.on_settled.as_ref().unchecked_ref());
        for position in positions {
            let put = record(position as usize).and_then(|row| self.rows.issue(&row));
            match put {
                Ok(request) => {
                    request.set_onsuccess(handler);
                    request.set_onerror(handler);
                    self.requests.push(&request);
                    self.issued.push(position);
                }
                Err(error) if error.is_about_one_record() => self.refused.push((position, error)),
                Err(error) => return Err(error),
            }
        }
        self.tally.expected.set(Some(self.requests.length()));
        if self.issued.is_empty() {
            self.tally.all_settled.happen();
        }
        Ok(())
    }

    async fn settled(&self) {
        poll_fn(|context| self.tally.all_settled.poll(context)).await;
    }

    /// Notes the records that were put, for the second copy.
    fn note_saved(
        &self,
        failures: &[BulkFailure],
        positions: Range<u32>,
        record: &impl Fn(usize) -> Result<JsValue>,
    ) -> Result<()> {
        if !self.rows.is_noted() {
            return Ok(());
        }
        let mut failed = failures.iter().map(|failure| failure.position).peekable();
        for position in positions {
            if failed.next_if_eq(&position).is_none() {
                self.rows.note(&record(position as usize)?)?;
            }
        }
        Ok(())
    }

    fn saved(&self) -> u32 {
        self.tally.saved.get()
    }

    fn failures(&self, record: &impl Fn(usize) -> Result<JsValue>) -> Vec<BulkFailure> {
        let failed = self.tally.failed.borrow();
        let mut all = Vec::new();
        for (place, error) in failed.iter() {
            all.push((self.issued[*place as usize], error));
        }
        for (position, error) in &self.refused {
            all.push((*position, error));
        }
        let failure = |place: usize| {
            let (position, error) = all[place];
            let key = record(position as usize).ok().and_then(|row| self.rows.key_of(&row));
            let key = key.map_or(JsValue::UNDEFINED, |key| key.to_js());
            BulkFailure { position, key, error: error.clone().at(position) }
        };
        sorted_places(&all, |(a, _), (b, _)| a.cmp(b)).into_iter().map(failure).collect()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if self.tally.all_settled.has_happened() {
            return;
        }
        for request in self.requests.iter() {
            let request: IdbRequest = request.unchecked_into();
            request.set_onsuccess(None);
            request.set_onerror(None);
        }
    }
}

/// Why it ended before its time, and what is on disk.
fn partial(report: &BulkReport, source: Error) -> Error {
    ErrorKind::Partial { saved: report.saved, source }.into()
}
