//! What the browser offers beside its APIs' own types; it differs between a page and a worker.

use std::rc::Rc;

use futures::future::LocalBoxFuture;
use gloo_events::EventListener;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{CustomEvent, CustomEventInit, EventTarget};

/// A global such as `document`; `undefined` where there is none.
pub(crate) fn global(name: &str) -> JsValue {
    property(&js_sys::global(), name)
}

/// A property of an object; `undefined` when there is no object or no such property.
pub(crate) fn property(object: &JsValue, name: &str) -> JsValue {
    // `Reflect.get` would throw, and wasm-bindgen leaks a slot of its table for every exception that it catches where a
    // value is returned (0.2.130).
    if !object.is_object() && !object.is_function() {
        return JsValue::UNDEFINED;
    }
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A property of an object as a text; `None` when there is none or it is empty.
pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    property(object, name).as_string().filter(|text| !text.is_empty())
}

/// A copy of a value with all that is in it, as IndexedDB makes one; the value itself in a browser that has no other way
/// to make one (Chromium before 98).
///
/// # Errors
/// What the browser throws for what cannot be copied.
pub(crate) fn structured_clone(value: &JsValue) -> Result<JsValue, JsValue> {
    match global("structuredClone").dyn_into::<Function>() {
        Ok(clone) => clone.call1(&JsValue::UNDEFINED, value),
        Err(_) => Ok(value.clone()),
    }
}

/// Work that nobody waits for. Boxed, so that the machinery is compiled once.
pub(crate) fn spawn(work: LocalBoxFuture<'static, ()>) {
    spawn_local(work);
}

/// Dispatches an event on the global object.
pub(crate) fn dispatch(name: &str, detail: &JsValue) {
    let init = CustomEventInit::new();
    init.set_detail(detail);
    let target = js_sys::global().dyn_into::<EventTarget>();
    if let (Ok(target), Ok(event)) = (target, CustomEvent::new_with_event_init_dict(name, &init)) {
        // Fails only for an event that is being dispatched already.
        let _ = target.dispatch_event(&event);
    }
}

/// Listens to events of a target, if it is one: a worker has no document.
pub(crate) fn listen(target: JsValue, events: &[&'static str], heard: &Rc<dyn Fn()>) -> Vec<EventListener> {
    let Ok(target) = target.dyn_into::<EventTarget>() else { return Vec::new() };
    let listener = |name: &&'static str| {
        let heard = Rc::clone(heard);
        EventListener::new(&target, *name, move |_| heard())
    };
    events.iter().map(listener).collect()
}
