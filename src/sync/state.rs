//! What a manager knows at a moment, without asking the database.

use super::metrics::Metrics;
use super::outbox::{Receipt, Survey};
use super::policy::{Hold, HoldReason, Kind, Outcome};

/// So many errors are remembered for the display.
const ERRORS: usize = 10;

/// What a round came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Items that the server has.
    pub synced: u32,
    /// Items that it refused.
    pub rejected: u32,
    /// Items that wait for another try.
    pub retried: u32,
}

/// What is known. Times are milliseconds since 1970.
#[derive(Debug, Default)]
pub struct State {
    /// What the outbox held when it was last looked at, and what was queued here since.
    pub survey: Survey,
    /// Why nothing is sent for now; it may be over.
    pub hold: Option<Hold>,
    /// Requests that have failed in a row.
    pub failures: u32,
    /// The last request that failed.
    pub failed: Option<Outcome>,
    /// When the next row is due.
    pub next_due: Option<f64>,
    /// When the next round begins.
    pub next_round: Option<f64>,
    /// When the last round was through.
    pub last_round: Option<f64>,
    /// When the server last took something.
    pub last_success: Option<f64>,
    /// When all phases were last through, ISO-8601.
    pub last_sync: Option<String>,
    /// The last few errors, newest first.
    pub errors: Vec<String>,
    /// What the drain under way has come to so far.
    pub summary: Summary,
    /// Counted since the manager was made.
    pub metrics: Metrics,
}

impl State {
    /// Remembers an error for the display.
    pub fn note_error(&mut self, message: String) {
        self.errors.insert(0, message);
        self.errors.truncate(ERRORS);
    }

    /// The hold that lasts at `now`.
    pub fn hold_at(&self, now: f64) -> Option<Hold> {
        self.hold.filter(|hold| hold.until > now)
    }

    /// Whether nothing is sent for now. Asked by who goes on to send if not: a hold that is over is forgotten here and
    /// nowhere else, for as long as it is known, somebody has to look again when it ends.
    pub fn is_held(&mut self, now: f64) -> bool {
        self.hold = self.hold_at(now);
        self.hold.is_some()
    }

    /// Ends a hold whose reason has gone.
    pub fn lift(&mut self, over: impl Fn(HoldReason) -> bool) {
        self.hold = self.hold.filter(|hold| !over(hold.reason));
    }

    /// Something was queued here.
    pub fn note_queued(&mut self, receipt: &Receipt, ms: f64) {
        self.metrics.queued += 1;
        self.metrics.commit.note(ms);
        self.survey.oldest.get_or_insert(receipt.committed_at);
        self.survey.add(receipt.uuid.clone());
    }

    /// The server has answered with sense.
    pub fn note_success(&mut self) {
        self.failures = 0;
        self.hold = None;
    }

    /// A request has failed; the hold is what the policy says of it.
    pub fn note_failure(&mut self, outcome: &Outcome, hold: Option<Hold>) {
        self.metrics.failures += 1;
        self.note_error(outcome.message.clone());
        self.failed = Some(outcome.clone());
        if hold.is_some() {
            self.hold = hold;
        }
    }

    /// Counts what became of an item.
    pub fn count(&mut self, kind: Kind, is_dead: bool, now: f64) {
        let (metrics, summary) = (&mut self.metrics, &mut self.summary);
        if kind.is_done() {
            metrics.synced += 1;
            metrics.duplicates += u32::from(kind == Kind::Duplicate);
            summary.synced += 1;
            self.last_success = Some(now);
        } else if is_dead {
            metrics.rejected += 1;
            summary.rejected += 1;
        } else {
            metrics.retried += 1;
            summary.retried += 1;
        }
    }
}
