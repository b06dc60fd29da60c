//! A category of the catalogue.

use serde::{Deserialize, Serialize};

use super::{RecordId, odoo};
use crate::store::{Index, Record};

/// A row of `pos_categories`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Category {
    /// Primary key, the server's id.
    pub id: RecordId,
    /// Name.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub name: Option<String>,
    /// The category above it, none at the top.
    #[serde(default, deserialize_with = "odoo::empty_is_false")]
    pub parent_id: Option<RecordId>,
}

impl Record for Category {
    const STORE: &'static str = "pos_categories";
    type Key = RecordId;
}

impl Category {
    /// By name.
    pub const NAME: Index<Category, String> = Index::new("name", &["name"]);
    /// By the category above.
    pub const PARENT_ID: Index<Category, RecordId> = Index::new("parent_id", &["parent_id"]);
}
