//! The options and words of the connection monitor.

use std::time::Duration;

use wasm_bindgen::JsValue;

use super::{Options, meaning, one_or_more_texts};
use crate::connection::{ConnectionOptions, Event, Refusal};
use crate::error::{Error, Result};

/// Each event by the name that JavaScript uses.
const EVENTS: [(&str, Event); 6] = [
    ("connection-restored", Event::ConnectionRestored),
    ("connection-lost", Event::ConnectionLost),
    ("server-reachable", Event::ServerReachable),
    ("server-unreachable", Event::ServerUnreachable),
    ("accepting-changed", Event::AcceptingChanged),
    ("probe", Event::Probe),
];

/// `{urls, nonce, intervals, timeouts, retries, backoff, recheck, quality}`
pub(in super::super) fn connection_options(value: &JsValue) -> Result<ConnectionOptions> {
    let known = ["urls", "nonce", "intervals", "timeouts", "retries", "backoff", "recheck", "quality"];
    let given = Options::of("options", value, &known)?;
    let mut options = ConnectionOptions::default();
    if given.has("urls") {
        options.urls = one_or_more_texts("urls", &given.get("urls"))?;
    }
    options.nonce = given.text("nonce")?;
    let paces = &mut options.timing.paces;
    let (slow, medium, fast) = (&mut paces.slow, &mut paces.medium, &mut paces.fast);
    let networks = |slow, medium, fast| [("2g", slow), ("3g", medium), ("4g", fast)];
    durations(&given, "timeouts", &mut networks(&mut slow.timeout, &mut medium.timeout, &mut fast.timeout))?;
    durations(&given, "intervals", &mut networks(&mut slow.interval, &mut medium.interval, &mut fast.interval))?;
    let (backoff, quality) = (&mut options.timing.backoff, &mut options.quality);
    durations(&given, "backoff", &mut [("base", &mut backoff.base), ("cap", &mut backoff.cap)])?;
    let mut bounds = [("excellent", &mut quality.excellent), ("good", &mut quality.good), ("slow", &mut quality.slow)];
    durations(&given, "quality", &mut bounds)?;
    given.duration("recheck", &mut options.timing.recheck)?;
    if let Some(retries) = given.whole_number("retries", 0)? {
        options.timing.retries = retries;
    }
    Ok(options)
}

/// An object of milliseconds.
pub(super) fn durations(options: &Options, group: &str, values: &mut [(&str, &mut Duration)]) -> Result<()> {
    let mut names = Vec::new();
    for (name, _) in values.iter() {
        names.push(*name);
    }
    let given = Options::of(group, &options.get(group), &names)?;
    for (name, duration) in values {
        given.duration(name, duration)?;
    }
    Ok(())
}

pub(in super::super) fn connection_event(value: &JsValue) -> Result<Event> {
    meaning("event", value, &EVENTS)?.ok_or_else(|| Error::argument("event", "must be given"))
}

/// `null` when the server takes data.
pub(in super::super) fn refusal(value: &JsValue) -> Result<Option<Refusal>> {
    let words = [Refusal::RateLimited, Refusal::SessionExpired, Refusal::Maintenance];
    meaning("refusal", value, &words.map(|word| (word.as_str(), word)))
}
