//! A query as JavaScript writes it.

use std::ops::Bound;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{Options, choice, text, whole_number};
use crate::error::{Error, Result};
use crate::schema::{KeyPath, StoreSchema};
use crate::store::{Bounds, KeyValue, Select};

/// The greatest UTF-16 unit: no text that begins with a prefix sorts after the prefix and this.
const LAST_UNIT: char = '\u{FFFF}';

/// `{index, only | prefix | from, to, order, limit}`
pub(in super::super) fn select(value: &JsValue, store: &StoreSchema) -> Result<Select> {
    let options = Options::of("query", value, &["index", "only", "prefix", "from", "to", "order", "limit"])?;
    let index = if options.has("index") { Some(text("index", &options.get("index"))?) } else { None };
    // An index that the schema does not know is reported when the query runs, with the names of those there are.
    let path = match index.as_deref().and_then(|name| store.index(name)) {
        Some(index) => &index.key_path,
        None => &store.key_path,
    };
    let select = Select { index, ..Select::keys(bounds(&options, path, store)?) };
    let select = match whole_number("limit", &options.get("limit"), 0)? {
        Some(limit) => select.limit(limit),
        None => select,
    };
    let is_descending = choice("order", &options.get("order"), &["asc", "desc"])? == Some("desc");
    Ok(if is_descending { select.rev() } else { select })
}

fn bounds(options: &Options, path: &KeyPath, store: &StoreSchema) -> Result<Bounds> {
    let ways = [options.has("only"), options.has("prefix"), options.has("from") || options.has("to")];
    if ways.into_iter().filter(|given| *given).count() > 1 {
        return Err(Error::argument("query", "give 'only', or 'prefix', or 'from' and 'to'"));
    }
    let key = |name: &str| KeyValue::argument(name, &flags_as_numbers(&options.get(name), path, store));
    if options.has("only") {
        return Ok(Bounds::only(key("only")?));
    }
    if options.has("prefix") {
        return Ok(match (path, key("prefix")?) {
            (KeyPath::Fields(_), KeyValue::Array(parts)) => Bounds::prefix(parts),
            (KeyPath::Fields(_), part) => Bounds::prefix(vec![part]),
            (KeyPath::Field(_), KeyValue::Array(parts)) if parts.len() == 1 => begins_with(parts[0].clone()),
            (KeyPath::Field(_), part) => begins_with(part),
        });
    }
    let bound = |name| {
        if options.has(name) { key(name).map(Bound::Included) } else { Ok(Bound::Unbounded) }
    };
    Ok(Bounds { lower: bound("from")?, upper: bound("to")? })
}

/// Texts that begin with a text; of any other kind of key, that key alone.
fn begins_with(part: KeyValue) -> Bounds {
    match part {
        KeyValue::Text(text) => {
            let last = KeyValue::Text(format!("{text}{LAST_UNIT}"));
            Bounds { lower: Bound::Included(KeyValue::Text(text)), upper: Bound::Included(last) }
        }
        part => Bounds::only(part),
    }
}

/// A flag is a boolean to JavaScript and a number on disk.
fn flags_as_numbers(value: &JsValue, path: &KeyPath, store: &StoreSchema) -> JsValue {
    let convert = |value: JsValue, field: &String| match value.as_bool() {
        Some(truth) if store.flags.contains(field) => JsValue::from(u8::from(truth)),
        _ => value,
    };
    let fields = path.fields();
    if Array::is_array(value) {
        let parts = Array::from(value);
        let converted = parts.iter().enumerate().map(|(at, part)| match fields.get(at) {
            Some(field) => convert(part, field),
            None => part,
        });
        converted.collect::<Array>().into()
    } else {
        convert(value.clone(), &fields[0])
    }
}
