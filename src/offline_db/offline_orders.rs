//! Orders made while the server was away.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::age::Cutoff;
use super::identity::new_key;
use super::queue::OFFLINE_ORDERS;
use super::{OfflineDb, Operation};
use crate::model::OfflineOrder;
use crate::store::Record;

impl OfflineDb {
    /// Saves an order and resolves with it as saved, when it is committed: with `offline_id`, `created_at`, `synced`
    /// and `sync_attempts` where they were missing.
    ///
    /// # Errors
    /// `Constraint` when the id belongs to an order with another uuid; `InvalidRecord` naming the field.
    pub fn save_offline_order(&self, order: JsValue) -> Operation<JsValue> {
        OFFLINE_ORDERS.save(self, order, |row| row.set_default("offline_id", || new_key("offline")))
    }

    /// Every order that the server has not confirmed, oldest first.
    pub fn get_unsynced_offline_orders(&self) -> Operation<Array> {
        OFFLINE_ORDERS.unsynced(self)
    }

    /// How many there are; counted in the index, no record is read.
    pub fn get_unsynced_offline_order_count(&self) -> Operation<u32> {
        OFFLINE_ORDERS.unsynced_count(self)
    }

    /// Marks an order as confirmed by the server; whether it exists.
    pub fn mark_offline_order_synced(&self, id: JsValue) -> Operation<bool> {
        OFFLINE_ORDERS.mark_synced(self, id)
    }

    /// Counts one more attempt; the new number, 0 when there is no such order.
    pub fn increment_offline_order_attempt(&self, id: JsValue) -> Operation<f64> {
        OFFLINE_ORDERS.count_attempt(self, id)
    }

    /// Deletes an order, whatever its state: an explicit call of the user.
    pub fn delete_offline_order(&self, id: JsValue) -> Operation<()> {
        self.delete(OfflineOrder::STORE, id)
    }

    /// Deletes the confirmed orders created before the cutoff; how many.
    pub fn clear_old_offline_orders(&self, cutoff: Cutoff) -> Operation<u32> {
        OFFLINE_ORDERS.clear_old(&self.database, cutoff)
    }
}
