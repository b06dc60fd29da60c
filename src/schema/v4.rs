//! Version 4, legacy: the catalogue and the orders made while offline.

use super::step::{Step, index, store};

pub(super) const STEP: Step = Step {
    version: 4,
    stores: &[
        store("pos_products", "id"),
        store("pos_categories", "id"),
        store("pos_payment_methods", "id"),
        store("pos_taxes", "id"),
        store("pos_offline_orders", "offline_id"),
    ],
    indexes: &[
        index("pos_products", "barcode", &["barcode"]),
        index("pos_products", "default_code", &["default_code"]),
        index("pos_products", "categ_id", &["categ_id"]),
        index("pos_products", "name", &["name"]),
        index("pos_products", "cached_at", &["cached_at"]),
        index("pos_categories", "parent_id", &["parent_id"]),
        index("pos_categories", "name", &["name"]),
        index("pos_payment_methods", "name", &["name"]),
        index("pos_taxes", "name", &["name"]),
        index("pos_offline_orders", "created_at", &["created_at"]),
        index("pos_offline_orders", "synced", &["synced"]),
        index("pos_offline_orders", "pos_session_id", &["pos_session_id"]),
    ],
    flags: &[],
    times: &[],
};
