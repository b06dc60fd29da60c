//! Who is told what: listeners by event, called outside every borrow.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use wasm_bindgen::JsValue;

/// Names a listener, to remove it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenerId(pub(crate) u32);

/// Calls a listener with what happened.
type Call<M> = Rc<dyn Fn(&M)>;

struct Listener<E, M> {
    id: ListenerId,
    event: E,
    once: bool,
    /// The function of a JavaScript caller, who removes it by naming it again.
    function: JsValue,
    call: Call<M>,
}

/// Listeners for events `E`, each called with a message `M`.
///
/// A listener may add and remove listeners, and send: one that is added while an event is delivered hears the next one,
/// one that is removed hears nothing more, and no other is skipped. Events arrive in the order in which they were sent.
pub(super) struct Emitter<E, M> {
    listeners: RefCell<Vec<Listener<E, M>>>,
    queue: RefCell<VecDeque<(E, M)>>,
    delivering: Cell<bool>,
    last_id: Cell<u32>,
}

impl<E, M> Default for Emitter<E, M> {
    fn default() -> Self {
        let (listeners, queue) = (RefCell::default(), RefCell::default());
        Emitter { listeners, queue, delivering: Cell::new(false), last_id: Cell::new(0) }
    }
}

impl<E: Copy + PartialEq, M: Copy> Emitter<E, M> {
    pub fn on(&self, event: E, once: bool, function: JsValue, call: impl Fn(&M) + 'static) -> ListenerId {
        let id = ListenerId(self.last_id.get().wrapping_add(1));
        self.last_id.set(id.0);
        self.listeners.borrow_mut().push(Listener { id, event, once, function, call: Rc::new(call) });
        id
    }

    pub fn remove(&self, id: ListenerId) {
        // Dropped after the borrow: dropping a caller's closure may run the caller's code.
        let _removed = self.take(|listener| listener.id == id);
    }

    /// Removes the listener that calls this function, the one added last when there are several.
    pub fn remove_function(&self, event: E, function: &JsValue) {
        let _removed = self.take(|listener| listener.event == event && listener.function == *function);
    }

    /// Calls the listeners of each event with `message`, after those of the events sent before.
    pub fn send(&self, events: &[E], message: M) {
        self.queue.borrow_mut().extend(events.iter().map(|event| (*event, message)));
        if self.delivering.replace(true) {
            return; // The delivery in progress goes on with them.
        }
        while let Some((event, message)) = self.next() {
            let waiting: Vec<_> = {
                let listeners = self.listeners.borrow();
                listeners.iter().filter(|listener| listener.event == event).map(|listener| listener.id).collect()
            };
            for id in waiting {
                if let Some(call) = self.call_of(id) {
                    call(&message);
                }
                if !self.delivering.get() {
                    return; // Hushed by the listener.
                }
            }
        }
        self.delivering.set(false);
    }

    /// Forgets every event that has not been delivered, also to the rest of the listeners of the one under way.
    pub fn hush(&self) {
        self.queue.borrow_mut().clear();
        self.delivering.set(false);
    }

    fn next(&self) -> Option<(E, M)> {
        self.queue.borrow_mut().pop_front()
    }

    /// The listener's function, unless it was removed meanwhile; one that hears only once is removed.
    fn call_of(&self, id: ListenerId) -> Option<Call<M>> {
        let (once, call) = {
            let listeners = self.listeners.borrow();
            let listener = listeners.iter().find(|listener| listener.id == id)?;
            (listener.once, Rc::clone(&listener.call))
        };
        if once {
            self.remove(id);
        }
        Some(call)
    }

    fn take(&self, is_it: impl Fn(&Listener<E, M>) -> bool) -> Option<Listener<E, M>> {
        let mut listeners = self.listeners.borrow_mut();
        let position = listeners.iter().rposition(is_it)?;
        Some(listeners.remove(position))
    }
}

impl<E, M> fmt::Debug for Emitter<E, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitter").field("listeners", &self.listeners.borrow().len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Log = Rc<RefCell<Vec<(&'static str, u32)>>>;

    fn emitter() -> (Rc<Emitter<char, u32>>, Log) {
        (Rc::default(), Log::default())
    }

    fn logs(log: &Log, name: &'static str) -> impl Fn(&u32) + 'static {
        let log = Rc::clone(log);
        move |message| log.borrow_mut().push((name, *message))
    }

    fn on(emitter: &Emitter<char, u32>, call: impl Fn(&u32) + 'static) -> ListenerId {
        emitter.on('a', false, JsValue::UNDEFINED, call)
    }

    #[test]
    fn a_listener_that_removes_itself_or_another_makes_none_be_skipped() {
        let (emitter, log) = emitter();
        let ids: Rc<RefCell<Vec<ListenerId>>> = Rc::default();
        let (weak, remove, note) = (Rc::downgrade(&emitter), Rc::clone(&ids), logs(&log, "first"));
        let first = on(&emitter, move |message| {
            note(message);
            for id in remove.borrow().iter() {
                weak.upgrade().unwrap().remove(*id);
            }
        });
        let second = on(&emitter, logs(&log, "second"));
        let third = on(&emitter, logs(&log, "third"));
        on(&emitter, logs(&log, "fourth"));
        ids.borrow_mut().extend([first, third]);
        emitter.send(&['a'], 1);
        emitter.send(&['a', 'b'], 2);
        assert_eq!(*log.borrow(), [("first", 1), ("second", 1), ("fourth", 1), ("second", 2), ("fourth", 2)]);
        emitter.remove(second);
        emitter.remove(second);
        assert_eq!(emitter.listeners.borrow().len(), 1);
    }

    #[test]
    fn a_listener_added_during_an_event_hears_the_next_one() {
        let (emitter, log) = emitter();
        let (weak, inner) = (Rc::downgrade(&emitter), Rc::clone(&log));
        emitter.on('a', true, JsValue::UNDEFINED, move |_| {
            on(&weak.upgrade().unwrap(), logs(&inner, "added"));
        });
        emitter.send(&['a'], 1);
        assert!(log.borrow().is_empty());
        emitter.send(&['a'], 2);
        assert_eq!(*log.borrow(), [("added", 2)]);
    }

    #[test]
    fn what_a_listener_sends_comes_after_what_is_being_delivered() {
        let (emitter, log) = emitter();
        let weak = Rc::downgrade(&emitter);
        emitter.on('a', true, JsValue::UNDEFINED, move |_| weak.upgrade().unwrap().send(&['a'], 2));
        on(&emitter, logs(&log, "last"));
        emitter.send(&['a'], 1);
        assert_eq!(*log.borrow(), [("last", 1), ("last", 2)]);
    }

    #[test]
    fn nothing_is_delivered_after_hush_and_everything_again_later() {
        let (emitter, log) = emitter();
        let weak = Rc::downgrade(&emitter);
        emitter.on('a', true, JsValue::UNDEFINED, move |_| weak.upgrade().unwrap().hush());
        on(&emitter, logs(&log, "last"));
        emitter.send(&['a', 'a'], 1);
        assert!(log.borrow().is_empty());
        emitter.send(&['a'], 2);
        assert_eq!(*log.borrow(), [("last", 2)]);
    }
}
