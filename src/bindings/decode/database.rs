//! The options of the constructor.

use wasm_bindgen::JsValue;

use super::{Options, durability, each, one_or_more_texts, text};
use crate::error::Result;
use crate::schema::{DATABASE_NAME, Durability, IndexSchema, KeyPath, StoreSchema};
use crate::store::{DatabaseOptions, Timeouts};

/// `{name, stores, journal, timeouts: {open, upgrade, delete}}`
pub(in super::super) fn database_options(value: &JsValue) -> Result<DatabaseOptions> {
    let options = Options::of("options", value, &["name", "stores", "timeouts", "journal"])?;
    let name = if options.has("name") { text("name", &options.get("name"))? } else { DATABASE_NAME.to_owned() };
    let stores = if options.has("stores") { each("stores", &options.get("stores"), &store)? } else { Vec::new() };
    let timeouts = timeouts(&options.get("timeouts"))?;
    let journal = options.flag("journal")?.unwrap_or(true);
    Ok(DatabaseOptions { name, stores, journal, timeouts, ..DatabaseOptions::default() })
}

fn timeouts(value: &JsValue) -> Result<Timeouts> {
    let options = Options::of("timeouts", value, &["open", "upgrade", "delete"])?;
    let mut timeouts = Timeouts::default();
    for (name, timeout) in
        [("open", &mut timeouts.open), ("upgrade", &mut timeouts.upgrade), ("delete", &mut timeouts.delete)]
    {
        options.duration(name, timeout)?;
    }
    Ok(timeouts)
}

/// `{name, keyPath, autoIncrement, indexes, flags, times, durability}`
fn store(value: &JsValue) -> Result<StoreSchema> {
    let known = ["name", "keyPath", "autoIncrement", "indexes", "flags", "times", "durability"];
    let options = Options::of("stores", value, &known)?;
    let texts = |name| {
        if options.has(name) { one_or_more_texts(name, &options.get(name)) } else { Ok(Vec::new()) }
    };
    Ok(StoreSchema {
        name: text("name", &options.get("name"))?,
        key_path: key_path(&options.get("keyPath"))?,
        auto_increment: options.get("autoIncrement").is_truthy(),
        indexes: if options.has("indexes") { each("indexes", &options.get("indexes"), &index)? } else { Vec::new() },
        flags: texts("flags")?,
        times: texts("times")?,
        durability: durability(&options.get("durability"))?.unwrap_or(Durability::Strict),
    })
}

/// `{name, keyPath, unique, multiEntry}`
fn index(value: &JsValue) -> Result<IndexSchema> {
    let options = Options::of("indexes", value, &["name", "keyPath", "unique", "multiEntry"])?;
    Ok(IndexSchema {
        name: text("name", &options.get("name"))?,
        key_path: key_path(&options.get("keyPath"))?,
        unique: options.get("unique").is_truthy(),
        multi_entry: options.get("multiEntry").is_truthy(),
    })
}

fn key_path(value: &JsValue) -> Result<KeyPath> {
    let fields = one_or_more_texts("keyPath", value)?;
    Ok(match value.as_string() {
        Some(field) => KeyPath::Field(field),
        None => KeyPath::Fields(fields),
    })
}
