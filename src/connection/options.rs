//! What a caller can choose.

use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use crate::backoff::Backoff;
use crate::clock::now_ms;
use crate::error::{Error, Result};

/// The longest time a browser's timer can hold: 2^31 - 1 ms, about 24 days (HTML Living Standard, "Timers").
const LONGEST: Duration = Duration::from_millis(i32::MAX as u64);

/// How a connection is watched.
#[derive(Clone)]
pub struct ConnectionOptions {
    /// Where to ask, relative to the page or absolute: the last one that answered well first, the others in this order.
    pub urls: Vec<String>,
    /// A text that only the till's own server answers with. When given, the probe reads the body, and a good answer
    /// without this text counts as a captive portal.
    pub nonce: Option<String>,
    /// How often, how long, how many times.
    pub timing: Timing,
    /// What counts as a good connection.
    pub quality: QualityBounds,
    /// Milliseconds since 1970.
    pub clock: Rc<dyn Fn() -> f64>,
    /// Random numbers in `[0, 1)`.
    pub random: Rc<dyn Fn() -> f64>,
}

/// How often, how long, how many times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Timeout and interval for each kind of network.
    pub paces: Paces,
    /// Retries after a failure; from then on only the interval is left.
    pub retries: u32,
    /// The waits between retries; never longer than the interval, so that a server that is back is noticed within it.
    pub backoff: Backoff,
    /// After this time a doubtful answer (the first failed or slow one) is checked before anything is believed.
    pub recheck: Duration,
}

/// Timeout and interval for each kind of network, as `navigator.connection.effectiveType` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paces {
    /// `slow-2g` and `2g`.
    pub slow: Pace,
    /// `3g`.
    pub medium: Pace,
    /// `4g`, and browsers that do not say.
    pub fast: Pace,
}

/// Timeout and interval of the probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long one request may take.
    pub timeout: Duration,
    /// Between the answer and the next probe.
    pub interval: Duration,
}

/// Latency below which a connection has this quality; anything slower is poor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QualityBounds {
    /// Below this: excellent.
    pub excellent: Duration,
    /// Below this: good.
    pub good: Duration,
    /// Below this: slow.
    pub slow: Duration,
}

impl Default for ConnectionOptions {
    fn default() -> Self {
        ConnectionOptions {
            urls: vec!["/pdc_pos_offline/ping".into(), "/web/login".into()],
            nonce: None,
            timing: Timing::default(),
            quality: QualityBounds::default(),
            clock: Rc::new(now_ms),
            random: Rc::new(js_sys::Math::random),
        }
    }
}

impl Default for Timing {
    fn default() -> Self {
        Timing { paces: Paces::default(), retries: 10, backoff: Backoff::default(), recheck: Duration::from_secs(1) }
    }
}

impl Default for Paces {
    fn default() -> Self {
        let pace =
            |timeout, interval| Pace { timeout: Duration::from_secs(timeout), interval: Duration::from_secs(interval) };
        Paces { slow: pace(15, 60), medium: pace(10, 45), fast: pace(5, 30) }
    }
}

impl Default for QualityBounds {
    fn default() -> Self {
        QualityBounds {
            excellent: Duration::from_millis(200),
            good: Duration::from_millis(500),
            slow: Duration::from_millis(1500),
        }
    }
}

impl fmt::Debug for ConnectionOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionOptions")
            .field("urls", &self.urls)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}

impl ConnectionOptions {
    /// Refuses what makes no sense, before anything is begun.
    pub(super) fn check(&self) -> Result<()> {
        if self.urls.is_empty() {
            return Err(Error::argument("urls", "must name at least one URL to ask whether the server answers"));
        }
        let Paces { slow, medium, fast } = self.timing.paces;
        let durations = [
            ("timeouts", [slow.timeout, medium.timeout, fast.timeout]),
            ("intervals", [slow.interval, medium.interval, fast.interval]),
            ("backoff", [self.timing.backoff.base, self.timing.backoff.cap, self.timing.recheck]),
        ];
        for (name, values) in durations {
            if values.iter().any(|value| value.is_zero() || *value > LONGEST) {
                return Err(Error::argument(name, "each must be above 0 and at most 2147483647 ms (24 days)"));
            }
        }
        let QualityBounds { excellent, good, slow } = self.quality;
        if !(excellent <= good && good <= slow) {
            return Err(Error::argument("quality", "must rise: excellent, good, slow"));
        }
        Ok(())
    }
}
