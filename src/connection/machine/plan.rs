//! When things happen: the next probe, the end of the one in flight, what was held back.

use super::vocabulary::{Attempt, Effects, Event, Flight, Forced, Outcome};
use super::{Machine, Network, ProbeReport};
use crate::backoff::millis;
use crate::connection::options::Pace;

impl Machine {
    /// Moves every deadline when the clock was set back, so that none lies an hour or a year ahead.
    pub(super) fn follow_clock(&mut self, now: f64) {
        let back = self.now - now;
        self.now = now;
        if back <= 0.0 {
            return;
        }
        for truth in [&mut self.online, &mut self.server, &mut self.accepting] {
            truth.shift(back);
        }
        for time in [&mut self.not_before, &mut self.last_start, &mut self.last_demanded] {
            *time -= back;
        }
        if let Some(time) = &mut self.next_probe {
            *time -= back;
        }
        if let Some(flight) = &mut self.flight {
            flight.started -= back;
            flight.deadline -= back;
        }
        if let Forced::Online { until } = &mut self.forced {
            *until -= back;
        }
        if let Some((_, Some(until))) = &mut self.refusal {
            *until -= back;
        }
    }

    /// Does whatever is due.
    pub(super) fn catch_up(&mut self, random: &dyn Fn() -> f64, effects: &mut Effects) {
        if let Some(late) = self.flight.filter(|flight| flight.deadline <= self.now) {
            effects.abort = true;
            self.answered(late.id, Outcome::Timeout, random, effects);
        }
        if let Forced::Online { until } = self.forced
            && until <= self.now
        {
            self.forced = Forced::No;
            self.probe_by(self.now);
        }
        if let Some((_, Some(until))) = self.refusal
            && until <= self.now
        {
            self.accept(None, None);
        }
        if self.flight.is_none() && self.next_probe.is_some_and(|at| at <= self.now) {
            self.attempt(0, None, effects);
        }
        if let Some(online) = self.online.tell(self.now) {
            effects.events.push(if online { Event::ConnectionRestored } else { Event::ConnectionLost });
        }
        if let Some(reachable) = self.server.tell(self.now) {
            effects.events.push(if reachable { Event::ServerReachable } else { Event::ServerUnreachable });
        }
        // Only now, so that what is held back is not told in another way.
        if self.online.due().is_none() && self.server.due().is_none() && self.told_state != self.state() {
            self.told_state = self.state();
            effects.events.push(Event::StateChanged);
        }
        if self.accepting.tell(self.now).is_some() {
            effects.events.push(Event::AcceptingChanged);
        }
    }

    /// When the next thing is due.
    pub(super) fn wake_at(&self) -> Option<f64> {
        let until = |forced| match forced {
            Forced::Online { until } => Some(until),
            _ => None,
        };
        [
            self.flight.map(|flight| flight.deadline),
            self.next_probe.filter(|_| self.flight.is_none()),
            until(self.forced),
            self.refusal.and_then(|(_, until)| until),
            self.online.due(),
            self.server.due(),
            self.accepting.due(),
        ]
        .into_iter()
        .flatten()
        .reduce(f64::min)
    }

    /// Sends a request to the URL that comes `tried` places after the last good one.
    pub(super) fn attempt(&mut self, tried: usize, first: Option<ProbeReport>, effects: &mut Effects) {
        self.next_probe = None;
        self.next_id = self.next_id.wrapping_add(1);
        // The last good one first, the others in the order of the list.
        let url = match tried {
            0 => self.last_good,
            place if place <= self.last_good => place - 1,
            place => place,
        };
        let (id, started) = (self.next_id, self.now);
        let deadline = started + millis(self.pace().timeout);
        self.last_start = started;
        if self.demanded {
            self.last_demanded = started;
        }
        self.flight = Some(Flight { id, url, tried, first, started, deadline });
        effects.probe = Some(Attempt { id, url });
    }

    /// The request in flight is of no interest any more.
    pub(super) fn abort(&mut self, effects: &mut Effects) {
        effects.abort |= self.flight.take().is_some();
    }

    /// A probe starts at this time, or sooner when one is planned sooner.
    pub(super) fn probe_by(&mut self, at: f64) {
        self.next_probe = Some(self.next_probe.map_or(at, |planned| planned.min(at)));
    }

    /// The network is another one: what is in flight says nothing about it.
    pub(super) fn restart_probing(&mut self, at: f64, effects: &mut Effects) {
        self.doubt = false;
        self.abort(effects);
        if self.forced == Forced::No && (self.running || self.demanded) {
            // Not `probe_by`: of many changes in a row only the last one counts, but none puts it off for long.
            let planned = self.next_probe.filter(|planned| *planned <= at);
            let at = planned.unwrap_or(at);
            self.next_probe = Some(if self.demanded { at } else { at.max(self.not_before) });
        }
    }

    /// Now, but not sooner than `gap` after the last probe began.
    pub(super) fn spaced(&self, gap: f64) -> f64 {
        self.now.max(self.last_start + gap)
    }

    pub(super) fn interval(&self) -> f64 {
        millis(self.pace().interval)
    }

    fn pace(&self) -> Pace {
        let paces = &self.timing.paces;
        match self.network {
            Network::Slow => paces.slow,
            Network::Medium => paces.medium,
            Network::Fast => paces.fast,
        }
    }
}
