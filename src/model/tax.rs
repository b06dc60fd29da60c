//! A tax.

use serde::{Deserialize, Serialize};

use super::{RecordId, odoo};
use crate::store::{Index, Record};

/// A row of `pos_taxes`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Tax {
    /// Primary key, the server's id.
    pub id: RecordId,
    /// Name.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub name: Option<String>,
    /// Percentage or amount, by its `amount_type`.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub amount: Option<f64>,
}

impl Record for Tax {
    const STORE: &'static str = "pos_taxes";
    type Key = RecordId;
}

impl Tax {
    /// By name.
    pub const NAME: Index<Tax, String> = Index::new("name", &["name"]);
}
