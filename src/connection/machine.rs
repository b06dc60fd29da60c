//! The decisions of the connection monitor, as a state machine of plain values: it knows no browser, no clock and no
//! timer. [`Machine::step`] takes what happened and when, and answers what to do.
//!
//! Three truths are kept apart. **Online**: the browser says that there is a network. **Server**: the last probes say
//! whether it answers. **Accepting**: whoever sends data says whether the server takes it.
//!
//! - No probe overlaps another, and an answer that nobody waits for any more changes nothing.
//! - After a success, the first failure (or the first slow answer) is only a doubt: it is checked again before the
//!   state changes. An answer with `Retry-After` is no accident and is believed at once.
//! - In an outage the waits between probes grow with full jitter, but the interval goes on, so that a server that is
//!   back is noticed within it.
//! - Times only ever come from the caller. A clock that is set back moves every deadline with it.

mod plan;
mod status;
mod vocabulary;

pub use status::{ProbeReport, Quality, Status};
pub use vocabulary::{Attempt, Effects, Event, Input, Network, Outcome, Refusal};

use super::options::{QualityBounds, Timing};
use super::truth::Truth;
use crate::backoff::millis;
use vocabulary::{Flight, Forced};

/// A change of the network is checked after this time: the browser reports it before the first packet can pass.
const SETTLE_MS: f64 = 100.0;
/// The browser repeats `change` for every little change of its estimates; such a one causes no probe sooner than this
/// after the last. Also the time within which calls of `checkNow()` share a probe.
const DEBOUNCE_MS: f64 = 2_000.0;
/// How long `forceOnline()` holds before it is checked.
const FORCED_MS: f64 = 5_000.0;
/// A server that asks for a longer pause is asked again after an hour all the same.
const LONGEST_PAUSE_MS: f64 = 3_600_000.0;

/// The state of one monitor.
#[derive(Debug, Clone)]
pub struct Machine {
    timing: Timing,
    quality: QualityBounds,
    /// How many URLs there are.
    urls: usize,
    /// The URL that answered well last.
    last_good: usize,
    now: f64,
    running: bool,
    network: Network,
    online: Truth,
    server: Truth,
    accepting: Truth,
    refusal: Option<(Refusal, Option<f64>)>,
    forced: Forced,
    flight: Option<Flight>,
    next_id: u32,
    /// When the next probe starts; `None` while one is in flight.
    next_probe: Option<f64>,
    /// The server asked not to be asked before.
    not_before: f64,
    /// Somebody waits for the result of the next probe.
    demanded: bool,
    last_start: f64,
    /// When the last probe that somebody waited for began.
    last_demanded: f64,
    /// The last answer contradicts the state; it is being checked.
    doubt: bool,
    retries: u32,
    latency: Option<f64>,
    last_probe: Option<ProbeReport>,
    /// A probe has failed and none has succeeded since.
    outage: bool,
    /// What listeners were last told of `offline` and `warning`.
    told_state: (bool, bool),
}

impl Machine {
    /// A machine that knows nothing, for so many URLs, at the time `now`.
    pub fn new(urls: usize, timing: Timing, quality: QualityBounds, now: f64, online: bool) -> Machine {
        Machine {
            timing,
            quality,
            urls,
            last_good: 0,
            now,
            running: false,
            network: Network::Fast,
            online: Truth::known(online),
            server: Truth::UNKNOWN,
            accepting: Truth::known(true),
            refusal: None,
            forced: Forced::No,
            flight: None,
            next_id: 0,
            next_probe: None,
            not_before: f64::NEG_INFINITY,
            demanded: false,
            last_start: f64::NEG_INFINITY,
            last_demanded: f64::NEG_INFINITY,
            doubt: false,
            retries: 0,
            latency: None,
            last_probe: None,
            outage: false,
            told_state: (false, false),
        }
    }

    /// Takes what happened at `now` (milliseconds) and answers what to do. `random` gives numbers in `[0, 1)`.
    pub fn step(&mut self, now: f64, input: Input, random: &dyn Fn() -> f64) -> Effects {
        self.follow_clock(now);
        let mut effects = Effects::default();
        match input {
            Input::Start { online, network } => self.start(online, network),
            Input::Stop => self.stop(&mut effects),
            Input::Wake => {}
            Input::Online(true) => self.network_is_back(&mut effects),
            Input::Online(false) => self.network_is_gone(&mut effects),
            Input::Network(network) => self.network_changed(network, &mut effects),
            Input::Answer { id, outcome } => self.answered(id, outcome, random, &mut effects),
            Input::Check { debounced } => self.check(debounced, &mut effects),
            Input::Waiting => self.waiting(),
            Input::ForceOnline => self.force_online(&mut effects),
            Input::ForceOffline => self.force_offline(&mut effects),
            Input::Accepting { refusal, pause_ms } => self.accept(refusal, pause_ms),
        }
        self.catch_up(random, &mut effects);
        effects.wake_at = self.wake_at();
        effects
    }

    fn start(&mut self, online: bool, network: Network) {
        if self.running {
            return;
        }
        self.running = true;
        self.forced = Forced::No;
        self.outage = false;
        self.network = network;
        self.online = Truth::known(online);
        // Whoever listens from now on is told the first answer, whatever was known before.
        self.server = Truth::UNKNOWN;
        self.latency = None;
        self.retries = 0;
        self.told_state = self.state();
        self.probe_by(self.now);
    }

    fn stop(&mut self, effects: &mut Effects) {
        self.running = false;
        self.abort(effects);
        self.next_probe = None;
        self.not_before = f64::NEG_INFINITY;
        self.demanded = false;
        self.doubt = false;
        self.retries = 0;
        self.forced = Forced::No;
        self.refusal = None;
        self.accepting.set(true);
        for truth in [&mut self.online, &mut self.server, &mut self.accepting] {
            truth.hush();
        }
    }

    fn network_is_back(&mut self, effects: &mut Effects) {
        self.online.set(true);
        self.retries = 0;
        self.restart_probing(self.spaced(millis(self.timing.recheck)), effects);
    }

    /// That there is no network is reliable: no server is reachable then. Probing goes on at the interval, in case the
    /// browser is wrong.
    fn network_is_gone(&mut self, effects: &mut Effects) {
        self.online.set(false);
        self.retries = 0;
        self.doubt = false;
        self.abort(effects);
        if self.forced == Forced::No {
            self.server.set(false);
            self.decide(false, effects);
            self.next_probe = self.running.then_some(self.now + self.interval());
        }
    }

    fn network_changed(&mut self, network: Network, effects: &mut Effects) {
        self.retries = 0;
        let at = if network == self.network { self.spaced(DEBOUNCE_MS) } else { self.now };
        self.network = network;
        self.restart_probing(at.max(self.now + SETTLE_MS), effects);
    }

    fn check(&mut self, debounced: bool, effects: &mut Effects) {
        match self.forced {
            // Somebody said so less than 5 s ago.
            Forced::Online { .. } => return self.decide(true, effects),
            Forced::Offline => self.forced = Forced::No,
            Forced::No => {}
        }
        self.demanded = true;
        if self.flight.is_some() {
            return; // The caller gets its answer.
        }
        let mut at = self.now;
        if debounced {
            at = at.max(self.last_demanded + DEBOUNCE_MS);
        }
        self.probe_by(at);
    }

    /// Whoever waits wants to know soon, but overrules nobody: neither a forced state nor the pause of a server.
    fn waiting(&mut self) {
        if self.forced == Forced::No && self.flight.is_none() {
            self.probe_by(self.spaced(DEBOUNCE_MS).max(self.not_before));
        }
    }

    fn force_online(&mut self, effects: &mut Effects) {
        self.abort(effects);
        self.next_probe = None;
        self.doubt = false;
        self.retries = 0;
        self.outage = false;
        self.forced = Forced::Online { until: self.now + FORCED_MS };
        self.server.decide(true);
        self.decide(true, effects);
    }

    fn force_offline(&mut self, effects: &mut Effects) {
        self.abort(effects);
        self.next_probe = None;
        self.doubt = false;
        self.forced = Forced::Offline;
        self.server.decide(false);
        self.decide(false, effects);
    }

    fn accept(&mut self, refusal: Option<Refusal>, pause_ms: Option<f64>) {
        let until = pause_ms.map(|pause| self.now + pause.clamp(0.0, LONGEST_PAUSE_MS));
        self.refusal = refusal.map(|refusal| (refusal, until));
        self.accepting.set(refusal.is_none());
    }

    /// An answer, or the lack of one. The next URL is tried before a failure is believed, unless the server asked for a
    /// pause.
    fn answered(&mut self, id: u32, outcome: Outcome, random: &dyn Fn() -> f64, effects: &mut Effects) {
        let Some(flight) = self.flight.take_if(|flight| flight.id == id) else { return };
        let latency = (self.now - flight.started).max(0.0);
        let report = ProbeReport { outcome, url: flight.url, latency_ms: latency, at: self.now };
        if outcome == Outcome::Ok {
            self.last_probe = Some(report);
            effects.events.push(Event::Probe);
            return self.succeeded(flight.url, latency, effects);
        }
        // The first URL is the one that is meant; its answer says most.
        let first = flight.first.unwrap_or(report);
        if outcome.retry_after_ms().is_none() && flight.tried + 1 < self.urls {
            return self.attempt(flight.tried + 1, Some(first), effects);
        }
        self.last_probe = Some(first);
        effects.events.push(Event::Probe);
        self.failed(outcome.retry_after_ms(), random, effects);
    }

    fn succeeded(&mut self, url: usize, latency: f64, effects: &mut Effects) {
        self.last_good = url;
        self.retries = 0;
        self.not_before = f64::NEG_INFINITY;
        self.outage = false;
        let slow = millis(self.quality.slow);
        let first_slow = latency >= slow && self.latency.is_some_and(|before| before < slow) && !self.doubt;
        self.doubt = first_slow;
        if !first_slow {
            self.latency = Some(latency);
        }
        self.server.set(true);
        self.decide(true, effects);
        let wait = if first_slow { millis(self.timing.recheck) } else { self.interval() };
        self.next_probe = self.running.then_some(self.now + wait);
    }

    fn failed(&mut self, pause: Option<f64>, random: &dyn Fn() -> f64, effects: &mut Effects) {
        if let Some(pause) = pause {
            self.not_before = self.now + pause.clamp(0.0, LONGEST_PAUSE_MS);
        } else if self.server.is(true) && !self.doubt {
            self.doubt = true;
            self.probe_by(self.now + millis(self.timing.recheck));
            return;
        }
        self.doubt = false;
        self.outage = true;
        self.server.set(false);
        self.decide(false, effects);
        if self.running {
            let mut wait = self.interval();
            if self.retries < self.timing.retries {
                wait = wait.min(self.timing.backoff.delay_ms(self.retries, random()));
                self.retries += 1;
            }
            self.probe_by((self.now + wait).max(self.not_before));
        }
    }

    /// Whoever waits for a check learns the result.
    fn decide(&mut self, reachable: bool, effects: &mut Effects) {
        self.demanded = false;
        effects.decided = Some(reachable);
    }
}

#[cfg(test)]
mod tests;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;
