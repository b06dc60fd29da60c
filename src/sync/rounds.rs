//! The phases of a round: what waits is sent, the session is touched, the users are fetched, what is old is cleaned up.

use std::rc::Rc;

use futures::future::FutureExt;
use js_sys::Array;

use super::engine::Inner;
use super::manager::SyncManager;
use super::policy::{Kind, Outcome};
use super::state::Summary;
use super::transport::Question;
use super::users::{UsersReport, save_all};
use crate::clock;
use crate::error::{Error, Result};
use crate::offline_db::Operation;
use crate::row::Row;

/// A setting in `config`: when all phases were last through.
const LAST_SYNC: &str = "last_sync";

impl SyncManager {
    /// Touches the session that is open.
    ///
    /// # Errors
    /// Of the database.
    pub fn sync_session_data(&self) -> Operation<()> {
        self.0.sync_session_data()
    }

    /// Fetches the users and saves them, all in one transaction; notes the time.
    ///
    /// # Errors
    /// Of the server or the database; then what was there stays.
    pub fn update_cached_data(&self) -> Operation<UsersReport> {
        self.0.update_cached_data()
    }

    /// Deletes what the server has confirmed some time ago, and old errors and sessions.
    ///
    /// # Errors
    /// Of the database.
    pub fn clean_up(&self) -> Operation<()> {
        self.0.clean_up()
    }
}

impl Inner {
    /// All phases, each whatever became of the one before.
    pub(super) async fn all_phases(self: &Rc<Self>) -> Summary {
        if !self.link.is_reachable() {
            return Summary::default();
        }
        let sent = SyncManager(Rc::clone(self)).send(true).await;
        let summary = *sent.as_ref().unwrap_or(&Summary::default());
        let mut failed = false;
        for (phase, result) in [
            ("syncOfflineTransactions", sent.map(drop)),
            ("syncSessionData", self.sync_session_data().await),
            ("updateCachedData", self.update_cached_data().await.map(drop)),
            ("cleanupOldData", self.clean_up().await),
        ] {
            if let Err(error) = result {
                failed = true;
                self.phase_failed(phase, &error).await;
            }
        }
        let mut state = self.state.borrow_mut();
        state.last_round = Some(clock::now_ms());
        if !failed {
            state.last_sync = Some(clock::now_iso());
        }
        summary
    }

    async fn phase_failed(&self, phase: &str, error: &Error) {
        self.report(error);
        let context = Row::of(&[("phase", phase.into()), ("code", error.code().into())]);
        let row = Row::of(&[
            ("error_type", "sync_phase".into()),
            ("error_message", format!("{phase}: {error}").into()),
            ("context", context.into()),
        ]);
        if let Err(error) = self.db.save_sync_error(row.into()).await {
            self.report(&error);
        }
    }

    fn sync_session_data(&self) -> Operation<()> {
        let db = self.db.clone();
        async move {
            let session = db.get_active_session().await?;
            if session.is_object() {
                db.update_session_access(Row::owned(session).get("id")).await?;
            }
            Ok(())
        }
        .boxed_local()
    }

    fn update_cached_data(self: &Rc<Self>) -> Operation<UsersReport> {
        let inner = Rc::clone(self);
        async move {
            let mut report = UsersReport::default();
            if let Some(ids) = inner.host.user_ids()
                && let Some(users) = inner.asked(inner.transport.users(&ids)).await?
            {
                report = save_all(&inner.db, &users, inner.options.prune_users).await?;
                for failure in &report.failures {
                    let login = failure.login.as_deref().unwrap_or("without login");
                    let words = format!("user {} ({login}): {}", failure.position, failure.error);
                    inner.report(&Error::field("users", words));
                }
            }
            inner.db.save_config(LAST_SYNC, &clock::now_iso().into()).await?;
            Ok(report)
        }
        .boxed_local()
    }

    fn clean_up(&self) -> Operation<()> {
        let db = self.db.clone();
        async move { db.clean_up().await }.boxed_local()
    }

    /// The answer to a question, or the error that its outcome stands for.
    pub(super) async fn asked(&self, question: Question) -> Result<Option<Array>> {
        self.in_time(question).await.map_err(error_of)
    }
}

fn error_of(outcome: Outcome) -> Error {
    let Outcome { kind, message, .. } = outcome;
    match kind {
        Kind::Network | Kind::Timeout => Error::Offline,
        Kind::AuthExpired => Error::AuthExpired,
        Kind::Rejected => Error::Rejected { message },
        _ => Error::other(kind.as_str(), &message),
    }
}
