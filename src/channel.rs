//! Notice to the other tabs; nothing depends on its arrival.

use gloo_events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// An open channel; dropped, it is closed.
#[derive(Debug)]
pub(crate) struct Channel {
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
