//! The one error type: what happened, to which record, and what the caller can do about it.
//!
//! Every failure of the browser is classified here and nowhere else: no other file knows the name of a DOM
//! exception. [`Error::code`] is stable and is what JavaScript sees as `error.code`.

use std::time::Duration;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// What every fallible call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// `error.name` of every error that JavaScript gets.
const NAME: &str = "PosOfflineError";

/// The browser's own exception behind an [`Error`], when there is one; JavaScript finds it in `error.cause`.
#[derive(Debug, Clone, Default)]
pub struct Cause(Option<JsValue>);

/// A failure, named by what the caller can do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The browser refuses to store more for this site. Free space (synced rows first) and try again.
    #[error("QUOTA_EXCEEDED: the browser's storage for this site is full{}; remove synced data or free disk space, then save again", saved_so_far(.saved))]
    QuotaExceeded {
        /// For a bulk save: how many records are on disk.
        saved: Option<u32>,
        /// The DOM exception.
        cause: Cause,
    },
    /// Another tab holds the database at an older version and does not close it.
    #[error(
        "database '{database}' is blocked: another tab of this site holds it open; close the other tabs and try again"
    )]
    Blocked {
        /// Name of the database.
        database: String,
    },
    /// The browser did not answer in time. Nothing is known to be lost; try again.
    #[error("Connection timeout: {what} did not finish within {} ms; try again, or restart the browser", .after.as_millis() as u64)]
    Timeout {
        /// The operation, such as "opening database 'x'".
        what: String,
        /// How long was waited.
        after: Duration,
    },
    /// The handle was closed by `close()` or `reset()`. Call `init()` to open it again.
    #[error("database '{database}' is closed; call init() to open it again")]
    Closed {
        /// Name of the database.
        database: String,
    },
    /// The browser ended the connection and reopening it did not help.
    #[error("the browser lost its connection to the database ({message}); reload the page")]
    ConnectionLost {
        /// The browser's words.
        message: String,
        /// The DOM exception.
        cause: Cause,
    },
    /// A newer version of this library has already upgraded the database.
    #[error(
        "database '{database}' has version {on_disk}, this library supports up to {supported}: a newer version of the application has used it; reload the page (Ctrl+Shift+R) to get the newer version, nothing has been changed"
    )]
    SchemaTooNew {
        /// Name of the database.
        database: String,
        /// Version on disk.
        on_disk: u32,
        /// Newest version this library can read.
        supported: u32,
    },
    /// A key that must be unique is taken by another record; nothing was overwritten.
    #[error("not saved: {message}")]
    Constraint {
        /// Name of the unique index, or of the key path for a primary key, when known.
        index: Option<String>,
        /// What clashes with what.
        message: String,
        /// The DOM exception.
        cause: Cause,
    },
    /// A record that cannot be stored as it is. Correct the named field.
    #[error("{}{reason}", record_label(.position, .field))]
    InvalidRecord {
        /// Position in the array that was given, from 0.
        position: Option<u32>,
        /// The field at fault, when one is.
        field: Option<String>,
        /// What is wrong with it.
        reason: String,
        /// The DOM exception.
        cause: Cause,
    },
    /// An argument that makes no sense: not an array, not a key, an unknown store or option.
    #[error("{argument}: {reason}")]
    InvalidArgument {
        /// Which argument.
        argument: String,
        /// What is wrong with it and what is expected.
        reason: String,
    },
    /// The record that had to be there is not.
    #[error("no record with key {key} in store '{store}'")]
    NotFound {
        /// Name of the object store.
        store: String,
        /// The key, as text.
        key: String,
    },
    /// The caller's `AbortSignal` stopped the work.
    #[error("stopped by the caller{}", saved_so_far(.saved))]
    Aborted {
        /// For a bulk save: how many records are on disk.
        saved: Option<u32>,
    },
    /// This browser, or this mode of it, has no IndexedDB.
    #[error("IndexedDB is not available ({reason}): leave private browsing, or allow this site to store data")]
    Unsupported {
        /// The browser's words.
        reason: String,
    },
    /// The server cannot be reached; the work stays queued.
    #[error("the server cannot be reached; the work stays queued")]
    Offline,
    /// The server refused the data, in its own words.
    #[error("the server refused the data: {message}")]
    Rejected {
        /// The server's words.
        message: String,
    },
    /// The session at the server has expired; sign in again, the work stays queued.
    #[error("the session has expired; sign in again, the work stays queued")]
    AuthExpired,
    /// What a function of the caller's threw; JavaScript gets it back as it was.
    #[error("a function of the caller's threw: {message}")]
    Callback {
        /// Its message.
        message: String,
        /// What was thrown.
        cause: Cause,
    },
    /// Anything else the browser reported, in its own words.
    #[error("{name}: {message}")]
    Other {
        /// Name of the exception.
        name: String,
        /// Its message.
        message: String,
        /// The exception.
        cause: Cause,
    },
}

impl Error {
    /// The stable code of this error, the same in Rust and in JavaScript. The README lists them.
    pub fn code(&self) -> &'static str {
        match self {
            Error::QuotaExceeded { .. } => "QuotaExceeded",
            Error::Blocked { .. } => "Blocked",
            Error::Timeout { .. } => "Timeout",
            Error::Closed { .. } => "Closed",
            Error::ConnectionLost { .. } => "ConnectionLost",
            Error::SchemaTooNew { .. } => "SchemaTooNew",
            Error::Constraint { .. } => "Constraint",
            Error::InvalidRecord { .. } => "InvalidRecord",
            Error::InvalidArgument { .. } => "InvalidArgument",
            Error::NotFound { .. } => "NotFound",
            Error::Aborted { .. } => "Aborted",
            Error::Unsupported { .. } => "Unsupported",
            Error::Offline => "Offline",
            Error::Rejected { .. } => "Rejected",
            Error::AuthExpired => "AuthExpired",
            Error::Callback { .. } | Error::Other { .. } => "Other",
        }
    }

    /// Classifies whatever the browser threw or reported.
    pub fn from_js(thrown: &JsValue) -> Error {
        let text = |property: &str| Reflect::get(thrown, &property.into()).ok().and_then(|value| value.as_string());
        match (text("name"), text("message")) {
            (Some(name), message) => {
                let cause = Cause(Some(thrown.clone()));
                match text("code").as_deref() {
                    // An error of this library that has been to JavaScript and back.
                    Some("QuotaExceeded") if name == NAME => Error::QuotaExceeded { saved: None, cause },
                    _ => Error::classify(&name, &message.unwrap_or_default(), cause),
                }
            }
            _ => Error::Other {
                name: "Error".into(),
                message: thrown.as_string().unwrap_or_else(|| format!("{thrown:?}")),
                cause: Cause(Some(thrown.clone())),
            },
        }
    }

    /// The only list of DOM exception names and of the browsers' texts for a dead connection.
    fn classify(name: &str, message: &str, cause: Cause) -> Error {
        match name {
            "QuotaExceededError" => Error::QuotaExceeded { saved: None, cause },
            "ConstraintError" => {
                Error::Constraint { index: quoted_after(message, "index "), message: message.to_owned(), cause }
            }
            "DataCloneError" | "DataError" => Error::InvalidRecord {
                position: None,
                field: None,
                reason: format!("the browser cannot store it: {message}"),
                cause,
            },
            // Chromium and Firefox: transaction() on a handle that the browser closed.
            "InvalidStateError" => Error::ConnectionLost { message: message.to_owned(), cause },
            // Chromium: "Internal error opening backing store"; WebKit: "Connection to Indexed Database server lost".
            "UnknownError" if message.contains("backing store") || message.contains("server lost") => {
                Error::ConnectionLost { message: message.to_owned(), cause }
            }
            "SecurityError" => Error::Unsupported { reason: message.to_owned() },
            _ => Error::Other { name: name.to_owned(), message: message.to_owned(), cause },
        }
    }

    /// Wraps what a function of the caller's threw.
    pub(crate) fn of_callback(thrown: JsValue) -> Error {
        match Error::from_js(&thrown) {
            full @ Error::QuotaExceeded { .. } => full,
            other => Error::Callback { message: other.to_string(), cause: Cause(Some(thrown)) },
        }
    }

    /// The transaction ended without a commit and the browser gave no reason.
    pub(crate) fn transaction_aborted() -> Error {
        Error::other("AbortError", "the browser aborted the transaction; nothing of it was saved")
    }

    /// The browser closed the connection while a transaction was running.
    pub(crate) fn connection_lost() -> Error {
        let message = "the connection was closed while the transaction was running".into();
        Error::ConnectionLost { message, cause: Cause::default() }
    }

    pub(crate) fn other(name: &str, message: &str) -> Error {
        Error::Other { name: name.into(), message: message.into(), cause: Cause::default() }
    }

    pub(crate) fn argument(argument: &str, reason: impl Into<String>) -> Error {
        Error::InvalidArgument { argument: argument.into(), reason: reason.into() }
    }

    pub(crate) fn field(field: &str, reason: impl Into<String>) -> Error {
        Error::InvalidRecord {
            position: None,
            field: Some(field.into()),
            reason: reason.into(),
            cause: Cause::default(),
        }
    }

    /// The same error, naming the field at fault.
    pub(crate) fn in_field(self, name: &str, why: &str) -> Error {
        match self {
            Error::InvalidRecord { position, cause, .. } => {
                Error::InvalidRecord { position, field: Some(name.into()), reason: why.into(), cause }
            }
            other => other,
        }
    }

    /// The same error, said of the record at `position`.
    pub(crate) fn at(self, at: u32) -> Error {
        match self {
            Error::InvalidRecord { field, reason, cause, .. } => {
                Error::InvalidRecord { position: Some(at), field, reason, cause }
            }
            other => other,
        }
    }

    /// The same error, saying how many records of a bulk save are on disk.
    pub(crate) fn after_saving(self, count: u32) -> Error {
        match self {
            Error::QuotaExceeded { cause, .. } => Error::QuotaExceeded { saved: Some(count), cause },
            Error::Aborted { .. } => Error::Aborted { saved: Some(count) },
            other => other,
        }
    }

    /// Reopening the database and running the operation again may help.
    pub(crate) fn is_connection_lost(&self) -> bool {
        matches!(self, Error::ConnectionLost { .. })
    }

    /// Waiting and running the operation again may help: the legacy retry rule (AbortError, QuotaExceededError).
    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Error::QuotaExceeded { .. }) || self.is_abort()
    }

    /// The record is at fault, not the transaction: the others can still be saved.
    pub(crate) fn is_about_one_record(&self) -> bool {
        matches!(self, Error::Constraint { .. } | Error::InvalidRecord { .. })
    }

    /// The transaction was aborted, this says not why.
    pub(crate) fn is_abort(&self) -> bool {
        matches!(self, Error::Other { name, .. } if name == "AbortError")
    }

    /// The database on disk has a higher version than the one asked for.
    pub(crate) fn is_version_too_low(&self) -> bool {
        matches!(self, Error::Other { name, .. } if name == "VersionError")
    }

    /// A real JavaScript `Error` with `name`, `code`, `cause` and the fields of this variant.
    pub fn to_js(&self) -> JsValue {
        if let Error::Callback { cause: Cause(Some(thrown)), .. } = self {
            return thrown.clone();
        }
        let error = js_sys::Error::new(&self.to_string());
        error.set_name(NAME);
        let set = |name: &str, value: JsValue| {
            // Setting a property of an object made one line above cannot fail.
            let _ = Reflect::set(&error, &name.into(), &value);
        };
        set("code", self.code().into());
        match self {
            Error::QuotaExceeded { saved, .. } | Error::Aborted { saved } => {
                if let Some(saved) = saved {
                    set("saved", (*saved).into());
                }
            }
            Error::Constraint { index: Some(index), .. } => set("index", index.into()),
            Error::InvalidRecord { position, field, .. } => {
                if let Some(position) = position {
                    set("position", (*position).into());
                }
                if let Some(field) = field {
                    set("field", field.into());
                }
            }
            Error::SchemaTooNew { on_disk, supported, .. } => {
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

    /// The browser's own exception, when there is one.
    pub fn cause(&self) -> Option<&JsValue> {
        match self {
            Error::QuotaExceeded { cause, .. }
            | Error::ConnectionLost { cause, .. }
            | Error::Constraint { cause, .. }
            | Error::InvalidRecord { cause, .. }
            | Error::Callback { cause, .. }
            | Error::Other { cause, .. } => cause.0.as_ref(),
            _ => None,
        }
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
        Error::InvalidRecord { position: None, field: None, reason: error.to_string(), cause: Cause::default() }
    }
}

fn saved_so_far(saved: &Option<u32>) -> String {
    saved.map_or(String::new(), |count| format!(" ({count} records are on disk)"))
}

fn record_label(position: &Option<u32>, field: &Option<String>) -> String {
    match (position, field) {
        (Some(position), Some(field)) => format!("record {position}, field '{field}': "),
        (Some(position), None) => format!("record {position}: "),
        (None, Some(field)) => format!("field '{field}': "),
        (None, None) => String::new(),
    }
}

/// The text in single quotes after `marker`: Chromium names the index so.
fn quoted_after(message: &str, marker: &str) -> Option<String> {
    let (_, rest) = message.split_once(marker)?;
    let (_, rest) = rest.split_once('\'')?;
    Some(rest.split_once('\'')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(name: &str, message: &str) -> Error {
        Error::classify(name, message, Cause::default())
    }

    #[test]
    fn dom_exceptions_become_the_error_a_caller_can_act_on() {
        let codes = [
            ("QuotaExceededError", "", "QuotaExceeded"),
            ("ConstraintError", "", "Constraint"),
            ("DataCloneError", "", "InvalidRecord"),
            ("DataError", "", "InvalidRecord"),
            ("InvalidStateError", "The database connection is closing.", "ConnectionLost"),
            ("UnknownError", "Internal error opening backing store for indexedDB.open.", "ConnectionLost"),
            ("UnknownError", "Connection to Indexed Database server lost. Refresh the page", "ConnectionLost"),
            ("UnknownError", "The operation failed", "Other"),
            ("SecurityError", "", "Unsupported"),
            ("SomethingNew", "", "Other"),
        ];
        for (name, message, code) in codes {
            assert_eq!(classified(name, message).code(), code, "{name}: {message}");
        }
    }

    #[test]
    fn a_constraint_error_names_its_index() {
        let message =
            "Unable to add key to index 'login': at least one key does not satisfy the uniqueness requirements.";
        let Error::Constraint { index, .. } = classified("ConstraintError", message) else { panic!() };
        assert_eq!(index.as_deref(), Some("login"));
    }

    #[test]
    fn only_the_legacy_pair_is_retried() {
        assert!(classified("QuotaExceededError", "").is_transient());
        assert!(classified("AbortError", "").is_transient());
        assert!(!classified("ConstraintError", "").is_transient());
        assert!(!classified("UnknownError", "").is_transient());
    }

    #[test]
    fn the_texts_that_callers_match_stay_in_the_message() {
        assert!(classified("QuotaExceededError", "").to_string().contains("QUOTA_EXCEEDED"));
        let timeout = Error::Timeout { what: "x".into(), after: Duration::from_millis(5) };
        assert!(timeout.to_string().contains("Connection timeout"));
    }

    #[test]
    fn a_bulk_failure_says_how_many_are_on_disk() {
        let error = classified("QuotaExceededError", "").after_saving(20_000);
        assert!(error.to_string().contains("20000 records are on disk"));
    }

    #[test]
    fn a_bad_record_is_named_by_position_and_field() {
        let error = Error::field("login", "must not be empty").at(7);
        assert_eq!(error.to_string(), "record 7, field 'login': must not be empty");
    }
}
