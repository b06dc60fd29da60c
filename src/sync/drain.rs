//! Sending what waits: several requests at once, each of them claimed, sent and settled on its own, so that a slow or
//! refused item holds up nobody else.

use std::rc::Rc;

use futures::future::{Either, LocalBoxFuture, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::Array;

use super::engine::Inner;
use super::leader::lead;
use super::outbox::{Item, Settled};
use super::policy::{Fate, HoldReason, Kind, Outcome, Trial, Verdict};
use super::state::Summary;
use super::task::joined;
use super::transport::Reply;
use crate::backoff::millis;
use crate::clock;
use crate::error::{Error, Result};
use crate::offline_db::Operation;

/// A sender without work does not look more often than this.
const SHORTEST_WAIT_MS: f64 = 20.0;

impl Inner {
    /// Sends until nothing is due, the queue has to wait, or the server cannot be reached. What fails is kept in rows.
    ///
    /// # Errors
    /// Of the database.
    pub(super) async fn drain(self: &Rc<Self>) -> Result<Summary> {
        let _leadership = lead(&self.name, self.options.lease_ms() as u32).await;
        let mut result = Ok(());
        loop {
            self.again.set(false);
            if let Err(error) = self.go_on_after_highest().await {
                self.report(&error);
            }
            let passed = self.pass().await;
            let looked = self.survey().await;
            for outcome in [passed, looked] {
                if let Err(error) = outcome {
                    self.report(&error);
                    result = Err(error);
                }
            }
            // Nothing is awaited between this and the end of the task.
            if !self.again.get() || result.is_err() {
                self.eager_since.set(None);
                return result.map(|()| self.state.borrow().summary);
            }
        }
    }

    /// Asks the server for the highest number that it has from this till, once, when the till has lost something or has
    /// just begun; numbers of the sequence go on after it. A question that fails is asked again before the next pass.
    async fn go_on_after_highest(&self) -> Result<()> {
        if self.knows_highest.get() || !self.may_send() {
            return Ok(());
        }
        if !self.db.may_lack_numbers().await {
            self.knows_highest.set(true);
            return Ok(());
        }
        match self.in_time(self.transport.highest()).await {
            Ok(highest) => {
                if let Some(highest) = highest {
                    self.outbox.raise_sequence(highest).await?;
                }
                self.knows_highest.set(true);
                Ok(())
            }
            Err(outcome) => {
                Err(Error::other("NetworkError", &format!("asking for the highest number: {}", outcome.message)))
            }
        }
    }

    async fn pass(self: &Rc<Self>) -> Result<()> {
        self.state.borrow_mut().next_due = None;
        self.busy.set(0);
        self.probing.set(false);
        let mut work: Vec<LocalBoxFuture<'_, Result<()>>> = Vec::new();
        for _ in 0..self.options.parallel {
            work.push(Box::pin(self.work()));
        }
        let mut result = Ok(());
        for sender in joined(work).await {
            result = result.and(sender);
        }
        let mut state = self.state.borrow_mut();
        // Also one that has ended since the senders stopped for it.
        if let Some(hold) = state.hold {
            state.next_due = Some(hold.until);
        }
        result
    }

    /// A sender: takes what is due and sends it, and waits while there is nothing to take as long as another sender has
    /// something to do, for that may make more due.
    async fn work(self: &Rc<Self>) -> Result<()> {
        loop {
            // After a failure one request finds out how things are, before many do.
            let probes = self.state.borrow().failures > 0;
            if self.may_send() && !(probes && self.probing.get()) {
                self.again.set(false);
                self.probing.set(probes);
                // Whoever claims is busy: what it has claimed is on disk before it hears of it.
                self.busy.set(self.busy.get() + 1);
                let claim = self.outbox.claim(self.eager_since.get(), &|kind| self.transport.batch(kind)).await;
                let sent = match claim {
                    Ok(claim) if claim.items.is_empty() => {
                        self.state.borrow_mut().next_due = claim.next_due;
                        None
                    }
                    Ok(claim) => Some(self.deliver(claim.items).await),
                    Err(error) => Some(Err(error)),
                };
                self.busy.set(self.busy.get().saturating_sub(1));
                if probes {
                    self.probing.set(false);
                    self.bell.ring();
                }
                match sent {
                    Some(Ok(())) => continue,
                    Some(Err(error)) => {
                        self.bell.ring();
                        return Err(error);
                    }
                    None => {}
                }
            }
            if self.busy.get() == 0 && !self.probing.get() {
                self.bell.ring();
                return Ok(());
            }
            let has_rung = self.bell.wait(self.until_due()).await;
            // The last of those who claimed at the same time has found nothing either.
            if has_rung && self.busy.get() == 0 && !self.probing.get() && !self.again.get() {
                return Ok(());
            }
        }
    }

    /// Milliseconds until something is due or the queue need not wait any longer.
    fn until_due(&self) -> f64 {
        let (state, now) = (self.state.borrow(), clock::now_ms());
        let at = state.hold_at(now).map(|hold| hold.until).or(state.next_due).filter(|_| self.link.is_reachable());
        at.map_or(f64::INFINITY, |at| (at - now).max(SHORTEST_WAIT_MS))
    }

    fn may_send(&self) -> bool {
        self.link.is_reachable() && !self.state.borrow_mut().is_held(clock::now_ms())
    }

    /// Brings items to the server: asks first where an answer was lost, and halves a request that was refused as a whole
    /// until the bad one is alone.
    async fn deliver(self: &Rc<Self>, items: Vec<Item>) -> Result<()> {
        let mut requests = vec![items];
        let mut is_new = true;
        while let Some(items) = requests.pop() {
            if !self.may_send() {
                self.put_back(items).await?;
                continue;
            }
            let asks = items.iter().any(Item::asks_first);
            let mut items = if asks { self.ask_first(items).await? } else { items };
            // The lease of a claim covers one request and no more.
            if asks || !is_new {
                items = self.outbox.renew(items).await?;
            }
            is_new = false;
            if items.is_empty() {
                continue;
            }
            let items = Rc::new(items);
            let outcomes = match self.push(&items).await {
                Reply::All(outcome) if items.len() > 1 && outcome.kind.may_be_one_of_several() => {
                    let mut items = items.to_vec();
                    for item in &mut items {
                        item.trial.uncertain |= outcome.kind != Kind::Rejected;
                    }
                    let rest = items.split_off(items.len() / 2);
                    requests.push(rest);
                    requests.push(items);
                    continue;
                }
                Reply::All(outcome) => vec![outcome; items.len()],
                Reply::Each(outcomes) => outcomes,
            };
            self.finish(&items, outcomes).await?;
        }
        Ok(())
    }

    /// Settles what the server has of the items that it may have, and gives back those that have to be sent.
    async fn ask_first(self: &Rc<Self>, items: Vec<Item>) -> Result<Vec<Item>> {
        let (mut uncertain, mut unsent) = (Vec::new(), Vec::new());
        for item in items {
            if item.asks_first() { uncertain.push(item) } else { unsent.push(item) }
        }
        let (mut settled, mut outcomes, mut missing) = (Vec::new(), Vec::new(), Vec::new());
        match self.ask(&uncertain).await {
            Ok(known) => {
                for mut item in uncertain {
                    if known.as_ref().is_some_and(|known| item.is_among(known)) {
                        settled.push(item);
                        outcomes.push(Outcome::new(Kind::Duplicate, ""));
                    } else {
                        item.trial.uncertain &= known.is_none();
                        missing.push(item);
                    }
                }
            }
            Err(outcome) => {
                self.note_request(std::slice::from_ref(&outcome));
                outcomes = vec![outcome; uncertain.len()];
                settled = uncertain;
            }
        }
        if !settled.is_empty() {
            self.settle(settled, outcomes).await?;
        }
        // In their order.
        missing.append(&mut unsent);
        Ok(missing)
    }

    /// Which of these the server has; `None` when there is no way to ask, and sending again under the same uuid is what
    /// is left.
    async fn ask(&self, items: &[Item]) -> std::result::Result<Option<Array>, Outcome> {
        let kind = items.first().map(|item| item.kind.as_str()).unwrap_or_default();
        let uuids = Array::new();
        for item in items {
            uuids.push(&item.uuid.as_str().into());
        }
        match self.in_time(self.transport.known(kind, &uuids)).await {
            // A question without an answer is no verdict on the item.
            Err(outcome) if outcome.kind == Kind::Unknown => Err(Outcome { kind: Kind::ServerError, ..outcome }),
            // Whoever may not ask may still send.
            Err(outcome) if outcome.kind.is_refusal() => Ok(None),
            answer => answer,
        }
    }

    async fn push(&self, items: &Rc<Vec<Item>>) -> Reply {
        let begun = clock::tick();
        let limit = TimeoutFuture::new(millis(self.options.timeout) as u32);
        let reply = match select(self.transport.push(Rc::clone(items)), limit).await {
            Either::Left((reply, _)) => reply,
            Either::Right(_) => Reply::All(self.too_late()),
        };
        let metrics = &mut self.state.borrow_mut().metrics;
        metrics.push.note(clock::tick() - begun);
        metrics.requests += 1;
        metrics.pushed += items.len() as u32;
        reply
    }

    /// The answer to a question, or that there was none in time.
    pub(super) async fn in_time<T>(
        &self,
        question: LocalBoxFuture<'static, std::result::Result<T, Outcome>>,
    ) -> std::result::Result<T, Outcome> {
        match select(question, TimeoutFuture::new(millis(self.options.timeout) as u32)).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(self.too_late()),
        }
    }

    fn too_late(&self) -> Outcome {
        Outcome::new(
            Kind::Timeout,
            format!("the server did not answer within {} ms", self.options.timeout.as_millis() as u64),
        )
    }

    /// Draws the conclusions from the outcomes of a request.
    async fn finish(self: &Rc<Self>, items: &[Item], mut outcomes: Vec<Outcome>) -> Result<()> {
        self.note_request(&outcomes);
        // A refusal can mean that the server has it already.
        for (item, outcome) in items.iter().zip(&mut outcomes) {
            if outcome.kind == Kind::Rejected && item.is_known_by_uuid() {
                match self.ask(std::slice::from_ref(item)).await {
                    Ok(Some(known)) if item.is_among(&known) => *outcome = Outcome::new(Kind::Duplicate, ""),
                    Ok(_) => {}
                    Err(failed) => *outcome = failed,
                }
            }
        }
        self.settle(items.to_vec(), outcomes).await
    }

    /// What a request says of the server.
    fn note_request(&self, outcomes: &[Outcome]) {
        let is_sound = |outcome: &&Outcome| outcome.kind.is_done() || outcome.kind == Kind::Rejected;
        if outcomes.iter().any(|outcome| is_sound(&outcome)) {
            self.state.borrow_mut().note_success();
            return self.link.set_accepting(None, None);
        }
        // What could not be sent at all says nothing of the server.
        let Some(outcome) = outcomes.iter().find(|outcome| outcome.kind != Kind::Unsupported) else { return };
        let now = clock::now_ms();
        let hold = {
            let mut state = self.state.borrow_mut();
            state.failures += 1;
            let random = js_sys::Math::random();
            let hold = self.options.policy.hold(outcome.kind, outcome.retry_after_ms, state.failures, now, random);
            state.note_failure(outcome, hold);
            hold
        };
        if let Some(hold) = hold
            && matches!(hold.reason, HoldReason::RateLimited | HoldReason::Maintenance | HoldReason::SessionExpired)
        {
            let pause = outcome.retry_after_ms.map(|ms| std::time::Duration::from_millis(ms as u64));
            self.link.set_accepting(Some(hold.reason), pause);
        }
    }

    fn settle(self: &Rc<Self>, items: Vec<Item>, outcomes: Vec<Outcome>) -> Operation<()> {
        let inner = Rc::clone(self);
        Box::pin(async move {
            let now = clock::now_ms();
            let mut settled = Vec::new();
            for (item, outcome) in items.into_iter().zip(outcomes) {
                let verdict = inner.options.policy.verdict(outcome.kind, item.trial, now, js_sys::Math::random());
                settled.push(Settled { item, outcome, verdict });
            }
            let kept = inner.outbox.settle(&settled, inner.options.keep_synced).await?;
            for (Settled { item, outcome, verdict }, _) in settled.iter().zip(kept).filter(|(_, is_kept)| *is_kept) {
                inner.state.borrow_mut().count(outcome.kind, verdict.fate == Fate::DeadLetter, now);
                match verdict.fate {
                    Fate::Done => inner.progressed(item),
                    Fate::DeadLetter => inner.refused(item, &outcome.message),
                    Fate::Retry { .. } => {}
                }
            }
            Ok(())
        })
    }

    /// Items that were claimed and not sent wait as before.
    async fn put_back(&self, items: Vec<Item>) -> Result<()> {
        let outcome = self.state.borrow().failed.clone();
        let outcome = outcome.unwrap_or_else(|| Outcome::new(Kind::Network, "the server cannot be reached"));
        let fate = Fate::Retry { at: clock::now_ms() };
        let mut settled = Vec::new();
        for item in items {
            let trial = Trial { attempts: item.trial.attempts.saturating_sub(1), ..item.trial };
            settled.push(Settled { item, outcome: outcome.clone(), verdict: Verdict { fate, trial } });
        }
        self.outbox.settle(&settled, self.options.keep_synced).await.map(drop)
    }
}
