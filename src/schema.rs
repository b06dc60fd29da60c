//! The object stores and their indexes, as data: one step per version, never edited once it has shipped.
//!
//! Versions 1 to 4 are those of the legacy JavaScript module; tills in the field hold any of them. A new version is a
//! new file in `schema/` and one more line in `STEPS`; [`Schema::with_stores`] folds the steps into the whole.

mod step;
mod v1;
mod v3;
mod v4;
mod v5;
mod v6;

use std::rc::Rc;

use crate::error::{Error, Result};
use step::Step;

/// Name of the database unless told otherwise.
pub const DATABASE_NAME: &str = "PDCPOSOfflineDB";

/// Every version that changed something. Version 2 of the legacy module had the stores of version 1.
const STEPS: [&Step; 5] = [&v1::STEP, &v3::STEP, &v4::STEP, &v5::STEP, &v6::STEP];

/// The version of the newest step.
pub const SCHEMA_VERSION: u32 = STEPS[STEPS.len() - 1].version;

/// Holds the records of the four catalogue stores, many in one value.
pub(crate) const CATALOG_STORE: &str = "pos_catalog";

/// The stores that hold money: they commit with durability `strict` unless a call says otherwise.
const MONEY: [&str; 4] = ["transactions", "orders", "pos_offline_orders", "sync_errors"];

/// The stores whose rows have a second copy, the journal's: what the server may not have yet; and of the settings the
/// sequence of the till.
pub(crate) const JOURNALED: [&str; 4] = ["config", "transactions", "pos_offline_orders", "orders"];

/// Where the sequence of this till is kept in `config`.
pub(crate) const SEQUENCE_KEY: &str = "outbox_sequence";

/// Where `config` has the number of the last transaction that changed something of which there is a second copy.
pub(crate) const COUNTER_KEY: &str = "journal_number";

/// Whether a transaction over this store is numbered and copied.
pub(crate) fn is_journaled(store: &str) -> bool {
    JOURNALED[1..].contains(&store)
}

/// A key path: one field, or several that make an array key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyPath {
    /// The value of one field (dots reach into nested objects).
    Field(String),
    /// The values of several fields, in this order. Of no field: the key is given beside the record, and the browser need
    /// not read what it has just written to find it.
    Fields(Vec<String>),
}

impl KeyPath {
    /// The field names.
    pub fn fields(&self) -> &[String] {
        match self {
            KeyPath::Field(field) => std::slice::from_ref(field),
            KeyPath::Fields(fields) => fields,
        }
    }

    fn of(fields: &[&str]) -> KeyPath {
        match fields {
            [""] => KeyPath::Fields(Vec::new()),
            [field] => KeyPath::Field((*field).to_owned()),
            _ => KeyPath::Fields(fields.iter().map(|field| (*field).to_owned()).collect()),
        }
    }
}

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When the operating system has been told to write it to the disk: survives a power cut.
    #[default]
    Strict,
    /// When the operating system has it: faster, the last seconds can be lost in a power cut.
    Relaxed,
}

impl Durability {
    /// IndexedDB's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Durability::Strict => "strict",
            Durability::Relaxed => "relaxed",
        }
    }
}

/// An index of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSchema {
    /// Name.
    pub name: String,
    /// What it is sorted by.
    pub key_path: KeyPath,
    /// Whether two records may not share a key.
    pub unique: bool,
    /// Whether an array is one key per element instead of one array key.
    pub multi_entry: bool,
}

/// An object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreSchema {
    /// Name.
    pub name: String,
    /// Primary key.
    pub key_path: KeyPath,
    /// Whether the browser numbers records that come without a key.
    pub auto_increment: bool,
    /// Its indexes.
    pub indexes: Vec<IndexSchema>,
    /// Fields that are booleans to JavaScript and 0 or 1 on disk, so that an index can hold them.
    pub flags: Vec<String>,
    /// Fields that hold a time: the time of saving unless given, as ISO-8601 text on disk.
    pub times: Vec<String>,
    /// How its writes commit unless a call says otherwise.
    pub durability: Durability,
}

impl StoreSchema {
    /// The index of that name.
    pub fn index(&self, name: &str) -> Option<&IndexSchema> {
        self.indexes.iter().find(|index| index.name == name)
    }

    /// The index of that name, which a caller has given.
    ///
    /// # Errors
    /// `InvalidArgument` naming the indexes there are.
    pub(crate) fn index_argument(&self, name: &str) -> Result<&IndexSchema> {
        self.index(name).ok_or_else(|| {
            let known: Vec<_> = self.indexes.iter().map(|index| index.name.as_str()).collect();
            let (store, known) = (&self.name, known.join(", "));
            Error::argument("index", format!("store '{store}' has no index '{name}'; its indexes are: {known}"))
        })
    }
}

/// All stores of a database: the eleven of the till, then the caller's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Shared, because every transaction takes along the description of its stores.
    stores: Vec<Rc<StoreSchema>>,
    own: usize,
    version: u32,
}

impl Schema {
    /// The till's stores and `extra`, the caller's own.
    ///
    /// # Errors
    /// `InvalidArgument` when a name is empty or taken, or a key path has no field.
    pub fn with_stores(extra: Vec<StoreSchema>) -> Result<Schema> {
        let mut stores = Vec::new();
        for step in STEPS {
            step.fold_into(&mut stores);
        }
        for store in &mut stores {
            if !MONEY.contains(&store.name.as_str()) {
                store.durability = Durability::Relaxed;
            }
        }
        let own = stores.len();
        for store in extra {
            check(&store)?;
            if store.name == META_STORE || stores.iter().any(|known| known.name == store.name) {
                return Err(Error::argument("stores", format!("the name '{}' is taken", store.name)));
            }
            stores.push(store);
        }
        Ok(Schema { stores: stores.into_iter().map(Rc::new).collect(), own, version: SCHEMA_VERSION })
    }

    /// The catalogue's own database.
    pub(crate) fn of_catalogue() -> Schema {
        let mut stores = Vec::new();
        v6::STEP.fold_into(&mut stores);
        let relaxed = |store| Rc::new(StoreSchema { durability: Durability::Relaxed, ..store });
        let stores: Vec<_> = stores.into_iter().map(relaxed).collect();
        Schema { own: stores.len(), stores, version: 1 }
    }

    /// The version that a database with these stores has on disk, unless the caller's own have raised it.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Every store.
    pub fn stores(&self) -> &[Rc<StoreSchema>] {
        &self.stores
    }

    /// The names of every store that holds records, one each: not that of the catalogue's pages.
    pub fn names(&self) -> Vec<&str> {
        self.stores.iter().map(|store| store.name.as_str()).filter(|name| *name != CATALOG_STORE).collect()
    }

    /// The stores that the caller added.
    pub fn extra_stores(&self) -> &[Rc<StoreSchema>] {
        &self.stores[self.own..]
    }

    /// The store of that name.
    ///
    /// # Errors
    /// `InvalidArgument` naming the stores there are.
    pub fn store(&self, name: &str) -> Result<&Rc<StoreSchema>> {
        self.stores.iter().find(|store| store.name == name).ok_or_else(|| {
            let names = self.names();
            Error::argument("store", format!("there is no store '{name}'; the stores are {}", names.join(", ")))
        })
    }

    /// `strict` as soon as one of the stores is strict.
    pub fn durability(&self, stores: &[&str]) -> Durability {
        let strict = |name: &&str| self.store(name).is_ok_and(|store| store.durability == Durability::Strict);
        if stores.iter().any(strict) { Durability::Strict } else { Durability::Relaxed }
    }
}

/// Exists only in a database whose version had to rise for the caller's own stores: one row, which schema version of
/// this library the version on disk stands for.
pub(crate) const META_STORE: &str = "pos_offline_schema";

fn check(store: &StoreSchema) -> Result<()> {
    let paths = store.indexes.iter().map(|index| (&index.name, &index.key_path));
    for (name, path) in std::iter::once((&store.name, &store.key_path)).chain(paths) {
        if name.is_empty() || path.fields().is_empty() || path.fields().iter().any(String::is_empty) {
            let reason = format!("store '{}' and each of its indexes need a name and a key path", store.name);
            return Err(Error::argument("stores", reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
