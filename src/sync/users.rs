//! The users who may sign in while the server is away: the server's list, saved in one transaction.

use futures::future::FutureExt;
use js_sys::Array;

use super::task::joined;
use crate::clock;
use crate::error::{Error, Result};
use crate::model::{ConfigEntry, User};
use crate::offline_db::{OfflineDb, config_row};
use crate::row::{Row, describe};
use crate::store::{KeyValue, ReadRows, Record, Select};

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
    let (mut report, users, puts) = db
        .database()
        .write(&[STORE, ConfigEntry::STORE], async |tx| {
            let rows = tx.rows(STORE)?;
            let mut report = UsersReport::default();
            let wanted = read(list, &mut report);
            let stored = stored(&rows).await?;
            let prune = prune && !wanted.is_empty();
            // What stands in the way goes first: the index of logins is unique at every moment.
            for known in &stored {
                let is_named = wanted.iter().any(|user| user.key == known.key || user.login == known.login);
                let stays = wanted.iter().any(|user| user.key == known.key && user.login == known.login);
                if is_named && !stays || !is_named && prune {
                    rows.delete(&known.key)?;
                    report.pruned += u32::from(!is_named);
                }
            }
            let (mut users, mut puts) = (Vec::new(), Vec::new());
            for user in &wanted {
                let before = stored.iter().find(|known| known.login == user.login);
                let merged = match before {
                    Some(before) => Row::copy_of(before.row.as_js())?,
                    None => Row::of(&[]),
                };
                merged.merge(user.row.as_js())?;
                merged.set("cached_at", clock::now_iso());
                match rows.put(merged.as_js()) {
                    Ok(request) => {
                        puts.push(async { request.await.map(|_| true) }.boxed_local());
                        users.push((user.position, user.login.clone()));
                    }
                    Err(error) => {
                        // Unless somebody else has the old id now.
                        if let Some(before) = before
                            && !wanted.iter().any(|other| other.key == before.key && other.login != user.login)
                        {
                            rows.put(before.row.as_js())?;
                        }
                        report.failures.push(user.failed(error));
                    }
                }
            }
            tx.rows(ConfigEntry::STORE)?.put(config_row(LAST_SYNC, &clock::now_iso().into()).as_js())?;
            Ok((report, users, puts))
        })
        .await?;
    // Joined after the commit was asked for: a request has its result until then, and the commit need not wait for us.
    for ((position, login), result) in users.into_iter().zip(joined(puts).await) {
        match result {
            Ok(_) => report.saved += 1,
            Err(error) => report.failures.push(UserFailure { position, login: Some(login), error }),
        }
    }
    web_sys::console::log_1(&format!("Batch saved {} users", report.saved).into());
    Ok(report)
}

impl Wanted {
    fn failed(&self, error: Error) -> UserFailure {
        UserFailure { position: self.position, login: Some(self.login.clone()), error }
    }
}

/// The users of the list who have an id and a login of their own; the others are failures.
fn read(list: &Array, report: &mut UsersReport) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    for (position, value) in (0..).zip(list.iter()) {
        let login = Row::copy_of(&value).ok().and_then(|row| row.get("login").as_string());
        let user = (|| {
            let row = Row::copy_of(&value)?;
            let login = login.clone().filter(|login| !login.is_empty()).ok_or_else(|| {
                Error::field("login", format!("a user needs a login, got {}", describe(&row.get("login"))))
            })?;
            let key = KeyValue::argument("id", &row.get("id"))?;
            if wanted.iter().any(|other| other.key == key || other.login == login) {
                return Err(Error::field("login", format!("the list names the id or the login '{login}' twice")));
            }
            Ok(Wanted { position, key, login, row })
        })();
        match user {
            Ok(user) => wanted.push(user),
            Err(error) => report.failures.push(UserFailure { position, login, error }),
        }
    }
    wanted
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
