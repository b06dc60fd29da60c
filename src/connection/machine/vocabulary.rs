//! What goes into the machine and what comes out.

use super::ProbeReport;

/// The kind of network, by what the browser estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// `slow-2g` or `2g`.
    Slow,
    /// `3g`.
    Medium,
    /// `4g`, or unknown.
    Fast,
}

/// What one request came to.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// The till's server answered well.
    Ok,
    /// The answer sends elsewhere: a sign-in page, or a captive portal that the browser does not let us see.
    Redirected,
    /// Something between till and server answered in its place.
    CaptivePortal,
    /// Status 5xx.
    ServerError {
        /// The status.
        status: u16,
        /// The pause that the server asks for, in milliseconds.
        retry_after_ms: Option<f64>,
    },
    /// Status 429.
    RateLimited {
        /// The pause that the server asks for, in milliseconds.
        retry_after_ms: Option<f64>,
    },
    /// Any other status that is not 2xx, such as 404.
    Refused {
        /// The status.
        status: u16,
    },
    /// No answer: the name is unknown, nobody listens, or the connection broke. Browsers do not tell them apart.
    NetworkError,
    /// No answer in time.
    Timeout,
    /// Somebody else stopped the request, such as the browser leaving the page.
    Aborted,
}

impl Outcome {
    /// The name that JavaScript sees.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Ok => "ok",
            Outcome::Redirected => "redirected",
            Outcome::CaptivePortal => "captive-portal",
            Outcome::ServerError { .. } => "server-error",
            Outcome::RateLimited { .. } => "rate-limited",
            Outcome::Refused { .. } => "refused",
            Outcome::NetworkError => "network-error",
            Outcome::Timeout => "timeout",
            Outcome::Aborted => "aborted",
        }
    }

    /// The pause that the server asks for, in milliseconds.
    pub fn retry_after_ms(self) -> Option<f64> {
        match self {
            Outcome::ServerError { retry_after_ms, .. } | Outcome::RateLimited { retry_after_ms } => retry_after_ms,
            _ => None,
        }
    }

    /// The status, where it says more than the name.
    pub fn status(self) -> Option<u16> {
        match self {
            Outcome::ServerError { status, .. } | Outcome::Refused { status } => Some(status),
            Outcome::RateLimited { .. } => Some(429),
            _ => None,
        }
    }
}

/// Why the server does not take data although it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too many requests.
    RateLimited,
    /// Somebody has to sign in again.
    SessionExpired,
    /// The server is being maintained.
    Maintenance,
}

impl Refusal {
    /// The name that JavaScript sees.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::RateLimited => "rate-limited",
            Refusal::SessionExpired => "session-expired",
            Refusal::Maintenance => "maintenance",
        }
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input {
    /// Watch from now on.
    Start {
        /// What the browser says about the network.
        online: bool,
        /// Its kind.
        network: Network,
    },
    /// Forget everything that was going to happen.
    Stop,
    /// Time has passed.
    Wake,
    /// The browser says that there is a network, or that there is none.
    Online(bool),
    /// The browser says that the network has changed.
    Network(Network),
    /// A request has ended.
    Answer {
        /// Which.
        id: u32,
        /// How.
        outcome: Outcome,
    },
    /// Somebody wants to know now.
    Check {
        /// Together with others who ask within two seconds.
        debounced: bool,
    },
    /// Somebody waits for the server.
    Waiting,
    /// Somebody says that the server is reachable.
    ForceOnline,
    /// Somebody says that it is not.
    ForceOffline,
    /// Whoever sends data says whether the server takes it.
    Accepting {
        /// Why not; `None` when it does.
        refusal: Option<Refusal>,
        /// For how long, in milliseconds, if that is known.
        pause_ms: Option<f64>,
    },
}

/// What listeners are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The browser says that there is a network again.
    ConnectionRestored,
    /// The browser says that there is none.
    ConnectionLost,
    /// The server answers.
    ServerReachable,
    /// The server does not answer.
    ServerUnreachable,
    /// Whether the server takes data has changed.
    AcceptingChanged,
    /// Whether there is an outage, as [`Status`](super::Status) says in `offline` and `warning`, has changed.
    StateChanged,
    /// A probe has ended, well or not.
    Probe,
}

/// What to do, in this order: abort, probe, set the timer, answer those who wait, tell the listeners.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effects {
    /// Abort the request in flight.
    pub abort: bool,
    /// Send a request.
    pub probe: Option<Attempt>,
    /// Call [`step`](super::Machine::step) again at this time; instead of any time said before.
    pub wake_at: Option<f64>,
    /// Whoever waits for a check learns that the server is reachable, or that it is not.
    pub decided: Option<bool>,
    /// What to tell.
    pub events: Vec<Event>,
}

/// A request to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// To be given back with the answer.
    pub id: u32,
    /// Position of the URL in the list.
    pub url: usize,
}

/// A request in flight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Flight {
    pub id: u32,
    pub url: usize,
    /// How many URLs of the list this probe has tried before.
    pub tried: usize,
    /// What the first of them came to.
    pub first: Option<ProbeReport>,
    pub started: f64,
    pub deadline: f64,
}

/// What somebody said the state was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Forced {
    No,
    Online { until: f64 },
    Offline,
}
