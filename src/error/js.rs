//! Errors on their way from and to JavaScript: the only file that knows the names of DOM exceptions.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

use super::{Cause, Error, ErrorKind};
use crate::text::{after, split};

/// `error.name` of every error that JavaScript gets.
const NAME: &str = "PosOfflineError";

/// Words in the message of an `UnknownError` after which opening the database again helps. Chromium: "Internal error opening
/// backing store"; WebKit: "Connection to Indexed Database server lost", and "Unable to open database file on disk", seen
/// at the first start after a power cut and no longer at the next.
const LOST: [&str; 3] = ["backing store", "server lost", "open database file"];

impl Error {
    /// Classifies whatever the browser threw or reported.
    pub fn from_js(thrown: &JsValue) -> Error {
        let text = |property: &str| Reflect::get(thrown, &property.into()).ok().and_then(|value| value.as_string());
        match (text("name"), text("message")) {
            (Some(name), message) => {
                let cause = Cause(thrown.clone());
                match text("code").as_deref() {
                    // An error of this library that has been to JavaScript and back.
                    Some("QuotaExceeded") if name == NAME => ErrorKind::QuotaExceeded { cause }.into(),
                    _ => Error::classify(&name, &message.unwrap_or_default(), cause),
                }
            }
            _ => ErrorKind::Other {
                name: "Error".into(),
                message: thrown.as_string().unwrap_or_else(|| format!("{thrown:?}")),
                cause: Cause(thrown.clone()),
            }
            .into(),
        }
    }

    /// The only list of DOM exception names and of the browsers' texts for a dead connection.
    pub(super) fn classify(name: &str, message: &str, cause: Cause) -> Error {
        match name {
            "QuotaExceededError" => ErrorKind::QuotaExceeded { cause },
            "ConstraintError" => {
                ErrorKind::Constraint { index: quoted_after(message, "index "), message: message.to_owned(), cause }
            }
            "DataCloneError" | "DataError" => ErrorKind::InvalidRecord {
                position: None,
                field: None,
                reason: format!("the browser cannot store it: {message}"),
                cause,
            },
            // Chromium and Firefox: transaction() on a handle that the browser closed.
            "InvalidStateError" => ErrorKind::ConnectionLost { message: message.to_owned(), cause },
            "UnknownError" if LOST.iter().any(|words| after(message, words).is_some()) => {
                ErrorKind::ConnectionLost { message: message.to_owned(), cause }
            }
            // Something else was awaited in a transaction, which the browser then ended or is about to end.
            "TransactionInactiveError" => ErrorKind::Other {
                name: name.to_owned(),
                message: format!("{message} Inside a transaction, await only its own requests."),
                cause,
            },
            "SecurityError" => return Error::no_database(message.to_owned()),
            _ => ErrorKind::Other { name: name.to_owned(), message: message.to_owned(), cause },
        }
        .into()
    }

    /// Why the browser could not store a value: one of its own exceptions, or what a getter of the caller's threw.
    pub(crate) fn of_clone(thrown: &JsValue) -> Error {
        if thrown.is_instance_of::<DomException>() {
            return Error::from_js(thrown);
        }
        let reason = format!("a field cannot be read: {}", Error::from_js(thrown));
        ErrorKind::InvalidRecord { position: None, field: None, reason, cause: Cause(thrown.clone()) }.into()
    }

    /// Wraps what a function of the caller's threw.
    pub(crate) fn of_callback(thrown: JsValue) -> Error {
        let error = Error::from_js(&thrown);
        match error.kind() {
            ErrorKind::QuotaExceeded { .. } => error,
            other => ErrorKind::Callback { message: other.to_string(), cause: Cause(thrown) }.into(),
        }
    }

    /// A real JavaScript `Error` with `name`, `code`, `cause` and the fields of this variant.
    pub fn to_js(&self) -> JsValue {
        if let ErrorKind::Callback { cause: Cause(thrown), .. } = self.kind() {
            return thrown.clone();
        }
        let error = js_sys::Error::new(&self.to_string());
        error.set_name(NAME);
        let set = |name: &str, value: JsValue| {
            // Setting a property of an object made one line above cannot fail.
            let _ = Reflect::set(&error, &name.into(), &value);
        };
        set("code", self.code().into());
        let reason = match self.kind() {
            ErrorKind::Partial { saved, source } => {
                set("saved", (*saved).into());
                source.kind()
            }
            other => other,
        };
        match reason {
            ErrorKind::Constraint { index: Some(index), .. } => set("index", index.into()),
            ErrorKind::InvalidRecord { position, field, .. } => {
                if let Some(position) = position {
                    set("position", (*position).into());
                }
                if let Some(field) = field {
                    set("field", field.into());
                }
            }
            ErrorKind::SchemaTooNew { on_disk, supported, .. } => {
                set("onDisk", (*on_disk).into());
                set("supported", (*supported).into());
            }
            _ => {}
        }
        if let Some(cause) = self.cause() {
            set("cause", cause.clone());
        }
        error.into()
    }
}

impl From<JsValue> for Error {
    fn from(thrown: JsValue) -> Error {
        Error::from_js(&thrown)
    }
}

impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        error.to_js()
    }
}

impl From<serde_wasm_bindgen::Error> for Error {
    fn from(error: serde_wasm_bindgen::Error) -> Error {
        Error::record(error.to_string())
    }
}

/// The text in single quotes after `marker`: Chromium names the index so.
fn quoted_after(message: &str, marker: &str) -> Option<String> {
    let quoted = after(after(message, marker)?, "'")?;
    let (name, rest) = split(quoted, b"'");
    (!rest.is_empty()).then(|| name.to_owned())
}
