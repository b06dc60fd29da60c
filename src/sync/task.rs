//! Work in the background that ends the moment its owner lets go of it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use futures::future::{Either, FutureExt, LocalBoxFuture, select};
use gloo_timers::future::TimeoutFuture;

use crate::error::Result;
use crate::global::spawn;

/// Pieces of work side by side; what became of each, in their order. Whatever wakes one has all looked at that are not
/// through: they are few, or through already. (`join_all` does better, and would add 2 KB to the module.)
pub(super) async fn joined(mut work: Vec<LocalBoxFuture<'_, Result<()>>>) -> Vec<Result<()>> {
    let mut results: Vec<Option<Result<()>>> = work.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut waits = false;
        for (work, result) in work.iter_mut().zip(&mut results) {
            if result.is_none() {
                match work.poll_unpin(context) {
                    Poll::Ready(done) => *result = Some(done),
                    Poll::Pending => waits = true,
                }
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    results.into_iter().flatten().collect()
}

/// Wakes whoever waits for something to happen.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: Cell<u32>,
    waiting: RefCell<Vec<Waker>>,
}

impl Bell {
    pub fn ring(&self) {
        self.rung.set(self.rung.get().wrapping_add(1));
        for waker in self.waiting.take() {
            waker.wake();
        }
    }

    /// Waits for the next ring, at most so many milliseconds; whether it has rung.
    pub async fn wait(&self, limit_ms: f64) -> bool {
        let before = self.rung.get();
        let rung = poll_fn(|context| {
            if self.rung.get() != before {
                return Poll::Ready(());
            }
            self.waiting.borrow_mut().push(context.waker().clone());
            Poll::Pending
        });
        let limit = TimeoutFuture::new(limit_ms.clamp(0.0, f64::from(i32::MAX)).ceil() as u32);
        matches!(select(rung, limit).await, Either::Left(_))
    }
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
    pub fn spawn(work: LocalBoxFuture<'static, ()>) -> Task {
        let slot = Rc::new(Slot { work: RefCell::new(Some(work)), cancelled: Cell::new(false) });
        let own = Rc::clone(&slot);
        let running = poll_fn(move |context| {
            // Taken out while it runs, so that it may drop its own task.
            let work = own.work.borrow_mut().take();
            let Some(mut work) = work else { return Poll::Ready(()) };
            if work.poll_unpin(context).is_ready() || own.cancelled.get() {
                return Poll::Ready(());
            }
            *own.work.borrow_mut() = Some(work);
            Poll::Pending
        });
        spawn(Box::pin(running));
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
