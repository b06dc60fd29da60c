//! One request that asks whether the server answers, and what its answer means.

use std::rc::Rc;

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestCache, RequestInit, RequestRedirect, Response, ResponseType};

use super::machine::Outcome;
use crate::error::{Error, Result};
use crate::global::spawn;
use crate::http::{self, InFlight};

/// Says to the server that nobody reads the answer.
const PROBE_HEADER: &str = "X-PDC-Connectivity-Check";
/// Set by portals that are kind enough to say so.
const PORTAL_HEADER: &str = "x-captive-portal";

/// A request in flight; dropped, it is aborted.
#[derive(Debug)]
pub(super) struct Probe {
    _in_flight: InFlight,
}

/// What an answer says about itself, as far as the decision needs it.
#[derive(Debug, Clone, Copy, Default)]
struct Answer {
    /// 0 when the browser hides it.
    status: u16,
    /// The answer sends elsewhere, or comes from elsewhere.
    redirected: bool,
    portal: bool,
    /// It has the text that only the till's server knows; true when none was agreed.
    genuine: bool,
    /// In milliseconds.
    retry_after_ms: Option<f64>,
}

impl Probe {
    /// Sends the request; `done` is called with what it came to, also after an abort.
    pub fn send(url: &str, nonce: Option<Rc<str>>, done: impl FnOnce(Outcome) + 'static) -> Result<Probe> {
        let init = RequestInit::new();
        init.set_method(if nonce.is_some() { "GET" } else { "HEAD" });
        init.set_cache(RequestCache::NoCache);
        // A redirect that is followed may end at another site, which the browser then shows as a network error.
        init.set_redirect(RequestRedirect::Manual);
        let headers = Headers::new()?;
        headers.set(PROBE_HEADER, "1")?;
        init.set_headers(&headers);
        let (in_flight, sent) = http::send(url, &init)?;
        spawn(Box::pin(async move {
            done(match receive(sent, nonce.as_deref()).await {
                Ok(answer) => classify(answer),
                // By us, or by the browser, for instance on the way to another page.
                Err(thrown) if Error::from_js(&thrown).is_abort() => Outcome::Aborted,
                Err(_) => Outcome::NetworkError,
            });
        }));
        Ok(Probe { _in_flight: in_flight })
    }
}

async fn receive(sent: JsFuture<JsValue>, nonce: Option<&str>) -> std::result::Result<Answer, JsValue> {
    let response: Response = sent.await?.unchecked_into();
    let mut answer = Answer {
        status: response.status(),
        redirected: response.redirected() || response.type_() == ResponseType::Opaqueredirect,
        portal: http::header(&response, PORTAL_HEADER).is_some(),
        genuine: true,
        retry_after_ms: http::retry_after_ms(&response),
    };
    if let Some(nonce) = nonce
        && response.ok()
    {
        let text = JsFuture::from(response.text()?).await?;
        answer.genuine = text.dyn_ref::<JsString>().is_some_and(|text| text.includes(nonce, 0));
    }
    Ok(answer)
}

fn classify(answer: Answer) -> Outcome {
    let Answer { status, retry_after_ms, .. } = answer;
    match status {
        _ if answer.portal => Outcome::CaptivePortal,
        _ if answer.redirected => Outcome::Redirected,
        200..300 if !answer.genuine => Outcome::CaptivePortal,
        200..300 => Outcome::Ok,
        429 => Outcome::RateLimited { retry_after_ms },
        500.. => Outcome::ServerError { status, retry_after_ms },
        _ => Outcome::Refused { status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Answer = Answer { status: 200, redirected: false, portal: false, genuine: true, retry_after_ms: None };

    #[test]
    fn every_answer_has_a_name() {
        let pause = Some(7_000.0);
        for (answer, outcome) in [
            (FINE, Outcome::Ok),
            (Answer { status: 204, ..FINE }, Outcome::Ok),
            (Answer { redirected: true, ..FINE }, Outcome::Redirected),
            (Answer { status: 0, redirected: true, ..FINE }, Outcome::Redirected),
            (Answer { portal: true, ..FINE }, Outcome::CaptivePortal),
            (Answer { portal: true, status: 511, ..FINE }, Outcome::CaptivePortal),
            (Answer { genuine: false, ..FINE }, Outcome::CaptivePortal),
            (Answer { status: 404, ..FINE }, Outcome::Refused { status: 404 }),
            (Answer { status: 304, ..FINE }, Outcome::Refused { status: 304 }),
            (Answer { status: 429, retry_after_ms: pause, ..FINE }, Outcome::RateLimited { retry_after_ms: pause }),
            (Answer { status: 500, ..FINE }, Outcome::ServerError { status: 500, retry_after_ms: None }),
            (
                Answer { status: 503, retry_after_ms: pause, ..FINE },
                Outcome::ServerError { status: 503, retry_after_ms: pause },
            ),
        ] {
            assert_eq!(classify(answer), outcome, "{answer:?}");
        }
    }
}
