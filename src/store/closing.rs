//! The end of something, such as a handle, which any number of operations wait for. (Another `Shared` would be three
//! times as large.)

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::{Rc, Weak};

use super::request::Signal;

/// Happens once.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    happened: Cell<bool>,
    /// Who waits; whoever has given up is forgotten when the next one comes.
    waiting: RefCell<Vec<Weak<Signal>>>,
}

impl Closing {
    /// Tells everyone who waits, and everyone who will.
    pub fn happen(&self) {
        self.happened.set(true);
        for signal in self.waiting.take().iter().filter_map(Weak::upgrade) {
            signal.happen();
        }
    }

    /// Resolves when it has happened.
    pub fn wait(&self) -> impl Future<Output = ()> + Unpin + use<> {
        let signal = Rc::new(Signal::default());
        if self.happened.get() {
            signal.happen();
        } else {
            let mut waiting = self.waiting.borrow_mut();
            waiting.retain(|signal| signal.strong_count() > 0);
            waiting.push(Rc::downgrade(&signal));
        }
        poll_fn(move |context| signal.poll(context))
    }
}
