//! The eleven record types of a till, one per file: the fields this library owns, in Rust.
//!
//! A stored row usually has more fields than the type here names (Odoo adds them freely). Reading ignores them, and
//! [`Store::update`](crate::Store::update) keeps them; [`Store::put`](crate::Store::put) replaces the whole row.
//! A Rust program that needs other fields declares its own type and implements [`Record`](crate::Record) for it.

mod category;
mod config;
mod id;
mod odoo;
mod offline_order;
mod order;
mod payment_method;
mod product;
mod session;
mod sync_error;
mod tax;
mod time;
mod transaction;
mod user;

pub use category::Category;
pub use config::ConfigEntry;
pub use id::{Flag, RecordId};
pub use offline_order::OfflineOrder;
pub use order::{FINAL_STATES, Order};
pub use payment_method::PaymentMethod;
pub use product::Product;
pub use session::Session;
pub use sync_error::SyncError;
pub use tax::Tax;
pub use time::Timestamp;
pub use transaction::Transaction;
pub use user::User;
