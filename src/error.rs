//! The one error type: what happened, to which record, and what the caller can do about it.
//!
//! Every failure of the browser is classified in `error/js.rs` and nowhere else: no other file knows the name of a DOM
//! exception. [`Error::code`] is stable and is what JavaScript sees as `error.code`.

mod js;

use std::fmt;
use std::time::Duration;

use wasm_bindgen::JsValue;

/// What every fallible call of this crate returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The browser's name for "did not happen", whatever the reason.
const ABORT: &str = "AbortError";

/// This library's name for a transaction that has to be tried again.
const STALE: &str = "StaleError";

/// The browser's own exception behind an [`Error`], when there is one (else `undefined`); JavaScript finds it in
/// `error.cause`.
#[derive(Debug, Clone, Default)]
pub struct Cause(JsValue);

/// A failure. What it is stands behind one pointer, because every result of this crate has room for one:
/// [`kind`](Error::kind) names it, [`code`](Error::code) says it in a word.
#[derive(Debug, Clone)]
pub struct Error(Box<ErrorKind>);

/// A failure, named by what the caller can do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The browser refuses to store more for this site. Free space (synced rows first) and try again.
    #[error(
        "QUOTA_EXCEEDED: the browser's storage for this site is full; remove synced data or free disk space, then save again"
    )]
    QuotaExceeded {
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
    /// The browser or the server did not answer in time. Nothing is known to be lost; try again.
    #[error("Connection timeout: {what} did not finish within {} ms; {advice}", .after.as_millis() as u64)]
    Timeout {
        /// The operation, such as "opening database 'x'".
        what: String,
        /// What to do.
        advice: &'static str,
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
    #[error("stopped by the caller")]
    Aborted,
    /// A bulk save ended early; what had been committed before stays.
    #[error("{source} ({saved} records are on disk)")]
    Partial {
        /// How many records are on disk.
        saved: u32,
        /// Why it ended; [`Error::code`] is that of this error.
        source: Error,
    },
    /// Something that the call needs is not there: IndexedDB in this browser or mode of it, a question that the transport
    /// has no way to ask.
    #[error("{what} is not available ({reason}): {advice}")]
    Unsupported {
        /// Name of the missing thing.
        what: &'static str,
        /// Why, in the browser's words when it says something.
        reason: String,
        /// Advice to the caller.
        advice: &'static str,
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

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Error {
        Error(Box::new(kind))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

impl Error {
    /// What has happened.
    pub fn kind(&self) -> &ErrorKind {
        &self.0
    }

    /// The stable code of this error, the same in Rust and in JavaScript. The README lists them.
    pub fn code(&self) -> &'static str {
        match self.kind() {
            ErrorKind::QuotaExceeded { .. } => "QuotaExceeded",
            ErrorKind::Blocked { .. } => "Blocked",
            ErrorKind::Timeout { .. } => "Timeout",
            ErrorKind::Closed { .. } => "Closed",
            ErrorKind::ConnectionLost { .. } => "ConnectionLost",
            ErrorKind::SchemaTooNew { .. } => "SchemaTooNew",
            ErrorKind::Constraint { .. } => "Constraint",
            ErrorKind::InvalidRecord { .. } => "InvalidRecord",
            ErrorKind::InvalidArgument { .. } => "InvalidArgument",
            ErrorKind::NotFound { .. } => "NotFound",
            ErrorKind::Aborted => "Aborted",
            ErrorKind::Partial { source, .. } => source.code(),
            ErrorKind::Unsupported { .. } => "Unsupported",
            ErrorKind::Offline => "Offline",
            ErrorKind::Rejected { .. } => "Rejected",
            ErrorKind::AuthExpired => "AuthExpired",
            ErrorKind::Callback { .. } | ErrorKind::Other { .. } => "Other",
        }
    }

    /// Makes the error of a browser that does not let this site have a database.
    pub(crate) fn no_database(reason: String) -> Error {
        let advice = "leave private browsing, or allow this site to store data; outside a browser, import a polyfill such as fake-indexeddb before";
        ErrorKind::Unsupported { what: "IndexedDB", reason, advice }.into()
    }

    /// The transaction ended without a commit and the browser gave no reason.
    pub(crate) fn transaction_aborted() -> Error {
        Error::other(ABORT, "the browser aborted the transaction; nothing of it was saved")
    }

    /// The same error; an abort read as a lost connection.
    pub(crate) fn abort_is_loss(self) -> Error {
        match *self.0 {
            ErrorKind::Other { name, message, cause } if name == ABORT => ErrorKind::ConnectionLost { message, cause },
            other => other,
        }
        .into()
    }

    /// What a transaction went by was no longer so.
    pub(crate) fn stale() -> Error {
        Error::other(STALE, "another tab has changed the catalogue meanwhile")
    }

    pub(crate) fn is_stale(&self) -> bool {
        matches!(self.kind(), ErrorKind::Other { name, .. } if name == STALE)
    }

    /// The browser closed the connection while a transaction was running.
    pub(crate) fn connection_lost() -> Error {
        let message = "the connection was closed while the transaction was running".into();
        ErrorKind::ConnectionLost { message, cause: Cause::default() }.into()
    }

    pub(crate) fn other(name: &str, message: &str) -> Error {
        ErrorKind::Other { name: name.into(), message: message.into(), cause: Cause::default() }.into()
    }

    pub(crate) fn argument(argument: &str, reason: impl Into<String>) -> Error {
        ErrorKind::InvalidArgument { argument: argument.into(), reason: reason.into() }.into()
    }

    pub(crate) fn record(reason: String) -> Error {
        ErrorKind::InvalidRecord { position: None, field: None, reason, cause: Cause::default() }.into()
    }

    pub(crate) fn field(field: &str, reason: impl Into<String>) -> Error {
        ErrorKind::InvalidRecord {
            position: None,
            field: Some(field.into()),
            reason: reason.into(),
            cause: Cause::default(),
        }
        .into()
    }

    /// The same error, naming the field at fault.
    pub(crate) fn in_field(mut self, name: &str, why: &str) -> Error {
        if let ErrorKind::InvalidRecord { field, reason, .. } = &mut *self.0 {
            *field = Some(name.into());
            *reason = why.into();
        }
        self
    }

    /// The record cannot be stored as it is.
    pub(crate) fn is_invalid_record(&self) -> bool {
        matches!(self.kind(), ErrorKind::InvalidRecord { .. })
    }

    /// The same error, said of the record at `position`.
    pub(crate) fn at(mut self, at: u32) -> Error {
        if let ErrorKind::InvalidRecord { position, .. } = &mut *self.0 {
            *position = Some(at);
        }
        self
    }

    /// Reopening the database and running the operation again may help.
    pub(crate) fn is_connection_lost(&self) -> bool {
        matches!(self.kind(), ErrorKind::ConnectionLost { .. })
    }

    /// The disk is full, or the browser allows no more.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self.kind(), ErrorKind::QuotaExceeded { .. })
    }

    /// Waiting and running the operation again may help: the legacy retry rule (AbortError, QuotaExceededError).
    pub(crate) fn is_transient(&self) -> bool {
        self.is_full() || self.is_abort()
    }

    /// The record is at fault, not the transaction: the others can still be saved.
    pub(crate) fn is_about_one_record(&self) -> bool {
        matches!(self.kind(), ErrorKind::Constraint { .. } | ErrorKind::InvalidRecord { .. })
    }

    /// The transaction was aborted, this says not why.
    pub(crate) fn is_abort(&self) -> bool {
        matches!(self.kind(), ErrorKind::Other { name, .. } if name == ABORT)
    }

    /// The database on disk has a higher version than the one asked for.
    pub(crate) fn is_version_too_low(&self) -> bool {
        matches!(self.kind(), ErrorKind::Other { name, .. } if name == "VersionError")
    }

    /// The browser's own exception, when there is one.
    pub fn cause(&self) -> Option<&JsValue> {
        match self.kind() {
            ErrorKind::QuotaExceeded { cause, .. }
            | ErrorKind::ConnectionLost { cause, .. }
            | ErrorKind::Constraint { cause, .. }
            | ErrorKind::InvalidRecord { cause, .. }
            | ErrorKind::Callback { cause, .. }
            | ErrorKind::Other { cause, .. } => (!cause.0.is_undefined()).then_some(&cause.0),
            ErrorKind::Partial { source, .. } => source.cause(),
            _ => None,
        }
    }
}

fn record_label(position: &Option<u32>, field: &Option<String>) -> String {
    match (position, field) {
        (Some(position), Some(field)) => format!("record {position}, field '{field}': "),
        (Some(position), None) => format!("record {position}: "),
        (None, Some(field)) => format!("field '{field}': "),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests;
