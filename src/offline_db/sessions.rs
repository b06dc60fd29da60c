//! Cashier sessions.

use wasm_bindgen::JsValue;

use super::OfflineDb;
use super::age::Cutoff;
use super::generic::delete_where;
use super::identity::new_key;
use crate::clock;
use crate::error::Result;
use crate::model::Session;
use crate::row::Row;
use crate::store::{KeyValue, Record, Select};

const STORE: &str = Session::STORE;

impl OfflineDb {
    /// Saves a session with `lastAccessed` now; `created` is kept, that of the row on disk too. Resolves with its key.
    pub async fn save_session(&self, session: &JsValue) -> Result<JsValue> {
        let row = Row::copy_of(session)?;
        row.set_default("id", || new_key("session"));
        let key = KeyValue::argument("id", &row.get("id"))?;
        row.set("lastAccessed", clock::now_iso());
        self.database
            .write(&[STORE], async |tx| {
                let rows = tx.rows(STORE)?;
                let stored = rows.get(&key)?.await?;
                if stored.is_object() {
                    row.set_default("created", || Row::owned(stored).get("created"));
                }
                row.set_default("created", clock::now_iso);
                rows.put(row.as_js())?.await
            })
            .await
    }

    /// The session, `undefined` when there is none.
    pub async fn get_session(&self, id: &JsValue) -> Result<JsValue> {
        self.get(STORE, id).await
    }

    /// The most recently accessed session that has a user, else `null`.
    pub async fn get_active_session(&self) -> Result<JsValue> {
        let mut latest: Option<(f64, JsValue)> = None;
        for session in self.select(STORE, &Select::all()).await?.iter() {
            let row = Row::owned(session.clone());
            let user_data = row.get("user_data");
            let has_user = row.has("user_id") || user_data.is_object() && Row::owned(user_data).has("id");
            let accessed = clock::read_ms(&row.get("lastAccessed")).unwrap_or(f64::NEG_INFINITY);
            if has_user && latest.as_ref().is_none_or(|(time, _)| accessed >= *time) {
                latest = Some((accessed, session));
            }
        }
        Ok(latest.map_or(JsValue::NULL, |(_, session)| session))
    }

    /// Touches `lastAccessed`; whether the session exists.
    pub async fn update_session_access(&self, id: &JsValue) -> Result<bool> {
        let touched = self.change(STORE, id, |row| row.set("lastAccessed", clock::now_iso())).await?;
        Ok(touched.is_some())
    }

    /// Deletes the sessions created before the cutoff; how many.
    pub async fn clear_old_sessions(&self, cutoff: Cutoff) -> Result<u32> {
        self.database
            .write(&[STORE], async |tx| {
                delete_where(&tx.rows(STORE)?, &Select::all(), |row| cutoff.is_before(&row.get("created"))).await
            })
            .await
    }
}
