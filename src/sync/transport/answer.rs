//! What a thrown error or an HTTP answer means. Odoo's errors are told apart by code and exception name (observed on
//! Odoo 19.0); its `debug` field is a traceback and is never read.

use futures::future::LocalBoxFuture;
use js_sys::{Array, Function, JSON};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, RequestRedirect, Response, ResponseType};

use crate::error::Error;
use crate::global::{property, text};
use crate::http;
use crate::row::describe;
use crate::sync::policy::{Kind, Outcome};

/// More of a server's words than this is a page, not a message.
const LONGEST_MESSAGE: usize = 500;

/// Odoo's code for an expired session.
const SESSION_EXPIRED: f64 = 100.0;

/// What the exceptions of Odoo mean, by the end of their names.
const EXCEPTIONS: [(&str, Kind); 7] = [
    (".SessionExpiredException", Kind::AuthExpired),
    (".AccessDenied", Kind::AuthExpired),
    (".ValidationError", Kind::Rejected),
    (".UserError", Kind::Rejected),
    (".AccessError", Kind::Rejected),
    (".MissingError", Kind::Rejected),
    (".RedirectWarning", Kind::Rejected),
];

/// How the TypeError of a fetch without answer begins in Chromium, Firefox and WebKit.
const FETCH_FAILED: [&str; 3] = ["Failed to fetch", "NetworkError", "Load failed"];

/// What somebody answers, or what is known of the request without an answer. Boxed, for all transports alike.
pub(super) type Answering<T> = LocalBoxFuture<'static, Result<T, Outcome>>;

/// An HTTP answer.
pub(super) struct Answer {
    pub status: u16,
    /// `undefined` when there is none.
    pub json: JsValue,
}

/// An outcome with no more of the server's words than a person reads.
pub(super) fn said(kind: Kind, message: &str) -> Outcome {
    Outcome::new(kind, message.chars().take(LONGEST_MESSAGE).collect::<String>())
}

/// The uuids of an array of objects.
pub(super) fn uuids_of(rows: &Array) -> Array {
    let uuids = Array::new();
    for row in rows.iter() {
        if let Some(uuid) = text(&row, "uuid") {
            uuids.push(&uuid.into());
        }
    }
    uuids
}

/// The value as an array, or what to say of it.
pub(super) fn list(value: JsValue) -> Result<Array, Outcome> {
    if Array::is_array(&value) {
        return Ok(value.unchecked_into());
    }
    Err(said(Kind::Unknown, &format!("the server answered with {} instead of a list", describe(&value))))
}

/// Calls a method of an object of the page's; a value that is no promise counts as one that has resolved.
pub(super) fn call(object: JsValue, method: &'static str, arguments: Array) -> Answering<JsValue> {
    Box::pin(async move {
        let Ok(function) = property(&object, method).dyn_into::<Function>() else {
            return Err(said(Kind::Unknown, &format!("the page's client has no method '{method}'")));
        };
        let result = match function.apply(&object, &arguments) {
            Ok(result) => JsFuture::from(js_sys::Promise::resolve(&result)).await,
            thrown => thrown,
        };
        result.map_err(|thrown| of_thrown(&thrown))
    })
}

/// What an error means that the page's client threw: Odoo's `RPCError` and `ConnectionLostError`, the browser's own
/// for a fetch that failed, or anything else.
pub(super) fn of_thrown(thrown: &JsValue) -> Outcome {
    let class = text(&property(thrown, "constructor"), "name").unwrap_or_default();
    let message = text(thrown, "message").unwrap_or_else(|| Error::from_js(thrown).to_string());
    let data = property(thrown, "data");
    let name = text(thrown, "exceptionName").or_else(|| text(&data, "name"));
    if name.is_some() || text(thrown, "name").as_deref() == Some("RPC_ERROR") {
        let words = text(&data, "message").unwrap_or(message);
        return of_odoo(property(thrown, "code").as_f64(), &name.unwrap_or_default(), &words);
    }
    let lost = ["ConnectionLostError", "ConnectionAbortedError"].contains(&class.as_str())
        || class == "TypeError" && FETCH_FAILED.iter().any(|text| message.starts_with(text));
    said(if lost { Kind::Network } else { Kind::Unknown }, &message)
}

/// What an error of Odoo's means.
fn of_odoo(code: Option<f64>, exception: &str, message: &str) -> Outcome {
    let kind = EXCEPTIONS.into_iter().find(|(name, _)| exception.ends_with(name)).map(|(_, kind)| kind);
    // The database was busy or away; it says nothing about the item.
    let fallback = if exception.starts_with("psycopg2") { Kind::ServerError } else { Kind::Unknown };
    said(if code == Some(SESSION_EXPIRED) { Kind::AuthExpired } else { kind.unwrap_or(fallback) }, message)
}

/// The result of a JSON-RPC answer; one without `result` and `error` is `null`.
pub(super) fn result_of(answer: &Answer) -> Result<JsValue, Outcome> {
    let error = property(&answer.json, "error");
    if error.is_object() {
        let data = property(&error, "data");
        let name = text(&data, "name").unwrap_or_default();
        let words = text(&data, "message").or_else(|| text(&error, "message")).unwrap_or_default();
        return Err(of_odoo(property(&error, "code").as_f64(), &name, &words));
    }
    if property(&answer.json, "jsonrpc").is_undefined() {
        let words = format!("the server does not answer as Odoo (status {})", answer.status);
        return Err(Outcome::new(Kind::ServerError, words));
    }
    Ok(property(&answer.json, "result"))
}

/// Sends a request, and gives the answer if it is one of the server's: whatever says nothing about what was sent is an
/// outcome already.
pub(super) fn request(url: String, method: &'static str, headers: Headers, body: Option<JsValue>) -> Answering<Answer> {
    Box::pin(async move {
        let init = RequestInit::new();
        init.set_method(method);
        init.set_headers(&headers);
        // A portal that sends elsewhere must not be taken for the server.
        init.set_redirect(RequestRedirect::Manual);
        if let Some(body) = body {
            let text = JSON::stringify(&body).ok().and_then(|text| JsValue::from(text).as_string());
            let Some(text) = text else {
                return Err(said(
                    Kind::Unsupported,
                    "the data has no JSON form: it refers to itself or holds a BigInt",
                ));
            };
            init.set_body(&text.into());
        }
        let no_answer = |thrown: JsValue| said(Kind::Network, &Error::from_js(&thrown).to_string());
        let (_in_flight, sent) = http::send(&url, &init).map_err(|error| no_answer(error.to_js()))?;
        let response: Response = sent.await.map_err(no_answer)?.unchecked_into();
        if response.redirected() || response.type_() == ResponseType::Opaqueredirect {
            return Err(said(
                Kind::Network,
                &format!("{url} sends elsewhere: a sign-in page, or a network that wants one"),
            ));
        }
        let text = response.text().map_err(no_answer)?;
        let text = JsFuture::from(text).await.map_err(no_answer)?.as_string().unwrap_or_default();
        let (status, retry_after_ms) = (response.status(), http::retry_after_ms(&response));
        let words = || format!("{url} answers with status {status}");
        match status {
            429 => Err(Outcome { retry_after_ms, ..said(Kind::RateLimited, &words()) }),
            503 => Err(Outcome { retry_after_ms, ..said(Kind::Maintenance, &words()) }),
            500.. => Err(said(Kind::ServerError, &words())),
            _ if text.is_empty() => Ok(Answer { status, json: JsValue::UNDEFINED }),
            _ => match JSON::parse(&text) {
                Ok(json) => Ok(Answer { status, json }),
                Err(_) if http::header(&response, "content-type").is_some_and(|kind| kind.starts_with("text/html")) => {
                    let page = format!(
                        "{url} answers with a page (status {status}): another server, or a network that wants a sign-in"
                    );
                    Err(said(Kind::Network, &page))
                }
                Err(_) if status < 300 => {
                    Err(said(Kind::ServerError, &format!("{url} answers with JSON that is cut off")))
                }
                Err(_) => Ok(Answer { status, json: text.into() }),
            },
        }
    })
}

/// Headers of a request with a JSON body.
pub(crate) fn json_headers(more: &JsValue) -> Result<Headers, Outcome> {
    let refused = |thrown: JsValue| said(Kind::Unknown, &Error::from_js(&thrown).to_string());
    let headers = if more.is_object() {
        Headers::new_with_str_sequence_sequence(&js_sys::Object::entries(more.unchecked_ref()))
    } else {
        Headers::new()
    };
    let headers = headers.map_err(refused)?;
    headers.set("content-type", "application/json").map_err(refused)?;
    Ok(headers)
}

/// Whether an object has a method.
pub(super) fn has_method(object: &JsValue, method: &str) -> bool {
    property(object, method).is_function()
}
