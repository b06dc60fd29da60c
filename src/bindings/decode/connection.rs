//! The options and words of the connection monitor.

use std::time::Duration;

use wasm_bindgen::JsValue;

use super::{Options, meaning, one_or_more_texts, text, whole_number};
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
    if given.has("nonce") {
        options.nonce = Some(text("nonce", &given.get("nonce"))?);
    }
    let paces = &mut options.timing.paces;
    let (slow, medium, fast) = (&mut paces.slow, &mut paces.medium, &mut paces.fast);
    let networks = |slow, medium, fast| [("2g", slow), ("3g", medium), ("4g", fast)];
    durations(&given, "timeouts", networks(&mut slow.timeout, &mut medium.timeout, &mut fast.timeout))?;
    durations(&given, "intervals", networks(&mut slow.interval, &mut medium.interval, &mut fast.interval))?;
    let (backoff, quality) = (&mut options.timing.backoff, &mut options.quality);
    durations(&given, "backoff", [("base", &mut backoff.base), ("cap", &mut backoff.cap)])?;
    let bounds = [("excellent", &mut quality.excellent), ("good", &mut quality.good), ("slow", &mut quality.slow)];
    durations(&given, "quality", bounds)?;
    given.duration("recheck", &mut options.timing.recheck)?;
    if let Some(retries) = whole_number("retries", &given.get("retries"), 0)? {
        options.timing.retries = retries;
    }
    Ok(options)
}

/// An object of milliseconds.
pub(super) fn durations<const N: usize>(
    options: &Options,
    group: &str,
    values: [(&str, &mut Duration); N],
) -> Result<()> {
    let names = values.each_ref().map(|(name, _)| *name);
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
