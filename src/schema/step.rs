//! What one version adds.

use super::{Durability, IndexSchema, KeyPath, StoreSchema};

/// The additions of one version. A step only ever adds: no step removes a store, an index or a row.
pub(super) struct Step {
    pub version: u32,
    pub stores: &'static [NewStore],
    pub indexes: &'static [NewIndex],
    /// (store, field): booleans from here on stored as 0 or 1.
    pub flags: &'static [(&'static str, &'static str)],
    /// (store, field): times from here on always present and stored as ISO-8601 text.
    pub times: &'static [(&'static str, &'static str)],
}

pub(super) struct NewStore {
    pub name: &'static str,
    pub key_path: &'static str,
    pub auto_increment: bool,
}

pub(super) struct NewIndex {
    pub store: &'static str,
    pub name: &'static str,
    pub key_path: &'static [&'static str],
    pub unique: bool,
}

/// A store; without a key path its keys are given beside the records.
pub(super) const fn store(name: &'static str, key_path: &'static str) -> NewStore {
    NewStore { name, key_path, auto_increment: false }
}

pub(super) const fn index(store: &'static str, name: &'static str, key_path: &'static [&'static str]) -> NewIndex {
    NewIndex { store, name, key_path, unique: false }
}

impl Step {
    /// Adds this step to the stores of the steps before it.
    pub fn fold_into(&self, stores: &mut Vec<StoreSchema>) {
        for new in self.stores {
            stores.push(StoreSchema {
                name: new.name.to_owned(),
                key_path: KeyPath::of(&[new.key_path]),
                auto_increment: new.auto_increment,
                indexes: Vec::new(),
                flags: Vec::new(),
                times: Vec::new(),
                durability: Durability::Strict,
            });
        }
        for store in stores {
            for new in self.indexes.iter().filter(|new| new.store == store.name) {
                store.indexes.push(IndexSchema {
                    name: new.name.to_owned(),
                    key_path: KeyPath::of(new.key_path),
                    unique: new.unique,
                    multi_entry: false,
                });
            }
            store.flags.extend(fields_of(self.flags, &store.name));
            store.times.extend(fields_of(self.times, &store.name));
        }
    }
}

fn fields_of(fields: &[(&str, &str)], store: &str) -> impl Iterator<Item = String> {
    fields.iter().filter(move |(of, _)| *of == store).map(|(_, field)| (*field).to_owned())
}
