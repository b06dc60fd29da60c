#![doc = include_str!("../README.md")]
//!
//! # Layout
//! - [`store`]: one IndexedDB connection that heals, transactions that resolve on commit, typed stores and indexes,
//!   queries that say what served them, bulk saves that count.
//! - [`schema`]: the stores and indexes of every version, as data. [`model`]: the records.
//! - [`catalog`]: products and the small lists that come with them, many records to a value.
//! - [`offline_db`]: what a Point of Sale does with them; `bindings` shows it to JavaScript.
//! - [`connection`]: is there a network, does the server answer, does it take our data.
//! - [`sync`]: the outbox, and the manager that brings it to the server.
//! - [`error`]: the one error type. [`codec`]: Rust values to JavaScript and back.

pub mod bindings;
pub mod catalog;
pub mod codec;
pub mod connection;
pub mod error;
pub mod model;
pub mod offline_db;
pub mod schema;
pub mod store;
pub mod sync;

mod backoff;
mod channel;
mod clock;
mod crc32;
mod global;
mod http;
mod journal;
mod order;
mod row;
mod stamp;
mod text;

#[cfg(feature = "package")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

pub use backoff::Backoff;
pub use catalog::Catalog;
pub use connection::{ConnectionMonitor, ConnectionOptions};
pub use error::{Error, ErrorKind, Result};
pub use offline_db::OfflineDb;
pub use store::{Bulk, Database, DatabaseOptions, Index, Key, Query, Record, Store};
pub use sync::SyncManager;
