//! What happens by itself: who sends when, who is told, and everything that has to be cleaned up.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use futures::channel::oneshot;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsValue;

use super::host::Host;
use super::link::{Link, Signal};
use super::news::{News, Progress};
use super::options::SyncOptions;
use super::outbox::{Item, Outbox};
use super::policy::HoldReason;
use super::state::{State, Summary};
use super::task::{Bell, Task};
use super::transport::Transport;
use crate::backoff::millis;
use crate::channel::Channel;
use crate::clock;
use crate::error::{Error, ErrorKind, Result};
use crate::global::{global, listen};
use crate::offline_db::{OfflineDb, Operation, new_uuid};

/// Another tab has queued something; should that tab be gone by then, this one sends it.
const AFTER_ANOTHER_TAB_MS: f64 = 2_000.0;

pub(super) struct Inner {
    pub db: OfflineDb,
    pub outbox: Outbox,
    pub link: Rc<dyn Link>,
    pub transport: Rc<dyn Transport>,
    pub host: Host,
    pub options: SyncOptions,
    /// Of the lock and the channel: one for each database.
    pub name: String,
    pub state: RefCell<State>,
    /// Whether the server has been asked for the highest number of the sequence, or need not be.
    pub knows_highest: Cell<bool>,
    /// Something was queued since the outbox was last looked at.
    pub again: Cell<bool>,
    /// What was not sent since this time is sent, whatever its next attempt.
    pub eager_since: Cell<Option<f64>>,
    /// Wakes the senders who have nothing to do.
    pub bell: Bell,
    /// How many senders have something to do, and whether one of them finds out how the server is.
    pub busy: Cell<usize>,
    pub probing: Cell<bool>,
    running: RefCell<Option<Running>>,
    /// Whether this manager has started the link.
    started_link: Cell<bool>,
    draining: RefCell<Option<Task>>,
    round: RefCell<Option<Task>>,
    refreshing: RefCell<Option<Task>>,
    wake: RefCell<Option<Timeout>>,
    pub drained: Waiting,
    pub rounded: Waiting,
}

/// Callers who wait for the end of something.
#[derive(Default)]
pub(super) struct Waiting(RefCell<Vec<oneshot::Sender<Result<Summary>>>>);

impl Waiting {
    /// What it comes to, or `Aborted` when it ends before its time.
    pub fn wait(&self) -> Operation<Summary> {
        let (tell, told) = oneshot::channel();
        self.0.borrow_mut().push(tell);
        Box::pin(async move { told.await.unwrap_or(Err(ErrorKind::Aborted.into())) })
    }

    fn answer(&self, result: &Result<Summary>) {
        for waiter in self.0.take() {
            // Whoever does not listen any more does not mind.
            let _ = waiter.send(result.clone());
        }
    }

    fn give_up(&self) {
        // Dropped after the borrow.
        let _waiters = self.0.take();
    }
}

/// What exists between start and stop.
struct Running {
    _signals: Box<dyn Any>,
    _listeners: Vec<EventListener>,
    channel: Option<Channel>,
}

impl Inner {
    pub(super) fn new(
        db: OfflineDb,
        link: Rc<dyn Link>,
        transport: Rc<dyn Transport>,
        host: Host,
        options: SyncOptions,
    ) -> Rc<Inner> {
        Rc::new(Inner {
            name: format!("pos-offline:outbox:{}", db.database().name()),
            outbox: Outbox::new(db.clone(), new_uuid(), options.lease_ms()),
            db,
            link,
            transport,
            host,
            options,
            state: RefCell::default(),
            knows_highest: Cell::default(),
            again: Cell::default(),
            eager_since: Cell::default(),
            bell: Bell::default(),
            busy: Cell::default(),
            probing: Cell::default(),
            running: RefCell::default(),
            started_link: Cell::default(),
            draining: RefCell::default(),
            round: RefCell::default(),
            refreshing: RefCell::default(),
            wake: RefCell::default(),
            drained: Waiting::default(),
            rounded: Waiting::default(),
        })
    }

    pub(super) fn is_syncing(&self) -> bool {
        self.draining.borrow().is_some() || self.round.borrow().is_some()
    }

    pub(super) fn stop_link(&self) {
        if self.started_link.take() {
            self.link.stop();
        }
    }

    pub(super) fn run(self: &Rc<Self>) {
        if self.running.borrow().is_some() {
            return;
        }
        let heard = self.weakly(|inner, signal| inner.signalled(signal));
        let signals = self.link.listen(Box::new(heard));
        let awake: Rc<dyn Fn()> = {
            let awake = self.weakly(|inner, ()| inner.awake());
            Rc::new(move || awake(()))
        };
        let mut listeners = listen(js_sys::global().into(), &["pageshow", "online", "focus"], &awake);
        listeners.extend(listen(global("document"), &["visibilitychange", "resume"], &awake));
        let channel = Channel::open(&self.name, self.weakly(|inner, message| inner.told(message)));
        *self.running.borrow_mut() = Some(Running { _signals: signals, _listeners: listeners, channel });
        if self.link.start() {
            self.started_link.set(true);
        }
    }

    pub(super) fn stop(&self) {
        // Each dropped after its borrow.
        let _running = self.running.take();
        let _wake = self.wake.take();
        let _draining = self.draining.take();
        let _round = self.round.take();
        let _refreshing = self.refreshing.take();
        self.drained.give_up();
        self.rounded.give_up();
        self.again.set(false);
        let mut state = self.state.borrow_mut();
        (state.next_round, state.next_due) = (None, None);
    }

    /// A function that does nothing when the manager is gone.
    fn weakly<T: 'static>(self: &Rc<Self>, act: impl Fn(&Rc<Inner>, T) + 'static) -> impl Fn(T) + 'static {
        let weak = Rc::downgrade(self);
        move |value| {
            if let Some(inner) = weak.upgrade() {
                act(&inner, value);
            }
        }
    }

    fn signalled(self: &Rc<Self>, signal: Signal) {
        match signal {
            Signal::Unreachable => return,
            Signal::Reachable => {
                self.state.borrow_mut().lift(|reason| matches!(reason, HoldReason::Network | HoldReason::Failing));
            }
            Signal::Accepting => self.state.borrow_mut().lift(|_| true),
        }
        let last_round = self.state.borrow().last_round;
        if last_round.is_none_or(|at| clock::now_ms() - at > millis(self.options.interval)) {
            self.want_round();
        } else {
            self.kick(true);
        }
    }

    /// The page may have slept: timers are late.
    fn awake(self: &Rc<Self>) {
        let now = clock::now_ms();
        let is_past = |at: Option<f64>| at.is_some_and(|at| at <= now);
        let (round, due) = {
            let state = self.state.borrow();
            (is_past(state.next_round), is_past(state.next_due))
        };
        if round {
            self.want_round();
        } else if due {
            self.kick(false);
        }
    }

    /// Another tab has done something with the outbox.
    fn told(self: &Rc<Self>, message: JsValue) {
        match News::read(&message) {
            News::Queued(uuid) => {
                let at = clock::now_ms() + AFTER_ANOTHER_TAB_MS;
                {
                    let mut state = self.state.borrow_mut();
                    state.next_due = Some(state.next_due.map_or(at, |due| due.min(at)));
                    state.survey.add(uuid);
                }
                self.schedule();
            }
            News::Synced(progress) => {
                self.state.borrow_mut().survey.remove(&progress.uuid);
                self.host.progress(&progress);
            }
            News::Changed => self.refresh(),
        }
    }

    /// Looks at the outbox, unless something is under way that will.
    fn refresh(self: &Rc<Self>) {
        if self.draining.borrow().is_some() || self.refreshing.borrow().is_some() {
            return;
        }
        let inner = Rc::clone(self);
        let task = Task::spawn(Box::pin(async move {
            if let Err(error) = inner.survey().await {
                inner.report(&error);
            }
            drop(inner.refreshing.take());
        }));
        *self.refreshing.borrow_mut() = Some(task);
    }

    /// Tells the other tabs.
    pub(super) fn say(&self, news: &News) {
        if let Some(channel) = self.running.borrow().as_ref().and_then(|running| running.channel.as_ref()) {
            channel.say(&news.to_js());
        }
    }

    /// Sends if there is a connection and this manager runs.
    pub(super) fn kick(self: &Rc<Self>, eager: bool) {
        if self.running.borrow().is_some() && self.link.is_reachable() {
            self.want_drain(eager);
        }
    }

    /// Sends what waits, also what waits for its next attempt when `eager`; joins what is under way.
    pub(super) fn send(self: &Rc<Self>, eager: bool) -> Operation<Summary> {
        let told = self.drained.wait();
        self.want_drain(eager);
        told
    }

    pub(super) fn want_drain(self: &Rc<Self>, eager: bool) {
        if eager {
            self.eager_since.set(Some(clock::now_ms()));
        }
        self.again.set(true);
        if self.draining.borrow().is_some() {
            return self.bell.ring();
        }
        self.state.borrow_mut().summary = Summary::default();
        let inner = Rc::clone(self);
        let drain = async move { inner.drain().await };
        self.begin(
            |inner| &inner.draining,
            Box::pin(drain),
            |inner, result| {
                inner.schedule();
                inner.drained.answer(&result);
            },
        );
    }

    pub(super) fn want_round(self: &Rc<Self>) {
        if self.round.borrow().is_some() {
            return;
        }
        let inner = Rc::clone(self);
        let round = async move { Ok(inner.all_phases().await) };
        self.begin(
            |inner| &inner.round,
            Box::pin(round),
            |inner, result| {
                inner.plan_round();
                inner.rounded.answer(&result);
            },
        );
        self.plan_round();
    }

    /// Begins work that is found in `slot` until it is through; then `end` hears what it came to.
    fn begin(
        self: &Rc<Self>,
        slot: fn(&Inner) -> &RefCell<Option<Task>>,
        work: Operation<Summary>,
        end: fn(&Rc<Inner>, Result<Summary>),
    ) {
        let inner = Rc::clone(self);
        let task = Task::spawn(Box::pin(async move {
            let result = work.await;
            drop(slot(&inner).take());
            end(&inner, result);
        }));
        *slot(self).borrow_mut() = Some(task);
    }

    /// The next round begins an interval from now.
    fn plan_round(self: &Rc<Self>) {
        if self.running.borrow().is_some() {
            self.state.borrow_mut().next_round = Some(clock::now_ms() + millis(self.options.interval));
            self.schedule();
        }
    }

    /// Sets the one timer to what is due next.
    fn schedule(self: &Rc<Self>) {
        let state = self.state.borrow();
        // Without a connection, only its return makes anything due.
        let due = state.next_due.filter(|_| self.link.is_reachable() && self.draining.borrow().is_none());
        // A round plans the next one when it ends.
        let next_round = state.next_round.filter(|_| self.round.borrow().is_none());
        let next = match (due, next_round) {
            (Some(due), Some(round)) => Some(due.min(round)),
            (due, round) => due.or(round),
        };
        let next = next.filter(|_| self.running.borrow().is_some());
        let wake = next.map(|at| {
            let weak = Rc::downgrade(self);
            let ms = (at - clock::now_ms()).clamp(0.0, f64::from(i32::MAX)).ceil();
            Timeout::new(ms as u32, move || Inner::woken(&weak))
        });
        // The one before is dropped after the borrow.
        let _before = self.wake.replace(wake);
    }

    fn woken(weak: &Weak<Inner>) {
        let Some(inner) = weak.upgrade() else { return };
        drop(inner.wake.take());
        inner.awake();
        inner.schedule();
    }

    /// Counts anew what waits.
    pub(super) async fn survey(&self) -> Result<()> {
        let survey = self.outbox.survey().await?;
        self.state.borrow_mut().survey = survey;
        Ok(())
    }

    pub(super) fn progressed(&self, item: &Item) {
        let synced = self.state.borrow().summary.synced;
        let progress = Progress { synced, id: item.id(), uuid: item.uuid.clone(), kind: item.kind.clone() };
        self.state.borrow_mut().survey.remove(&progress.uuid);
        self.host.progress(&progress);
        self.say(&News::Synced(progress));
    }

    pub(super) fn refused(&self, item: &Item, message: &str) {
        self.state.borrow_mut().note_error(message.to_owned());
        self.host.rejected(&item.id(), &item.kind, message);
        self.say(&News::Changed);
    }

    /// Background work has no caller to fail to; being closed in the middle of it is no failure.
    pub(super) fn report(&self, error: &Error) {
        if !matches!(error.kind(), ErrorKind::Closed { .. }) {
            self.state.borrow_mut().note_error(error.to_string());
            web_sys::console::warn_2(&"pos-offline: sync:".into(), &error.to_js());
        }
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncManager").field("name", &self.name).finish_non_exhaustive()
    }
}
