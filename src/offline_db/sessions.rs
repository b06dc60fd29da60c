//! Cashier sessions.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::age::Cutoff;
use super::generic::delete_where;
use super::identity::new_key;
use super::{OfflineDb, Operation, then};
use crate::clock;
use crate::model::Session;
use crate::row::Row;
use crate::store::{KeyValue, Record, Select};

const STORE: &str = Session::STORE;

impl OfflineDb {
    /// Saves a session with `lastAccessed` now; `created` is kept, that of the row on disk too. Resolves with its key.
    pub fn save_session(&self, session: JsValue) -> Operation<JsValue> {
        let db = self.clone();
        Box::pin(async move {
            let row = Row::copy_of(&session)?;
            row.set_default("id", || new_key("session"));
            let key = KeyValue::argument("id", &row.get("id"))?;
            row.set("lastAccessed", clock::now_iso());
            let next = |stored: JsValue| {
                if stored.is_object() {
                    row.set_default("created", || Row::owned(stored).get("created"));
                }
                row.set_default("created", clock::now_iso);
                Ok(Some(row.clone()))
            };
            db.replace(STORE, &key, &next).await
        })
    }

    /// The session, `undefined` when there is none.
    pub fn get_session(&self, id: JsValue) -> Operation<JsValue> {
        self.get(STORE, id)
    }

    /// The most recently accessed session that has a user, else `null`.
    pub fn get_active_session(&self) -> Operation<JsValue> {
        then(self.select(STORE, Select::all()), latest_with_user)
    }

    /// Touches `lastAccessed`; whether the session exists.
    pub fn update_session_access(&self, id: JsValue) -> Operation<bool> {
        let touch = |row: &Row| row.set("lastAccessed", clock::now_iso());
        then(self.change(STORE, id, Box::new(touch)), |row| row.is_some())
    }

    /// Deletes the sessions created before the cutoff; how many.
    pub fn clear_old_sessions(&self, cutoff: Cutoff) -> Operation<u32> {
        let is_due = move |row: &Row| cutoff.is_before(&row.get("created"));
        delete_where(&self.database, STORE, vec![Select::all()], Box::new(is_due))
    }
}

fn latest_with_user(sessions: Array) -> JsValue {
    let mut latest: Option<(f64, JsValue)> = None;
    for session in sessions.iter() {
        let row = Row::owned(session.clone());
        let user_data = row.get("user_data");
        let has_user = row.has("user_id") || user_data.is_object() && Row::owned(user_data).has("id");
        let accessed = clock::read_ms(&row.get("lastAccessed")).unwrap_or(f64::NEG_INFINITY);
        if has_user && latest.as_ref().is_none_or(|(time, _)| accessed >= *time) {
            latest = Some((accessed, session));
        }
    }
    latest.map_or(JsValue::NULL, |(_, session)| session)
}
