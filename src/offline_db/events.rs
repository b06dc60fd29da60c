//! What happens to the connection, as events on `window` (in a worker: on `self`).

use js_sys::Object;
use wasm_bindgen::JsCast;
use web_sys::{CustomEvent, CustomEventInit, EventTarget};

use crate::row::Row;
use crate::store::{DatabaseEvent, EventSink};

/// Tells `listener` and the global object.
pub(super) fn sink(listener: EventSink) -> EventSink {
    EventSink::new(move |event| {
        dispatch(&event);
        listener.send(event);
    })
}

fn dispatch(event: &DatabaseEvent) {
    let (name, database, message) = match event {
        DatabaseEvent::Blocked { database } => {
            ("pdc-db-blocked", database, "another tab of this site holds the database open; close the other tabs")
        }
        DatabaseEvent::VersionChange { database, new_version: Some(_) } => (
            "pdc-db-versionchange",
            database,
            "another tab upgrades the database; reload this page to use the new version",
        ),
        DatabaseEvent::VersionChange { database, new_version: None } => {
            ("pdc-db-versionchange", database, "another tab deletes the database; it is opened anew when next used")
        }
        DatabaseEvent::ConnectionLost { database } => {
            ("pdc-db-connection-lost", database, "the browser closed the connection; it is opened anew when next used")
        }
    };
    let detail = Row::owned(Object::new().into());
    detail.set("database", database.as_str());
    detail.set("message", message);
    let init = CustomEventInit::new();
    init.set_detail(detail.as_js());
    let target = js_sys::global().dyn_into::<EventTarget>();
    if let (Ok(target), Ok(event)) = (target, CustomEvent::new_with_event_init_dict(name, &init)) {
        // Fails only for an event that is being dispatched already.
        let _ = target.dispatch_event(&event);
    }
}
