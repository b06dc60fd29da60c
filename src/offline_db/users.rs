//! Users who may sign in while the server is away.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::identity::new_key;
use super::{OfflineDb, Operation};
use crate::clock;
use crate::error::{Error, ErrorKind};
use crate::global::text;
use crate::model::User;
use crate::row::{Row, describe};
use crate::store::{Bounds, KeyValue, Record, Select};

const STORE: &str = User::STORE;

/// What became of a saved user.
#[derive(Debug, Clone)]
pub struct SavedUser {
    /// The primary key: that of the row with this login, if there was one.
    pub id: JsValue,
    /// The login.
    pub login: String,
    /// Whether a row with this login existed.
    pub is_update: bool,
}

impl OfflineDb {
    /// Inserts a user, or updates the row that has this login, whose id and other fields stay.
    ///
    /// # Errors
    /// `InvalidRecord` without a login; `Constraint` when the id belongs to a user with another login.
    pub fn save_user(&self, user: JsValue) -> Operation<SavedUser> {
        let database = self.database.clone();
        Box::pin(async move {
            let row = Row::copy_of(&user)?;
            let login = text(row.as_js(), "login").ok_or_else(|| {
                Error::field("login", format!("a user needs a login, got {}", describe(&row.get("login"))))
            })?;
            row.set("cached_at", clock::now_iso());
            database
                .write(&[STORE], async |tx| {
                    let rows = tx.rows(STORE)?;
                    let known = rows.select(&by_login(&login).limit(1)).await?.rows.get(0);
                    if known.is_object() {
                        let known = Row::owned(known);
                        let id = known.get("id");
                        known.merge(row.as_js())?;
                        known.set("id", &id);
                        rows.put(known.as_js())?;
                        return Ok(SavedUser { id, login: login.clone(), is_update: true });
                    }
                    row.set_default("id", || new_key("user"));
                    let id = row.get("id");
                    let owner = rows.get(&KeyValue::argument("id", &id)?)?.await?;
                    if owner.is_object() {
                        let other = describe(&Row::owned(owner).get("login"));
                        return Err(ErrorKind::Constraint {
                            index: Some("id".into()),
                            message: format!(
                                "user id {} belongs to the login {other}, not to '{login}'",
                                describe(&id)
                            ),
                            cause: Default::default(),
                        }
                        .into());
                    }
                    rows.put(row.as_js())?;
                    Ok(SavedUser { id, login: login.clone(), is_update: false })
                })
                .await
        })
    }

    /// The user, `undefined` when there is none.
    pub fn get_user(&self, id: JsValue) -> Operation<JsValue> {
        self.get(STORE, id)
    }

    /// The user with this login, `undefined` when there is none.
    pub fn get_user_by_login(&self, login: &str) -> Operation<JsValue> {
        self.first(STORE, by_login(login))
    }

    /// Every user.
    pub fn get_all_users(&self) -> Operation<Array> {
        self.select(STORE, Select::all())
    }
}

fn by_login(login: &str) -> Select {
    Select::index(User::LOGIN.name, Bounds::only(KeyValue::Text(login.to_owned())))
}
