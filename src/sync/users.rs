//! The users who may sign in while the server is away: the server's list, saved in one transaction.

use futures::future::FutureExt;
use js_sys::Array;

use super::task::joined;
use crate::clock;
use crate::error::{Error, Result};
use crate::model::User;
use crate::offline_db::{OfflineDb, Operation};
use crate::row::{Row, describe};
use crate::store::{KeyValue, ReadRows, Record, Select, WriteRows};

const STORE: &str = User::STORE;

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

/// Saves the server's users. The list decides who has which id and which login: a login that has moved to another id
/// takes its local fields along, whoever else holds one of its ids or logins makes room. A user who cannot be saved is
/// reported and leaves what was there. With `prune`, users that the list does not name are removed, unless it names none.
pub(super) async fn save_all(db: &OfflineDb, list: &Array, prune: bool) -> Result<UsersReport> {
    let report = db
        .database()
        .write(&[STORE], async |tx| {
            let rows = tx.rows(STORE)?;
            let mut report = UsersReport::default();
            let wanted = read(list, &mut report);
            let stored = stored(&rows).await?;
            let (users, puts) = replace(&rows, wanted, &stored, prune, &mut report)?;
            for (user, result) in users.into_iter().zip(joined(puts).await) {
                match result {
                    Ok(_) => report.saved += 1,
                    Err(error) => report.failures.push(user.failed(error)),
                }
            }
            Ok(report)
        })
        .await?;
    web_sys::console::log_1(&format!("Batch saved {} users", report.saved).into());
    Ok(report)
}

/// Makes room for the users of the list and puts them; those that are being put, with their requests.
fn replace(
    rows: &WriteRows,
    wanted: Vec<Wanted>,
    stored: &[(KeyValue, Row)],
    prune: bool,
    report: &mut UsersReport,
) -> Result<(Vec<Wanted>, Vec<Operation<bool>>)> {
    // What stands in the way goes first: the index of logins is unique at every moment.
    for (key, row) in stored {
        let login = row.get("login").as_string();
        let is_named = wanted.iter().any(|user| user.key == *key || Some(&user.login) == login.as_ref());
        if is_named || prune && !wanted.is_empty() {
            rows.delete(key)?;
            report.pruned += u32::from(!is_named);
        }
    }
    let (mut users, mut puts) = (Vec::new(), Vec::new());
    for user in wanted {
        let before = stored.iter().find(|(_, row)| row.get("login").as_string().as_ref() == Some(&user.login));
        let merged = Row::new();
        if let Some((_, before)) = before {
            merged.merge(before.as_js())?;
        }
        merged.merge(user.row.as_js())?;
        merged.set("cached_at", clock::now_iso());
        match rows.put(merged.as_js()) {
            Ok(request) => {
                puts.push(async { request.await.map(|_| true) }.boxed_local());
                users.push(user);
            }
            Err(error) => {
                if let Some((_, before)) = before {
                    rows.put(before.as_js())?;
                }
                report.failures.push(user.failed(error));
            }
        }
    }
    Ok((users, puts))
}

impl Wanted {
    fn failed(self, error: Error) -> UserFailure {
        UserFailure { position: self.position, login: Some(self.login), error }
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

async fn stored(rows: &ReadRows) -> Result<Vec<(KeyValue, Row)>> {
    let all = rows.select(&Select::all()).await?.rows;
    let mut stored = Vec::new();
    for row in all.iter() {
        if let Some(key) = rows.key_of(&row) {
            stored.push((key, Row::owned(row)));
        }
    }
    Ok(stored)
}
