//! A plain HTTP interface: one POST for each item, its uuid in the header `Idempotency-Key`.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::{Array, JsString, encode_uri_component};
use wasm_bindgen::JsValue;

use super::answer::{Answer, json_headers, list, request, said, uuids_of};
use super::{Highest, Question, Reply, Transport};
use crate::global::text;
use crate::row::text_of;
use crate::sync::outbox::Item;
use crate::sync::policy::{Kind, Outcome};

/// Where to post, and where to ask.
#[derive(Debug, Clone)]
pub struct Rest {
    /// `{type}` stands for the type.
    pub url: String,
    /// An object of header values, or `undefined`.
    pub headers: JsValue,
    /// Answers `?uuid=a&uuid=b` and `?session=7` with an array of `{uuid, amount_total}`.
    pub lookup: Option<String>,
}

impl Rest {
    async fn send(&self, item: &Item) -> Result<Outcome, Outcome> {
        // Not Rust's own: a search by text would add 5 KB to the module.
        let kind = String::from(encode_uri_component(&item.kind));
        let url = String::from(JsString::from(self.url.as_str()).replace("{type}", &kind));
        let headers = json_headers(&self.headers)?;
        headers
            .set("idempotency-key", &item.uuid)
            .map_err(|_| said(Kind::Unsupported, "the uuid cannot stand in a header"))?;
        let body = item.data_with_uuid().map_err(|error| said(Kind::Unsupported, &error.to_string()))?;
        Ok(outcome(&request(url, "POST", headers, Some(body)).await?))
    }

    fn ask(&self, query: &str) -> Question {
        let Some(lookup) = &self.lookup else { return Box::pin(async { Ok(None) }) };
        let (url, headers) = (format!("{lookup}?{query}"), self.headers.clone());
        Box::pin(async move {
            let answer = request(url, "GET", json_headers(&headers)?, None).await?;
            match outcome(&answer) {
                done if done.kind.is_done() => list(answer.json).map(Some),
                // The question was refused, not what it is about.
                failed if failed.kind == Kind::Rejected => Err(Outcome { kind: Kind::Unknown, ..failed }),
                failed => Err(failed),
            }
        })
    }
}

impl Transport for Rest {
    fn batch(&self, _kind: &str) -> usize {
        1
    }

    fn push(&self, items: Rc<Vec<Item>>) -> LocalBoxFuture<'static, Reply> {
        let rest = self.clone();
        Box::pin(async move {
            let mut outcomes = Vec::new();
            for item in items.iter() {
                outcomes.push(rest.send(item).await.unwrap_or_else(|outcome| outcome));
            }
            Reply::Each(outcomes)
        })
    }

    fn known(&self, _kind: &str, uuids: &Array) -> Question {
        let mut query = String::new();
        for uuid in uuids.iter() {
            let separator = if query.is_empty() { "" } else { "&" };
            query += &format!("{separator}uuid={}", encoded(uuid));
        }
        let found = self.ask(&query);
        Box::pin(async move { Ok(found.await?.as_ref().map(uuids_of)) })
    }

    fn orders(&self, session: &JsValue) -> Question {
        self.ask(&format!("session={}", encoded(session.clone())))
    }

    fn highest(&self) -> Highest {
        Box::pin(async { Ok(None) })
    }

    fn users(&self, _ids: &JsValue) -> Question {
        Box::pin(async { Ok(None) })
    }
}

/// A value as text, in the form that a URL can hold.
fn encoded(value: JsValue) -> String {
    encode_uri_component(&text_of(&value)).into()
}

/// What a status means (RFC 9110, and for 409 and 422 the draft on the Idempotency-Key header field).
fn outcome(answer: &Answer) -> Outcome {
    let kind = match answer.status {
        200..300 => Kind::Accepted,
        401 | 419 | 440 => Kind::AuthExpired,
        408 | 425 => Kind::Timeout,
        409 => Kind::Duplicate,
        _ => Kind::Rejected,
    };
    let words = ["message", "error", "detail", "title"].into_iter().find_map(|field| text(&answer.json, field));
    let words = words.or_else(|| answer.json.as_string().filter(|text| !text.is_empty()));
    said(kind, &words.unwrap_or_else(|| format!("the server answers with status {}", answer.status)))
}
