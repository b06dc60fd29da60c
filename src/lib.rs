#![doc = include_str!("../README.md")]
//!
//! # Layout
//! - [`store`]: one IndexedDB connection that heals, transactions that resolve on commit, typed stores and indexes,
//!   queries that say what served them, bulk saves that count.
//! - [`schema`]: the stores and indexes of every version, as data. [`model`]: the records.
//! - [`offline_db`]: what a Point of Sale does with them; `bindings` shows it to JavaScript.
//! - [`error`]: the one error type. [`codec`]: Rust values to JavaScript and back.

pub mod bindings;
pub mod codec;
pub mod error;
pub mod model;
pub mod offline_db;
pub mod schema;
pub mod store;

mod clock;
mod row;
mod stamp;

pub use error::{Error, Result};
pub use offline_db::OfflineDb;
pub use store::{Bulk, Database, DatabaseOptions, Index, Key, Query, Record, Store};
