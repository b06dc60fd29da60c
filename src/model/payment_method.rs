//! A way to pay.

use serde::{Deserialize, Serialize};

use super::{RecordId, odoo};
use crate::store::{Index, Record};

/// A row of `pos_payment_methods`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// Primary key, the server's id.
    pub id: RecordId,
    /// Name.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub name: Option<String>,
}

impl Record for PaymentMethod {
    const STORE: &'static str = "pos_payment_methods";
    type Key = RecordId;
}

impl PaymentMethod {
    /// By name.
    pub const NAME: Index<PaymentMethod, String> = Index::new("name", &["name"]);
}
