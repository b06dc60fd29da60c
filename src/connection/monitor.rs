//! The monitor: does what the machine decides. Every listener, timer and request has its owner here.

use std::cell::RefCell;
use std::future::Future;
use std::rc::{Rc, Weak};
use std::time::Duration;

use wasm_bindgen::JsValue;

use super::emitter::{Emitter, ListenerId};
use super::listeners::{self, Heard, Listeners};
use super::machine::{Attempt, Event, Input, Machine, Refusal, Status};
use super::options::ConnectionOptions;
use super::probe::Probe;
use super::timers::{Timer, Timers};
use super::urls;
use super::waiters::Waiters;
use crate::backoff::millis;
use crate::error::{ErrorKind, Result};

/// Watches the network and the server. A cheap handle: clones share one monitor.
///
/// Nothing is watched before [`start`](ConnectionMonitor::start). After [`stop`](ConnectionMonitor::stop), or when the
/// last handle is dropped, no listener, no timer and no request is left, and nothing is called any more.
#[derive(Debug, Clone)]
pub struct ConnectionMonitor(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    options: ConnectionOptions,
    /// Absolute.
    urls: Rc<[String]>,
    nonce: Option<Rc<str>>,
    machine: RefCell<Machine>,
    timers: Timers,
    listeners: RefCell<Option<Listeners>>,
    probe: RefCell<Option<Probe>>,
    waiters: Waiters,
    events: Emitter<Event, Status>,
}

impl ConnectionMonitor {
    /// A monitor that does nothing yet.
    ///
    /// # Errors
    /// `InvalidArgument` when there is no URL to ask or one is malformed, or when a duration is zero or too long for a
    /// timer.
    pub fn new(options: ConnectionOptions) -> Result<ConnectionMonitor> {
        options.check()?;
        let now = (options.clock)();
        let online = listeners::browser_online();
        let machine = Machine::new(options.urls.len(), options.timing, options.quality, now, online);
        Ok(ConnectionMonitor(Rc::new(Inner {
            urls: urls::resolve(&options.urls)?.into(),
            nonce: options.nonce.as_deref().map(Rc::from),
            options,
            machine: RefCell::new(machine),
            timers: Timers::default(),
            listeners: RefCell::default(),
            probe: RefCell::default(),
            waiters: Waiters::default(),
            events: Emitter::default(),
        })))
    }

    /// Watches from now on; does nothing when it does already.
    pub fn start(&self) {
        let inner = &self.0;
        if inner.listeners.borrow().is_some() {
            return;
        }
        let weak = Rc::downgrade(inner);
        let heard = move |heard| {
            if let Some(inner) = weak.upgrade() {
                inner.hear(heard);
            }
        };
        inner.listeners.replace(Some(Listeners::new(heard)));
        inner.step(Input::Start { online: listeners::browser_online(), network: listeners::network() });
    }

    /// Stops watching: removes every listener and timer and aborts the probe in flight; nothing is called afterwards.
    /// Whoever waits for a check gets false, whoever waits for the connection gets `Aborted`.
    pub fn stop(&self) {
        let inner = &self.0;
        // Dropped after the borrow.
        let _removed = inner.listeners.take();
        inner.events.hush();
        inner.step(Input::Stop);
        inner.timers.clear_all();
        inner.waiters.stop();
    }

    /// Whether it watches.
    pub fn is_running(&self) -> bool {
        self.0.listeners.borrow().is_some()
    }

    /// What is known now.
    pub fn status(&self) -> Status {
        self.0.machine.borrow().status()
    }

    /// What [`ProbeReport::url`](super::ProbeReport::url) is a position in: the URLs of the options, absolute.
    pub fn urls(&self) -> Rc<[String]> {
        Rc::clone(&self.0.urls)
    }

    /// How many timeouts are running. 0 after `stop()`.
    pub fn pending_timers(&self) -> usize {
        self.0.timers.len()
    }

    /// Asks the server now, together with a probe that is in flight; whether it is reachable. A first failure is checked
    /// again before it is believed. Ends a forced state.
    pub fn check_server(&self) -> impl Future<Output = bool> + 'static {
        self.ask(Input::Check { debounced: false })
    }

    /// Asks the browser, and the server unless there is no network.
    pub fn check(&self) -> impl Future<Output = bool> + 'static {
        let (online, known) = (listeners::browser_online(), self.status().online);
        if online != known {
            self.0.step(Input::Online(online));
        }
        let asked = online.then(|| self.check_server());
        async move {
            match asked {
                Some(asked) => asked.await,
                None => false,
            }
        }
    }

    /// As [`check_server`](ConnectionMonitor::check_server); calls within two seconds share one probe, the latest of
    /// them is answered by a probe that began after it.
    pub fn check_now(&self) -> impl Future<Output = bool> + 'static {
        self.ask(Input::Check { debounced: true })
    }

    fn ask(&self, input: Input) -> impl Future<Output = bool> + 'static {
        let answer = self.0.waiters.for_check();
        self.0.step(input);
        async move { answer.await.unwrap_or(false) }
    }

    /// Waits until the server is reachable, asking it once at once, unless a forced state or a pause that the server has
    /// asked for forbids it; a monitor that runs goes on asking.
    ///
    /// # Errors
    /// `Timeout` after `limit`; `Aborted` when the monitor is stopped or dropped.
    pub fn wait_for_connection(&self, limit: Duration) -> impl Future<Output = Result<()>> + 'static {
        let inner = &self.0;
        let (timer, connected) = inner.waiters.for_connection();
        let weak = Rc::downgrade(inner);
        inner.timers.set(timer, millis(limit), move || {
            if let Some(inner) = weak.upgrade() {
                inner.timers.clear(timer);
                inner.waiters.timed_out(timer, limit);
            }
        });
        if self.status().server_reachable {
            inner.release();
        } else {
            inner.step(Input::Waiting);
        }
        async move { connected.await.unwrap_or(Err(ErrorKind::Aborted.into())) }
    }

    /// The server counts as reachable for five seconds, then it is asked.
    pub fn force_online(&self) {
        self.0.step(Input::ForceOnline);
    }

    /// The server counts as unreachable and is not asked, until `force_online()`, `stop()` or a check that somebody
    /// asks for.
    pub fn force_offline(&self) {
        self.0.step(Input::ForceOffline);
    }

    /// Whoever sends data says whether the server takes it and, when it does not, for how long that holds, if it is
    /// known: at most an hour.
    pub fn set_accepting(&self, refusal: Option<Refusal>, pause: Option<Duration>) {
        self.0.step(Input::Accepting { refusal, pause_ms: pause.map(millis) });
    }

    /// Calls `listener` at each such event until it is removed with [`off`](ConnectionMonitor::off).
    pub fn on(&self, event: Event, listener: impl Fn(&Status) + 'static) -> ListenerId {
        self.0.events.on(event, false, JsValue::UNDEFINED, listener)
    }

    /// Calls `listener` at the next such event.
    pub fn once(&self, event: Event, listener: impl Fn(&Status) + 'static) -> ListenerId {
        self.0.events.on(event, true, JsValue::UNDEFINED, listener)
    }

    /// Removes a listener; nothing happens when it is gone already.
    pub fn off(&self, listener: ListenerId) {
        self.0.events.remove(listener);
    }

    /// As `on` and `once`, for a function of JavaScript's that is removed by naming it again.
    pub(crate) fn on_function(
        &self,
        event: Event,
        once: bool,
        function: JsValue,
        call: impl Fn(&Status) + 'static,
    ) -> ListenerId {
        self.0.events.on(event, once, function, call)
    }

    /// Removes listeners, and keeps nothing alive.
    pub(crate) fn unsubscriber(&self) -> impl Fn(u32) + 'static {
        let weak = Rc::downgrade(&self.0);
        move |listener| {
            if let Some(inner) = weak.upgrade() {
                inner.events.remove(ListenerId(listener));
            }
        }
    }

    pub(crate) fn off_function(&self, event: Event, function: &JsValue) {
        self.0.events.remove_function(event, function);
    }
}

impl Inner {
    fn hear(self: &Rc<Self>, heard: Heard) {
        self.step(match heard {
            Heard::Online(online) => Input::Online(online),
            Heard::Network => Input::Network(listeners::network()),
            Heard::Awake => Input::Wake,
        });
    }

    /// Lets the machine decide, and does what it says. Listeners come last, when nothing is borrowed: they may call
    /// every method.
    fn step(self: &Rc<Self>, input: Input) {
        let now = (self.options.clock)();
        let (effects, status) = {
            let mut machine = self.machine.borrow_mut();
            (machine.step(now, input, &*self.options.random), machine.status())
        };
        if effects.abort {
            // Dropped after the borrow.
            let _aborted = self.probe.take();
        }
        if let Some(attempt) = effects.probe {
            self.send(attempt);
        }
        match effects.wake_at {
            Some(at) => {
                let weak = Rc::downgrade(self);
                self.timers.set(Timer::Wake, at - now, move || Inner::wake(&weak));
            }
            None => self.timers.clear(Timer::Wake),
        }
        if let Some(reachable) = effects.decided {
            self.waiters.decided(reachable);
        }
        if status.server_reachable {
            self.release();
        }
        self.events.send(&effects.events, status);
    }

    fn wake(weak: &Weak<Inner>) {
        if let Some(inner) = weak.upgrade() {
            inner.timers.clear(Timer::Wake);
            inner.step(Input::Wake);
        }
    }

    fn send(self: &Rc<Self>, Attempt { id, url }: Attempt) {
        let weak = Rc::downgrade(self);
        let done = move |outcome| {
            if let Some(inner) = weak.upgrade() {
                inner.step(Input::Answer { id, outcome });
            }
        };
        let Some(url) = self.urls.get(url) else { return };
        // Where the browser has no fetch, the timeout of the probe says so.
        if let Ok(probe) = Probe::send(url, self.nonce.clone(), done) {
            // The one before has ended; dropping it aborts nothing any more.
            drop(self.probe.replace(Some(probe)));
        }
    }

    /// The server is reachable: nobody needs to wait for it.
    fn release(&self) {
        for timer in self.waiters.connected() {
            self.timers.clear(timer);
        }
    }
}
