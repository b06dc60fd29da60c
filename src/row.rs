//! A record as JavaScript holds it: every field passes through untouched, only named fields are read or stamped.

use js_sys::{Array, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::clock;
use crate::error::{Error, Result};

/// A plain JavaScript object that this library owns (a shallow copy of the caller's), on its way to or from disk.
#[derive(Debug, Clone)]
pub struct Row(Object);

impl Row {
    /// A shallow copy of `record`, so that stamping a field never changes the caller's object.
    ///
    /// # Errors
    /// `InvalidRecord` for anything but an object (`null`, an array, a string), or when a getter throws.
    pub fn copy_of(record: &JsValue) -> Result<Row> {
        if !record.is_object() || Array::is_array(record) {
            return Err(Error::record(format!("a record must be an object, got {}", describe(record))));
        }
        let copy = Object::try_assign(&Object::new(), record.unchecked_ref());
        copy.map(Row).map_err(|thrown| Error::record(format!("a field cannot be read: {}", Error::from_js(&thrown))))
    }

    /// A new object without fields.
    pub fn new() -> Row {
        Row(Object::new())
    }

    /// A new object of these fields.
    pub fn of(fields: &[(&str, JsValue)]) -> Row {
        let row = Row::new();
        for (name, value) in fields {
            row.set(name, value);
        }
        row
    }

    /// A row read from disk, which nobody else holds.
    pub fn owned(stored: JsValue) -> Row {
        Row(stored.unchecked_into())
    }

    /// The field's value, `undefined` when absent.
    pub fn get(&self, field: &str) -> JsValue {
        // Reflect.get on an object fails only when a getter throws; a copied or stored object has no getters.
        Reflect::get(&self.0, &field.into()).unwrap_or(JsValue::UNDEFINED)
    }

    /// Whether the field holds something: not absent, not `undefined`, not `null`.
    pub fn has(&self, field: &str) -> bool {
        let value = self.get(field);
        !value.is_undefined() && !value.is_null()
    }

    /// The field as a number, 0 when it is none.
    pub fn number(&self, field: &str) -> f64 {
        self.get(field).as_f64().unwrap_or(0.0)
    }

    /// Sets a field.
    pub fn set(&self, field: &str, value: impl Into<JsValue>) {
        // Setting a field of an own, unfrozen object cannot fail.
        let _ = Reflect::set(&self.0, &field.into(), &value.into());
    }

    /// Removes a field.
    pub fn remove(&self, field: &str) {
        // Deleting a field of an own, unfrozen object cannot fail.
        let _ = Reflect::delete_property(&self.0, &field.into());
    }

    /// Sets a field that holds nothing yet.
    pub fn set_default<V: Into<JsValue>>(&self, field: &str, value: impl FnOnce() -> V) {
        if !self.has(field) {
            self.set(field, value());
        }
    }

    /// Copies every field of `other` over this row; fields that `other` does not have stay.
    pub fn merge(&self, other: &JsValue) -> Result<()> {
        Object::try_assign(&self.0, other.unchecked_ref())?;
        Ok(())
    }

    /// The JSON text of a field; `None` when it is absent or has no JSON form.
    pub fn json(&self, field: &str) -> Result<Option<String>> {
        let text = JSON::stringify(&self.get(field))
            .map_err(|thrown| Error::field(field, Error::from_js(&thrown).to_string()))?;
        // `undefined` when the value has no JSON form, whatever the type says.
        Ok(JsValue::from(text).as_string())
    }

    /// The row as a JavaScript value.
    pub fn as_js(&self) -> &JsValue {
        &self.0
    }
}

impl From<Row> for JsValue {
    fn from(row: Row) -> JsValue {
        row.0.into()
    }
}

/// Why a row that was written as JSON has no data.
pub(crate) const EXPORT_ERROR: &str = "export_error";

/// The JSON text of a row. Data without a JSON form is left out, and `export_error` says why: one row must not keep the
/// others from being rescued.
pub(crate) fn json_text(row: Row) -> Result<String> {
    let text = JSON::stringify(row.as_js()).or_else(|thrown| {
        row.set("data", JsValue::NULL);
        row.set(EXPORT_ERROR, format!("the data has no JSON form: {}", Error::from_js(&thrown)));
        JSON::stringify(row.as_js())
    })?;
    Ok(text.into())
}

/// A value as JavaScript writes it: Rust's own formatting of numbers would add 15 KB to the module.
pub(crate) fn text_of(value: &JsValue) -> String {
    value.as_string().unwrap_or_else(|| String::from(Object::from(value.clone()).to_string()))
}

/// A text that must be given.
///
/// # Errors
/// `InvalidArgument` when it is something else.
pub fn text_argument(argument: &str, value: &JsValue) -> Result<String> {
    value.as_string().ok_or_else(|| Error::argument(argument, format!("must be a text, got {}", describe(value))))
}

/// What a value is, in a few words for an error text: `null`, `an array`, `NaN`, `the text 'abc'`.
pub fn describe(value: &JsValue) -> String {
    if value.is_null() {
        "null".into()
    } else if value.is_undefined() {
        "undefined".into()
    } else if value.as_f64().is_some() {
        format!("the number {}", text_of(value))
    } else if let Some(text) = value.as_string() {
        match text.char_indices().nth(40).and_then(|(end, _)| text.get(..end)) {
            Some(short) => format!("the text '{short}...'"),
            None => format!("the text '{text}'"),
        }
    } else if let Some(truth) = value.as_bool() {
        format!("the boolean {truth}")
    } else if Array::is_array(value) {
        "an array".into()
    } else if value.is_function() {
        "a function".into()
    } else if let Some(ms) = clock::date_ms(value) {
        if ms.is_nan() { "an invalid Date".into() } else { "a Date".into() }
    } else {
        "an object".into()
    }
}
