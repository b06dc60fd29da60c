//! An order of the Point of Sale.

use serde::{Deserialize, Serialize};

use super::{RecordId, Timestamp, odoo};
use crate::store::{Index, Record};

/// The states in which nothing more happens to an order, in the order of their keys. Every other state is pending.
pub const FINAL_STATES: [&str; 4] = ["cancel", "done", "invoiced", "paid"];

/// A row of `orders`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Order {
    /// Primary key.
    pub id: RecordId,
    /// `draft`, `paid`, `done`, `invoiced`, `cancel`, or a state an extension adds.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub state: Option<String>,
    /// When it was made: ISO-8601 or Odoo's `2026-01-07 10:00:00`.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub date_order: Option<Timestamp>,
}

impl Record for Order {
    const STORE: &'static str = "orders";
    type Key = RecordId;
}

impl Order {
    /// What it is to the server: the type of its row in the outbox.
    pub const KIND: &'static str = "order";

    /// By state.
    pub const STATE: Index<Order, String> = Index::new("state", &["state"]);
    /// By date.
    pub const DATE_ORDER: Index<Order, Timestamp> = Index::new("date_order", &["date_order"]);
    /// By state, then date.
    pub const STATE_DATE: Index<Order, (String, Timestamp)> = Index::new("state_date", &["state", "date_order"]);
}
