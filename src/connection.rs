//! The connection monitor: is there a network, does the server answer, does it take our data.
//!
//! [`machine`] decides, as a pure function of plain values: what happened and when, to what to tell, when to probe
//! and when to wake up. [`ConnectionMonitor`] does it: it owns the listeners, the timers and the probe in flight, and
//! leaves none of them behind after `stop()` or when it is dropped.

mod emitter;
mod listeners;
pub mod machine;
mod monitor;
mod options;
mod probe;
mod timers;
mod truth;
mod urls;
mod waiters;

pub use emitter::ListenerId;
pub use machine::{Event, Network, Outcome, ProbeReport, Quality, Refusal, Status};
pub use monitor::ConnectionMonitor;
pub use options::{ConnectionOptions, Pace, Paces, QualityBounds, Timing};
