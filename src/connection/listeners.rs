//! What the browser tells: the network, the page's visibility, waking up. Dropped, they are removed.

use std::rc::Rc;

use gloo_events::EventListener;
use wasm_bindgen::JsValue;

use super::machine::Network;
use crate::global::{global, listen, property};

/// What a listener heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The browser says that there is a network, or that there is none.
    Online(bool),
    /// The kind of network may have changed.
    Network,
    /// The page may have slept: timers of hidden pages are throttled, those of a sleeping computer stand still.
    Awake,
}

/// The listeners of a running monitor.
#[derive(Debug)]
pub(super) struct Listeners {
    _all: Vec<EventListener>,
}

impl Listeners {
    /// Listens on the global object, the document and `navigator.connection`, as far as they exist: a worker has no
    /// document, and only some browsers describe the network.
    pub fn new(hear: impl Fn(Heard) + 'static) -> Listeners {
        let hear = Rc::new(hear);
        let mut all = Vec::new();
        let mut on = |target: JsValue, events: &[&'static str], heard: Heard| {
            let hear = Rc::clone(&hear);
            let tell: Rc<dyn Fn()> = Rc::new(move || hear(heard));
            all.extend(listen(target, events, &tell));
        };
        let window = JsValue::from(js_sys::global());
        on(window.clone(), &["online"], Heard::Online(true));
        on(window.clone(), &["offline"], Heard::Online(false));
        on(window, &["pageshow", "focus"], Heard::Awake);
        on(global("document"), &["visibilitychange", "resume"], Heard::Awake);
        on(connection(), &["change"], Heard::Network);
        Listeners { _all: all }
    }
}

/// `navigator.onLine`; true where the browser does not say.
pub(super) fn browser_online() -> bool {
    property(&global("navigator"), "onLine").as_bool().unwrap_or(true)
}

/// The kind of network, as `navigator.connection.effectiveType` says; fast where the browser does not.
pub(super) fn network() -> Network {
    match property(&connection(), "effectiveType").as_string().as_deref() {
        Some("slow-2g" | "2g") => Network::Slow,
        Some("3g") => Network::Medium,
        _ => Network::Fast,
    }
}

fn connection() -> JsValue {
    property(&global("navigator"), "connection")
}
