//! Work in the background that ends the moment its owner lets go of it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use futures::future::{FutureExt, LocalBoxFuture, join_all};
use wasm_bindgen_futures::spawn_local;

use crate::error::Result;

/// Work of which each piece says whether it did something, all pieces side by side. Boxed, so that the machinery is
/// compiled once.
pub(super) async fn joined(work: Vec<LocalBoxFuture<'_, Result<bool>>>) -> Vec<Result<bool>> {
    join_all(work).await
}

/// Work in the background. Dropped, it ends at once: what it holds is dropped before this returns, unless the work itself
/// drops it, which then takes effect when the work next waits.
pub(super) struct Task(Rc<Slot>);

struct Slot {
    work: RefCell<Option<LocalBoxFuture<'static, ()>>>,
    cancelled: Cell<bool>,
}

impl Task {
    /// Begins.
    pub fn spawn(work: impl Future<Output = ()> + 'static) -> Task {
        let slot = Rc::new(Slot { work: RefCell::new(Some(work.boxed_local())), cancelled: Cell::new(false) });
        let running = Rc::clone(&slot);
        spawn_local(poll_fn(move |context| {
            // Taken out while it runs, so that it may drop its own task.
            let work = running.work.borrow_mut().take();
            let Some(mut work) = work else { return Poll::Ready(()) };
            if work.poll_unpin(context).is_ready() || running.cancelled.get() {
                return Poll::Ready(());
            }
            *running.work.borrow_mut() = Some(work);
            Poll::Pending
        }));
        Task(slot)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.cancelled.set(true);
        // Dropped after the borrow.
        let _work = self.0.work.borrow_mut().take();
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").finish_non_exhaustive()
    }
}
