//! Everything queued reaches the server once, and nothing is lost on the way.
//!
//! - `outbox.rs` keeps on disk what waits, is in flight, or was refused: each step is one strict transaction;
//! - `policy.rs` decides what follows from an outcome, `plan.rs` what is sent now: pure, no browser;
//! - `transport.rs` is the way to the server; `link.rs` the signal whether there is one, from somebody else;
//! - `manager.rs` is what callers see, `options.rs` what they choose; `engine.rs` is what happens by itself, `drain.rs` the
//!   sending, `rounds.rs` the phases;
//! - `users.rs`, `reconcile.rs`: the server's users, and the proof at the end of the day;
//! - `leader.rs`, `news.rs`: one sender among the tabs, and notice to the others; `task.rs`: work that can be ended;
//! - `state.rs`, `metrics.rs`, `host.rs`: what is known, what was counted, who is told.

mod drain;
mod engine;
mod host;
mod leader;
mod link;
mod manager;
mod metrics;
mod news;
mod options;
mod outbox;
mod plan;
mod policy;
mod reconcile;
mod rounds;
mod state;
mod task;
mod transport;
mod users;

pub use host::Host;
pub use link::{Link, Signal};
pub use manager::SyncManager;
pub use metrics::{Latency, Metrics};
pub use options::SyncOptions;
pub use outbox::{Decision, Enqueue, Item, Outbox, Receipt, RescueFailure, RescueReport, Survey};
pub use policy::{Hold, HoldReason, Kind, Outcome, Policy};
pub use reconcile::{Comparison, Reconciliation, Sale, total};
pub use state::{State, Summary};
pub(crate) use transport::json_headers;
pub use transport::{Custom, Odoo, Question, Reply, Rest, Transport, Wire};
pub use users::{UserFailure, UsersReport};
