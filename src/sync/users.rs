//! The users who may sign in while the server is away: the server's list, saved in one transaction.

use futures::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::task::joined;
use crate::clock;
use crate::error::{Error, Result};
use crate::global::{property, text};
use crate::model::{ConfigEntry, User};
use crate::offline_db::{OfflineDb, config_row};
use crate::row::{Row, describe};
use crate::store::{KeyValue, ReadRows, Record, Select, clone_of};

const STORE: &str = User::STORE;

/// A setting in `config`: when the users were last fetched.
pub(super) const LAST_SYNC: &str = "last_sync";

/// What became of a list of users.
#[derive(Debug, Default)]
pub struct UsersReport {
    /// How many are on disk.
    pub saved: u32,
    /// How many were removed because the server does not name them any more.
    pub pruned: u32,
    /// Those that could not be saved.
    pub failures: Vec<UserFailure>,
}

/// A user who could not be saved.
#[derive(Debug)]
pub struct UserFailure {
    /// Position in the list, from 0.
    pub position: u32,
    /// The login, if there is one.
    pub login: Option<String>,
    /// Why.
    pub error: Error,
}

/// A user of the list.
struct Wanted {
    position: u32,
    key: KeyValue,
    login: String,
    row: Row,
}

/// Saves the server's users, and in the same transaction when that was. The list decides who has which id and which login:
/// a login that has moved to another id takes its local fields along, whoever else holds one of its ids or logins makes
/// room. A user who cannot be saved is reported and leaves what was there. With `prune`, users that the list does not name
/// are removed, unless it names none.
pub(super) async fn save_all(db: &OfflineDb, list: &Array, prune: bool) -> Result<UsersReport> {
    let (mut report, wanted, puts) = db
        .database()
        .write(&[STORE, ConfigEntry::STORE], async |tx| {
            let rows = tx.rows(STORE)?;
            let mut report = UsersReport::default();
            let (wanted, spared) = read(list, &mut report);
            let stored = stored(&rows).await?;
            let prune = prune && !wanted.is_empty();
            // What stands in the way goes first: the index of logins is unique at every moment.
            for known in &stored {
                let is_named = wanted.iter().any(|user| user.key == known.key || user.login == known.login);
                let stays = wanted.iter().any(|user| user.key == known.key && user.login == known.login);
                let is_spared = spared
                    .iter()
                    .any(|(key, login)| key.as_ref() == Some(&known.key) || login.as_ref() == Some(&known.login));
                if is_named && !stays || !is_named && prune && !is_spared {
                    rows.delete(&known.key)?;
                    report.pruned += u32::from(!is_named);
                }
            }
            let mut puts: Vec<LocalBoxFuture<'_, Result<()>>> = Vec::new();
            for user in &wanted {
                let merged = match stored.iter().find(|known| known.login == user.login) {
                    Some(before) => Row::copy_of(before.row.as_js())?,
                    None => Row::new(),
                };
                merged.merge(user.row.as_js())?;
                merged.set("cached_at", clock::now_iso());
                let request = rows.put(merged.as_js())?;
                puts.push(Box::pin(async { request.await.map(drop) }));
            }
            tx.rows(ConfigEntry::STORE)?.put(config_row(LAST_SYNC, &clock::now_iso().into()).as_js())?;
            Ok((report, wanted, puts))
        })
        .await?;
    // Joined after the commit was asked for: a request has its result until then, and the commit need not wait for us.
    for (user, result) in wanted.into_iter().zip(joined(puts).await) {
        match result {
            Ok(_) => report.saved += 1,
            Err(error) => report.failures.push(UserFailure { position: user.position, login: Some(user.login), error }),
        }
    }
    web_sys::console::log_1(&format!("Batch saved {} users", report.saved).into());
    Ok(report)
}

/// Whom the list names in a way that cannot be stored: what is known of them stays.
type Spared = (Option<KeyValue>, Option<String>);

/// The users of the list who can be stored, with an id and a login of their own; the others are failures.
fn read(list: &Array, report: &mut UsersReport) -> (Vec<Wanted>, Vec<Spared>) {
    let (mut wanted, mut spared) = (Vec::new(), Vec::new());
    for (position, value) in (0..).zip(list.iter()) {
        match usable(position, &value, &wanted) {
            Ok(user) => wanted.push(user),
            Err(error) => {
                let login = property(&value, "login").as_string();
                spared.push((KeyValue::from_js(&property(&value, "id")), login.clone()));
                report.failures.push(UserFailure { position, login, error });
            }
        }
    }
    (wanted, spared)
}

fn usable(position: u32, value: &JsValue, others: &[Wanted]) -> Result<Wanted> {
    let row = Row::copy_of(value)?;
    let login = text(row.as_js(), "login")
        .ok_or_else(|| Error::field("login", format!("a user needs a login, got {}", describe(&row.get("login")))))?;
    let key = KeyValue::argument("id", &row.get("id"))?;
    if others.iter().any(|other| other.key == key || other.login == login) {
        return Err(Error::field("login", format!("the list names the id or the login '{login}' twice")));
    }
    // Found out before anything is deleted for it. Where the browser lacks this function, the put fails and with it the list.
    clone_of(row.as_js())?;
    Ok(Wanted { position, key, login, row })
}

/// A user on disk.
struct Known {
    key: KeyValue,
    login: String,
    row: Row,
}

async fn stored(rows: &ReadRows) -> Result<Vec<Known>> {
    let mut known = Vec::new();
    for row in rows.select(&Select::all()).await?.rows.iter() {
        if let Some(key) = rows.key_of(&row) {
            let row = Row::owned(row);
            known.push(Known { key, login: row.get("login").as_string().unwrap_or_default(), row });
        }
    }
    Ok(known)
}
