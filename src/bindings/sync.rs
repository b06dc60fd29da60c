//! The sync manager.

mod encode;
mod link;

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::connection::JsConnectionMonitor;
use super::decode::{self, Options};
use super::sync_errors::sync_errors_of;
use super::{JsOfflineDb, confirmed, decoded, promise_of};
use crate::error::Result;
use crate::offline_db::then;
use crate::sync::{Decision, Enqueue, Host, SyncManager};
use link::Monitored;

/// Brings what is queued to the server: everything once, and nothing is ever lost.
#[wasm_bindgen(js_name = SyncManager)]
#[derive(Debug)]
pub struct JsSyncManager {
    manager: SyncManager,
    monitor: Monitored,
}

#[wasm_bindgen(js_class = SyncManager)]
impl JsSyncManager {
    /// A manager that does nothing before `init()` or `startSync()`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Pos | null | undefined")] pos: JsValue,
        database: &JsOfflineDb,
        monitor: &JsConnectionMonitor,
        #[wasm_bindgen(unchecked_optional_param_type = "SyncManagerOptions")] options: JsValue,
    ) -> Result<JsSyncManager> {
        let (options, transport) = decode::sync_options(&pos, &options)?;
        let monitor = Monitored::new(monitor.handle());
        let link = Rc::new(monitor.clone());
        let manager = SyncManager::new(database.handle(), link, transport, Host::new(pos), options);
        Ok(JsSyncManager { manager, monitor })
    }

    /// Looks at the outbox, watches the connection, and syncs when the server can be reached.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn init(&self) -> Promise {
        promise_of(then(self.manager.init(), nothing))
    }

    /// Undoes `init()` and `startSync()`: no timer, listener, lock, channel or request is left.
    pub fn destroy(&self) {
        self.manager.destroy();
    }

    /// A round now, and one every interval. Calling it again is harmless.
    #[wasm_bindgen(js_name = startSync)]
    pub fn start_sync(&self) {
        self.manager.start();
    }

    /// Ends every timer, listener, lock, channel and request. What was in flight is asked about before it is sent again.
    #[wasm_bindgen(js_name = stopSync)]
    pub fn stop_sync(&self) {
        self.manager.stop();
    }

    /// A round at once, pauses or not; resolves false while the server cannot be reached.
    #[wasm_bindgen(js_name = forceSyncNow, unchecked_return_type = "Promise<boolean>")]
    pub fn force_sync_now(&self) -> Promise {
        promise_of(self.manager.force())
    }

    /// All phases; joins a round that is under way. A phase that fails is noted in `sync_errors`, the others go on.
    #[wasm_bindgen(js_name = syncAll, unchecked_return_type = "Promise<SyncSummary>")]
    pub fn sync_all(&self) -> Promise {
        promise_of(then(self.manager.sync_all(), encode::summary))
    }

    /// The first phase: sends what waits.
    #[wasm_bindgen(js_name = syncOfflineTransactions, unchecked_return_type = "Promise<SyncSummary>")]
    pub fn sync_offline_transactions(&self) -> Promise {
        promise_of(then(self.manager.send(true), encode::summary))
    }

    /// The second phase: touches the session that is open.
    #[wasm_bindgen(js_name = syncSessionData, unchecked_return_type = "Promise<void>")]
    pub fn sync_session_data(&self) -> Promise {
        promise_of(then(self.manager.sync_session_data(), nothing))
    }

    /// The third phase: fetches the users and saves them, all in one transaction.
    #[wasm_bindgen(js_name = updateCachedData, unchecked_return_type = "Promise<UsersSummary>")]
    pub fn update_cached_data(&self) -> Promise {
        promise_of(then(self.manager.update_cached_data(), encode::users))
    }

    /// The last phase: deletes what the server has confirmed some time ago, and old errors and sessions.
    #[wasm_bindgen(js_name = cleanupOldData, unchecked_return_type = "Promise<void>")]
    pub fn cleanup_old_data(&self) -> Promise {
        promise_of(then(self.manager.clean_up(), nothing))
    }

    /// Puts something into the outbox; resolves with its receipt when it is committed.
    #[wasm_bindgen(js_name = addToSyncQueue, unchecked_return_type = "Promise<Receipt>")]
    pub fn add_to_sync_queue(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "SyncType")] kind: JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] data: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "QueueOptions")] options: JsValue,
    ) -> Promise {
        decoded(|| {
            let after = Options::of("options", &options, &["after"])?.text("after")?;
            let kind = decode::sync_type(&kind)?;
            let what = Enqueue::new(&kind, decode::given("data", data)?, after);
            Ok(then(self.manager.enqueue(what), encode::receipt))
        })
    }

    /// Commits a sale: the order with its lines and payments, its place in the sequence and its row in the outbox, all or
    /// nothing; resolves with its receipt. The uuid of the order owns its number: committed again as it is, the sale has the same
    /// receipt; committed changed, such as a draft that is paid now, it replaces what waits, or is sent after what is on its way.
    #[wasm_bindgen(js_name = commitSale, unchecked_return_type = "Promise<Receipt>")]
    pub fn commit_sale(&self, #[wasm_bindgen(unchecked_param_type = "SaleInput")] sale: JsValue) -> Promise {
        decoded(|| {
            let sale = Options::of("sale", &sale, &["order", "lines", "payments", "after"])?;
            let order = decode::given("order", sale.get("order"))?;
            let what = Enqueue::sale(&order, &sale.get("lines"), &sale.get("payments"), sale.text("after")?)?;
            Ok(then(self.manager.enqueue(what), encode::receipt))
        })
    }

    /// What is known without asking the database.
    #[wasm_bindgen(js_name = getSyncStatus, unchecked_return_type = "SyncStatus")]
    pub fn get_sync_status(&self) -> JsValue {
        encode::status(&self.manager)
    }

    /// Odoo's network state, with what waits.
    #[wasm_bindgen(js_name = getNetworkState, unchecked_return_type = "SyncNetworkState")]
    pub fn get_network_state(&self) -> JsValue {
        encode::network_state(&self.manager, &self.monitor.status())
    }

    /// What was counted and measured since this manager was made.
    #[wasm_bindgen(js_name = getMetrics, unchecked_return_type = "SyncMetrics")]
    pub fn get_metrics(&self) -> JsValue {
        encode::metrics(&self.manager)
    }

    /// The same in the text format of Prometheus, version 0.0.4.
    #[wasm_bindgen(js_name = getMetricsText)]
    pub fn get_metrics_text(&self) -> String {
        encode::metrics_text(&self.manager)
    }

    /// Counts what waits anew; resolves how many rows the server has not confirmed.
    #[wasm_bindgen(js_name = updatePendingCount, unchecked_return_type = "Promise<number>")]
    pub fn update_pending_count(&self) -> Promise {
        promise_of(self.manager.recount())
    }

    /// What the server has refused, oldest first.
    #[wasm_bindgen(js_name = getRejected, unchecked_return_type = "Promise<OutboxRecord[]>")]
    pub fn get_rejected(&self) -> Promise {
        promise_of(self.manager.rejected())
    }

    /// Sends one refused row again, or all of them; resolves how many.
    #[wasm_bindgen(js_name = retryRejected, unchecked_return_type = "Promise<number>")]
    pub fn retry_rejected(&self, #[wasm_bindgen(unchecked_optional_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(self.manager.decide((!decode::is_missing(&id)).then_some(id), Decision::Retry))
    }

    /// Sends a refused row again with other data, under the same uuid.
    #[wasm_bindgen(js_name = editRejected, unchecked_return_type = "Promise<void>")]
    pub fn edit_rejected(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "unknown")] data: JsValue,
    ) -> Promise {
        decoded(|| {
            let decision = Decision::Edit(decode::given("data", data)?);
            Ok(then(self.manager.decide(Some(id), decision), nothing))
        })
    }

    /// Deletes a refused row: a sale that the server will never have.
    #[wasm_bindgen(js_name = discardRejected, unchecked_return_type = "Promise<void>")]
    pub fn discard_rejected(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] id: JsValue) -> Promise {
        promise_of(then(self.manager.decide(Some(id), Decision::Discard), nothing))
    }

    /// What the server has refused, as JSON Lines: one row in each line.
    #[wasm_bindgen(js_name = exportRejected, unchecked_return_type = "Promise<string>")]
    pub fn export_rejected(&self) -> Promise {
        let rejected = self.manager.rejected();
        promise_of(Box::pin(async move { encode::json_lines(&rejected.await?) }))
    }

    /// What the server has not confirmed, as a rescue file: JSON Lines with checksums. Changes nothing.
    #[wasm_bindgen(js_name = exportUnsynced, unchecked_return_type = "Promise<string>")]
    pub fn export_unsynced(&self) -> Promise {
        promise_of(self.manager.export_unsynced())
    }

    /// Puts the rows of a rescue file into the outbox, all in one transaction; what is here already stays as it is.
    #[wasm_bindgen(js_name = importUnsynced, unchecked_return_type = "Promise<RescueReport>")]
    pub fn import_unsynced(&self, #[wasm_bindgen(unchecked_param_type = "string")] text: JsValue) -> Promise {
        decoded(|| Ok(then(self.manager.import_unsynced(decode::text("text", &text)?), encode::rescue)))
    }

    /// Compares a session's orders here with those at the server, and queues again what is missing there.
    #[wasm_bindgen(unchecked_return_type = "Promise<Reconciliation>")]
    pub fn reconcile(&self, #[wasm_bindgen(unchecked_param_type = "RecordKey")] session: JsValue) -> Promise {
        promise_of(then(self.manager.reconcile(session), encode::reconciliation))
    }

    /// Saves a failure; resolves with it as saved, with its id.
    #[wasm_bindgen(js_name = saveSyncError, unchecked_return_type = "Promise<SyncErrorRecord>")]
    pub fn save_sync_error(&self, #[wasm_bindgen(unchecked_param_type = "SyncErrorInput")] error: JsValue) -> Promise {
        promise_of(self.manager.db().save_sync_error(error))
    }

    /// The newest failures first.
    #[wasm_bindgen(js_name = getSyncErrors, unchecked_return_type = "Promise<SyncErrorRecord[]>")]
    pub fn get_sync_errors(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "SyncErrorQuery")] query: JsValue,
    ) -> Promise {
        sync_errors_of(self.manager.db(), &query)
    }

    /// The failures of one transaction.
    #[wasm_bindgen(js_name = getSyncErrorsByTransaction, unchecked_return_type = "Promise<SyncErrorRecord[]>")]
    pub fn get_sync_errors_by_transaction(
        &self,
        #[wasm_bindgen(js_name = transactionId, unchecked_param_type = "RecordKey")] transaction_id: JsValue,
    ) -> Promise {
        promise_of(self.manager.db().get_sync_errors_by_transaction(&transaction_id))
    }

    /// Deletes every failure; what was refused stays, with its words. Resolves true.
    #[wasm_bindgen(js_name = clearSyncErrors, unchecked_return_type = "Promise<boolean>")]
    pub fn clear_sync_errors(&self) -> Promise {
        promise_of(confirmed(self.manager.db().clear_all_sync_errors()))
    }

    /// How many failures there are.
    #[wasm_bindgen(js_name = getSyncErrorCount, unchecked_return_type = "Promise<number>")]
    pub fn get_sync_error_count(&self) -> Promise {
        promise_of(self.manager.db().get_sync_error_count())
    }
}

/// What resolves with a number nobody asked for, or with nothing.
fn nothing<T>(_: T) -> JsValue {
    JsValue::UNDEFINED
}
