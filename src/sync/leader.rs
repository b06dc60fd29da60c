//! One sender among the tabs: a Web Lock, which the browser releases when its tab dies. A tab that has hung keeps its
//! lock, so nobody waits for it longer than for an abandoned row; the leases of the rows hold either way, and alone where
//! a browser has no Web Locks.

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::global::{global, property, spawn};
use crate::http::InFlight;
use crate::row::Row;

/// Holds the lock, or stands for a browser without locks; dropped, the next tab has its turn.
#[derive(Debug)]
pub(super) struct Leadership {
    release: Option<Function>,
    /// Gives up waiting when it is dropped.
    _waiting: Option<InFlight>,
    /// Calls us when the lock is ours; nothing calls it later.
    _granted: Option<Closure<dyn FnMut(JsValue) -> Promise>>,
}

impl Drop for Leadership {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            // A function made by the browser: it cannot throw.
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Waits for the lock of this name, at most `patience_ms`.
pub(super) async fn lead(name: &str, patience_ms: u32) -> Leadership {
    let locks = property(&global("navigator"), "locks");
    let alone = || Leadership { release: None, _waiting: None, _granted: None };
    let (Ok(request), Ok(waiting)) = (property(&locks, "request").dyn_into::<Function>(), InFlight::new()) else {
        return alone();
    };
    let mut release = None;
    let held = Promise::new(&mut |resolve, _| release = Some(resolve));
    let (tell, told) = oneshot::channel();
    let mut tell = Some(tell);
    let granted = Closure::new(move |_lock| {
        if let Some(tell) = tell.take() {
            // Nobody listens any more when the wait was given up.
            let _ = tell.send(());
        }
        held.clone()
    });
    let options = Row::of(&[("signal", waiting.signal().into())]);
    let callback: &JsValue = granted.as_ref();
    let arguments = Array::of3(&name.into(), options.as_js(), callback);
    let Ok(asked) = request.apply(&locks, &arguments) else { return alone() };
    // Rejects when the wait is given up; nobody needs to hear of it.
    spawn(Box::pin(async move { drop(JsFuture::from(asked.unchecked_into::<Promise>()).await) }));
    let leadership = Leadership { release, _waiting: Some(waiting), _granted: Some(granted) };
    match select(told, TimeoutFuture::new(patience_ms)).await {
        Either::Left((Ok(()), _)) => leadership,
        _ => alone(),
    }
}
