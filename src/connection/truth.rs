//! Something that is true or false and is told to listeners, not more often than they can take.

/// A truth, and what listeners were last told of it.
///
/// The first change is told at once. Further ones within `HOLD_MS` are held back, and only the last of them is told, if
/// it still differs from what listeners know: a flapping cable makes one event a second and not a thousand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Truth {
    /// `None` until something is known.
    value: Option<bool>,
    told: Option<bool>,
    told_at: f64,
}

/// Shortest time between two events about the same truth, in milliseconds.
const HOLD_MS: f64 = 1_000.0;

impl Truth {
    /// Nothing is known.
    pub const UNKNOWN: Truth = Truth { value: None, told: None, told_at: f64::NEG_INFINITY };

    /// A truth that listeners can read for themselves: it is told when it changes.
    pub fn known(value: bool) -> Truth {
        Truth { value: Some(value), told: Some(value), ..Truth::UNKNOWN }
    }

    pub fn get(self) -> Option<bool> {
        self.value
    }

    pub fn is(self, value: bool) -> bool {
        self.value == Some(value)
    }

    pub fn set(&mut self, value: bool) {
        self.value = Some(value);
    }

    /// Somebody decided it: it is told at once, however short ago the last event was.
    pub fn decide(&mut self, value: bool) {
        self.value = Some(value);
        self.told_at = f64::NEG_INFINITY;
    }

    /// What is to be told now, if anything.
    pub fn tell(&mut self, now: f64) -> Option<bool> {
        if self.due().is_none_or(|due| due > now) {
            return None;
        }
        self.told = self.value;
        self.told_at = now;
        self.value
    }

    /// When there will be something to tell.
    pub fn due(self) -> Option<f64> {
        (self.value != self.told).then_some(self.told_at + HOLD_MS)
    }

    /// Forgets what it was going to tell.
    pub fn hush(&mut self) {
        self.told = self.value;
    }

    /// The clock was set back by `by` milliseconds.
    pub fn shift(&mut self, by: f64) {
        self.told_at -= by;
    }
}
