//! The worker that holds the copies (`worker/`): the only place that knows its messages. A file with a sync access handle is
//! to be had in a dedicated worker alone, and so no copy costs the page time.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot::{self, Sender};
use futures::future::{Either, LocalBoxFuture, select};
use gloo_timers::future::sleep;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker};

use crate::error::{Error, Result};

/// The worker's script, which `build.rs` puts together; in the module itself, for it starts where nothing can be loaded.
const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/journal_worker.js"));

/// How long a step of the worker may take before a sale goes on without it.
const PATIENCE: Duration = Duration::from_secs(4);

/// A running worker. It ends when this is dropped, behind what it was asked before.
#[derive(Debug)]
pub(super) struct Copier {
    worker: Worker,
    calls: Rc<Calls>,
    script: RefCell<Option<String>>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _error: Closure<dyn FnMut()>,
}

/// Who waits for which answer.
#[derive(Debug, Default)]
struct Calls {
    last: Cell<u32>,
    waiting: RefCell<Vec<(u32, Sender<Result<JsValue>>)>>,
    is_dead: Cell<bool>,
}

impl Copier {
    /// Starts the worker; `told` hears of what it says unasked.
    ///
    /// # Errors
    /// When this context cannot have a worker, or the page's policy forbids one from a blob.
    pub fn start(told: impl Fn(JsValue) + 'static) -> Result<Copier> {
        let options = BlobPropertyBag::new();
        options.set_type("text/javascript");
        let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&SCRIPT.into()), &options)?;
        let script = Url::create_object_url_with_blob(&blob)?;
        let worker = Worker::new(&script)?;
        let calls = Rc::new(Calls::default());
        let message = {
            let calls = Rc::clone(&calls);
            Closure::new(move |event: MessageEvent| {
                if let Some(unasked) = calls.answer(event.data().unchecked_into()) {
                    told(unasked);
                }
            })
        };
        let error = {
            let calls = Rc::clone(&calls);
            Closure::new(move || calls.die())
        };
        worker.set_onmessage(Some(message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(error.as_ref().unchecked_ref()));
        Ok(Copier { worker, calls, script: RefCell::new(Some(script)), _message: message, _error: error })
    }

    /// Has the worker do something; the message is on its way when this returns. Fails when there is no answer in time.
    pub fn call(&self, command: &str, given: &JsValue) -> LocalBoxFuture<'static, Result<JsValue>> {
        self.call_within(command, given, false)
    }

    /// As [`Copier::call`], for what takes as long as it takes.
    pub fn call_patiently(&self, command: &str, given: &JsValue) -> LocalBoxFuture<'static, Result<JsValue>> {
        self.call_within(command, given, true)
    }

    fn call_within(
        &self,
        command: &str,
        given: &JsValue,
        is_patient: bool,
    ) -> LocalBoxFuture<'static, Result<JsValue>> {
        let (id, answer) = self.calls.next();
        let posted = self.worker.post_message(&Array::of3(&id.into(), &command.into(), given));
        Box::pin(async move {
            posted?;
            let answered = if is_patient {
                answer.await
            } else {
                match select(answer, sleep(PATIENCE)).await {
                    Either::Left((answered, _)) => answered,
                    Either::Right(_) => return Err(Error::other("TimeoutError", "the worker does not answer")),
                }
            };
            answered.unwrap_or_else(|_| Err(Error::other("InvalidStateError", "the worker has ended")))
        })
    }

    /// The script is loaded.
    pub fn has_started(&self) {
        if let Some(script) = self.script.take() {
            // Fails only for what is no URL.
            let _ = Url::revoke_object_url(&script);
        }
    }

    /// It has failed, or does not answer: never asked again, and ended at once.
    pub fn give_up(&self) {
        self.calls.die();
    }

    /// Whether it still answers, as far as is known.
    pub fn is_alive(&self) -> bool {
        !self.calls.is_dead.get()
    }
}

impl Drop for Copier {
    fn drop(&mut self) {
        self.has_started();
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        if self.calls.is_dead.get() {
            self.worker.terminate();
        } else {
            // It lets go of its files at once, so that the next one finds them free.
            let _ = self.worker.post_message(&Array::of2(&0.into(), &"finish".into()));
        }
        self.calls.die();
    }
}

impl Calls {
    fn next(&self) -> (u32, oneshot::Receiver<Result<JsValue>>) {
        let (sender, receiver) = oneshot::channel();
        let id = self.last.get().wrapping_add(1).max(1);
        self.last.set(id);
        if !self.is_dead.get() {
            self.waiting.borrow_mut().push((id, sender));
        }
        (id, receiver)
    }

    /// Gives an answer to who waits for it; or gives it back when nobody has asked.
    fn answer(&self, message: Array) -> Option<JsValue> {
        let id = message.get(0).as_f64().unwrap_or(0.0) as u32;
        if id == 0 {
            return Some(message.get(1));
        }
        let place = self.waiting.borrow().iter().position(|(waiting, _)| *waiting == id)?;
        let (_, sender) = self.waiting.borrow_mut().swap_remove(place);
        let result = match message.get(2).as_string() {
            Some(text) => Err(Error::other("Error", &text)),
            None => Ok(message.get(1)),
        };
        // Nobody waits any longer: too late.
        let _ = sender.send(result);
        None
    }

    fn die(&self) {
        self.is_dead.set(true);
        self.waiting.borrow_mut().clear();
    }
}
