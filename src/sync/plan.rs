//! Which rows of the outbox are sent now. Pure: rows are offered from the oldest on, and each is taken or left.

#[cfg(test)]
mod tests;

use super::policy::LONGEST_PAUSE_MS;

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits.
    Pending,
    /// Somebody sends it.
    InFlight,
    /// Set aside.
    Rejected,
}

impl State {
    /// As rows say it; whatever is not known counts as pending, so that no row is left out.
    pub fn of(name: Option<&str>) -> State {
        match name {
            Some("in_flight") => State::InFlight,
            Some("rejected") => State::Rejected,
            _ => State::Pending,
        }
    }

    /// As rows say it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::InFlight => "in_flight",
            State::Rejected => "rejected",
        }
    }
}

/// What the decision needs of a row. Times are milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its key, as text.
    pub id: String,
    /// Rows with the same uuid reach the server in their order.
    pub uuid: String,
    /// The id or uuid of a row that has to reach the server first.
    pub after: Option<String>,
    /// What it is to the server.
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// How often it was sent.
    pub attempts: u32,
    /// When it was sent last.
    pub last_attempt: Option<f64>,
    /// Not before this time.
    pub next_attempt: Option<f64>,
    /// In flight until this time.
    pub lease_until: Option<f64>,
}

/// So often a row is sent together with others. One that fails more often may be what makes the others fail.
const ATTEMPTS_IN_COMPANY: u32 = 2;

/// A request in the making.
pub struct Plan<'a> {
    now: f64,
    lease_ms: f64,
    /// Rows that were not sent since this time are due, whatever their next attempt.
    eager_since: Option<f64>,
    /// How many rows of a type one request takes.
    batch: &'a dyn Fn(&str) -> usize,
    taken: usize,
    kind: String,
    full: bool,
    /// Ids and uuids of the rows before, sorted.
    before: Vec<String>,
    next_due: Option<f64>,
}

impl<'a> Plan<'a> {
    /// An empty one.
    pub fn new(now: f64, lease_ms: f64, eager_since: Option<f64>, batch: &'a dyn Fn(&str) -> usize) -> Plan<'a> {
        let (kind, before) = (String::new(), Vec::new());
        Plan { now, lease_ms, eager_since, batch, taken: 0, kind, full: false, before, next_due: None }
    }

    /// Whether the row goes with this request. Rows are offered from the oldest on.
    pub fn take(&mut self, row: &Candidate) -> bool {
        let free = !self.is_before(&row.uuid) && !row.after.as_ref().is_some_and(|after| self.is_before(after));
        self.remember(&row.id);
        self.remember(&row.uuid);
        if row.state == State::Rejected || !free {
            return false;
        }
        let due = self.due(row);
        if due > self.now {
            self.next_due = Some(self.next_due.map_or(due, |next| next.min(due)));
            return false;
        }
        let alone = row.attempts >= ATTEMPTS_IN_COMPANY;
        if self.taken > 0 && (alone || row.kind != self.kind) {
            return false;
        }
        if self.taken == 0 {
            self.kind.clone_from(&row.kind);
        }
        self.taken += 1;
        self.full = alone || self.taken >= (self.batch)(&self.kind).max(1);
        true
    }

    /// Whether the request takes no more.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// When the next of the rows that were left is due.
    pub fn next_due(&self) -> Option<f64> {
        self.next_due
    }

    /// A time beyond what this library ever sets was written before the clock was set back: it counts as over.
    fn due(&self, row: &Candidate) -> f64 {
        let (at, longest) = match row.state {
            State::InFlight => (row.lease_until, self.lease_ms),
            _ => match self.eager_since {
                Some(since) if row.last_attempt.is_none_or(|at| at < since) => (None, 0.0),
                _ => (row.next_attempt, LONGEST_PAUSE_MS),
            },
        };
        at.filter(|at| *at <= self.now + longest).unwrap_or(self.now)
    }

    fn is_before(&self, name: &str) -> bool {
        self.before.binary_search_by(|known| known.as_str().cmp(name)).is_ok()
    }

    fn remember(&mut self, name: &str) {
        if name.is_empty() {
            return; // Rows of other code may have none, and are not one sale for that.
        }
        if let Err(place) = self.before.binary_search_by(|known| known.as_str().cmp(name)) {
            self.before.insert(place, name.to_owned());
        }
    }
}
