//! Notice to the other tabs, for their displays; nothing depends on its arrival.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::row::Row;

/// An item that has reached the server.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    /// How many have in this round, this one too.
    pub synced: u32,
    /// Its key.
    pub id: JsValue,
    /// Its uuid.
    pub uuid: String,
    /// What it is to the server.
    pub kind: String,
}

impl Progress {
    /// As listeners get it.
    pub fn to_js(&self) -> JsValue {
        let row = Row::new();
        row.set("synced", self.synced);
        row.set("transactionId", &self.id);
        row.set("uuid", self.uuid.as_str());
        row.set("type", self.kind.as_str());
        row.into()
    }
}

/// What a tab tells the others.
#[derive(Debug)]
pub(super) enum News {
    /// A row with this uuid waits.
    Queued(String),
    /// An item has reached the server.
    Synced(Progress),
    /// Something else has happened to the outbox.
    Changed,
}

impl News {
    pub fn to_js(&self) -> JsValue {
        match self {
            News::Queued(uuid) => JsValue::from_str(uuid),
            News::Synced(progress) => progress.to_js(),
            News::Changed => JsValue::NULL,
        }
    }

    /// What is no news of ours is a reason to look.
    pub fn read(message: &JsValue) -> News {
        if let Some(uuid) = message.as_string() {
            return News::Queued(uuid);
        }
        if !message.is_object() {
            return News::Changed;
        }
        let detail = Row::owned(message.clone());
        let text = |field| detail.get(field).as_string().unwrap_or_default();
        let synced = detail.number("synced") as u32;
        News::Synced(Progress { synced, id: detail.get("transactionId"), uuid: text("uuid"), kind: text("type") })
    }
}

/// An open channel; dropped, it is closed.
#[derive(Debug)]
pub(super) struct Channel {
    native: BroadcastChannel,
    _heard: EventListener,
}

impl Channel {
    /// Calls `heard` with what other tabs say; `None` where the browser has no such channels.
    pub fn open(name: &str, heard: impl Fn(JsValue) + 'static) -> Option<Channel> {
        let native = BroadcastChannel::new(name).ok()?;
        let _heard = EventListener::new(&native, "message", move |event| {
            if let Some(event) = event.dyn_ref::<MessageEvent>() {
                heard(event.data());
            }
        });
        Some(Channel { native, _heard })
    }

    /// Tells the other tabs.
    pub fn say(&self, message: &JsValue) {
        // Fails only when the channel is closed, and then nobody listens.
        let _ = self.native.post_message(message);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.native.close();
    }
}
