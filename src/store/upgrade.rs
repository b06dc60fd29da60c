//! Bringing a database of any older version to the schema, inside the browser's version-change transaction: a tab that
//! is killed half way leaves the old version whole. Nothing is ever removed, and stores the schema does not name are
//! left alone.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;
use web_sys::{
    IdbDatabase, IdbIndexParameters, IdbObjectStore, IdbObjectStoreParameters, IdbOpenDbRequest, IdbTransaction,
};

use super::request::Request;
use super::scan::keys_of;
use crate::error::{Error, Result};
use crate::global::spawn;
use crate::order::sorted_places;
use crate::row::Row;
use crate::schema::{IndexSchema, KeyPath, META_STORE, Schema, StoreSchema};
use crate::stamp;

/// The last version of the legacy module.
const LEGACY_VERSION: u32 = 4;

/// Rows that are read at a time while rows are brought up to date.
const BATCH: u32 = 500;

/// The one key of the store [`META_STORE`].
const META_KEY: &str = "schema";

/// Upgrades; called in the `upgradeneeded` event. On failure the transaction is aborted and `failure` says why.
pub(super) fn begin(
    request: &IdbOpenDbRequest,
    old_version: u32,
    schema: Rc<Schema>,
    failure: Rc<RefCell<Option<Error>>>,
) {
    let (Ok(database), Some(transaction)) = (request.result(), request.transaction()) else {
        return;
    };
    let database: IdbDatabase = database.unchecked_into();
    // A task starts when this event's handlers have returned, with the transaction still active.
    spawn(Box::pin(async move {
        if let Err(error) = run(&database, &transaction, old_version, &schema).await {
            failure.borrow_mut().replace(error);
            // Throws when the browser has aborted it already.
            let _ = transaction.abort();
        }
    }));
}

async fn run(database: &IdbDatabase, transaction: &IdbTransaction, old_version: u32, schema: &Schema) -> Result<()> {
    let is_legacy = (1..=LEGACY_VERSION).contains(&old_version);
    for store in schema.stores() {
        let exists = database.object_store_names().contains(&store.name);
        let native = if exists { transaction.object_store(&store.name)? } else { create_store(database, store)? };
        for index in &store.indexes {
            if exists && !has_index(&native, index)? {
                add_index(&native, index).await?;
            } else if !exists {
                create_index(&native, index, index.unique)?;
            }
        }
        if exists && is_legacy && stamp::has_owned_fields(store) {
            repair_rows(&native, store).await?;
        }
    }
    if database.version() as u32 > schema.version() {
        write_schema_version(database, transaction, schema.version())?;
    }
    Ok(())
}

/// Whether nothing has to be created: every store is there, and every index of the caller's own stores. An index that
/// one of the till's stores has lost is not worth a new version; a scan answers for it and says so.
pub(super) fn has_every_store(database: &IdbDatabase, schema: &Schema) -> Result<bool> {
    let on_disk = database.object_store_names();
    if !schema.stores().iter().all(|store| on_disk.contains(&store.name)) {
        return Ok(false);
    }
    if schema.extra_stores().is_empty() {
        return Ok(true);
    }
    let names: Array = schema.extra_stores().iter().map(|store| JsValue::from_str(&store.name)).collect();
    let transaction = database.transaction_with_str_sequence(&names)?;
    for store in schema.extra_stores() {
        let native = transaction.object_store(&store.name)?;
        for index in &store.indexes {
            if !has_index(&native, index)? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// The schema version of this library that the database on disk has.
pub(super) async fn schema_version(database: &IdbDatabase) -> Result<u32> {
    if !database.object_store_names().contains(META_STORE) {
        return Ok(database.version() as u32);
    }
    let store = database.transaction_with_str(META_STORE)?.object_store(META_STORE)?;
    let row = Row::owned(Request::new(store.get(&META_KEY.into())?).await?);
    Ok(row.number("version") as u32)
}

fn write_schema_version(database: &IdbDatabase, transaction: &IdbTransaction, version: u32) -> Result<()> {
    let store = if database.object_store_names().contains(META_STORE) {
        transaction.object_store(META_STORE)?
    } else {
        let parameters = IdbObjectStoreParameters::new();
        parameters.set_key_path(&"id".into());
        database.create_object_store_with_optional_parameters(META_STORE, &parameters)?
    };
    let row = Row::owned(Object::new().into());
    row.set("id", META_KEY);
    row.set("version", version);
    store.put(row.as_js())?;
    Ok(())
}

fn create_store(database: &IdbDatabase, store: &StoreSchema) -> Result<IdbObjectStore> {
    let parameters = IdbObjectStoreParameters::new();
    parameters.set_key_path(&native_path(&store.key_path));
    parameters.set_auto_increment(store.auto_increment);
    Ok(database.create_object_store_with_optional_parameters(&store.name, &parameters)?)
}

fn create_index(store: &IdbObjectStore, index: &IndexSchema, unique: bool) -> Result<()> {
    let parameters = IdbIndexParameters::new();
    parameters.set_unique(unique);
    parameters.set_multi_entry(index.multi_entry);
    let path = native_path(&index.key_path);
    store.create_index_with_str_sequence_and_optional_parameters(&index.name, &path, &parameters)?;
    Ok(())
}

/// Adds an index to a store with rows. Where rows already share a key, a unique index would abort the whole upgrade and
/// the till would not start; it is made without the constraint, and no row is lost.
async fn add_index(store: &IdbObjectStore, index: &IndexSchema) -> Result<()> {
    if store.index_names().contains(&index.name) {
        // Of this name, but sorted by something else. An index holds no data of its own.
        store.delete_index(&index.name)?;
    }
    let unique = index.unique && {
        let rows: Array = Request::new(store.get_all()?).await?.unchecked_into();
        let mut keys = Vec::new();
        for row in rows.iter() {
            keys.extend(keys_of(&row, index));
        }
        sorted_places(&keys, Ord::cmp).windows(2).all(|pair| keys[pair[0]] != keys[pair[1]])
    };
    create_index(store, index, unique)
}

fn has_index(store: &IdbObjectStore, index: &IndexSchema) -> Result<bool> {
    if !store.index_names().contains(&index.name) {
        return Ok(false);
    }
    let on_disk = store.index(&index.name)?.key_path()?;
    Ok(match &index.key_path {
        KeyPath::Field(field) => on_disk.as_string().as_ref() == Some(field),
        KeyPath::Fields(fields) => {
            Array::is_array(&on_disk)
                && Array::from(&on_disk).iter().map(|part| part.as_string()).eq(fields.iter().cloned().map(Some))
        }
    })
}

fn native_path(path: &KeyPath) -> JsValue {
    match path {
        KeyPath::Field(field) => field.into(),
        KeyPath::Fields(fields) if fields.is_empty() => JsValue::NULL,
        KeyPath::Fields(fields) => fields.iter().map(JsValue::from).collect::<Array>().into(),
    }
}

/// Turns boolean flags into 0 and 1 and fills in missing times, so that the indexes hold every row.
async fn repair_rows(store: &IdbObjectStore, schema: &StoreSchema) -> Result<()> {
    let mut after = JsValue::UNDEFINED;
    loop {
        let keys: Array = Request::new(store.get_all_keys_with_key_and_limit(&after, BATCH)?).await?.unchecked_into();
        let rows: Array = Request::new(store.get_all_with_key_and_limit(&after, BATCH)?).await?.unchecked_into();
        for row in rows.iter() {
            let row = Row::owned(row);
            if stamp::repair(&row, schema) {
                store.put(row.as_js())?;
            }
        }
        if keys.length() < BATCH {
            return Ok(());
        }
        after = web_sys::IdbKeyRange::lower_bound_with_open(&keys.get(BATCH - 1), true)?.into();
    }
}
