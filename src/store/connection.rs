//! One open connection: it closes when another tab needs the database, knows when the browser killed it, and closes
//! when dropped.

use std::cell::Cell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbVersionChangeEvent};

use super::options::{DatabaseEvent, EventSink};
use super::trace::Trace;
use crate::error::Error;
use crate::schema::Schema;

/// A native connection and the listeners it owns.
#[derive(Debug)]
pub(super) struct Connection {
    native: IdbDatabase,
    schema: Rc<Schema>,
    trace: Rc<Trace>,
    alive: Rc<Cell<bool>>,
    _version_change: Closure<dyn FnMut(IdbVersionChangeEvent)>,
    _close: Closure<dyn FnMut()>,
}

impl Connection {
    pub fn new(native: IdbDatabase, schema: Rc<Schema>, trace: Rc<Trace>, events: EventSink) -> Connection {
        let alive = Rc::new(Cell::new(true));
        let version_change = {
            let (native, alive, events) = (native.clone(), Rc::clone(&alive), events.clone());
            Closure::new(move |event: IdbVersionChangeEvent| {
                // Another tab wants to upgrade or delete; it waits until this connection is closed.
                native.close();
                alive.set(false);
                events.send(DatabaseEvent::VersionChange {
                    database: native.name(),
                    new_version: event.new_version().map(|version| version as u32),
                });
            })
        };
        let close = {
            let (name, alive) = (native.name(), Rc::clone(&alive));
            Closure::new(move || {
                alive.set(false);
                events.send(DatabaseEvent::ConnectionLost { database: name.clone() });
            })
        };
        native.set_onversionchange(Some(version_change.as_ref().unchecked_ref()));
        native.set_onclose(Some(close.as_ref().unchecked_ref()));
        Connection { native, schema, trace, alive, _version_change: version_change, _close: close }
    }

    pub fn native(&self) -> &IdbDatabase {
        &self.native
    }

    pub fn schema(&self) -> Rc<Schema> {
        Rc::clone(&self.schema)
    }

    pub fn trace(&self) -> Rc<Trace> {
        Rc::clone(&self.trace)
    }

    /// Whether transactions can still be begun on it, as far as is known.
    pub fn is_alive(&self) -> bool {
        self.alive.get()
    }

    /// A transaction could not be begun: never use this connection again.
    pub fn give_up(&self) {
        self.alive.set(false);
        self.native.close();
    }

    /// A transaction that was aborted because the browser killed the connection says only "aborted".
    pub fn explain_failure(&self, error: Error) -> Error {
        if error.is_abort() && !self.is_alive() { Error::connection_lost() } else { error }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.native.set_onversionchange(None);
        self.native.set_onclose(None);
        self.native.close();
    }
}
