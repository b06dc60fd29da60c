//! Those who wait: for the result of a check, or for the server to be reachable.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures::channel::oneshot::{self, Receiver, Sender};

use super::timers::Timer;
use crate::error::{ErrorKind, Result};

/// Everybody who waits. Dropped, nobody waits any longer: their futures end with `Aborted`.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    checks: RefCell<Vec<Sender<bool>>>,
    connection: RefCell<Vec<(u32, Sender<Result<()>>)>>,
    last_id: Cell<u32>,
}

impl Waiters {
    /// Waits for the result of a check.
    pub fn for_check(&self) -> Receiver<bool> {
        let (sender, receiver) = oneshot::channel();
        self.checks.borrow_mut().push(sender);
        receiver
    }

    /// Waits for the server; the timer that ends the wait is the caller's to set.
    pub fn for_connection(&self) -> (Timer, Receiver<Result<()>>) {
        let id = self.last_id.get().wrapping_add(1);
        self.last_id.set(id);
        let (sender, receiver) = oneshot::channel();
        self.connection.borrow_mut().push((id, sender));
        (Timer::Waiter(id), receiver)
    }

    pub fn decided(&self, reachable: bool) {
        for waiting in self.checks.take() {
            // Fails when the caller has stopped waiting.
            let _ = waiting.send(reachable);
        }
    }

    /// The server is reachable; answers whose timers are no longer needed.
    pub fn connected(&self) -> Vec<Timer> {
        let waiting = self.connection.take();
        waiting
            .into_iter()
            .map(|(id, sender)| {
                let _ = sender.send(Ok(()));
                Timer::Waiter(id)
            })
            .collect()
    }

    pub fn timed_out(&self, timer: Timer, after: Duration) {
        let found = {
            let mut waiting = self.connection.borrow_mut();
            let position = waiting.iter().position(|(id, _)| Timer::Waiter(*id) == timer);
            position.map(|position| waiting.remove(position))
        };
        if let Some((_, sender)) = found {
            let advice = "work on offline, nothing is lost";
            let late = ErrorKind::Timeout { what: "waiting for the server".into(), advice, after };
            let _ = sender.send(Err(late.into()));
        }
    }

    /// Nobody will answer any more.
    pub fn stop(&self) {
        self.decided(false);
        for (_, sender) in self.connection.take() {
            let _ = sender.send(Err(ErrorKind::Aborted.into()));
        }
    }
}
