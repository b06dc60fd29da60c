//! The page that the till runs in: what it knows of its users, and whom it wants to be told.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::news::Progress;
use crate::global::{dispatch, property};
use crate::row::Row;

/// Odoo's `pos`, or any object with as much of it as there is.
#[derive(Debug, Clone)]
pub struct Host {
    pos: JsValue,
}

impl Host {
    /// `undefined` for a page without a Point of Sale.
    pub fn new(pos: JsValue) -> Host {
        Host { pos }
    }

    /// The users who may use this till; `None` when the page names nobody.
    pub fn user_ids(&self) -> Option<JsValue> {
        let ids = property(&self.pos, "user_ids");
        if ids.is_truthy() {
            return Some(ids);
        }
        let id = property(&property(&self.pos, "user"), "id");
        id.is_truthy().then(|| Array::of1(&id).into())
    }

    /// An item has reached the server.
    pub(super) fn progress(&self, progress: &Progress) {
        self.tell("pos-sync-progress", &progress.to_js());
    }

    /// The server has refused an item.
    pub(super) fn rejected(&self, id: &JsValue, kind: &str, message: &str) {
        let detail = Row::of(&[("transactionId", id.clone()), ("type", kind.into()), ("message", message.into())]);
        self.tell("pos-sync-rejected", detail.as_js());
    }

    /// As an event on the global object, and on the page's bus when there is one.
    fn tell(&self, event: &str, detail: &JsValue) {
        dispatch(event, detail);
        let services = property(&property(&self.pos, "env"), "services");
        let bus = property(&services, "bus_service");
        let Ok(trigger) = property(&bus, "trigger").dyn_into::<Function>() else { return };
        if let Err(thrown) = trigger.call2(&bus, &event.into(), detail) {
            web_sys::console::error_2(&"pos-offline: bus_service.trigger threw:".into(), &thrown);
        }
    }
}
