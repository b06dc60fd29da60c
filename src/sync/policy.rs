//! What follows from what became of an item: done, tried again at a certain time, or set aside; and whether the whole
//! queue has to wait. Pure: the time and the chance come in as arguments.

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;
#[cfg(test)]
mod tests;

use crate::backoff::Backoff;

/// What became of an item, or of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The server has it now.
    Accepted,
    /// The server had it already.
    Duplicate,
    /// The server refuses it for what it is.
    Rejected,
    /// It cannot be sent: nobody here knows how, or it has no form that can be sent.
    Unsupported,
    /// The server wants a pause (429). Nothing was done.
    RateLimited,
    /// The server is not in service (503). Nothing was done.
    Maintenance,
    /// Somebody has to sign in. Nothing was done.
    AuthExpired,
    /// No answer.
    Network,
    /// No answer in time.
    Timeout,
    /// The server failed over it.
    ServerError,
    /// An answer without sense.
    Unknown,
}

impl Kind {
    /// Each by the name that rows and JavaScript use.
    pub const NAMES: [(&str, Kind); 12] = [
        ("ok", Kind::Accepted),
        ("duplicate", Kind::Duplicate),
        ("rejected", Kind::Rejected),
        ("unsupported", Kind::Unsupported),
        ("rate-limited", Kind::RateLimited),
        ("busy", Kind::RateLimited),
        ("maintenance", Kind::Maintenance),
        ("auth-expired", Kind::AuthExpired),
        ("network", Kind::Network),
        ("timeout", Kind::Timeout),
        ("server-error", Kind::ServerError),
        ("unknown", Kind::Unknown),
    ];

    /// The kind of this name.
    pub fn of(name: &str) -> Option<Kind> {
        Kind::NAMES.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| kind)
    }

    /// As in [`Kind::NAMES`].
    pub fn as_str(self) -> &'static str {
        Kind::NAMES.into_iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// The server has the item.
    pub fn is_done(self) -> bool {
        matches!(self, Kind::Accepted | Kind::Duplicate)
    }

    /// The item is at fault, and sending it again changes nothing.
    pub fn is_refusal(self) -> bool {
        matches!(self, Kind::Rejected | Kind::Unsupported)
    }

    /// Surely nothing was done: what was not at the server before is not there now.
    fn left_no_trace(self) -> bool {
        self.is_refusal() || matches!(self, Kind::RateLimited | Kind::Maintenance | Kind::AuthExpired)
    }

    /// A request that failed so for several items may have failed for one of them.
    pub fn may_be_one_of_several(self) -> bool {
        matches!(self, Kind::Rejected | Kind::Unsupported | Kind::ServerError | Kind::Unknown)
    }
}

/// What became of an item, in the server's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What.
    pub kind: Kind,
    /// For a person; empty when all is well.
    pub message: String,
    /// The pause that the server wants, in milliseconds.
    pub retry_after_ms: Option<f64>,
}

impl Outcome {
    /// Without a pause.
    pub fn new(kind: Kind, message: impl Into<String>) -> Outcome {
        Outcome { kind, message: message.into(), retry_after_ms: None }
    }

    /// The server has it.
    pub fn accepted() -> Outcome {
        Outcome::new(Kind::Accepted, "")
    }
}

/// What is known of an item that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trial {
    /// How often it was sent, this time too.
    pub attempts: u32,
    /// How many answers had no sense.
    pub senseless: u32,
    /// The server may have had it before it was sent this time.
    pub uncertain: bool,
}

/// What happens to an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fate {
    /// The server has it: it leaves the outbox.
    Done,
    /// It is sent again, not before this time.
    Retry {
        /// In milliseconds since 1970.
        at: f64,
    },
    /// It is set aside until somebody decides.
    DeadLetter,
}

/// What happens to an item, and what is known of it now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// What happens to it.
    pub fate: Fate,
    /// What is known of it.
    pub trial: Trial,
}

/// Why nothing is sent for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldReason {
    /// There is no way to the server.
    Network,
    /// It wants a pause.
    RateLimited,
    /// It is not in service.
    Maintenance,
    /// Somebody has to sign in.
    SessionExpired,
    /// It has failed several times in a row.
    Failing,
}

impl HoldReason {
    /// As JavaScript knows it.
    pub fn as_str(self) -> &'static str {
        match self {
            HoldReason::Network => "network",
            HoldReason::RateLimited => "rate-limited",
            HoldReason::Maintenance => "maintenance",
            HoldReason::SessionExpired => "session-expired",
            HoldReason::Failing => "failing",
        }
    }
}

/// Nothing is sent before `until`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    /// Why.
    pub reason: HoldReason,
    /// In milliseconds since 1970.
    pub until: f64,
}

/// A pause of the server's is believed up to an hour: a wrong one must not end the day's work.
pub const LONGEST_PAUSE_MS: f64 = 3_600_000.0;

/// So many requests may fail in a row before the queue waits; one bad item is no reason to.
const FAILURES_BEFORE_HOLD: u32 = 3;

/// The numbers of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// Between two tries, of an item and of the queue.
    pub backoff: Backoff,
    /// After so many answers without sense an item is set aside.
    pub senseless: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Policy { backoff: Backoff::default(), senseless: 5 }
    }
}

impl Policy {
    /// What happens to an item. `random` is in `[0, 1)`.
    pub fn verdict(&self, kind: Kind, trial: Trial, now: f64, random: f64) -> Verdict {
        let mut trial = trial;
        if !kind.left_no_trace() {
            trial.uncertain = !kind.is_done();
        }
        if kind == Kind::Unknown {
            trial.senseless += 1;
        }
        let fate = match kind {
            Kind::Accepted | Kind::Duplicate => Fate::Done,
            Kind::Rejected | Kind::Unsupported => Fate::DeadLetter,
            Kind::Unknown if trial.senseless >= self.senseless => Fate::DeadLetter,
            // The queue waits; the item is not at fault.
            Kind::RateLimited | Kind::Maintenance | Kind::AuthExpired => {
                trial.attempts = trial.attempts.saturating_sub(1);
                Fate::Retry { at: now }
            }
            Kind::Network | Kind::Timeout | Kind::ServerError | Kind::Unknown => {
                Fate::Retry { at: now + self.backoff.delay_ms(trial.attempts.saturating_sub(1), random) }
            }
        };
        Verdict { fate, trial }
    }

    /// Whether the queue waits after a request that ended so, the last of `failures` that failed in a row.
    pub fn hold(&self, kind: Kind, retry_after_ms: Option<f64>, failures: u32, now: f64, random: f64) -> Option<Hold> {
        let backoff = |failures: u32| self.backoff.delay_ms(failures, random);
        let next = backoff(failures.saturating_sub(1));
        // A server that asks for no pause at all, again and again, gets one all the same.
        let pause = retry_after_ms.map_or(next, |ms| ms.min(LONGEST_PAUSE_MS).max(next));
        let (reason, wait) = match kind {
            Kind::Network => (HoldReason::Network, next),
            Kind::RateLimited => (HoldReason::RateLimited, pause),
            Kind::Maintenance => (HoldReason::Maintenance, pause),
            // Nobody signs in because the till asks more often.
            Kind::AuthExpired => (HoldReason::SessionExpired, self.backoff.delay_ms(u32::MAX, 1.0)),
            Kind::Timeout | Kind::ServerError | Kind::Unknown if failures >= FAILURES_BEFORE_HOLD => {
                (HoldReason::Failing, backoff(failures - FAILURES_BEFORE_HOLD))
            }
            _ => return None,
        };
        Some(Hold { reason, until: now + wait })
    }
}
