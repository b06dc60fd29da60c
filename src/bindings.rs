//! What JavaScript sees: every exported class and method. Decode, call, encode; no decision is made here.

mod cache;
mod catalogue;
mod config;
mod connection;
mod decode;
mod encode;
mod generic;
mod offline_orders;
mod orders;
mod quota;
mod sessions;
mod sync;
mod sync_errors;
mod transactions;
mod users;

use std::task::{Context, Poll, Waker};

use js_sys::Promise;
use rexie::TransactionMode;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::IdbTransaction;

use crate::error::Result;
use crate::offline_db::{OfflineDb, Operation, then};
use decode::one_or_more_texts;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("bindings/types.ts");

#[wasm_bindgen(typescript_custom_section)]
const CATALOGUE_TYPES: &str = include_str!("bindings/types/catalogue.ts");

#[wasm_bindgen(typescript_custom_section)]
const CONNECTION_TYPES: &str = include_str!("bindings/types/connection.ts");

#[wasm_bindgen(typescript_custom_section)]
const SYNC_TYPES: &str = include_str!("bindings/types/sync.ts");

/// The till's data: typed, indexed and committed. A write resolves when its transaction has committed.
#[wasm_bindgen(js_name = OfflineDB)]
#[derive(Debug)]
pub struct JsOfflineDb(OfflineDb);

#[wasm_bindgen(js_class = OfflineDB)]
impl JsOfflineDb {
    /// A handle; nothing is opened yet.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "OfflineDBOptions")] options: JsValue,
    ) -> Result<JsOfflineDb> {
        OfflineDb::new(decode::database_options(&options)?).map(JsOfflineDb)
    }

    /// Opens and upgrades; resolves when ready. Calling it again is harmless.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn init(&self) -> Promise {
        promise_of(then(self.0.init(), |()| JsValue::UNDEFINED))
    }

    /// Whether the database is open.
    #[wasm_bindgen(js_name = isReady)]
    pub fn is_ready(&self) -> bool {
        self.0.is_ready()
    }

    /// Closes and leaves no listener behind. What has begun is still committed; later calls reject with code `Closed`
    /// until `init()`.
    pub fn close(&self) {
        self.0.close();
    }

    /// Deletes the database with every row in it; resolves true. The next call opens a new, empty one.
    #[wasm_bindgen(unchecked_return_type = "Promise<boolean>")]
    pub fn reset(&self) -> Promise {
        promise_of(confirmed(self.0.reset()))
    }

    /// A native transaction over one or more stores, begun at once. The database must be open. `put` and `add` of its
    /// object stores save a boolean flag as 0 or 1 and fill in a missing time, so that no row is missing from an index.
    /// Rows of the four catalogue stores are not to be had this way, nor together with others: they are kept in pages, in a
    /// database of their own, and what is put there is moved to them when the database is next opened.
    #[wasm_bindgen(js_name = getNewTransaction)]
    pub fn get_new_transaction(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StoreName | StoreName[]")] stores: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "\"readonly\" | \"readwrite\"")] mode: JsValue,
    ) -> Result<IdbTransaction> {
        let names = one_or_more_texts("stores", &stores)?;
        names.iter().try_for_each(|name| decode::store_name(&name.into()).map(drop))?;
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let mode = match decode::choice("mode", &mode, &["readonly", "readwrite"])? {
            Some("readwrite") => TransactionMode::ReadWrite,
            _ => TransactionMode::ReadOnly,
        };
        self.0.native_transaction(&names, mode)
    }

    /// The IndexedDB in which the catalogue is, for what a page writes in bulk: a storage bucket of its own, so that a load
    /// does nothing to the files of the sales; the origin's own `indexedDB` where the browser has no buckets.
    #[wasm_bindgen(js_name = bulkStorage, unchecked_return_type = "Promise<IDBFactory>")]
    pub fn bulk_storage(&self) -> Promise {
        promise_of(self.0.bulk_storage())
    }

    /// What the database is doing and did last, for people who debug it.
    #[wasm_bindgen(unchecked_return_type = "DatabaseStatus")]
    pub fn status(&self) -> JsValue {
        encode::status(&self.0.status(), self.0.journal_status())
    }
}

impl JsOfflineDb {
    /// The database itself.
    pub(super) fn handle(&self) -> OfflineDb {
        self.0.clone()
    }
}

/// The promise of an operation. The operation has a handle of its own, so that the object it was called on can be closed
/// or freed meanwhile.
fn promise_of<T: Into<JsValue> + 'static>(operation: Operation<T>) -> Promise {
    promise(then(operation, T::into))
}

/// The promise of an operation whose arguments `call` has to decode; what it refuses rejects the promise.
fn decoded<T: Into<JsValue> + 'static>(call: impl FnOnce() -> Result<Operation<T>>) -> Promise {
    match call() {
        Ok(operation) => promise_of(operation),
        Err(error) => Promise::reject(&error.to_js()),
    }
}

/// An operation without a result resolves true.
fn confirmed(operation: Operation<()>) -> Operation<bool> {
    then(operation, |()| true)
}

/// The promise of an operation with a value; what is around it is compiled once and not for each kind of result.
fn promise(operation: Operation<JsValue>) -> Promise {
    future_to_promise(async move { Ok(operation.await?) })
}

/// The promise of an operation that mostly knows its result at once, such as a product that was asked for before: then it
/// needs no task of its own.
fn promise_at_once(mut operation: Operation<JsValue>) -> Promise {
    match operation.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => Promise::resolve(&value),
        Poll::Ready(Err(error)) => Promise::reject(&error.to_js()),
        Poll::Pending => promise(operation),
    }
}
