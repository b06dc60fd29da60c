//! What the sync layer needs of the connection monitor: a signal, and a place to say what the server said.

use std::any::Any;
use std::time::Duration;

use super::policy::HoldReason;

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// The server can be reached.
    Reachable,
    /// It cannot.
    Unreachable,
    /// It takes data again.
    Accepting,
}

/// The way to the server, as somebody else watches it.
pub trait Link {
    /// Whether the server can be reached.
    fn is_reachable(&self) -> bool;

    /// Watches from now on; whether it did not before.
    fn start(&self) -> bool;

    /// Stops watching.
    fn stop(&self);

    /// Calls `heard` at each signal until the result is dropped.
    fn listen(&self, heard: Box<dyn Fn(Signal)>) -> Box<dyn Any>;

    /// The server does not take data, for so long if that is known; or it does again.
    fn set_accepting(&self, refusal: Option<HoldReason>, pause: Option<Duration>);
}
