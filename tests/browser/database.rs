use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use gloo_timers::future::sleep;
use pos_offline::store::{DatabaseEvent, EventSink};
use pos_offline::{Database, DatabaseOptions, Query};
use rexie::{Rexie, TransactionMode};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Card, card, cards, name, with_database};

fn watched(name: &str) -> (Database, Rc<RefCell<Vec<DatabaseEvent>>>) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let events = {
        let seen = Rc::clone(&seen);
        EventSink::new(move |event| seen.borrow_mut().push(event))
    };
    let options = DatabaseOptions { stores: vec![cards()], events, ..DatabaseOptions::named(name) };
    (Database::new(options).unwrap(), seen)
}

#[wasm_bindgen_test]
async fn dropping_the_last_handle_closes_the_connection() {
    let name = name();
    let (database, seen) = watched(&name);
    let store = database.store::<Card>();
    store.put(&card(1, "ann", 1)).await.unwrap();
    drop(database);
    assert!(store.get(1).await.unwrap().is_some(), "a store keeps its database");
    drop(store);
    // Would hang, and tell the old handle, if the connection were still open.
    Rexie::delete(&name).await.unwrap();
    assert_eq!(*seen.borrow(), []);
}

#[wasm_bindgen_test]
async fn a_handle_lets_an_upgrade_of_another_through_and_says_so() {
    let name = name();
    let (database, seen) = watched(&name);
    database.init().await.unwrap();
    Rexie::delete(&name).await.unwrap();
    let event = DatabaseEvent::VersionChange { database: name.clone(), new_version: None };
    assert_eq!(*seen.borrow(), [event]);
    assert!(!database.is_open());
    assert_eq!(database.store::<Card>().count(Query::all()).await.unwrap(), 0, "opens anew");
    database.reset().await.unwrap();
}

#[wasm_bindgen_test]
async fn a_dead_connection_is_reopened_for_reads_and_writes() {
    with_database(|database| async move {
        let kill = || {
            let native = database.native_transaction(&["cards"], TransactionMode::ReadOnly).unwrap();
            native.db().close();
        };
        kill();
        database.store::<Card>().put(&card(1, "ann", 1)).await.unwrap();
        kill();
        assert!(database.store::<Card>().get(1).await.unwrap().is_some());
        assert_eq!(database.status().reopened, 2);
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_connection_that_dies_again_and_again_is_given_up_after_three() {
    with_database(|database| async move {
        let runs = RefCell::new(0);
        let result: Result<(), _> = database
            .read(&["cards"], async |_| {
                *runs.borrow_mut() += 1;
                Err(pos_offline::ErrorKind::ConnectionLost { message: "gone".into(), cause: Default::default() }.into())
            })
            .await;
        assert_eq!(result.unwrap_err().code(), "ConnectionLost");
        assert_eq!(runs.into_inner(), 4, "once and three times again");
    })
    .await;
}

#[wasm_bindgen_test]
async fn closing_ends_what_waits() {
    with_database(|database| async move {
        let waiting = async {
            // A body that the browser aborts is tried again after 100 ms; closing must not wait for that.
            let aborted = pos_offline::ErrorKind::Other {
                name: "AbortError".into(),
                message: String::new(),
                cause: Default::default(),
            };
            let aborted = pos_offline::Error::from(aborted);
            database.read(&["cards"], async |_| Err::<(), _>(aborted.clone())).await
        };
        let close = async {
            sleep(Duration::from_millis(20)).await;
            database.close();
        };
        let (result, ()) = futures::future::join(waiting, close).await;
        assert_eq!(result.unwrap_err().code(), "Closed");
        database.init().await.unwrap();
    })
    .await;
}

#[wasm_bindgen_test]
async fn many_handles_of_one_database_work_side_by_side() {
    let name = name();
    let handles: Vec<_> = (0..5).map(|_| watched(&name).0).collect();
    let saved = handles
        .iter()
        .enumerate()
        .map(|(id, database)| async move { database.store::<Card>().put(&card(id as u32, &id.to_string(), 1)).await });
    for result in futures::future::join_all(saved).await {
        result.unwrap();
    }
    assert_eq!(handles[0].store::<Card>().count(Query::all()).await.unwrap(), 5);
    handles[0].reset().await.unwrap();
}

#[wasm_bindgen_test]
async fn thousands_of_operations_leave_the_memory_of_the_module_where_it_was() {
    with_database(|database| async move {
        let store = database.store::<Card>();
        store.put(&card(1, "owner 1", 0)).await.unwrap();
        let work = async |rounds: u32| {
            for id in 0..rounds {
                store.put(&card(id % 10, &format!("owner {}", id % 10), id)).await.unwrap();
                assert!(store.get(id % 10).await.unwrap().is_some());
                assert!(store.update(id % 10, |card| card.points += 1).await.unwrap().is_some());
                // Failures must not leak either.
                store.put(&card(11, "owner 1", id)).await.unwrap_err();
                store.delete(id % 10).await.unwrap();
                store.put(&card(1, "owner 1", id)).await.unwrap();
            }
        };
        work(100).await;
        let before = core::arch::wasm32::memory_size(0);
        work(700).await;
        assert_eq!(core::arch::wasm32::memory_size(0), before, "pages of 64 KiB");
    })
    .await;
}
