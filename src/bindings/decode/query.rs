//! A query as JavaScript writes it.

use std::ops::Bound;

use js_sys::Array;
use rexie::Direction;
use wasm_bindgen::JsValue;

use super::{Options, is_missing, meaning};
use crate::error::{Error, Result};
use crate::schema::{KeyPath, StoreSchema};
use crate::store::{Bounds, KeyValue, Select};

/// The greatest UTF-16 unit: no text that begins with a prefix sorts after the prefix and this.
const LAST_UNIT: &str = "\u{FFFF}";

/// `{index, only | prefix | from, to, order, limit}`
pub(in super::super) fn select(value: &JsValue, store: &StoreSchema) -> Result<Select> {
    let options = Options::of("query", value, &["index", "only", "prefix", "from", "to", "order", "limit"])?;
    let index = options.text("index")?;
    // An index that the schema does not know is reported when the query runs, with the names of those there are.
    let path = match index.as_deref().and_then(|name| store.index(name)) {
        Some(index) => &index.key_path,
        None => &store.key_path,
    };
    let bounds = bounds(&options, path, store)?;
    let limit = options.whole_number("limit", 0)?;
    let orders = [("asc", Direction::Next), ("desc", Direction::Prev)];
    let direction = meaning("order", &options.get("order"), &orders)?.unwrap_or(Direction::Next);
    Ok(Select { index, bounds, direction, limit })
}

fn bounds(options: &Options, path: &KeyPath, store: &StoreSchema) -> Result<Bounds> {
    let ways = [options.has("only"), options.has("prefix"), options.has("from") || options.has("to")];
    if ways.into_iter().filter(|given| *given).count() > 1 {
        return Err(Error::argument("query", "give 'only', or 'prefix', or 'from' and 'to'"));
    }
    let key = |name: &str| match options.get(name) {
        value if is_missing(&value) => Ok(None),
        value => KeyValue::argument(name, &flags_as_numbers(value, path, store)).map(Some),
    };
    if let Some(only) = key("only")? {
        return Ok(Bounds::only(only));
    }
    if let Some(prefix) = key("prefix")? {
        return Ok(match (path, prefix) {
            (KeyPath::Fields(_), KeyValue::Array(parts)) => Bounds::prefix(parts),
            (KeyPath::Fields(_), part) => Bounds::prefix(vec![part]),
            (KeyPath::Field(_), KeyValue::Array(parts)) if parts.len() == 1 => begins_with(parts[0].clone()),
            (KeyPath::Field(_), part) => begins_with(part),
        });
    }
    let bound = |key: Option<KeyValue>| key.map_or(Bound::Unbounded, Bound::Included);
    Ok(Bounds { lower: bound(key("from")?), upper: bound(key("to")?) })
}

/// Texts that begin with a text; of any other kind of key, that key alone.
fn begins_with(part: KeyValue) -> Bounds {
    match part {
        KeyValue::Text(text) => {
            let last = text.clone() + LAST_UNIT;
            Bounds { lower: Bound::Included(KeyValue::Text(text)), upper: Bound::Included(KeyValue::Text(last)) }
        }
        part => Bounds::only(part),
    }
}

/// A flag is a boolean to JavaScript and a number on disk.
fn flags_as_numbers(value: JsValue, path: &KeyPath, store: &StoreSchema) -> JsValue {
    let convert = |value: JsValue, field: Option<&String>| match value.as_bool() {
        Some(truth) if field.is_some_and(|field| store.flags.contains(field)) => JsValue::from(u8::from(truth)),
        _ => value,
    };
    let fields = path.fields();
    if !Array::is_array(&value) {
        return convert(value, fields.first());
    }
    let parts = Array::from(&value);
    for (at, field) in (0..parts.length()).zip(fields) {
        parts.set(at, convert(parts.get(at), Some(field)));
    }
    parts.into()
}
