//! A user who may sign in while the server is away.

use serde::{Deserialize, Serialize};

use super::RecordId;
use crate::store::{Index, Record};

/// A row of `users`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct User {
    /// Primary key, the server's id.
    pub id: RecordId,
    /// Sign-in name, unique.
    pub login: String,
    /// Display name.
    #[serde(default)]
    pub name: Option<String>,
}

impl Record for User {
    const STORE: &'static str = "users";
    type Key = RecordId;
}

impl User {
    /// By sign-in name; unique.
    pub const LOGIN: Index<User, String> = Index::new("login", &["login"]);
}
