//! Named settings.

use js_sys::Object;
use wasm_bindgen::JsValue;

use super::OfflineDb;
use crate::clock;
use crate::error::Result;
use crate::model::ConfigEntry;
use crate::row::Row;
use crate::store::{Record, WriteOptions};

const STORE: &str = ConfigEntry::STORE;

impl OfflineDb {
    /// Saves a setting of any shape; resolves with its key.
    pub async fn save_config(&self, key: &str, value: &JsValue) -> Result<JsValue> {
        let row = config_row(key, value);
        self.put(STORE, row.as_js(), WriteOptions::default()).await
    }

    /// The value of a setting, `undefined` when it was never saved.
    pub async fn get_config(&self, key: &str) -> Result<JsValue> {
        let row = self.get(STORE, &key.into()).await?;
        Ok(if row.is_undefined() { row } else { Row::owned(row).get("value") })
    }
}

/// A setting as it is stored.
pub(crate) fn config_row(key: &str, value: &JsValue) -> Row {
    let row = Row::owned(Object::new().into());
    row.set("key", key);
    row.set("value", value);
    row.set("updated", clock::now_iso());
    row
}
