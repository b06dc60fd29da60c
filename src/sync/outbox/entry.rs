//! A row of the outbox: reading what the library keeps in it, and writing it.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::error::Result;
use crate::offline_db::new_uuid;
use crate::row::{Row, text_of};
use crate::store::KeyValue;
use crate::sync::plan::{Candidate, State};
use crate::sync::policy::{Outcome, Trial};
use crate::{clock, global};

/// A row that is being sent.
#[derive(Debug, Clone)]
pub struct Item {
    /// As read from disk.
    pub(super) row: Row,
    /// Idempotency key.
    pub uuid: String,
    /// What it is to the server.
    pub kind: String,
    /// This time too.
    pub trial: Trial,
    /// Whether the server may have an older form of it under the same uuid, so that asking it proves nothing.
    replaces: bool,
}

impl Item {
    pub(super) fn of(row: Row) -> Item {
        let trial = Trial {
            attempts: row.number("attempts") as u32 + 1,
            senseless: row.number("senseless") as u32,
            uncertain: row.get("uncertain").is_truthy(),
        };
        // Saved with the lease, before it is sent.
        row.set("uuid", uuid_of(&row).unwrap_or_else(new_uuid));
        Item {
            uuid: text(&row, "uuid"),
            kind: text(&row, "type"),
            trial,
            replaces: row.get("replaces").is_truthy(),
            row,
        }
    }

    /// Whether it is asked for before it is sent, because the server may have it.
    pub fn asks_first(&self) -> bool {
        self.trial.uncertain && self.is_known_by_uuid()
    }

    /// Whether the server has the item when it has its uuid.
    pub fn is_known_by_uuid(&self) -> bool {
        !self.replaces
    }

    /// Whether a row on disk is still what was taken from there to be sent.
    pub(super) fn is(&self, row: &Row) -> bool {
        ["revision", "created_at"].iter().all(|field| self.row.get(field) == row.get(field))
    }

    /// The primary key.
    pub fn id(&self) -> JsValue {
        self.row.get("id")
    }

    /// What was given to be sent.
    pub fn data(&self) -> JsValue {
        self.row.get("data")
    }

    /// Whether an array of uuids has that of the row.
    pub fn is_among(&self, uuids: &Array) -> bool {
        uuids.includes(&self.uuid.as_str().into(), 0)
    }

    /// The data with the uuid of the row, which the server tells it apart by.
    pub fn data_with_uuid(&self) -> Result<JsValue> {
        let data = Row::copy_of(&self.data())?;
        data.set("uuid", self.uuid.as_str());
        Ok(data.into())
    }

    pub(super) fn key(&self) -> Result<KeyValue> {
        KeyValue::argument("id", &self.id())
    }
}

/// What the plan needs of a row.
pub(super) fn candidate(row: &Row) -> Candidate {
    let time = |name: &str| clock::read_ms(&row.get(name));
    Candidate {
        id: text_of(&row.get("id")),
        uuid: uuid_of(row).unwrap_or_default(),
        after: row.get("after").as_string(),
        kind: text(row, "type"),
        state: State::of(row.get("state").as_string().as_deref()),
        attempts: row.number("attempts") as u32,
        last_attempt: time("last_attempt"),
        next_attempt: time("next_attempt"),
        lease_until: time("lease_until"),
    }
}

/// Gives a row other data, under the same uuid and number. What is being sent meanwhile is an older form of it.
pub(super) fn replace(row: &Row, by: &Row) {
    let state = State::of(row.get("state").as_string().as_deref());
    let may_be_known = state == State::InFlight || row.get("uncertain").is_truthy();
    row.set("replaces", row.get("replaces").is_truthy() || may_be_known);
    row.set("data", by.get("data"));
    row.set("after", by.get("after"));
    if state == State::Rejected {
        reopen(row);
    }
    revise(row);
}

/// Says that the data of a row is not what it was when it may have been taken to be sent.
pub(super) fn revise(row: &Row) {
    row.set("revision", row.number("revision") + 1.0);
}

/// Has a row wait as if it had never been sent.
pub(super) fn reopen(row: &Row) {
    release(row);
    row.set("state", State::Pending.as_str());
    row.set("attempts", 0);
    row.set("senseless", 0);
}

/// Nobody sends it, and it need not wait.
pub(super) fn release(row: &Row) {
    for name in ["lease_owner", "lease_until", "next_attempt"] {
        row.set(name, JsValue::NULL);
    }
}

/// Ends the time in flight, and keeps what came of it.
pub(super) fn unlease(row: &Row, trial: Trial, outcome: &Outcome) {
    row.set("attempts", trial.attempts);
    row.set("senseless", trial.senseless);
    row.set("uncertain", trial.uncertain);
    release(row);
    let said = |text: &str| if outcome.kind.is_done() { JsValue::NULL } else { text.into() };
    row.set("error_type", said(outcome.kind.as_str()));
    row.set("last_error", said(&outcome.message));
}

/// The row of `sync_errors` about an item that is set aside.
pub(super) fn error_row(item: &Item, outcome: &Outcome) -> JsValue {
    let context = Row::new();
    context.set("type", item.kind.as_str());
    context.set("uuid", item.uuid.as_str());
    let row = Row::new();
    row.set("transaction_id", item.id());
    row.set("error_message", outcome.message.as_str());
    row.set("error_type", outcome.kind.as_str());
    row.set("attempts", item.trial.attempts);
    row.set("context", context);
    row.into()
}

fn text(row: &Row, field: &str) -> String {
    row.get(field).as_string().unwrap_or_default()
}

/// What the server tells the row apart by. A row that was not queued here has a uuid that was made for the row, and the
/// sale, in its data, may have one of its own.
pub(in crate::sync) fn uuid_of(row: &Row) -> Option<String> {
    let of_row = || global::text(row.as_js(), "uuid");
    if row.has("sequence") {
        return of_row();
    }
    global::text(&row.get("data"), "uuid").or_else(of_row)
}
