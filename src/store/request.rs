//! One IndexedDB request as a future that may be dropped at any time.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;
use web_sys::{Event, IdbRequest};

use crate::error::{Error, Result};

/// A request that has already been issued. Await it for its result, or drop it: the request goes on, and should it
/// fail, its transaction aborts and reports why.
#[derive(Debug)]
pub struct Request {
    native: IdbRequest,
    signal: Rc<Signal>,
    _settled: Closure<dyn FnMut(Event)>,
}

/// "Something happened", from an event handler to a waiting future.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    happened: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Signal {
    pub fn happen(&self) {
        self.happened.set(true);
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }

    pub fn has_happened(&self) -> bool {
        self.happened.get()
    }

    /// Waits until it has happened; one at a time may wait.
    pub async fn wait(&self) {
        std::future::poll_fn(|context| self.poll(context)).await;
    }

    pub fn poll(&self, context: &Context<'_>) -> Poll<()> {
        if self.happened.get() {
            return Poll::Ready(());
        }
        *self.waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Request {
    pub(crate) fn new(native: IdbRequest) -> Request {
        Request::observed(native, false)
    }

    /// A request whose failure is its own affair: the transaction goes on.
    pub(super) fn sparing(native: IdbRequest) -> Request {
        Request::observed(native, true)
    }

    fn observed(native: IdbRequest, is_sparing: bool) -> Request {
        let signal = Rc::new(Signal::default());
        let settled = {
            let signal = Rc::clone(&signal);
            Closure::new(move |event: Event| {
                if is_sparing {
                    event.prevent_default();
                }
                signal.happen();
            })
        };
        native.set_onsuccess(Some(settled.as_ref().unchecked_ref()));
        native.set_onerror(Some(settled.as_ref().unchecked_ref()));
        Request { native, signal, _settled: settled }
    }
}

/// What a settled request holds.
pub(super) fn outcome(request: &IdbRequest) -> Result<JsValue> {
    match request.error() {
        Ok(None) => Ok(request.result()?),
        Ok(Some(error)) => Err(Error::from_js(&error)),
        Err(not_settled) => Err(not_settled.into()),
    }
}

impl Future for Request {
    type Output = Result<JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.signal.poll(context).map(|()| outcome(&self.native))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.native.set_onsuccess(None);
        self.native.set_onerror(None);
    }
}
