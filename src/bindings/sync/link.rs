//! The connection monitor as the sync layer sees it.

use std::any::Any;
use std::time::Duration;

use crate::connection::{ConnectionMonitor, Event, ListenerId, Refusal, Status};
use crate::sync::{HoldReason, Link, Signal};

/// A monitor.
#[derive(Debug, Clone)]
pub(super) struct Monitored(ConnectionMonitor);

impl Monitored {
    pub fn new(monitor: ConnectionMonitor) -> Monitored {
        Monitored(monitor)
    }

    pub fn status(&self) -> Status {
        self.0.status()
    }
}

/// Listeners that are removed when this is dropped.
struct Listening {
    monitor: ConnectionMonitor,
    listeners: Vec<ListenerId>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        for listener in &self.listeners {
            self.monitor.off(*listener);
        }
    }
}

impl Link for Monitored {
    fn is_reachable(&self) -> bool {
        !self.0.status().offline
    }

    fn start(&self) -> bool {
        let is_new = !self.0.is_running();
        self.0.start();
        is_new
    }

    fn stop(&self) {
        self.0.stop();
    }

    fn listen(&self, heard: Box<dyn Fn(Signal)>) -> Box<dyn Any> {
        let heard = std::rc::Rc::new(heard);
        let events = [Event::ServerReachable, Event::ServerUnreachable, Event::AcceptingChanged];
        let listener = |event| {
            let heard = std::rc::Rc::clone(&heard);
            self.0.on(event, move |status| match event {
                Event::ServerReachable => heard(Signal::Reachable),
                Event::AcceptingChanged if status.refusal.is_none() => heard(Signal::Accepting),
                _ => heard(Signal::Unreachable),
            })
        };
        Box::new(Listening { monitor: self.0.clone(), listeners: events.map(listener).to_vec() })
    }

    fn set_accepting(&self, refusal: Option<HoldReason>, pause: Option<Duration>) {
        let refusal = match refusal {
            Some(HoldReason::RateLimited) => Some(Refusal::RateLimited),
            Some(HoldReason::SessionExpired) => Some(Refusal::SessionExpired),
            Some(HoldReason::Maintenance) => Some(Refusal::Maintenance),
            _ => None,
        };
        self.0.set_accepting(refusal, pause);
    }
}
