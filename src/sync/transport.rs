//! The way to the server: what a transport has to do, and the ones that are built in.
//!
//! - `odoo.rs`: Odoo's models, through the page's own `orm` service or over its JSON-RPC endpoint;
//! - `rest.rs`: one POST for each item, with an `Idempotency-Key`;
//! - `custom.rs`: an object of the page's;
//! - `answer.rs`: what a thrown error or an HTTP answer means, for all of them.

mod answer;
mod custom;
mod odoo;
mod rest;

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::outbox::Item;
use super::policy::Outcome;

pub(crate) use answer::json_headers;
pub use custom::Custom;
pub use odoo::{Odoo, Wire};
pub use rest::Rest;

/// What became of a request: one outcome for everything in it, or one for each item in their order.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// One for all.
    All(Outcome),
    /// One for each.
    Each(Vec<Outcome>),
}

/// What a question to the server comes to: a list, `None` when the transport cannot ask.
pub type Question = LocalBoxFuture<'static, Result<Option<Array>, Outcome>>;

/// What the question for the highest number comes to: a number, `None` when the transport cannot ask or the server has none.
pub type Highest = LocalBoxFuture<'static, Result<Option<f64>, Outcome>>;

/// A way to the server. Its futures may be dropped at any time: then the request is aborted, and its outcome not known.
pub trait Transport {
    /// How many items of a type go with one request; 0 for a type that it does not know.
    fn batch(&self, kind: &str) -> usize;

    /// Sends items of one type, each under its uuid.
    fn push(&self, items: Rc<Vec<Item>>) -> LocalBoxFuture<'static, Reply>;

    /// Which of these uuids the server has, so that nothing has to be sent again for them.
    fn known(&self, kind: &str, uuids: &Array) -> Question;

    /// The orders that the server has of a session: rows with `uuid`, `amount_total` and `state`.
    fn orders(&self, session: &JsValue) -> Question;

    /// The highest number of the sequence that the server has from this till, for one that has lost its own.
    fn highest(&self) -> Highest;

    /// The users with these ids who may sign in.
    fn users(&self, ids: &JsValue) -> Question;
}
