//! Rules of the machine, one a test; `tests/` has more of them.

mod probing;
mod steering;

use std::cell::Cell;
use std::time::Duration;

use super::*;

/// The middle of every random range.
const HALF: fn() -> f64 = || 0.5;
const SERVER_ERROR: Outcome = Outcome::ServerError { status: 500, retry_after_ms: None };

/// A machine with a clock that the test moves.
struct Till {
    machine: Machine,
    now: f64,
}

impl Till {
    fn new(urls: usize) -> Till {
        let machine = Machine::new(urls, Timing::default(), QualityBounds::default(), 1e12, true);
        Till { machine, now: 1e12 }
    }

    fn started(urls: usize) -> Till {
        let mut till = Till::new(urls);
        let effects = till.does(Input::Start { online: true, network: Network::Fast });
        assert!(effects.probe.is_some(), "the first probe starts at once");
        till
    }

    /// Started, and the server has answered.
    fn reachable() -> Till {
        let mut till = Till::started(1);
        assert!(till.answers(Outcome::Ok).events.contains(&Event::ServerReachable));
        till
    }

    /// What the machine answers; `StateChanged`, which follows from the other events, has a test of its own.
    fn does(&mut self, input: Input) -> Effects {
        let mut effects = self.machine.step(self.now, input, &HALF);
        effects.events.retain(|event| *event != Event::StateChanged);
        effects
    }

    /// The request in flight ends 10 ms later.
    fn answers(&mut self, outcome: Outcome) -> Effects {
        self.now += 10.0;
        let id = self.machine.flight.expect("a request must be in flight").id;
        self.does(Input::Answer { id, outcome })
    }

    /// Time passes until the machine has something to do; how long that was.
    fn sleeps(&mut self) -> (f64, Effects) {
        let at = self.machine.wake_at().expect("there must be something to wait for");
        let waited = at - self.now;
        self.now = at;
        (waited, self.does(Input::Wake))
    }

    fn status(&self) -> Status {
        self.machine.status()
    }
}
