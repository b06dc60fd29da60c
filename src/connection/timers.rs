//! The timer registry: every timeout of a monitor, by what it is for. Cleared or dropped, nothing of it fires.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;

/// What a timeout is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// The machine has something to do: a probe is due, its time is over, an event was held back.
    Wake,
    /// A caller waits for the connection.
    Waiter(u32),
}

/// The timeouts that are running; at most one for each purpose.
#[derive(Debug, Default)]
pub(super) struct Timers(RefCell<Vec<(Timer, Timeout)>>);

impl Timers {
    /// Runs `fire` after `ms` milliseconds, instead of what was set for this purpose before.
    pub fn set(&self, timer: Timer, ms: f64, fire: impl FnOnce() + 'static) {
        // Rounded up, so that it does not fire just before it is due.
        let timeout = Timeout::new(ms.clamp(0.0, f64::from(i32::MAX)).ceil() as u32, fire);
        self.clear(timer);
        self.0.borrow_mut().push((timer, timeout));
    }

    /// Also called by a timeout that has fired, which is no longer pending then.
    pub fn clear(&self, timer: Timer) {
        self.0.borrow_mut().retain(|(running, _)| *running != timer);
    }

    pub fn clear_all(&self) {
        self.0.borrow_mut().clear();
    }

    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }
}
