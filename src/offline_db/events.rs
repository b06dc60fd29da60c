//! What happens to the connection, as events on `window` (in a worker: on `self`).

use crate::row::Row;
use crate::store::{DatabaseEvent, EventSink};

/// Tells `listener` and the global object.
pub(super) fn sink(listener: EventSink) -> EventSink {
    EventSink::new(move |event| {
        tell(&event);
        listener.send(event);
    })
}

fn tell(event: &DatabaseEvent) {
    let lost;
    let (name, database, message) = match event {
        DatabaseEvent::DataLoss { database, reason } => {
            lost = format!(
                "the browser found the database damaged and has deleted it{}{reason}. What the server had not confirmed is lost on this till: compare its receipts with the server, and load the products again",
                if reason.is_empty() { "" } else { ": " }
            );
            ("pdc-data-loss", database, lost.as_str())
        }
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
    let detail = Row::of(&[("database", database.into()), ("message", message.into())]);
    crate::global::dispatch(name, detail.as_js());
}
