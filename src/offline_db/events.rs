//! What happens to the connection, as events on `window` (in a worker: on `self`).

use crate::row::Row;
use crate::store::{DatabaseEvent, EventSink, LossExtent, Restored};

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
        DatabaseEvent::DataLoss { database, extent, reason, restored } => {
            lost = loss_text(*extent, reason, restored);
            ("pdc-data-loss", database, lost.as_str())
        }
        DatabaseEvent::JournalTrouble { database, reason } => ("pdc-journal-trouble", database, reason.as_str()),
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
    if let DatabaseEvent::DataLoss { extent, reason, restored, .. } = event {
        detail.set("lost", lost_name(*extent));
        detail.set("reason", reason.as_str());
        detail.set("restored", restored_row(restored));
    }
    crate::global::dispatch(name, detail.as_js());
}

/// The extent of a loss as JavaScript has it.
pub(crate) fn lost_name(extent: LossExtent) -> &'static str {
    match extent {
        LossExtent::Rows => "rows",
        LossExtent::Database => "database",
        LossExtent::Everything => "everything",
    }
}

/// What was brought back as JavaScript has it.
pub(crate) fn restored_row(restored: &Restored) -> Row {
    Row::of(&[
        ("transactions", restored.transactions.into()),
        ("orders", restored.orders.into()),
        ("offlineOrders", restored.offline_orders.into()),
    ])
}

fn loss_text(extent: LossExtent, reason: &str, restored: &Restored) -> String {
    let colon = if reason.is_empty() { "" } else { ": " };
    let Restored { transactions, orders, offline_orders } = restored;
    let back = format!(
        "{transactions} transactions, {orders} orders and {offline_orders} offline orders were brought back from the journal"
    );
    match extent {
        LossExtent::Rows => format!("single rows of the database were missing, as after a power cut; {back}"),
        LossExtent::Database => format!(
            "the browser has lost the database{colon}{reason}; {back}, and the server is asked before they are sent. Load products, users and settings again"
        ),
        LossExtent::Everything => format!(
            "the browser has lost everything that this till had stored{colon}{reason}; it starts anew. What the server had not confirmed is lost: compare the receipts with the server, and load products, users and settings again"
        ),
    }
}
