//! The options of the sync manager.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::{Options, connection::durations, function, is_missing, one_or_more_texts, text};
use crate::error::{Error, Result};
use crate::row::describe;
use crate::sync::{Custom, Odoo, Rest, SyncOptions, Transport, Wire, json_headers};

/// Orders per request unless told otherwise.
const BATCH: usize = 20;

/// `{transport, interval, timeout, batch, parallel, backoff, attempts, keepSynced, pruneUsers}`
pub(in super::super) fn sync_options(pos: &JsValue, value: &JsValue) -> Result<(SyncOptions, Rc<dyn Transport>)> {
    let known =
        ["transport", "interval", "timeout", "batch", "parallel", "backoff", "attempts", "keepSynced", "pruneUsers"];
    let given = Options::of("options", value, &known)?;
    let mut options = SyncOptions {
        keep_synced: given.flag("keepSynced")?.unwrap_or(false),
        prune_users: given.flag("pruneUsers")?.unwrap_or(false),
        ..SyncOptions::default()
    };
    given.duration("interval", &mut options.interval)?;
    given.duration("timeout", &mut options.timeout)?;
    let backoff = &mut options.policy.backoff;
    durations(&given, "backoff", &mut [("base", &mut backoff.base), ("cap", &mut backoff.cap)])?;
    if let Some(parallel) = given.whole_number("parallel", 1)? {
        options.parallel = parallel as usize;
    }
    if let Some(attempts) = given.whole_number("attempts", 1)? {
        options.policy.senseless = attempts;
    }
    let batch = given.whole_number("batch", 1)?.map_or(BATCH, |batch| batch as usize);
    Ok((options, transport(pos, &given.get("transport"), batch)?))
}

fn transport(pos: &JsValue, value: &JsValue, batch: usize) -> Result<Rc<dyn Transport>> {
    if is_missing(value) {
        return Ok(Rc::new(Odoo(Wire::Orm { pos: pos.clone() })));
    }
    let options = Options::lenient("transport", value)?;
    match options.get("kind").as_string().as_deref() {
        Some("odoo") => {
            let options = Options::of("transport", value, &["kind", "url", "context"])?;
            let mut url = options.text("url")?.unwrap_or_default();
            while url.as_bytes().last() == Some(&b'/') {
                url.pop();
            }
            Options::lenient("context", &options.get("context"))?;
            Ok(Rc::new(Odoo(Wire::Rpc { url, context: options.get("context"), batch })))
        }
        Some("rest") => {
            let options = Options::of("transport", value, &["kind", "url", "headers", "lookup"])?;
            let lookup = options.text("lookup")?;
            let headers = options.get("headers");
            Options::lenient("headers", &headers)?;
            json_headers(&headers).map_err(|outcome| Error::argument("headers", outcome.message))?;
            Ok(Rc::new(Rest { url: text("url", &options.get("url"))?, headers, lookup }))
        }
        _ => {
            function("transport.push", &options.get("push"))?;
            let types =
                if options.has("types") { Some(one_or_more_texts("types", &options.get("types"))?) } else { None };
            let batch = options.whole_number("batch", 1)?.unwrap_or(1);
            Ok(Rc::new(Custom::new(value.clone(), types, batch as usize)))
        }
    }
}

/// What something is to the server.
pub(in super::super) fn sync_type(value: &JsValue) -> Result<String> {
    let name = text("type", value)?;
    if name.is_empty() {
        return Err(Error::argument("type", "must not be empty: 'order', 'payment', 'session_update' or another word"));
    }
    Ok(name)
}

/// An argument that must hold something.
pub(in super::super) fn given(argument: &str, value: JsValue) -> Result<JsValue> {
    if is_missing(&value) || value.is_function() {
        return Err(Error::argument(argument, format!("must be given, got {}", describe(&value))));
    }
    Ok(value)
}
