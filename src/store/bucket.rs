//! Which IndexedDB a database is in: that of the origin's default storage bucket, or of a bucket of its own.

use std::cell::RefCell;
use std::time::Duration;

use futures::future::{Either, select};
use gloo_timers::future::sleep;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::IdbFactory;

use crate::error::{Error, ErrorKind, Result};
use crate::global::{global, property};
use crate::row::Row;

use super::open::ADVICE;

thread_local! {
    /// The buckets that were opened, with their names. They are kept: Chromium 156 leaves every later transaction of a
    /// bucket undecided once its object has been collected, though a connection to one of its databases is open.
    static OPENED: RefCell<Vec<(String, JsValue)>> = const { RefCell::new(Vec::new()) };
}

/// Returns the IndexedDB of a bucket, made when it is not there; that of the origin where the browser has no buckets.
///
/// # Errors
/// `Unsupported` without IndexedDB; `Timeout` when the browser does not answer within `limit`; what the browser says when
/// it has buckets and cannot open this one.
pub(crate) async fn factory(bucket: Option<&str>, limit: Duration) -> Result<IdbFactory> {
    let buckets = buckets();
    let found = match bucket {
        Some(name) if buckets.is_object() => {
            let known = OPENED.with_borrow(|opened| opened.iter().find(|(known, _)| known == name).cloned());
            let bucket = match known {
                Some((_, bucket)) => bucket,
                None => {
                    let open: Function = property(&buckets, "open").unchecked_into();
                    let options = Row::of(&[("durability", "strict".into()), ("persisted", true.into())]);
                    let opening = open.call2(&buckets, &name.into(), options.as_js())?;
                    let opening = JsFuture::from(Promise::resolve(&opening));
                    let Either::Left((bucket, _)) = select(opening, sleep(limit)).await else {
                        let what = format!("opening the storage bucket '{name}'");
                        return Err(ErrorKind::Timeout { what, advice: ADVICE, after: limit }.into());
                    };
                    let bucket = bucket?;
                    OPENED.with_borrow_mut(|opened| opened.push((name.into(), bucket.clone())));
                    bucket
                }
            };
            Reflect::get(&bucket, &"indexedDB".into())
        }
        _ => Reflect::get(&js_sys::global(), &"indexedDB".into()),
    };
    let found = found.map_err(|thrown| Error::no_database(Error::from_js(&thrown).to_string()))?;
    found.dyn_into().map_err(|_: JsValue| Error::no_database("this browser or this mode of it has none".into()))
}

fn buckets() -> JsValue {
    property(&global("navigator"), "storageBuckets")
}

/// Whether the browser has storage buckets.
pub(super) fn has_buckets() -> bool {
    buckets().is_object()
}
