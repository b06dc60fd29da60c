//! What a tab tells the others, for their displays; nothing depends on its arrival.

use wasm_bindgen::JsValue;

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
