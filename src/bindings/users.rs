//! Users who may sign in while the server is away.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::decode::text;
use super::{JsOfflineDb, decoded, encode, promise_of};
use crate::offline_db::then;

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// Inserts a user, or updates the one with this login, who keeps the id.
    #[wasm_bindgen(js_name = saveUser, unchecked_return_type = "Promise<SavedUser>")]
    pub fn save_user(&self, #[wasm_bindgen(unchecked_param_type = "UserInput")] user: JsValue) -> Promise {
        promise_of(then(self.0.save_user(user), encode::saved_user))
    }

    /// The user, undefined when there is none.
    #[wasm_bindgen(js_name = getUser, unchecked_return_type = "Promise<UserRecord | undefined>")]
    pub fn get_user(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(self.0.get_user(id))
    }

    /// The user with this login, undefined when there is none.
    #[wasm_bindgen(js_name = getUserByLogin, unchecked_return_type = "Promise<UserRecord | undefined>")]
    pub fn get_user_by_login(&self, #[wasm_bindgen(unchecked_param_type = "string")] login: JsValue) -> Promise {
        decoded(|| Ok(self.0.get_user_by_login(&text("login", &login)?)))
    }

    /// Every user.
    #[wasm_bindgen(js_name = getAllUsers, unchecked_return_type = "Promise<UserRecord[]>")]
    pub fn get_all_users(&self) -> Promise {
        promise_of(self.0.get_all_users())
    }
}
