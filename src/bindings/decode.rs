//! From what JavaScript hands in to the library's values, each with a clear error when it makes no sense.

mod catalogue;
mod connection;
mod database;
mod query;
mod sync;

use std::time::Duration;

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::encode;
use crate::error::{Error, Result};
use crate::row::describe;
pub(super) use crate::row::text_argument as text;
use crate::schema::{CATALOG_STORE, Durability};
use crate::store::{Bulk, BulkMode, BulkReport, WriteOptions};

pub(super) use catalogue::{catalog_store, delta, number};
pub(super) use connection::{connection_event, connection_options, refusal};
pub(super) use database::database_options;
pub(super) use query::select;
pub(super) use sync::{given, sync_options, sync_type};

/// An object with named values, all of which may be left out.
pub(super) struct Options(JsValue);

impl Options {
    /// Other names are ignored, as the legacy module did.
    pub fn lenient(argument: &str, value: &JsValue) -> Result<Options> {
        if is_missing(value) {
            return Ok(Options(JsValue::UNDEFINED));
        }
        if !value.is_object() || Array::is_array(value) {
            return Err(Error::argument(argument, format!("must be an object, got {}", describe(value))));
        }
        Ok(Options(value.clone()))
    }

    /// Every name must be known, so that a misspelt option is not ignored.
    pub fn of(argument: &str, value: &JsValue, known: &[&str]) -> Result<Options> {
        let options = Options::lenient(argument, value)?;
        if !options.0.is_object() {
            return Ok(options);
        }
        let names = Object::keys::<JsValue>(value.unchecked_ref());
        for name in names.iter().filter_map(|name| name.as_string()) {
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                return Err(Error::argument(argument, format!("unknown option '{name}'; the options are {known}")));
            }
        }
        Ok(options)
    }

    /// The value of an option, `undefined` when it is not given.
    pub fn get(&self, name: &str) -> JsValue {
        if self.0.is_undefined() {
            return JsValue::UNDEFINED;
        }
        // Fails only when a getter of the caller's throws; that counts as not given.
        Reflect::get(&self.0, &name.into()).unwrap_or(JsValue::UNDEFINED)
    }

    pub fn has(&self, name: &str) -> bool {
        !is_missing(&self.get(name))
    }

    /// Replaces `duration` by an option in milliseconds, when it is given.
    pub fn duration(&self, name: &str, duration: &mut Duration) -> Result<()> {
        let value = self.get(name);
        if !is_missing(&value) {
            *duration = milliseconds(name, &value)?;
        }
        Ok(())
    }

    /// A text, `None` when it is not given.
    pub fn text(&self, name: &str) -> Result<Option<String>> {
        let value = self.get(name);
        if is_missing(&value) { Ok(None) } else { text(name, &value).map(Some) }
    }

    /// As [`whole_number()`].
    pub fn whole_number(&self, name: &str, least: u32) -> Result<Option<u32>> {
        whole_number(name, &self.get(name), least)
    }

    /// A yes or a no; `None` when it is not given.
    pub fn flag(&self, name: &str) -> Result<Option<bool>> {
        let value = self.get(name);
        if is_missing(&value) {
            return Ok(None);
        }
        match value.as_bool() {
            None => Err(Error::argument(name, format!("must be true or false, got {}", describe(&value)))),
            given => Ok(given),
        }
    }

    pub fn function(&self, name: &str) -> Result<Option<Function>> {
        let value = self.get(name);
        if is_missing(&value) {
            return Ok(None);
        }
        function(name, &value).map(Some)
    }
}

pub(super) fn is_missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The name of a store; that of the catalogue's pages is none that a caller can ask or change.
pub(super) fn store_name(value: &JsValue) -> Result<String> {
    let name = text("store", value)?;
    if name == CATALOG_STORE {
        return Err(Error::argument(
            "store",
            format!("'{name}' holds the pages of the catalogue; name one of its stores"),
        ));
    }
    Ok(name)
}

/// A function that must be given.
pub(super) fn function(argument: &str, value: &JsValue) -> Result<Function> {
    value
        .clone()
        .dyn_into()
        .map_err(|value| Error::argument(argument, format!("must be a function, got {}", describe(&value))))
}

/// One of a few words, `None` when it is not given.
pub(super) fn choice<'a>(argument: &str, value: &JsValue, choices: &[&'a str]) -> Result<Option<&'a str>> {
    if is_missing(value) {
        return Ok(None);
    }
    let given = value.as_string();
    choices.iter().copied().find(|choice| given.as_deref() == Some(*choice)).map(Some).ok_or_else(|| {
        Error::argument(argument, format!("must be one of {}, got {}", choices.join(", "), describe(value)))
    })
}

/// The value that one of a few words stands for, `None` when it is not given.
pub(super) fn meaning<T: Copy>(argument: &str, value: &JsValue, words: &[(&str, T)]) -> Result<Option<T>> {
    let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
    let given = choice(argument, value, &known)?;
    Ok(words.iter().find(|(word, _)| given == Some(*word)).map(|(_, meaning)| *meaning))
}

/// A whole number from `least` on, `None` when it is not given.
pub(super) fn whole_number(argument: &str, value: &JsValue, least: u32) -> Result<Option<u32>> {
    if is_missing(value) {
        return Ok(None);
    }
    match value.as_f64() {
        // Infinity means "no limit"; beyond u32 there is nothing to limit either.
        Some(number) if number >= f64::from(u32::MAX) => Ok(Some(u32::MAX)),
        Some(number) if number.fract() == 0.0 && number >= f64::from(least) => Ok(Some(number as u32)),
        _ => Err(Error::argument(argument, format!("must be a whole number from {least} on, got {}", describe(value)))),
    }
}

/// Milliseconds above 0 that a timer of the browser can hold.
pub(super) fn milliseconds(argument: &str, value: &JsValue) -> Result<Duration> {
    match value.as_f64() {
        Some(ms) if ms > 0.0 && ms <= f64::from(i32::MAX) => Ok(Duration::from_micros((ms * 1000.0).ceil() as u64)),
        _ => Err(Error::argument(
            argument,
            format!("must be a number of milliseconds above 0 and at most 2147483647, got {}", describe(value)),
        )),
    }
}

/// A text, or an array of one or more.
pub(super) fn one_or_more_texts(argument: &str, value: &JsValue) -> Result<Vec<String>> {
    if !Array::is_array(value) {
        return Ok(vec![text(argument, value)?]);
    }
    let texts = each(argument, value, &|item| text(argument, item))?;
    if texts.is_empty() {
        return Err(Error::argument(argument, "must not be empty"));
    }
    Ok(texts)
}

/// What `decode` makes of each element of an array.
fn each<T>(argument: &str, value: &JsValue, decode: &dyn Fn(&JsValue) -> Result<T>) -> Result<Vec<T>> {
    if !Array::is_array(value) {
        return Err(Error::argument(argument, format!("must be an array, got {}", describe(value))));
    }
    let mut all = Vec::new();
    for item in Array::from(value).iter() {
        all.push(decode(&item)?);
    }
    Ok(all)
}

/// `{durability}`
pub(super) fn write_options(value: &JsValue) -> Result<WriteOptions> {
    Ok(WriteOptions { durability: durability(&Options::of("options", value, &["durability"])?.get("durability"))? })
}

fn durability(value: &JsValue) -> Result<Option<Durability>> {
    meaning("durability", value, &[("strict", Durability::Strict), ("relaxed", Durability::Relaxed)])
}

/// `{mode, durability, chunkSize, onProgress, onReport, signal}`; the second value is `onReport`.
pub(super) fn bulk(value: &JsValue) -> Result<(Bulk, Option<Function>)> {
    let known = ["mode", "durability", "chunkSize", "onProgress", "onReport", "signal"];
    let options = Options::of("options", value, &known)?;
    let mut bulk =
        Bulk { write: WriteOptions { durability: durability(&options.get("durability"))? }, ..Bulk::default() };
    if choice("mode", &options.get("mode"), &["skip-the-bad", "all-or-nothing"])? == Some("all-or-nothing") {
        bulk.mode = BulkMode::AllOrNothing;
    }
    bulk.chunk = options.whole_number("chunkSize", 1)?;
    if let Some(on_progress) = options.function("onProgress")? {
        bulk.on_progress = Some(Box::new(move |progress| call(&on_progress, &encode::progress(progress))));
    }
    if options.has("signal") {
        let signal = options.get("signal");
        bulk.signal = Some(signal.dyn_into::<AbortSignal>().map_err(|signal| {
            Error::argument("signal", format!("must be an AbortSignal, got {}", describe(&signal)))
        })?);
    }
    Ok((bulk, options.function("onReport")?))
}

/// Calls a callback of the caller's; what it throws is logged and stops nothing.
pub(super) fn call(callback: &Function, argument: &JsValue) {
    if let Err(thrown) = callback.call1(&JsValue::NULL, argument) {
        web_sys::console::error_2(&"pos-offline: a callback threw:".into(), &thrown);
    }
}

/// Names records that were not saved, for methods that resolve with a number only.
pub(super) fn tell_failures(store: &str, report: &BulkReport, on_report: Option<Function>) {
    /// More than a few lines hide each other.
    const NAMED: usize = 5;
    if !report.failures.is_empty() {
        let (failed, requested) = (report.failures.len(), report.requested);
        let named = report.failures.iter().take(NAMED).map(|failure| JsValue::from(failure.error.to_string()));
        let more = if failed > NAMED { "; ..." } else { "" };
        let text = format!(
            "pos-offline: {failed} of {requested} records were not saved in '{store}': {}{more}",
            named.collect::<Array>().join("; ")
        );
        web_sys::console::error_1(&text.into());
    }
    if let Some(on_report) = on_report {
        call(&on_report, &encode::report(report));
    }
}
