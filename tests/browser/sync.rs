//! The sync manager as Rust programs use it: a transport and a link of their own.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures::future::{FutureExt, LocalBoxFuture};
use js_sys::{Array, Object, Reflect};
use pos_offline::sync::{
    Enqueue, HoldReason, Host, Item, Kind, Link, Outcome, Question, Reply, Signal, SyncManager, SyncOptions, Transport,
};
use pos_offline::{DatabaseOptions, OfflineDb};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::name;

/// A server in memory: it takes everything, and loses some of its answers.
#[derive(Default)]
struct Server {
    has: RefCell<Vec<String>>,
    asked: Cell<u32>,
    loses: Cell<u32>,
}

struct Wire(Rc<Server>);

impl Transport for Wire {
    fn batch(&self, kind: &str) -> usize {
        if kind == "order" { 2 } else { 0 }
    }

    fn push(&self, items: Rc<Vec<Item>>) -> LocalBoxFuture<'static, Reply> {
        let server = Rc::clone(&self.0);
        async move {
            if items[0].kind != "order" {
                return Reply::All(Outcome::new(Kind::Unsupported, "no such type"));
            }
            server.has.borrow_mut().extend(items.iter().map(|item| item.uuid.clone()));
            if server.loses.replace(server.loses.get().saturating_sub(1)) > 0 {
                return Reply::All(Outcome::new(Kind::Network, "the answer was lost"));
            }
            Reply::Each(items.iter().map(|_| Outcome::accepted()).collect())
        }
        .boxed_local()
    }

    fn known(&self, _kind: &str, uuids: &Array) -> Question {
        let (server, uuids) = (Rc::clone(&self.0), uuids.clone());
        async move {
            server.asked.set(server.asked.get() + 1);
            let has = |uuid: &JsValue| uuid.as_string().is_some_and(|uuid| server.has.borrow().contains(&uuid));
            Ok(Some(uuids.iter().filter(has).collect()))
        }
        .boxed_local()
    }

    fn orders(&self, _session: &JsValue) -> Question {
        async { Ok(None) }.boxed_local()
    }

    fn highest(&self) -> LocalBoxFuture<'static, Result<Option<f64>, Outcome>> {
        Box::pin(async { Ok(None) })
    }

    fn users(&self, _ids: &JsValue) -> Question {
        async { Ok(None) }.boxed_local()
    }
}

/// A connection that is always there.
struct Cable;

impl Link for Cable {
    fn is_reachable(&self) -> bool {
        true
    }
    fn start(&self) -> bool {
        true
    }
    fn stop(&self) {}
    fn listen(&self, _heard: Box<dyn Fn(Signal)>) -> Box<dyn Any> {
        Box::new(())
    }
    fn set_accepting(&self, _refusal: Option<HoldReason>, _pause: Option<Duration>) {}
}

fn till(server: &Rc<Server>) -> SyncManager {
    let db = OfflineDb::new(DatabaseOptions::named(name())).unwrap();
    let (link, wire) = (Rc::new(Cable), Rc::new(Wire(Rc::clone(server))));
    SyncManager::new(db, link, wire, Host::new(JsValue::NULL), SyncOptions::default())
}

fn order(uuid: &str) -> JsValue {
    let order = Object::new();
    Reflect::set(&order, &"uuid".into(), &uuid.into()).unwrap();
    order.into()
}

#[wasm_bindgen_test]
async fn a_transport_written_in_rust_carries_the_outbox() {
    let server = Rc::<Server>::default();
    let manager = till(&server);
    for (number, uuid) in (1..).zip(["a", "b", "c"]) {
        let receipt = manager.enqueue(Enqueue::new("order", order(uuid), None)).await.unwrap();
        assert_eq!((receipt.uuid.as_str(), receipt.sequence), (uuid, f64::from(number)));
    }
    manager.enqueue(Enqueue::new("voucher", order("d"), None)).await.unwrap();
    let summary = manager.send(true).await.unwrap();
    assert_eq!((summary.synced, summary.rejected, summary.retried), (3, 1, 0));
    assert_eq!(*server.has.borrow(), ["a", "b", "c"]);
    assert_eq!(server.asked.get(), 0);
    assert_eq!(manager.recount().await.unwrap(), 1);
    assert_eq!(manager.rejected().await.unwrap().length(), 1);
    manager.db().reset().await.unwrap();
}

#[wasm_bindgen_test]
async fn after_a_lost_answer_the_server_is_asked_and_nothing_is_sent_again() {
    let server = Rc::<Server>::default();
    let manager = till(&server);
    server.loses.set(1);
    manager.enqueue(Enqueue::new("order", order("a"), None)).await.unwrap();
    while manager.recount().await.unwrap() > 0 {
        manager.force().await.unwrap();
    }
    assert_eq!(*server.has.borrow(), ["a"]);
    assert_eq!(server.asked.get(), 1);
    manager.db().reset().await.unwrap();
}
