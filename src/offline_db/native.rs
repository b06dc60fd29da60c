//! The escape hatch: object stores of a native transaction whose rows still get their owned fields stamped.

use std::rc::Rc;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{IdbObjectStore, IdbTransaction};

use crate::error::{Error, Result};
use crate::schema::StoreSchema;
use crate::stamp;
use crate::store::storable;

/// Gives this object store a `put` and an `add` that stamp a copy of the row first, and take reactive proxies. A transaction
/// hands out the same object for a name every time, so the caller gets this one.
pub(super) fn stamp_rows(store: &IdbObjectStore, schema: &Rc<StoreSchema>) -> Result<()> {
    for method in ["put", "add"] {
        let original: Function = Reflect::get(store, &method.into())?.unchecked_into();
        let (target, schema) = (store.clone(), Rc::clone(schema));
        let stamping = Closure::<dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(move |row, key| {
            let row = if stamp::has_owned_fields(&schema) {
                stamp::for_disk(&row, &schema).map_err(|error: Error| error.to_js())?.into()
            } else {
                row
            };
            let call = |row: &JsValue| original.apply(&target, &Array::of2(row, &key));
            call(&row).or_else(|thrown| {
                let copy = storable(&row, &schema, &thrown).map_err(|_| thrown)?;
                call(&copy)
            })
        });
        // Owned by the JavaScript function it becomes, and freed with it.
        Reflect::set(store, &method.into(), &stamping.into_js_value())?;
    }
    Ok(())
}

/// Calls `then` when a transaction has committed.
pub(super) fn when_complete(transaction: &IdbTransaction, then: impl Fn() + 'static) {
    let then = Closure::<dyn Fn()>::new(then).into_js_value();
    // Fails only for what is no function.
    let _ = transaction.add_event_listener_with_callback("complete", then.unchecked_ref());
}
