//! A transport of the page's own: an object with `push` and, if it likes, `known`, `orders`, `highest`, `users`.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::answer::{call, has_method, list, said};
use super::odoo::unsupported;
use super::{Highest, Question, Reply, Transport};
use crate::global::{property, text};
use crate::http::InFlight;
use crate::row::{Row, describe};
use crate::sync::outbox::Item;
use crate::sync::policy::{Kind, Outcome};

/// The highest number that a sequence may be raised to: far below 2^53, so that it can still be counted on.
const HIGHEST: f64 = 1e15;

/// An object of the page's.
#[derive(Debug, Clone)]
pub struct Custom {
    object: JsValue,
    types: Option<Vec<String>>,
    batch: usize,
}

impl Custom {
    /// `types` is `None` for every type.
    pub fn new(object: JsValue, types: Option<Vec<String>>, batch: usize) -> Custom {
        Custom { object, types, batch }
    }

    fn ask(&self, method: &'static str, arguments: Array) -> Question {
        let object = self.object.clone();
        Box::pin(async move {
            if !has_method(&object, method) {
                return Ok(None);
            }
            list(call(object, method, arguments).await?).map(Some)
        })
    }
}

impl Transport for Custom {
    fn batch(&self, kind: &str) -> usize {
        let knows = self.types.as_ref().is_none_or(|types| types.iter().any(|known| known == kind));
        if knows { self.batch } else { 0 }
    }

    fn push(&self, items: Rc<Vec<Item>>) -> LocalBoxFuture<'static, Reply> {
        let transport = self.clone();
        Box::pin(async move {
            let kind = items.first().map(|item| item.kind.clone()).unwrap_or_default();
            if transport.batch(&kind) == 0 {
                return Reply::All(unsupported(&kind));
            }
            let values = Array::new();
            for item in items.iter() {
                let value = Row::new();
                value.set("uuid", item.uuid.as_str());
                value.set("type", kind.as_str());
                value.set("data", item.data());
                values.push(value.as_js());
            }
            let Ok(in_flight) = InFlight::new() else {
                return Reply::All(said(Kind::Unknown, "this browser has no AbortController"));
            };
            let options = Row::of(&[("signal", in_flight.signal().into())]);
            let arguments = Array::of2(&values, options.as_js());
            let answered = call(transport.object, "push", arguments).await;
            in_flight.end();
            match answered {
                Ok(answer) => reply(&answer, items.len()),
                Err(outcome) => Reply::All(outcome),
            }
        })
    }

    fn known(&self, kind: &str, uuids: &Array) -> Question {
        self.ask("known", Array::of2(uuids, &kind.into()))
    }

    fn orders(&self, session: &JsValue) -> Question {
        self.ask("orders", Array::of1(session))
    }

    fn highest(&self) -> Highest {
        let object = self.object.clone();
        Box::pin(async move {
            if !has_method(&object, "highest") {
                return Ok(None);
            }
            let answer = call(object, "highest", Array::new()).await?;
            if answer.is_null() || answer.is_undefined() {
                return Ok(None);
            }
            let number = answer.as_f64().filter(|number| (0.0..=HIGHEST).contains(number) && number.fract() == 0.0);
            number.map(Some).ok_or_else(|| {
                said(Kind::Unknown, &format!("highest() answered with {} instead of a whole number", describe(&answer)))
            })
        })
    }

    fn users(&self, ids: &JsValue) -> Question {
        self.ask("users", Array::of1(ids))
    }
}

/// What the page says became of the items.
fn reply(answer: &JsValue, items: usize) -> Reply {
    if !Array::is_array(answer) {
        return Reply::All(outcome(answer));
    }
    let mut answers = Vec::new();
    for answer in Array::from(answer).iter() {
        answers.push(outcome(&answer));
    }
    if answers.len() == items {
        return Reply::Each(answers);
    }
    Reply::All(said(Kind::Unknown, &format!("push() answered with {} outcomes for {items} items", answers.len())))
}

fn outcome(answer: &JsValue) -> Outcome {
    let name = answer.as_string().or_else(|| text(answer, "outcome"));
    let Some(kind) = name.as_deref().and_then(Kind::of) else {
        return said(Kind::Unknown, &format!("push() answered with {}, which is no outcome", describe(answer)));
    };
    let retry_after_ms = property(answer, "retryAfter").as_f64().filter(|ms| *ms >= 0.0);
    let message = text(answer, "message").unwrap_or_else(|| kind.as_str().to_owned());
    Outcome { retry_after_ms, ..said(kind, if kind.is_done() { "" } else { &message }) }
}
