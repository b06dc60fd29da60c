//! Why a transaction did not commit.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Event, IdbRequest, IdbTransaction};

use super::request::outcome;
use crate::error::Error;

/// Keeps the first failure among the requests of a transaction, awaited or not.
///
/// Chromium repeats it in `transaction.error`. Firefox and WebKit do not once `commit()` was called: there only the event
/// of the request knows it.
#[derive(Debug)]
pub(super) struct Reason {
    transaction: IdbTransaction,
    refused: Rc<RefCell<Option<Error>>>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl Reason {
    /// Begins to listen; dropped, it stops.
    pub fn of(transaction: IdbTransaction) -> Reason {
        let refused = Rc::new(RefCell::new(None));
        let on_error = {
            let refused = Rc::clone(&refused);
            Closure::new(move |event: Event| note(&event, &mut refused.borrow_mut()))
        };
        // The events of requests bubble up to here, after their own handlers.
        transaction.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Reason { transaction, refused, _on_error: on_error }
    }

    /// Returns the reason; `None` when the browser gave none. Complete on `abort`, not before.
    pub fn get(&self) -> Option<Error> {
        let told = self.transaction.error().map(|error| Error::from_js(&error)).filter(|error| !error.is_abort());
        told.or_else(|| self.refused.borrow().clone())
    }
}

impl Drop for Reason {
    fn drop(&mut self) {
        self.transaction.set_onerror(None);
    }
}

/// Notes the failure of a request, the first alone.
fn note(event: &Event, refused: &mut Option<Error>) {
    let request = event.target().and_then(|target| target.dyn_into::<IdbRequest>().ok());
    // Prevented: the transaction goes on without this request.
    if refused.is_some() || event.default_prevented() {
        return;
    }
    // What is cut off after the first failure says nothing of its own.
    if let Some(Err(error)) = request.as_ref().map(outcome)
        && !error.is_abort()
    {
        refused.replace(error);
    }
}
