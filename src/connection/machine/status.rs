//! What can be read from the machine.

use super::Machine;
use super::vocabulary::{Forced, Network, Outcome, Refusal};
use crate::backoff::millis;

/// What is known about the connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Status {
    /// The browser says that there is a network.
    pub online: bool,
    /// The server answers. False until it has been asked.
    pub server_reachable: bool,
    /// Why the server does not take data although it answers; `None` when it does.
    pub refusal: Option<Refusal>,
    /// There is no server to work with: it did not answer, or it was not asked yet and there is no network.
    pub offline: bool,
    /// An outage was seen and is not over.
    pub warning: bool,
    /// Kind of network.
    pub network: Network,
    /// How good the connection is.
    pub quality: Quality,
    /// Retries since the last success.
    pub reconnect_attempts: u32,
    /// The last probe that has ended.
    pub last_probe: Option<ProbeReport>,
    /// A probe is in flight.
    pub probing: bool,
    /// When the next probe starts, in milliseconds since 1970.
    pub next_probe_at: Option<f64>,
    /// Whether the monitor watches.
    pub running: bool,
}

/// How a probe ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeReport {
    /// How.
    pub outcome: Outcome,
    /// Position in the list of the URL that was asked; of several that failed, the first.
    pub url: usize,
    /// From request to answer.
    pub latency_ms: f64,
    /// When it ended, in milliseconds since 1970.
    pub at: f64,
}

/// How good the connection is, by the latency of the last probe that is not in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Below 200 ms, unless the options say otherwise.
    Excellent,
    /// Below 500 ms.
    Good,
    /// Below 1500 ms.
    Slow,
    /// Slower.
    Poor,
    /// Offline.
    Offline,
    /// No answer yet.
    Unknown,
}

impl Quality {
    /// The name that JavaScript sees.
    pub fn as_str(self) -> &'static str {
        match self {
            Quality::Excellent => "excellent",
            Quality::Good => "good",
            Quality::Slow => "slow",
            Quality::Poor => "poor",
            Quality::Offline => "offline",
            Quality::Unknown => "unknown",
        }
    }
}

impl Machine {
    /// What is known now.
    pub fn status(&self) -> Status {
        let (offline, warning) = self.state();
        Status {
            online: !self.online.is(false),
            server_reachable: self.server.is(true),
            refusal: self.refusal.map(|(refusal, _)| refusal),
            offline,
            warning,
            network: self.network,
            quality: self.connection_quality(),
            reconnect_attempts: self.retries,
            last_probe: self.last_probe,
            probing: self.flight.is_some(),
            next_probe_at: match self.forced {
                Forced::Online { until } => Some(until),
                _ => self.next_probe,
            },
            running: self.running,
        }
    }

    /// `offline` and `warning`.
    pub(super) fn state(&self) -> (bool, bool) {
        (self.is_offline(), self.outage || self.is_offline())
    }

    /// The server's answer counts for more than what the browser says about the network.
    fn is_offline(&self) -> bool {
        !self.server.get().or(self.online.get()).unwrap_or(true)
    }

    fn connection_quality(&self) -> Quality {
        if self.is_offline() {
            return Quality::Offline;
        }
        let Some(latency) = self.latency else { return Quality::Unknown };
        let bounds = self.quality;
        [(bounds.excellent, Quality::Excellent), (bounds.good, Quality::Good), (bounds.slow, Quality::Slow)]
            .into_iter()
            .find(|(bound, _)| latency < millis(*bound))
            .map_or(Quality::Poor, |(_, quality)| quality)
    }
}
