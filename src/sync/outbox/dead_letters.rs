//! What the server has refused: listed, tried again, corrected or, by an explicit call of the user's alone, discarded.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::entry::uuid_of;
use super::{Outbox, STORE, entry, unsynced};
use crate::error::{Error, ErrorKind, Result};
use crate::global::property;
use crate::row::{Row, describe};
use crate::store::{KeyValue, WriteRows};
use crate::sync::plan::State;

/// What the user decides about a dead letter.
#[derive(Debug)]
pub enum Decision {
    /// It is sent again.
    Retry,
    /// It is sent again with this data.
    Edit(JsValue),
    /// It is deleted.
    Discard,
}

impl Outbox {
    /// Every row that is set aside, oldest first.
    pub async fn rejected(&self) -> Result<Array> {
        let rows = self.db.get_pending_transactions().await?;
        Ok(rejected_of(&rows))
    }

    /// Does with one row that is set aside, or with all of them, what the user has decided; with how many.
    ///
    /// # Errors
    /// `NotFound` when there is no such row, `InvalidArgument` when it is not set aside, `InvalidRecord` when the data
    /// cannot be stored; then nothing is changed.
    pub async fn decide(&self, id: Option<JsValue>, decision: Decision) -> Result<u32> {
        let key = id.as_ref().map(|id| KeyValue::argument("id", id)).transpose()?;
        self.db
            .database()
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let chosen = match &key {
                    Some(key) => Array::of1(&rows.get(key)?.await?),
                    None => rejected_of(&unsynced(&rows, None).await?),
                };
                for row in chosen.iter() {
                    let name = || describe(id.as_ref().unwrap_or(&JsValue::UNDEFINED));
                    if row.is_undefined() {
                        return Err(ErrorKind::NotFound { store: STORE.into(), key: name() }.into());
                    }
                    if !is_rejected(&row) {
                        let why = format!("{} is not rejected: it is on its way to the server", name());
                        return Err(Error::argument("id", why));
                    }
                    carry_out(&rows, row, &decision)?;
                }
                Ok(chosen.length())
            })
            .await
    }
}

fn rejected_of(rows: &Array) -> Array {
    let rejected = Array::new();
    for row in rows.iter() {
        if is_rejected(&row) {
            rejected.push(&row);
        }
    }
    rejected
}

fn is_rejected(row: &JsValue) -> bool {
    State::of(property(row, "state").as_string().as_deref()) == State::Rejected
}

fn carry_out(rows: &WriteRows, row: JsValue, decision: &Decision) -> Result<()> {
    let row = Row::owned(row);
    match decision {
        Decision::Discard => return rows.delete(&KeyValue::argument("id", &row.get("id"))?),
        Decision::Edit(data) => {
            let (ours, theirs) = (uuid_of(&row), property(data, "uuid").as_string());
            if theirs.is_some() && theirs != ours {
                return Err(Error::field("uuid", "a correction keeps the uuid of the sale, or leaves it out"));
            }
            row.set("uuid", ours);
            row.set("data", data);
            entry::revise(&row);
        }
        Decision::Retry => {}
    }
    entry::reopen(&row);
    rows.put(row.as_js()).map(drop)
}
