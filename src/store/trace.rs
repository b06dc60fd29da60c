//! What a database did last, for the people who debug it.

use std::cell::RefCell;

use super::query::ServedBy;
use crate::schema::Durability;

/// A snapshot of a handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Name of the database.
    pub name: String,
    /// Version on disk while it is open.
    pub version: Option<u32>,
    /// How often a dead connection was replaced.
    pub reopened: u32,
    /// Store and server of the last query.
    pub last_query: Option<(String, ServedBy)>,
    /// Stores and durability of the last write.
    pub last_write: Option<(Vec<String>, Durability)>,
}

#[derive(Debug, Default)]
pub(super) struct Trace {
    last_query: RefCell<Option<(String, ServedBy)>>,
    last_write: RefCell<Option<(Vec<String>, Durability)>>,
    /// What the console has been told already, once is enough.
    warned: RefCell<Vec<String>>,
}

impl Trace {
    pub fn status(&self, name: &str, version: Option<u32>, reopened: u32) -> Status {
        Status {
            name: name.to_owned(),
            version,
            reopened,
            last_query: self.last_query.borrow().clone(),
            last_write: self.last_write.borrow().clone(),
        }
    }

    /// Notes what has served a query.
    pub fn note(&self, store: &str, served_by: &ServedBy) {
        let mut last = self.last_query.borrow_mut();
        // A scan of many barcodes writes nothing down.
        if !last.as_ref().is_some_and(|(name, by)| name == store && by == served_by) {
            *last = Some((store.to_owned(), served_by.clone()));
        }
    }

    /// As [`Trace::note`], of a store; says so when an index is missing.
    pub fn read(&self, store: &str, served_by: &ServedBy) {
        if let ServedBy::Scan { missing } = served_by {
            let text = format!(
                "pos-offline: index '{missing}' of store '{store}' is missing on disk; every row is read instead"
            );
            let mut warned = self.warned.borrow_mut();
            if !warned.contains(&text) {
                web_sys::console::warn_1(&text.as_str().into());
                warned.push(text);
            }
        }
        self.note(store, served_by);
    }

    pub fn wrote(&self, stores: &[&str], durability: Durability) {
        let stores = stores.iter().map(|name| (*name).to_owned()).collect();
        *self.last_write.borrow_mut() = Some((stores, durability));
    }
}
