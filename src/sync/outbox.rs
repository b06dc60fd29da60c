//! The outbox: rows of `transactions` on their way to the server. Every step is one strict transaction, so that a till
//! that dies between two of them knows afterwards what it was about to do.

mod commit_again;
mod dead_letters;
mod entry;
mod queue;
mod rescue;

use js_sys::Array;

use super::plan::{Plan, State};
use super::policy::{Fate, Outcome, Verdict};
use crate::clock;
use crate::error::Result;
use crate::model::{SyncError, Transaction};
use crate::offline_db::OfflineDb;
use crate::row::Row;
use crate::stamp;
use crate::store::{Bounds, KeyValue, ReadRows, Record, Select, WriteRows};

pub use dead_letters::Decision;
pub use entry::Item;
pub(in crate::sync) use entry::uuid_of;
pub use queue::{Enqueue, Receipt};
pub use rescue::{RescueFailure, RescueReport};

const STORE: &str = Transaction::STORE;

/// How many rows are looked at to find some that can be sent: most often the oldest can, all are read only when many are
/// in flight, set aside or waiting.
const LOOKS: [Option<u32>; 3] = [Some(128), Some(1_024), None];

/// The outbox of a till. Cloning gives another handle.
#[derive(Debug, Clone)]
pub struct Outbox {
    db: OfflineDb,
    /// Who sends: another manager's rows in flight are left alone.
    owner: String,
    /// How long a row is in flight before it counts as abandoned.
    lease_ms: f64,
}

/// What is sent in one request.
#[derive(Debug, Default)]
pub struct Claim {
    /// All of one type.
    pub items: Vec<Item>,
    /// When the next of the rows that were left is due, in milliseconds since 1970.
    pub next_due: Option<f64>,
}

/// What has become of an item.
#[derive(Debug)]
pub struct Settled {
    /// Which.
    pub item: Item,
    /// What became of it.
    pub outcome: Outcome,
    /// What happens to it.
    pub verdict: Verdict,
}

/// What the outbox holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// The uuids of all rows, oldest first.
    pub uuids: Vec<String>,
    /// How many are in flight.
    pub in_flight: usize,
    /// How many are set aside.
    pub rejected: usize,
    /// When the oldest was queued, in milliseconds since 1970.
    pub oldest: Option<f64>,
    /// Name of the index that served, or `scan`.
    pub index: String,
}

impl Survey {
    /// A row was queued since; another look may have come first.
    pub fn add(&mut self, uuid: String) {
        if !self.uuids.contains(&uuid) {
            self.uuids.push(uuid);
        }
    }

    /// A row has left since.
    pub fn remove(&mut self, uuid: &str) {
        self.uuids.retain(|known| known != uuid);
    }
}

impl Outbox {
    /// The outbox of a database.
    pub fn new(db: OfflineDb, owner: String, lease_ms: f64) -> Outbox {
        Outbox { db, owner, lease_ms }
    }

    /// Takes the next rows to send, and says on disk that they are being sent, before they are.
    pub async fn claim(&self, eager_since: Option<f64>, batch: &dyn Fn(&str) -> usize) -> Result<Claim> {
        self.db
            .database()
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let now = clock::now_ms();
                for limit in LOOKS {
                    let waiting = unsynced(&rows, limit).await?;
                    let plan = Plan::new(now, self.lease_ms, eager_since, batch);
                    let claim = self.take(&rows, &waiting, plan, now)?;
                    if !claim.items.is_empty() || limit.is_none_or(|limit| waiting.length() < limit) {
                        return Ok(claim);
                    }
                }
                Ok(Claim::default())
            })
            .await
    }

    /// Takes those of the rows that go with the next request.
    fn take(&self, rows: &WriteRows, waiting: &Array, mut plan: Plan<'_>, now: f64) -> Result<Claim> {
        let mut items = Vec::new();
        for row in waiting.iter() {
            let row = Row::owned(row);
            if plan.take(&entry::candidate(&row)) {
                items.push(self.lease(rows, row, now)?);
            }
            if plan.is_full() {
                break;
            }
        }
        Ok(Claim { items, next_due: plan.next_due() })
    }

    fn lease(&self, rows: &WriteRows, row: Row, now: f64) -> Result<Item> {
        let item = Item::of(row);
        let row = &item.row;
        row.set("state", State::InFlight.as_str());
        row.set("attempts", item.trial.attempts);
        row.set("last_attempt", clock::iso(now));
        // Should nobody be here to hear the answer, the next one asks first.
        row.set("uncertain", true);
        row.set("lease_owner", self.owner.as_str());
        row.set("lease_until", clock::iso(now + self.lease_ms));
        rows.put(row.as_js())?;
        Ok(item)
    }

    /// Goes on with rows in flight: nobody else takes them for another lease. Gives those that are still ours: a computer
    /// may have slept, and somebody else taken over.
    pub async fn renew(&self, items: Vec<Item>) -> Result<Vec<Item>> {
        let until = clock::iso(clock::now_ms() + self.lease_ms);
        self.db
            .database()
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let mut ours = Vec::new();
                for item in &items {
                    let Some(row) = self.stored(&rows, item, true).await? else { continue };
                    row.set("lease_until", until.as_str());
                    rows.put(row.as_js())?;
                    ours.push(item.clone());
                }
                Ok(ours)
            })
            .await
    }

    /// Keeps what became of items: what the server has leaves the outbox (or stays as `synced`), what it refuses is set
    /// aside with its words, anything else waits. An item whose row was changed while it was sent waits in its new form. Gives
    /// for each item whether it was kept what became of it.
    pub async fn settle(&self, settled: &[Settled], keep_synced: bool) -> Result<Vec<bool>> {
        self.db
            .database()
            .write(&[STORE, SyncError::STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let errors = tx.rows(SyncError::STORE)?;
                let mut kept = Vec::new();
                for settled in settled {
                    let is_done = settled.verdict.fate == Fate::Done;
                    let row = self.stored(&rows, &settled.item, !is_done).await?;
                    let is_changed = row.as_ref().is_some_and(|row| !settled.item.is(row));
                    kept.push(!is_changed);
                    match row {
                        Some(row) if is_changed => self.reopen(&rows, &row)?,
                        Some(_) if is_done && !keep_synced => rows.delete(&settled.item.key()?)?,
                        Some(row) => self.keep(&rows, &errors, &row, settled)?,
                        None => {}
                    }
                }
                Ok(kept)
            })
            .await
    }

    /// Has a row wait that was changed while this manager sent it.
    fn reopen(&self, rows: &WriteRows, row: &Row) -> Result<()> {
        if self.sends(row) {
            entry::reopen(row);
            rows.put(row.as_js())?;
        }
        Ok(())
    }

    fn keep(&self, rows: &WriteRows, errors: &WriteRows, row: &Row, settled: &Settled) -> Result<()> {
        let Settled { item, outcome, verdict } = settled;
        entry::unlease(row, verdict.trial, outcome);
        match verdict.fate {
            Fate::Done => {
                row.set("state", "synced");
                row.set("synced", 1);
                row.set("synced_at", clock::now_iso());
            }
            Fate::Retry { at } => {
                row.set("state", State::Pending.as_str());
                row.set("next_attempt", clock::iso(at));
            }
            Fate::DeadLetter => {
                row.set("state", State::Rejected.as_str());
                row.set("rejected_at", clock::now_iso());
                errors.put(stamp::for_disk(&entry::error_row(item, outcome), errors.schema())?.as_js())?;
            }
        }
        rows.put(row.as_js()).map(drop)
    }

    /// What the outbox holds.
    pub async fn survey(&self) -> Result<Survey> {
        self.db
            .database()
            .read(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let index = rows.explain(&waiting(None))?.as_str().to_owned();
                let mut survey = Survey { index, ..Survey::default() };
                for row in unsynced(&rows, None).await?.iter() {
                    let row = Row::owned(row);
                    match State::of(row.get("state").as_string().as_deref()) {
                        State::Pending => {}
                        State::InFlight => survey.in_flight += 1,
                        State::Rejected => survey.rejected += 1,
                    }
                    if survey.oldest.is_none() {
                        survey.oldest = clock::read_ms(&row.get("created_at"));
                    }
                    survey.uuids.push(row.get("uuid").as_string().unwrap_or_default());
                }
                Ok(survey)
            })
            .await
    }

    /// The row of an item, unless somebody has removed it; if it has to be `ours`, unless somebody else sends it by now.
    async fn stored(&self, rows: &ReadRows, item: &Item, ours: bool) -> Result<Option<Row>> {
        let stored = rows.get(&item.key()?)?.await?;
        if !stored.is_object() {
            return Ok(None);
        }
        let row = Row::owned(stored);
        Ok((self.sends(&row) || !ours).then_some(row))
    }

    /// Whether this manager is the one that sends a row.
    fn sends(&self, row: &Row) -> bool {
        row.get("lease_owner").as_string().as_deref() == Some(&self.owner)
    }
}

/// The query for rows that the server has not confirmed, oldest first.
fn waiting(limit: Option<u32>) -> Select {
    let bounds = Bounds::prefix(vec![KeyValue::Number(0.0)]);
    Select { limit, ..Select::index(Transaction::SYNCED_CREATED.name, bounds) }
}

async fn unsynced(rows: &ReadRows, limit: Option<u32>) -> Result<Array> {
    Ok(rows.select(&waiting(limit)).await?.rows)
}
