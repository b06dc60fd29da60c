//! One HTTP request: aborted when it is dropped, and what its answer says about pauses.

use js_sys::{Date, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, RequestInit, Response};

use crate::clock::now_ms;
use crate::error::Result;

#[wasm_bindgen]
extern "C" {
    /// The global `fetch`, in a page as in a worker.
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &RequestInit) -> std::result::Result<Promise, JsValue>;
}

/// A request in flight; dropped, it is aborted.
#[derive(Debug)]
pub(crate) struct InFlight(Option<AbortController>);

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

impl InFlight {
    /// Something that its signal can abort.
    pub fn new() -> Result<InFlight> {
        Ok(InFlight(Some(AbortController::new()?)))
    }

    /// What is aborted when this is dropped.
    pub fn signal(&self) -> Option<AbortSignal> {
        self.0.as_ref().map(AbortController::signal)
    }

    /// It has ended by itself: nothing is aborted any more.
    pub fn end(mut self) {
        self.0 = None;
    }
}

/// Sends a request. The answer arrives unless the first value is dropped before.
pub(crate) fn send(url: &str, init: &RequestInit) -> Result<(InFlight, JsFuture<JsValue>)> {
    let in_flight = InFlight::new()?;
    init.set_signal(in_flight.signal().as_ref());
    let answer = fetch(url, init)?;
    Ok((in_flight, JsFuture::from(answer)))
}

/// A header of an answer.
pub(crate) fn header(response: &Response, name: &str) -> Option<String> {
    response.headers().get(name).ok().flatten()
}

/// The pause that an answer asks for, in milliseconds.
pub(crate) fn retry_after_ms(response: &Response) -> Option<f64> {
    pause_ms(&header(response, "retry-after")?, now_ms(), Date::parse)
}

/// The pause in a `Retry-After` header, in milliseconds: seconds, or a date (RFC 9110, section 10.2.3).
fn pause_ms(text: &str, now: f64, parse_date: impl Fn(&str) -> f64) -> Option<f64> {
    let text = text.trim_ascii();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(f64::from(seconds) * 1000.0);
    }
    let date = parse_date(text);
    (!date.is_nan()).then(|| (date - now).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_negative() {
        let date = |text: &str| if text == "Wed, 21 Oct 2026 07:28:00 GMT" { 5_000.0 } else { f64::NAN };
        for (text, now, pause) in [
            ("120", 0.0, Some(120_000.0)),
            (" 0 ", 0.0, Some(0.0)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", 2_000.0, Some(3_000.0)),
            ("Wed, 21 Oct 2026 07:28:00 GMT", 9_000.0, Some(0.0)),
            ("-5", 0.0, None),
            ("soon", 0.0, None),
            ("", 0.0, None),
        ] {
            assert_eq!(pause_ms(text, now, date), pause, "{text}");
        }
    }
}
