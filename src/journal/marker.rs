//! A mark outside IndexedDB and the file system that this till has been here: what is lost with everything else is noticed.
//! It is worth nothing but that; localStorage loses its last writes in nearly every kill.

use wasm_bindgen::JsCast;
use web_sys::Storage;

use crate::global::global;

fn storage() -> Option<Storage> {
    // A worker has none, and some pages may not ask for it.
    global("localStorage").dyn_into().ok()
}

fn key(database: &str) -> String {
    format!("pos-offline:{database}")
}

/// Whether a till with this database has been here.
pub(super) fn is_set(database: &str) -> bool {
    storage().is_some_and(|storage| matches!(storage.get_item(&key(database)), Ok(Some(_))))
}

/// Marks, where that can be done.
pub(super) fn set(database: &str) {
    if let Some(storage) = storage() {
        // Without it only the notice is missing.
        let _ = storage.set_item(&key(database), "1");
    }
}

/// Unmarks: everything is deleted on purpose.
pub(super) fn unset(database: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(database));
    }
}
