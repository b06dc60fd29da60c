//! Version 1, legacy: sessions, users, settings, the queue and the orders.

use super::step::{NewIndex, Step, index, store};

pub(super) const STEP: Step = Step {
    version: 1,
    stores: &[
        store("sessions", "id"),
        store("users", "id"),
        store("config", "key"),
        store("transactions", "id"),
        store("orders", "id"),
    ],
    indexes: &[
        index("sessions", "user_id", &["user_id"]),
        index("sessions", "created", &["created"]),
        NewIndex { unique: true, ..index("users", "login", &["login"]) },
        index("transactions", "synced", &["synced"]),
        index("transactions", "type", &["type"]),
        index("transactions", "created_at", &["created_at"]),
        index("orders", "state", &["state"]),
        index("orders", "date_order", &["date_order"]),
    ],
    flags: &[],
    times: &[],
};
