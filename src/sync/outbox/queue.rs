//! Putting something into the outbox: the row, its place in the sequence and, for a sale, the order, in one transaction.

use std::cell::Cell;

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

use super::commit_again::{self, Committed};
use super::entry::uuid_of;
use super::{Outbox, STORE, unsynced};
use crate::clock;
use crate::error::{Error, Result};
use crate::global::text;
use crate::model::{ConfigEntry, Order};
use crate::offline_db::new_key;
use crate::row::{Row, describe};
use crate::schema::SEQUENCE_KEY;
use crate::store::{KeyValue, Record, WriteRows, WriteTx};
use crate::sync::plan::State;
use crate::{offline_db, stamp};

/// A clock that was this far ahead was wrong, and is not followed any longer.
const CLOCK_WAS_WRONG_MS: f64 = clock::DAY_MS;

/// What is queued.
#[derive(Debug)]
pub struct Enqueue {
    kind: String,
    data: JsValue,
    after: Option<String>,
    /// Saved in `orders` together with the row.
    order: Option<Row>,
}

/// What was queued is on disk, committed strictly.
#[derive(Debug, Clone)]
pub struct Receipt {
    /// How many copies of it are on disk: that of the database and, unless something is wrong, the journal's.
    pub copies: u32,
    /// Primary key of the row.
    pub id: String,
    /// Idempotency key.
    pub uuid: String,
    /// Counts from 1 on this till, without a gap.
    pub sequence: f64,
    /// In milliseconds since 1970.
    pub committed_at: f64,
}

impl Enqueue {
    /// Data of a type; `after` is the id or uuid of a row that has to reach the server first.
    pub fn new(kind: &str, data: JsValue, after: Option<String>) -> Enqueue {
        Enqueue { kind: kind.into(), data, after, order: None }
    }

    /// An order with its lines and payments, in the form in which it is sent.
    ///
    /// # Errors
    /// `InvalidRecord` when it is no object, `InvalidArgument` when lines or payments are no arrays.
    pub fn sale(order: &JsValue, lines: &JsValue, payments: &JsValue, after: Option<String>) -> Result<Enqueue> {
        let data = Row::copy_of(order)?;
        if text(data.as_js(), "uuid").is_none() {
            data.set("uuid", offline_db::new_uuid());
        }
        for (name, field, given) in [("lines", "lines", lines), ("payments", "payment_ids", payments)] {
            if !given.is_undefined() && !given.is_null() {
                data.set(field, commands(name, given)?);
            }
        }
        let order = offline_db::order_row(data.as_js())?;
        Ok(Enqueue { order: Some(order), ..Enqueue::new(Order::KIND, data.into(), after) })
    }
}

/// Plain objects as Odoo's command for a new record, `[0, 0, values]`.
fn commands(name: &str, given: &JsValue) -> Result<Array> {
    if !Array::is_array(given) {
        return Err(Error::argument(name, format!("must be an array, got {}", describe(given))));
    }
    let commands = Array::new();
    for item in Array::from(given).iter() {
        let is_command = Array::is_array(&item);
        commands.push(&if is_command { item } else { Array::of3(&0.into(), &0.into(), &item).into() });
    }
    Ok(commands)
}

impl Outbox {
    /// Puts something into the outbox; resolves when it is committed.
    ///
    /// # Errors
    /// `InvalidRecord` naming what cannot be stored, `Constraint` when the order's id belongs to another sale; then
    /// nothing of it is on disk, and its number in the sequence goes to the next one.
    pub async fn enqueue(&self, what: Enqueue) -> Result<Receipt> {
        self.put(what, false).await?.ok_or_else(Error::transaction_aborted)
    }

    /// Puts a sale into the outbox again that the server may have, unless it waits there already; whether it does not.
    ///
    /// # Errors
    /// As [`Outbox::enqueue`].
    pub async fn enqueue_again(&self, what: Enqueue) -> Result<bool> {
        Ok(self.put(what, true).await?.is_some())
    }

    async fn put(&self, what: Enqueue, again: bool) -> Result<Option<Receipt>> {
        let Enqueue { kind, data, after, order } = what;
        let uuid = text(&data, "uuid").unwrap_or_else(offline_db::new_uuid);
        let id = if order.is_some() { commit_again::row_id(&uuid) } else { new_key(&kind) };
        let row = Row::of(&[
            ("id", id.as_str().into()),
            ("type", kind.into()),
            ("uuid", uuid.as_str().into()),
            ("data", data),
            ("args", Array::new().into()),
            ("state", State::Pending.as_str().into()),
            ("attempts", 0.into()),
            ("after", after.into()),
            ("uncertain", again.into()),
        ]);
        let row = stamp::for_disk(row.as_js(), self.db.database().schema().store(STORE)?)?;
        let all = [STORE, ConfigEntry::STORE, Order::STORE];
        let stores = if order.is_some() { &all[..] } else { &all[..2] };
        let copies = Cell::default();
        let sequence = self
            .db
            .database()
            .write(stores, async |tx| {
                copies.set(tx.copies());
                if again && waits(&tx.rows(STORE)?, &row).await? {
                    return Ok(None);
                }
                let known = match &order {
                    Some(order) => commit_again::look_up(tx, &row, order).await?,
                    None => Committed::Queued { number: None },
                };
                let row = match known {
                    Committed::Kept(known) => known,
                    Committed::Queued { number } => {
                        queue(tx, &row, number).await?;
                        row.clone()
                    }
                };
                tx.rows(STORE)?.put(row.as_js())?;
                let sequence = row.number("sequence");
                if let Some(order) = &order {
                    order.set("sequence", sequence);
                    tx.rows(Order::STORE)?.put(order.as_js())?;
                }
                Ok(Some(sequence))
            })
            .await?;
        let copies = 1 + copies.take().get();
        Ok(sequence.map(|sequence| Receipt { copies, id, uuid, sequence, committed_at: clock::now_ms() }))
    }
}

impl Outbox {
    /// Has the sequence go on after `highest`, unless it is there already.
    ///
    /// # Errors
    /// Of the database.
    pub async fn raise_sequence(&self, highest: f64) -> Result<()> {
        self.db
            .database()
            .write(&[ConfigEntry::STORE], async |tx| {
                let last = last_number(tx).await?;
                if last.number("last") < highest {
                    last.set("last", highest);
                    tx.rows(ConfigEntry::STORE)?.put(offline_db::config_row(SEQUENCE_KEY, last.as_js()).as_js())?;
                }
                Ok(())
            })
            .await
    }
}

/// Whether a row with this uuid waits already.
async fn waits(rows: &WriteRows, row: &Row) -> Result<bool> {
    let uuid = row.get("uuid").as_string();
    Ok(unsynced(rows, None).await?.iter().any(|known| uuid_of(&Row::owned(known)) == uuid))
}

/// Gives a row the next number of the sequence, and a time after that of the row before, so that the order of time is
/// the order of the sequence even within a millisecond.
pub(super) async fn number(tx: &WriteTx, row: &Row) -> Result<()> {
    queue(tx, row, None).await
}

/// As [`number`], but under the number that a sale has been given before, if it has.
async fn queue(tx: &WriteTx, row: &Row, own: Option<f64>) -> Result<()> {
    let last = last_number(tx).await?;
    let sequence = own.unwrap_or_else(|| last.number("last") + 1.0);
    let now = clock::now_ms();
    let after = last.number("at") + 1.0;
    let at = if after > now + CLOCK_WAS_WRONG_MS { now } else { now.max(after) };
    last.set("last", sequence.max(last.number("last")));
    last.set("at", at);
    tx.rows(ConfigEntry::STORE)?.put(offline_db::config_row(SEQUENCE_KEY, last.as_js()).as_js())?;
    row.set("sequence", sequence);
    row.set("created_at", clock::iso(at));
    Ok(())
}

/// Returns the number and the time that were given last, as `last` and `at`; an empty row before the first.
async fn last_number(tx: &WriteTx) -> Result<Row> {
    let stored = tx.rows(ConfigEntry::STORE)?.get(&KeyValue::Text(SEQUENCE_KEY.into()))?.await?;
    let last = if stored.is_object() { Row::owned(stored).get("value") } else { JsValue::UNDEFINED };
    Ok(Row::owned(if last.is_object() { last } else { Object::new().unchecked_into() }))
}
