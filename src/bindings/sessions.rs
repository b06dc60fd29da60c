//! Cashier sessions.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{JsOfflineDb, decoded, promise_of};
use crate::offline_db::{Cutoff, SHORT_DAYS};

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Saves a session with `lastAccessed` now, its `created` kept; resolves with its key.
    #[wasm_bindgen(js_name = saveSession, unchecked_return_type = "Promise<RecordKey>")]
    pub fn save_session(&self, #[wasm_bindgen(unchecked_param_type = "SessionInput")] session: JsValue) -> Promise {
        promise_of(self.0.save_session(session))
    }

    /// The session, undefined when there is none.
    #[wasm_bindgen(js_name = getSession, unchecked_return_type = "Promise<SessionRecord | undefined>")]
    pub fn get_session(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(self.0.get_session(id))
    }

    /// The most recently accessed session that has a user, else null.
    #[wasm_bindgen(js_name = getActiveSession, unchecked_return_type = "Promise<SessionRecord | null>")]
    pub fn get_active_session(&self) -> Promise {
        promise_of(self.0.get_active_session())
    }

    /// Touches `lastAccessed`; resolves whether the session exists.
    #[wasm_bindgen(js_name = updateSessionAccess, unchecked_return_type = "Promise<boolean>")]
    pub fn update_session_access(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(self.0.update_session_access(id))
    }

    /// Deletes sessions created more than `days` (7) ago; resolves how many.
    #[wasm_bindgen(js_name = clearOldSessions, unchecked_return_type = "Promise<number>")]
    pub fn clear_old_sessions(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] days: JsValue,
    ) -> Promise {
        decoded(|| Ok(self.0.clear_old_sessions(Cutoff::days(&days, SHORT_DAYS)?)))
    }
}
