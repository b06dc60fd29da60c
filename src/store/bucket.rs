//! Which IndexedDB a database is in: that of the origin's default storage bucket, or of a bucket of its own.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::IdbFactory;

use crate::error::{Error, Result};
use crate::global::{global, property};
use crate::row::Row;

/// The IndexedDB of a bucket, made when it is not there; that of the origin where the browser has no buckets.
///
/// # Errors
/// `Unsupported` without IndexedDB; what the browser says when it has buckets and cannot open this one.
pub(crate) async fn factory(bucket: Option<&str>) -> Result<IdbFactory> {
    let buckets = property(&global("navigator"), "storageBuckets");
    let found = match bucket {
        Some(name) if buckets.is_object() => {
            let open: Function = property(&buckets, "open").unchecked_into();
            let options = Row::of(&[("durability", "strict".into()), ("persisted", true.into())]);
            let opening = open.call2(&buckets, &name.into(), options.as_js())?;
            Reflect::get(&JsFuture::from(Promise::resolve(&opening)).await?, &"indexedDB".into())
        }
        _ => Reflect::get(&js_sys::global(), &"indexedDB".into()),
    };
    let found = found.map_err(|thrown| Error::no_database(Error::from_js(&thrown).to_string()))?;
    found.dyn_into().map_err(|_: JsValue| Error::no_database("this browser or this mode of it has none".into()))
}
