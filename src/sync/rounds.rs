//! The phases of a round: what waits is sent, the session is touched, the users are fetched, what is old is cleaned up.

use std::rc::Rc;

use js_sys::Array;

use super::engine::Inner;
use super::policy::{Kind, Outcome};
use super::state::Summary;
use super::transport::Question;
use super::users::{LAST_SYNC, UsersReport, save_all};
use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use crate::offline_db::Operation;
use crate::row::Row;

impl Inner {
    /// All phases, each whatever became of the one before.
    pub(super) async fn all_phases(self: &Rc<Self>) -> Summary {
        if !self.link.is_reachable() {
            return Summary::default();
        }
        let sent = self.send(true).await;
        let summary = *sent.as_ref().unwrap_or(&Summary::default());
        let mut failed = false;
        for (phase, result) in [
            ("syncOfflineTransactions", sent.map(drop)),
            ("syncSessionData", self.sync_session_data().await),
            ("updateCachedData", self.update_users_unless_held().await),
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

    /// While the server wants a pause or a sign-in, a round does not ask it.
    async fn update_users_unless_held(self: &Rc<Self>) -> Result<()> {
        let held = self.state.borrow().hold_at(clock::now_ms()).is_some();
        if held { Ok(()) } else { self.update_cached_data().await.map(drop) }
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

    pub(super) fn sync_session_data(&self) -> Operation<()> {
        let db = self.db.clone();
        Box::pin(async move {
            let session = db.get_active_session().await?;
            if session.is_object() {
                db.update_session_access(Row::owned(session).get("id")).await?;
            }
            Ok(())
        })
    }

    pub(super) fn update_cached_data(self: &Rc<Self>) -> Operation<UsersReport> {
        let inner = Rc::clone(self);
        Box::pin(async move {
            if let Some(ids) = inner.host.user_ids()
                && let Some(users) = inner.asked(inner.transport.users(&ids)).await?
            {
                let report = save_all(&inner.db, &users, inner.options.prune_users).await?;
                for failure in &report.failures {
                    let login = failure.login.as_deref().unwrap_or("without login");
                    let words = format!("user {} ({login}): {}", failure.position, failure.error);
                    inner.report(&Error::field("users", words));
                }
                return Ok(report);
            }
            inner.db.save_config(LAST_SYNC, &clock::now_iso().into()).await?;
            Ok(UsersReport::default())
        })
    }

    pub(super) fn clean_up(&self) -> Operation<()> {
        let db = self.db.clone();
        Box::pin(async move { db.clean_up().await })
    }

    /// The answer to a question, or the error that its outcome stands for.
    pub(super) async fn asked(&self, question: Question) -> Result<Option<Array>> {
        self.in_time(question).await.map_err(error_of)
    }
}

fn error_of(outcome: Outcome) -> Error {
    let Outcome { kind, message, .. } = outcome;
    match kind {
        Kind::Network | Kind::Timeout => ErrorKind::Offline.into(),
        Kind::AuthExpired => ErrorKind::AuthExpired.into(),
        Kind::Rejected => ErrorKind::Rejected { message }.into(),
        _ => Error::other(kind.as_str(), &message),
    }
}
