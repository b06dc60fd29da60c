//! What the server has refused: listed, tried again, corrected or, by an explicit call of the user's alone, discarded.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{Outbox, STORE, fresh, unsynced};
use crate::error::{Error, Result};
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
        Ok(rows.iter().filter(|row| is_rejected(&Row::owned(row.clone()))).collect())
    }

    /// Sends every row again that is set aside; how many.
    pub async fn retry_all(&self) -> Result<u32> {
        self.db
            .database()
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let mut count = 0;
                for row in unsynced(&rows, None).await?.iter().map(Row::owned).filter(is_rejected) {
                    retry(&rows, &row)?;
                    count += 1;
                }
                Ok(count)
            })
            .await
    }

    /// Does with one row that is set aside what the user has decided.
    ///
    /// # Errors
    /// `NotFound` when there is no such row, `InvalidArgument` when it is not set aside, `InvalidRecord` when the data
    /// cannot be stored.
    pub async fn decide(&self, id: &JsValue, decision: Decision) -> Result<()> {
        let key = KeyValue::argument("id", id)?;
        self.db
            .database()
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let stored = rows.get(&key)?.await?;
                if stored.is_undefined() {
                    return Err(Error::NotFound { store: STORE.into(), key: describe(id) });
                }
                let row = Row::owned(stored);
                if !is_rejected(&row) {
                    let why = format!("{} is not rejected: it is on its way to the server", describe(id));
                    return Err(Error::argument("id", why));
                }
                match &decision {
                    Decision::Retry => retry(&rows, &row),
                    Decision::Edit(data) => {
                        row.set("data", data);
                        retry(&rows, &row)
                    }
                    Decision::Discard => rows.delete(&key),
                }
            })
            .await
    }
}

fn is_rejected(row: &Row) -> bool {
    State::of(row.get("state").as_string().as_deref()) == State::Rejected
}

fn retry(rows: &WriteRows, row: &Row) -> Result<()> {
    let trial = fresh(row.get("uncertain").is_truthy());
    row.set("state", State::Pending.as_str());
    row.set("attempts", trial.attempts);
    row.set("senseless", trial.senseless);
    row.set("next_attempt", JsValue::NULL);
    rows.put(row.as_js()).map(drop)
}
