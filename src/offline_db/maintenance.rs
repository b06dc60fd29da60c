//! Keeping the store small without ever touching what the server has not confirmed.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Document, VisibilityState};

use super::OfflineDb;
use super::age::{Cutoff, SHORT_DAYS, TRANSACTION_DAYS};
use super::queue::{OFFLINE_ORDERS, TRANSACTIONS};
use super::{orders, sync_errors};
use crate::error::{ErrorKind, Result};
use crate::global::{global, spawn};
use crate::store::Database;

impl OfflineDb {
    /// Deletes what the server has confirmed some time ago, old errors and old sessions.
    ///
    /// # Errors
    /// Of the database.
    pub async fn clean_up(&self) -> Result<()> {
        remove_old(&self.database).await?;
        self.clear_old_sessions(Cutoff::days_ago(SHORT_DAYS)).await.map(drop)
    }
}

/// Deletes what the server has confirmed some time ago, and old errors.
pub(super) async fn remove_old(database: &Database) -> Result<()> {
    remove_confirmed(database, TRANSACTION_DAYS, SHORT_DAYS).await
}

/// Deletes the transactions and the offline orders that the server has confirmed and that are so many days old, and old errors.
async fn remove_confirmed(database: &Database, transactions: f64, offline_orders: f64) -> Result<()> {
    TRANSACTIONS.clear_old(database, Cutoff::days_ago(transactions)).await?;
    OFFLINE_ORDERS.clear_old(database, Cutoff::days_ago(offline_orders)).await?;
    sync_errors::clear_old(database, Cutoff::days_ago(SHORT_DAYS)).await?;
    Ok(())
}

/// Removes what the server has: confirmed rows of any age, old errors, and the orders that were queued here and wait no
/// longer. The catalogue stays, for a till without products sells nothing. What fails is told on the console: the write that
/// needs the room says that the disk is full.
pub(super) async fn make_room(database: Database) {
    let removing = async {
        remove_confirmed(&database, 0.0, 0.0).await?;
        orders::remove_delivered(&database).await
    };
    report(removing.await);
}

/// Cleans up whenever the page is hidden, until the listener is dropped; `None` where there is no document (a worker).
pub(super) fn clean_when_hidden(database: &Database) -> Option<EventListener> {
    let document: Document = global("document").dyn_into().ok()?;
    let database = database.clone();
    Some(EventListener::new(&document.clone(), "visibilitychange", move |_| {
        if document.visibility_state() == VisibilityState::Hidden && database.is_open() {
            let database = database.clone();
            spawn(Box::pin(async move { report(remove_old(&database).await) }));
        }
    }))
}

/// Background work has no caller to fail to; closing in the middle of it is no failure.
fn report(result: Result<()>) {
    if let Err(error) = result
        && !matches!(error.kind(), ErrorKind::Closed { .. })
    {
        web_sys::console::warn_2(&"pos-offline: maintenance:".into(), &error.to_js());
    }
}
