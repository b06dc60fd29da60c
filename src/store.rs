//! IndexedDB as a till needs it: one connection that heals itself, writes that resolve on commit, typed stores,
//! and queries that know which index serves them.
//!
//! - `database.rs` is the handle: open once, heal, close; `options.rs` is what a caller chooses, `trace.rs` what it did.
//! - `open.rs` and `upgrade.rs` are what happens before it is open, `bucket.rs` finds where; `connection.rs` is one open
//!   connection.
//! - `transaction.rs` is the only code that begins or ends a transaction; `rows.rs` is what can be done inside one,
//!   `request.rs` one request of it, `reason.rs` why it did not commit, `scan.rs` the answer of a missing index.
//! - `typed.rs` and `index.rs` put Rust types over rows; `key.rs` decides what a key is; `query.rs` what a query is.
//! - `copies.rs` is what a second copy is told of a transaction; `direct.rs` is the connection that it repairs.
//! - `bulk.rs` saves many records and counts each one; `diagnose.rs` names the field of a refused one.

mod bucket;
mod bulk;
mod closing;
mod connection;
mod copies;
mod database;
mod diagnose;
mod direct;
mod index;
mod key;
mod open;
mod options;
mod plain;
mod query;
mod reason;
mod request;
mod rows;
mod scan;
mod trace;
mod transaction;
mod typed;
mod upgrade;

pub(crate) use bucket::factory;
pub use bulk::{Bulk, BulkFailure, BulkMode, BulkProgress, BulkReport, DEFAULT_CHUNK};
pub(crate) use closing::Closing;
pub(crate) use copies::{Copied, Copies, Origin, Writer, count_of, counter_row};
pub use database::Database;
pub(crate) use diagnose::{explain, storable};
pub(crate) use direct::Direct;
pub use index::{Index, Prefix};
pub use key::{Key, KeyValue};
pub use options::{DatabaseEvent, DatabaseOptions, EventSink, LossExtent, Restored, Timeouts, WriteOptions};
pub(crate) use plain::{clone_of, plain_copy};
pub use query::{Bounds, Explanation, Query, Select, ServedBy};
pub use request::Request;
pub(crate) use request::Signal;
pub use rows::{ReadRows, Selected, WriteRows};
pub(crate) use scan::{pick, primary_key};
pub use trace::Status;
pub use transaction::{ReadTx, WriteTx};
pub use typed::{ReadStore, Record, Store, WriteStore};
