//! Orders made while the server was away.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::OfflineDb;
use super::age::Cutoff;
use super::identity::new_key;
use super::queue::OFFLINE_ORDERS;
use crate::error::Result;
use crate::model::OfflineOrder;
use crate::store::Record;

impl OfflineDb {
    /// Saves an order and resolves with it as saved, when it is committed: with `offline_id`, `created_at`, `synced`
    /// and `sync_attempts` where they were missing.
    ///
    /// # Errors
    /// `Constraint` when the id belongs to an order with another uuid; `InvalidRecord` naming the field.
    pub async fn save_offline_order(&self, order: &JsValue) -> Result<JsValue> {
        OFFLINE_ORDERS.save(self, order, |row| row.set_default("offline_id", || new_key("offline"))).await
    }

    /// Every order that the server has not confirmed, oldest first.
    pub async fn get_unsynced_offline_orders(&self) -> Result<Array> {
        OFFLINE_ORDERS.unsynced(self).await
    }

    /// How many there are; counted in the index, no record is read.
    pub async fn get_unsynced_offline_order_count(&self) -> Result<u32> {
        OFFLINE_ORDERS.unsynced_count(self).await
    }

    /// Marks an order as confirmed by the server; whether it exists.
    pub async fn mark_offline_order_synced(&self, id: &JsValue) -> Result<bool> {
        OFFLINE_ORDERS.mark_synced(self, id).await
    }

    /// Counts one more attempt; the new number, 0 when there is no such order.
    pub async fn increment_offline_order_attempt(&self, id: &JsValue) -> Result<f64> {
        OFFLINE_ORDERS.count_attempt(self, id).await
    }

    /// Deletes an order, whatever its state: an explicit call of the user.
    pub async fn delete_offline_order(&self, id: &JsValue) -> Result<()> {
        self.delete(OfflineOrder::STORE, id).await
    }

    /// Deletes the confirmed orders created before the cutoff; how many.
    pub async fn clear_old_offline_orders(&self, cutoff: Cutoff) -> Result<u32> {
        OFFLINE_ORDERS.clear_old(&self.database, &cutoff).await
    }
}
